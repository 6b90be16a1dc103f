"""The agreement: what is in force, what is proposed, who has confirmed which version (engine.md 15).

Every save is a version. A version is in force when all sides have confirmed it; what is saved after that is a
proposal beside it, until all have confirmed that too. Saving is in `agreeing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ...engine.running.case import ACTIVE, Do
from ...engine.running.decide import No
from ...errors import N_, Message, NotFound, PartyName
from ...store.artefacts import agreements as store
from ...store.review.rows import AgreementRow
from ..base.free_days import fuzzy_options
from ..base.house import Account, House
from ..case import review_pages
from ..case.facts import DATES, agreement_gaps, in_force
from ..case.opening import OpenCase, looking
from ..foresight.moved_dates import Foresight, foresight
from ..frame.review_head import ReviewHead, head_of
from ..terms import agreement_terms
from ..terms.agreed_days import days_of, fields_now, given_otherwise
from ..terms.agreement_terms import LABELS, Typed
from ..terms.agreement_versions import (
    Reason,
    agreement_key,
    may_decline,
    may_drop,
    may_move,
    newest_of,
    passed_dates,
    reason_of,
)
from .compare_versions import Change, changes, value_said

GAPS: Mapping[str, Message] = {
    "period_from": N_("when the period begins"),
    "period_to": N_("when the period ends"),
    "report": N_("joint or separate reports"),
    "opening": N_("when the materials open"),
    "follow_up": N_("when you follow up"),
    **{f"dates.{key}": LABELS[f"dates.{key}"] for key in DATES},
}


@dataclass(frozen=True)
class WishView:
    title: str
    note: str


@dataclass(frozen=True)
class WishList:
    """The documents that `by` wishes for from `of`."""

    of: str
    by: str
    wishes: tuple[WishView, ...]


@dataclass(frozen=True)
class Confirmation:
    """A side's answer to a version; `at` None: none yet."""

    party: int
    name: str
    own: bool
    by: str
    at: datetime | None


@dataclass(frozen=True)
class VersionView:
    """One version, as it is read. `rows`: (what, value), a value being a date, a Message or text. `dates`: the same,
    with for whom another day applies."""

    number: int
    saved_at: datetime
    saved_by: str
    rows: tuple[tuple[Message, Any], ...]
    dates: tuple[tuple[Message, Any, tuple[Message, ...]], ...]
    wishes: tuple[WishList, ...]
    reads: tuple[tuple[Message, Any], ...]
    confirmations: tuple[Confirmation, ...]


@dataclass(frozen=True)
class VersionLine:
    number: int
    saved_at: datetime
    saved_by: str
    in_force: bool


@dataclass(frozen=True)
class AgreementView:
    """`force`: the version that applies; `pending`: a newer one that not all have confirmed. `changes`: what it
    would change, `foresight`: what its dates would. `gaps`: what it lacks. `may_confirm`: the reader's side is asked;
    `why_not` says what keeps it. `reason`: why dates are proposed, or why the last proposal was declined."""

    head: ReviewHead
    force: VersionView | None
    pending: VersionView | None
    changes: tuple[Change, ...]
    gaps: tuple[Message, ...]
    may_write: bool
    may_drop: bool
    may_confirm: bool
    own_confirmed: bool
    why_not: Message | None
    versions: tuple[VersionLine, ...]
    may_decline: bool = False
    may_move: bool = False
    reason: Reason | None = None
    foresight: Foresight | None = None


@dataclass(frozen=True)
class EditView:
    """What the form needs. `version`, `confirmed`: what a save must carry. `voids`: the sides whose confirmation
    a saved change makes void; `amends`: there is an agreement in force. `sides`: (side, who reviews it). `fuzzy`: dates
    that may be a month, a term or a year; `roughly`: those to choose from."""

    head: ReviewHead
    typed: Typed
    version: int
    confirmed: tuple[int, ...]
    voids: tuple[str, ...]
    amends: int | None
    locked: frozenset[str]
    sides: tuple[tuple[int, str, str], ...]
    today: date
    roomy_from: date
    fuzzy: frozenset[str] = frozenset()
    roughly: tuple[tuple[str, Message], ...] = ()


@dataclass(frozen=True)
class OneVersion:
    head: ReviewHead
    version: VersionView
    in_force: bool
    newest: int


def agreement(house: House, *, actor: Account, review_id: int, now: datetime) -> AgreementView:
    """The page of the agreement. Raises Refused for those who may not read it, NotFound for outsiders."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        key = agreement_key(case)
        review_pages.enter(case, "agreement")
        force, newest = in_force(case.rows, case.standing), newest_of(case)
        pending = newest if newest is not force else None
        why_not, asked = _why_not_confirm(case, key)
        return AgreementView(
            head=head_of(case),
            force=version_view(case, force) if force else None,
            pending=version_view(case, pending) if pending else None,
            changes=_changes(case, force, pending),
            gaps=gaps_of(case, pending) if pending else (),
            may_write=case.sees(key, "write"),
            may_drop=may_drop(case, key),
            may_confirm=pending is not None and asked and why_not is None,
            own_confirmed=newest is not None and case.own_party() in case.rows.confirmed[newest.id],
            why_not=why_not if asked and pending is not None else None,
            versions=_versions(case, force),
            may_decline=may_decline(case, key),
            may_move=may_move(case),
            reason=reason_of(case, newest) if newest else None,
            foresight=_foresight(case, key, force, pending),
        )


def _changes(case: OpenCase, force: AgreementRow | None, pending: AgreementRow | None) -> tuple[Change, ...]:
    if force is None or pending is None:
        return ()
    return changes(fields_now(case, force), fields_now(case, pending), case.names)


def _foresight(
    case: OpenCase, key: str, force: AgreementRow | None, pending: AgreementRow | None
) -> Foresight | None:
    if force is None or pending is None:
        return None
    before, after = fields_now(case, force)["dates"], fields_now(case, pending)["dates"]
    return foresight(case, key, before, after) if before != after else None


def one_version(house: House, *, actor: Account, review_id: int, number: int, now: datetime) -> OneVersion:
    """An earlier version, as it was. Raises NotFound where there is none."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        case.require(agreement_key(case), "read")
        found = numbered_version(case, number)
        newest = newest_of(case)
        if found is None or newest is None:
            raise NotFound(f"version {number}")
        view = version_view(case, found, as_written=True)
        return OneVersion(head_of(case), view, found is in_force(case.rows, case.standing), newest.version)


def edit_form(house: House, *, actor: Account, review_id: int, now: datetime) -> EditView:
    """The form as it begins: the newest version, or the method's proposal. Raises Refused for who may not write."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        key = agreement_key(case)
        case.require(key, "write")
        newest = newest_of(case)
        calendar, today = house.calendar, house.calendar.day(now)
        typed = (
            agreement_terms.typed_of(fields_now(case, newest))
            if newest
            else agreement_terms.beginning(calendar, today)
        )
        force = in_force(case.rows, case.standing)
        confirmed = tuple(sorted(case.rows.confirmed[newest.id])) if newest else ()
        return EditView(
            head=head_of(case),
            typed=typed,
            version=newest.version if newest else 0,
            confirmed=confirmed,
            voids=tuple(case.names[p] for p in confirmed) if newest is not force else (),
            amends=force.version if force else None,
            locked=locked(case, key),
            sides=tuple(
                (p, case.names[p], case.names[_reader_of(case, p)]) for p in case.standing.taking_part
            ),
            today=today,
            roomy_from=agreement_terms.roomy_from(calendar, today),
            fuzzy=case.artefact(key).fuzzy,
            roughly=fuzzy_options(today, typed.dates.values()),
        )


def propose_dates(house: House, *, actor: Account, review_id: int, typed: Typed, now: datetime) -> Typed:
    """The form with the method's usual dates, counted from its second meeting. Raises Invalid, Refused."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        case.require(agreement_key(case), "write")
        return agreement_terms.with_habit(typed, house.calendar, house.calendar.day(now))


# ---- what the pages and the deeds ask


def numbered_version(case: OpenCase, number: int) -> AgreementRow | None:
    return next((a for a in case.rows.agreements if a.version == number), None)


def confirming(case: OpenCase, key: str) -> Do | None:
    """The definition's action that confirms, where a step under way has it for this actor's side."""
    for place, mark in case.standing.marks.items():
        for action in case.workflow.by_path[place[0]].actions.values():
            confirms = any((e.artefact, e.effect) == (key, "confirm") for e in action.does)
            if confirms and mark.state == ACTIVE:
                return Do(action.key, place, case.own_party())
    return None


def gaps_of(case: OpenCase, version: AgreementRow) -> tuple[Message, ...]:
    """What a version lacks, in words."""
    found = []
    for gap in agreement_gaps(version.fields, case.standing.taking_part):
        if gap.startswith("wishes."):
            found.append(N_("which documents of %(party)s", party=PartyName(int(gap.partition(".")[2]))))
        else:
            found.append(GAPS[gap])
    return tuple(found)


def locked(case: OpenCase, key: str) -> frozenset[str]:
    """The fields that decided whether a step takes place, once it has been decided (engine.md 8)."""
    found = set()
    for path, _ in case.standing.marks:
        condition = case.workflow.by_path[path].condition
        found |= {fact.fact for fact in condition.facts() if fact.artefact == key} if condition else set()
    return frozenset(found)


def _why_not_confirm(case: OpenCase, key: str) -> tuple[Message | None, bool]:
    """What keeps the actor's side from confirming the newest version, and whether it is asked at all."""
    newest, own = newest_of(case), case.own_party()
    if newest is None or own is None or own in case.rows.confirmed[newest.id]:
        return None, False
    if not case.sees(key, "confirm"):
        return None, False
    what = confirming(case, key)
    answer = case.may(what) if what is not None else None
    if isinstance(answer, No):
        return answer.reason, True
    if gaps_of(case, newest):
        return N_("Something is missing in the agreement. Fill it in first."), True
    return passed_dates(case, newest), True


def _reader_of(case: OpenCase, party: int) -> int:
    readers = case.standing.related("reviewed_by", party)
    return readers[0] if readers else party


def version_view(case: OpenCase, version: AgreementRow, *, as_written: bool = False) -> VersionView:
    """`as_written`: its dates as they were then; else as they are today."""
    fields = version.fields
    days = {} if as_written else days_of(case, version)

    def said(*paths: str) -> tuple[tuple[Message, Any], ...]:
        flat = {**fields, **{f"dates.{k}": v for k, v in fields.get("dates", {}).items()}}
        return tuple((LABELS[path], value_said(path, flat.get(path))) for path in paths)

    return VersionView(
        number=version.version,
        saved_at=version.created_at,
        saved_by=store.writers(case.session, case.review.id).get(version.version, ""),
        rows=said("period_from", "period_to", "report", "opening", "follow_up"),
        dates=tuple(
            (LABELS[f"dates.{key}"], days[key].said, _otherwise(case, version, key, days[key].day))
            if key in days
            else (*said(f"dates.{key}")[0], ())
            for key in DATES
        ),
        wishes=_wish_lists(case, fields),
        reads=said(*agreement_terms.READS),
        confirmations=_confirmations(case, version),
    )


def _otherwise(case: OpenCase, version: AgreementRow, name: str, day: date) -> tuple[Message, ...]:
    in_force_now = version is in_force(case.rows, case.standing)
    return given_otherwise(case, agreement_key(case), name, day) if in_force_now else ()


def _wish_lists(case: OpenCase, fields: Mapping[str, Any]) -> tuple[WishList, ...]:
    return tuple(
        WishList(
            of=case.names[party],
            by=case.names[_reader_of(case, party)],
            wishes=tuple(
                WishView(wish["title"], wish.get("note", ""))
                for wish in fields.get("wishes", [])
                if wish["party"] == party
            ),
        )
        for party in case.standing.taking_part
    )


def _confirmations(case: OpenCase, version: AgreementRow) -> tuple[Confirmation, ...]:
    given = {
        c.party: c
        for c in store.confirmations(case.session, case.review.id)
        if c.agreement_id == version.id and (case.until is None or c.at <= case.until)
    }
    return tuple(
        Confirmation(
            party=party,
            name=case.names[party],
            own=party in case.actor.parties(),
            by=given[party].name if party in given else "",
            at=given[party].at if party in given else None,
        )
        for party in case.standing.taking_part
    )


def _versions(case: OpenCase, force: AgreementRow | None) -> tuple[VersionLine, ...]:
    names = store.writers(case.session, case.review.id)
    return tuple(
        VersionLine(a.version, a.created_at, names.get(a.version, ""), a is force)
        for a in reversed(case.rows.agreements)
    )

"""What moving the agreed dates would mean, before anything is proposed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from ...engine.running.dates import Fuzzy, when
from ...errors import N_, Invalid, Message, Refused
from ...store.review.rows import AgreementRow
from ..base.checks import Checks
from ..base.free_days import fuzzy_options, kept_date
from ..base.house import Account, House
from ..case.done_days import done_by
from ..case.facts import DATES
from ..case.opening import OpenCase, looking
from ..foresight.moved_dates import Foresight, foresight
from ..frame.review_head import ReviewHead, head_of
from ..terms import agreement_terms
from ..terms.agreed_days import days_of, fields_now, given_otherwise, today_of_dates
from ..terms.agreement_terms import LABELS
from ..terms.agreement_versions import agreement_key, may_decline, movable, newest_of
from .edit_agreement import rules_of


@dataclass(frozen=True)
class DateRow:
    """An agreed date. `agreed`: what is in force; `proposed`: what the newest version says, where that differs;
    `otherwise`: for whom another day applies."""

    key: str
    label: Message
    agreed: date | Message
    proposed: date | Message | None
    past: bool
    done: date | None
    otherwise: tuple[Message, ...] = ()


@dataclass(frozen=True)
class MoveView:
    """`version`: what a deed must carry; `waits`: a proposal that not all have answered, on which this builds;
    `blocked`: it is another side's, and waits for the reader's. `asks`: the sides that would have to agree."""

    head: ReviewHead
    rows: tuple[DateRow, ...]
    version: int
    waits: bool
    asks: tuple[str, ...]
    typed: Mapping[str, str]
    blocked: bool = False
    fuzzy: frozenset[str] = frozenset()
    roughly: tuple[tuple[str, Message], ...] = ()


@dataclass(frozen=True)
class Previewed:
    view: MoveView
    foresight: Foresight


def move_form(house: House, *, actor: Account, review_id: int, now: datetime) -> MoveView:
    """The agreed dates, to move. Raises Refused for those who may not, NotFound for outsiders."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        return _view(case, required(case, answered=False))


def preview_move(
    house: House, *, actor: Account, review_id: int, dates: Mapping[str, str], meant: str = "", now: datetime
) -> Previewed:
    """What it would mean; nothing is written. Raises Invalid (date_…, _dates, meant), Refused."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        force = required(case)
        fields = checked(case, dates, meant)
        key = agreement_key(case)
        seen = foresight(case, key, fields_now(case, force)["dates"], fields["dates"])
        return Previewed(replace(_view(case, force), typed=fields["dates"]), seen)


def move_along(
    house: House, *, actor: Account, review_id: int, dates: Mapping[str, str], now: datetime
) -> dict[str, str]:
    """The dates with those after the first that was changed moved as many days, to days that are worked."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        required(case)
        newest, checks = newest_of(case), Checks()
        assert newest is not None
        # A month, a term or a year is no day to count from, and stays.
        kept = fields_now(case, newest)["dates"]
        old = {name: at for name in DATES if not isinstance(at := when(kept[name]), Fuzzy)}
        exact = {
            name: dates.get(name, "") for name in old if not isinstance(kept_date(dates.get(name, "")), Fuzzy)
        }
        typed = {name: checks.day(f"date_{name}", text) or old[name] for name, text in exact.items()}
        checks.stop()
        first = next((name for name in typed if typed[name] != old[name]), None)
        if first is None:
            raise Invalid(_dates=N_("Write a new day for at least one of the dates."))
        by = typed[first] - old[first]
        after = DATES[DATES.index(first) + 1 :]
        moved = {
            name: house.calendar.on_or_after(old[name] + by)
            for name in after
            if name in typed and typed[name] == old[name]
        }
        return {**dates, **{name: day.isoformat() for name, day in {**typed, **moved}.items()}}


def required(case: OpenCase, *, answered: bool = True) -> AgreementRow:
    """The agreement in force, of a review whose dates the actor may move. Raises Refused; `answered`: also where
    another side's proposal waits for the actor's."""
    case.require(agreement_key(case), "move")
    force = movable(case)
    if force is None:
        raise Refused(N_("There is no agreement in force yet, so there is no agreed date to move."))
    if answered and may_decline(case, agreement_key(case)):
        raise Refused(N_("A proposed change of the agreement waits for your side. Answer that first."))
    return force


def _view(case: OpenCase, force: AgreementRow) -> MoveView:
    newest, today = newest_of(case), today_of_dates(case)
    assert newest is not None
    agreed, proposed = days_of(case, force), days_of(case, newest)
    rows = tuple(
        DateRow(
            key=name,
            label=LABELS[f"dates.{name}"],
            agreed=agreed[name].said,
            proposed=proposed[name].said if proposed[name].kept != agreed[name].kept else None,
            past=agreed[name].day < today,
            done=done_by(case, name),
            otherwise=given_otherwise(case, agreement_key(case), name, agreed[name].day),
        )
        for name in DATES
    )
    return MoveView(
        head=head_of(case),
        rows=rows,
        version=newest.version,
        waits=newest is not force,
        asks=tuple(case.names[party] for party in case.standing.taking_part if party != case.own_party()),
        typed={name: proposed[name].kept for name in DATES},
        blocked=may_decline(case, agreement_key(case)),
        fuzzy=case.artefact(agreement_key(case)).fuzzy,
        roughly=fuzzy_options(today, [day.kept for day in (*agreed.values(), *proposed.values())]),
    )


def checked(case: OpenCase, dates: Mapping[str, str], meant: str) -> dict[str, Any]:
    """The newest version's fields with these dates. Raises Invalid."""
    key, newest = agreement_key(case), newest_of(case)
    assert newest is not None
    now = fields_now(case, newest)
    typed = replace(
        agreement_terms.typed_of(now), meant=meant, dates={name: dates.get(name, "") for name in DATES}
    )
    rules = rules_of(case, key)
    fields = agreement_terms.fields_of(typed, rules, [wish["id"] for wish in now["wishes"]])
    if fields["dates"] == now["dates"]:
        raise Invalid(_dates=N_("Write a new day for at least one of the dates."))
    return fields

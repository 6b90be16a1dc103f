"""Which agreement is in force and what is proposed beside it: whose proposal it is, who may take it back, who is asked,
and the reason that came with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ...errors import N_, Message, NotFound
from ...store.review.history import of_deed
from ...store.review.rows import AgreementRow
from ..case.facts import in_force
from ..case.opening import OpenCase
from .agreed_days import days_of
from .agreement_terms import LABELS

# The deeds of the history that bring a reason with a version.
MOVED, DECLINED = "dates_moved", "amendment_declined"


@dataclass(frozen=True)
class Reason:
    """Why dates are to be moved, or why that was declined, in somebody's words; `party` None is the lead."""

    text: str
    party: int | None
    at: datetime
    declined: bool


def agreement_key(case: OpenCase) -> str:
    """The artefact that is the agreement, by its key; NotFound in a workflow without one."""
    found = case.artefacts_of("agreement")
    if not found:
        raise NotFound("agreement")
    return found[0].key


def newest_of(case: OpenCase) -> AgreementRow | None:
    return case.rows.agreements[-1] if case.rows.agreements else None


def pending_of(case: OpenCase) -> AgreementRow | None:
    """The proposal beside what is in force. (Where the review went back to the first meeting, the new version is there
    to be confirmed; that is none.)"""
    force, newest = in_force(case.rows, case.standing), newest_of(case)
    beside = force is not None and newest is not force and case.state(agreement_key(case)) == "confirmed"
    return newest if beside else None


def may_drop(case: OpenCase, key: str) -> bool:
    """Whether there is a proposal that the actor could take back: not another side's, which they answer."""
    return pending_of(case) is not None and case.sees(key, "write") and not may_decline(case, key)


def may_decline(case: OpenCase, key: str) -> bool:
    """Whether a proposal of somebody else waits for the actor's side."""
    newest = pending_of(case)
    if newest is None or case.own_party() is None or is_own(case, newest):
        return False
    return case.sees(key, "confirm")


def is_own(case: OpenCase, version: AgreementRow) -> bool:
    """Whether the actor, or somebody of their side, wrote this version."""
    if case.account is not None and version.created_by == case.account.person_id:
        return True
    sides = {s.party for s in case.rows.all_seats if version.created_by in (s.person_id, s.deputy_id)}
    return case.own_party() in sides


def movable(case: OpenCase) -> AgreementRow | None:
    """The agreement whose dates could be moved: the one in force, where it is not being confirmed anew."""
    force = in_force(case.rows, case.standing)
    return force if force is not None and case.state(agreement_key(case)) == "confirmed" else None


def may_move(case: OpenCase) -> bool:
    """Whether the actor may move agreed dates now; False too in a workflow that has no agreement."""
    if not case.artefacts_of("agreement") or movable(case) is None:
        return False
    key = agreement_key(case)
    return case.sees(key, "move") and not may_decline(case, key)


def passed_dates(case: OpenCase, version: AgreementRow) -> Message | None:
    """A date of a version that has been before it was agreed on: nobody should confirm that."""
    today = case.house.calendar.day(case.now)
    force = in_force(case.rows, case.standing)
    agreed = days_of(case, force) if force else {}
    for key, one in days_of(case, version).items():
        if one.day < today and (key not in agreed or agreed[key].kept != one.kept):
            return N_(
                "This day has been: %(what)s, %(day)s. Write a new one before you confirm.",
                what=LABELS[f"dates.{key}"],
                day=one.said,
            )
    return None


def reason_of(case: OpenCase, version: AgreementRow) -> Reason | None:
    """What was said when this version was proposed, or when it came of a proposal's being declined."""
    for deed in (MOVED, DECLINED):
        for row in reversed(of_deed(case.session, case.review.id, deed)):
            if row.data.get("version") == version.version and row.text:
                return Reason(row.text, row.actor_party, row.at, deed == DECLINED)
    return None

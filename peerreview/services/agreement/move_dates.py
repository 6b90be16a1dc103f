"""Moving the agreed dates of a review that runs: shown first, proposed with a reason, answered by the other sides.

A move is a version of the agreement in which other dates stand (docs/decisions/0018): the side that proposes it has
confirmed it by that, and it is in force, and the mails are planned anew, when all have.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ...engine.running.moves import Done
from ...errors import N_, Conflict, Invalid, Refused
from ..base.checks import Checks
from ..base.house import Account, House
from ..case.facts import in_force
from ..case.opening import OpenCase
from ..deeds import carry_out
from ..deeds.change import changing
from ..terms.agreed_days import fields_now
from ..terms.agreement_versions import DECLINED, MOVED, agreement_key, may_decline, newest_of
from ..turns import wording
from .compare_versions import changed_paths
from .edit_agreement import add_version, tell, tell_amended
from .move_dates_page import checked, required

MOST = 2000
CHANGED = N_("The agreement has been changed since you began. Look at what stands here now, and move again.")


def move_dates(
    house: House,
    *,
    actor: Account,
    review_id: int,
    dates: Mapping[str, str],
    reason: str,
    version: int,
    meant: str = "",
    now: datetime,
) -> bool:
    """Propose other dates, with the reason. True where they are in force by that: nobody else had to agree.

    Raises Invalid (date_…, reason, _dates, meant), Refused, Conflict where the agreement has a newer version."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        required(case)
        newest = newest_of(case)
        if newest is None or newest.version != version:
            raise Conflict(CHANGED)
        checks = Checks()
        words = checks.text("reason", reason, most=MOST, missing=N_("Write why the dates are moved."))
        try:
            fields = checked(case, dates, meant)
        except Invalid as error:
            raise Invalid({**error.errors, **checks.faults}) from error
        checks.stop()
        return _propose(case, fields, words)


def _propose(case: OpenCase, fields: Mapping[str, Any], reason: str) -> bool:
    key, own = agreement_key(case), case.own_party()
    force = in_force(case.rows, case.standing)
    added = add_version(case, key, fields, deed=MOVED, reason=reason)
    case.rows.agreements.append(added)
    if force is not None and not changed_paths(fields_now(case, force), fields):
        # What is in force was typed again: that takes the proposal back, and the confirmations have been carried over.
        return True
    if own is not None and case.sees(key, "confirm"):
        carry_out.carry_out(case, Done(key, "confirm", own), {"version": added.version})
    left = set(case.standing.taking_part) - case.rows.confirmed[added.id]
    if not left:
        tell_amended(case)
        return True
    _tell_proposed(case, left)
    return False


def decline_change(
    house: House, *, actor: Account, review_id: int, version: int, reason: str, now: datetime
) -> None:
    """Say no to a proposed change of the agreement: what is in force goes on. Raises Invalid (reason), Refused,
    Conflict where there is a newer version."""
    with changing(house, review_id=review_id, actor=actor, now=now) as case:
        key = agreement_key(case)
        case.require(key, "confirm")
        newest, force = newest_of(case), in_force(case.rows, case.standing)
        if newest is None or force is None or not may_decline(case, key):
            raise Refused(N_("There is no proposal of another side to decline."))
        if newest.version != version:
            raise Conflict(N_("The proposal has been changed since you read it. Read it again first."))
        checks = Checks()
        words = checks.text("reason", reason, most=MOST, missing=N_("Write why you decline."))
        checks.stop()
        add_version(case, key, fields_now(case, force), deed=DECLINED, reason=words)
        _tell_declined(case)


# ---- the parts


def _tell_proposed(case: OpenCase, left: set[int]) -> None:
    review = wording.title_of(case)
    subject = N_("Other dates are proposed: answer – %(review)s", review=review)
    ask = N_("Look at what the new dates mean, and say yes or no. Until all have agreed the old dates apply.")
    tell(case, ("coordinator",), subject, ask, N_("Read and answer"), left)
    if ("lead", None) not in case.actor.roles:
        subject = N_("Other dates are proposed – %(review)s", review=review)
        ask = N_("The other sides have been asked. The dates move when all have agreed.")
        tell(case, ("lead",), subject, ask, N_("See the proposal"), {-1})


def _tell_declined(case: OpenCase) -> None:
    subject = N_(
        "A proposed change of the agreement was declined – %(review)s",
        review=wording.title_of(case),
    )
    ask = N_("What was agreed applies as before. The reason is on the page of the agreement.")
    tell(case, ("coordinator", "lead"), subject, ask, N_("Read the agreement"), None)

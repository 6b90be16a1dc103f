"""The lead keeps a pairing to come back to, or chooses one: then its reviews begin, and each organisation accepts or
declines in its own. What was chosen, why and by whom stays in the round's history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ...errors import N_, Conflict, Refused
from ...matching.pairing import Pairing
from ...rendering import words
from ...store.review import rounds as store
from ..base.checks import Checks
from ..base.house import Account, House
from ..case.opening import OpenCase
from ..deeds.own_employer import ask_back
from ..rounds import begin_chosen_pairs
from ..rounds.round_case import changing_in
from .pairing_input import Settings, field_of
from .pairing_page import Worked

MOST = 2000


def keep(
    house: House, *, actor: Account, round_id: int, settings: Settings, chosen: str, now: datetime
) -> int:
    """Keep the set `chosen` (its key) beside the others; gives its number. Raises Conflict where it is no longer
    among those that the settings lead to, Refused where nothing is to be paired now."""
    with changing_in(house, round_id=round_id, actor=actor, now=now) as case:
        row = _kept(case, settings, chosen)
        case.note("pairing_kept", artefact="pairs", data={"number": row.number})
        return row.number


def propose(
    house: House,
    *,
    actor: Account,
    round_id: int,
    settings: Settings,
    chosen: str,
    why: str,
    meant: str = "",
    now: datetime,
) -> int:
    """Choose the set `chosen` and begin its reviews; gives how many. Raises as `keep` does, and Invalid: why (nothing
    is written), organisations (one has nobody to ask; or the lead has a conflict of interest there: then `meant`)."""
    checks = Checks()
    why = checks.text("why", why, most=MOST, missing=N_("Write why you choose this, in a sentence or two."))
    checks.stop()
    with changing_in(house, round_id=round_id, actor=actor, now=now) as case:
        row = _kept(case, settings, chosen)
        row.chosen_at, row.chosen_by, row.why = now, actor.person_id, why
        groups = [tuple(group["members"]) for group in row.groups]
        ask_back(case.session, actor, (member for group in groups for member in group), meant)
        data = {"number": row.number, "groups": [list(group) for group in groups]}
        case.note("pairing_chosen", artefact="pairs", text=why, data=data)
        return len(begin_chosen_pairs.begin_groups(case, actor, groups))


def _kept(case: OpenCase, settings: Settings, chosen: str) -> store.Pairing:
    case.require("pairs", "write")
    worked = Worked(field_of(case), settings)
    if worked.fault:
        raise Refused(worked.fault)
    found = next((one for one, _ in worked.pairings() if chosen and worked.key(one) == chosen), None)
    if found is None:
        raise Conflict(
            N_("what the organisations have said has changed meanwhile; look at the proposal as it is now")
        )
    assert case.account is not None
    row = store.Pairing(
        review_id=case.review.id,
        number=store.next_number(case.session, store.Pairing, case.review.id),
        settings=worked.settings.to_json(),
        groups=_groups(worked, found, case.account.language),
        unmatched=_unmatched(worked, found, case.account.language),
        total=found.total,
        made_at=case.now,
        made_by=case.account.person_id,
    )
    case.session.add(row)
    case.session.flush()
    return row


def _groups(worked: Worked, found: Pairing, language: str) -> list[dict[str, Any]]:
    """With their reasons as they were read: what is known of the organisations changes."""
    say = words.sayer(language)
    return [
        {
            "members": [id for id, _ in view.members],
            "score": group.score,
            "reasons": [
                {"feature": one.feature, "share": reason.share, "words": [say(said) for said in one.words]}
                for one, reason in zip(view.shares, group.reasons, strict=True)
            ],
        }
        for group in found.groups
        for view in [worked.group(group)]
    ]


def _unmatched(worked: Worked, found: Pairing, language: str) -> list[dict[str, Any]]:
    say = words.sayer(language)
    return [
        {"organisation": worked.ids[one.organisation], "rules": [say(rule) for rule in one.rules]}
        for one in found.unmatched
    ]

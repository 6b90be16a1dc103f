"""What an organisation wants of a round: written by its coordinator, read by its own people and the lead. Nobody else
ever sees it, and least of all whom it wishes for or excludes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

from ...engine.running.case import Do
from ...engine.running.moves import Choice
from ...errors import N_, Conflict, Refused
from ...store.review import rounds as store
from ...store.review.rounds import Interest
from ..base.checks import Checks
from ..base.house import Account, House
from ..case.form_drafts import forget, keep
from ..case.opening import OpenCase
from ..case.round_facts import is_complete
from ..deeds.change import fire
from ..frame.round_head import do_of
from .interest_page import KEY, LEVELS, Wanted, may_withdraw_of, months_ahead, others_of, own_party, wanted_of
from .round_case import changing_in

MOST_TEXT, MOST_OWN, MOST_LINE = 4000, 10, 100


def keep_draft(
    house: House, *, actor: Account, round_id: int, typed: Wanted, base: int, seen: int, now: datetime
) -> int:
    """Keep what is being typed, for the organisation's own alone; returns the number of the save. Raises Refused,
    Invalid, and Conflict where a colleague has typed or saved since."""
    with changing_in(house, round_id=round_id, actor=actor, now=now, by_lead=False) as case:
        party = own_party(case)
        case.require(KEY, "write", party)
        row = store.interests(case.session, round_id).get(party)
        there = row.number if row else 0
        return keep(case, KEY, party, fields=asdict(typed), base=base, now_at=there, seen=seen)


def forget_draft(house: House, *, actor: Account, round_id: int, now: datetime) -> None:
    """Throw away what was typed and not sent."""
    with changing_in(house, round_id=round_id, actor=actor, now=now, by_lead=False) as case:
        case.require(KEY, "write", own_party(case))
        forget(case, KEY, own_party(case))


def save_interest(
    house: House, *, actor: Account, round_id: int, typed: Wanted, seen: int, say: bool = False, now: datetime
) -> None:
    """Keep what was typed; `say`: and say that the organisation is interested. Raises Invalid, Refused, and Conflict
    where a colleague has saved since `seen`."""
    with changing_in(house, round_id=round_id, actor=actor, now=now, by_lead=False) as case:
        party = own_party(case)
        case.require(KEY, "write", party)
        row = store.interests(case.session, round_id).get(party)
        checked = _checked(case, party, typed, complete=say or case.state(KEY, party) == "interested")
        if (row.number if row else 0) != seen:
            raise Conflict(N_("a colleague has saved another answer since you began"))
        if row is None or wanted_of(case.workflow, row) != checked:
            _add(case, party, checked, seen + 1)
        forget(case, KEY, party)
        if say:
            case.refresh()
            fire(case, do_of(case, "say", party))


def decline(house: House, *, actor: Account, round_id: int, reason: str, now: datetime) -> None:
    """The organisation does not take part; why is said if it likes, to the lead. Raises Refused, Invalid (reason)."""
    checks = Checks()
    reason = checks.text("reason", reason, most=2000)
    checks.stop()
    with changing_in(house, round_id=round_id, actor=actor, now=now, by_lead=False) as case:
        fire(case, do_of(case, "decline", own_party(case)), reason=reason)
        forget(case, KEY, own_party(case))


def withdraw(house: House, *, actor: Account, round_id: int, reason: str, now: datetime) -> None:
    """The organisation takes back that it is interested; why is for the lead. Raises Invalid (reason), Refused."""
    checks = Checks()
    reason = checks.text(
        "reason", reason, most=2000, missing=N_("Write why, in a few words. Only the lead reads it.")
    )
    checks.stop()
    with changing_in(house, round_id=round_id, actor=actor, now=now, by_lead=False) as case:
        party = own_party(case)
        if not may_withdraw_of(case, party):
            raise Refused(N_("the round is in another step by now; see where it stands"))
        fire(case, Do("withdraw"), reason=reason, choice=Choice(party=party))


# ---- checking and keeping


def _checked(case: OpenCase, party: int, typed: Wanted, complete: bool) -> Wanted:
    """What was typed, cleaned; `complete`: it must be enough to find a partner by."""
    checks, row = Checks(), None
    others = {str(id) for id, _ in others_of(case.session, case, party)}
    row = store.interests(case.session, case.review.id).get(party)
    checked = replace(
        typed,
        unit=checks.line("unit", typed.unit, most=200),
        more_wants="\n".join(_lines(checks, "more_wants", typed.more_wants)),
        more_offers="\n".join(_lines(checks, "more_offers", typed.more_offers)),
        aims=checks.text("aims", typed.aims, most=MOST_TEXT),
        expectations=checks.text("expectations", typed.expectations, most=MOST_TEXT),
        wants=_known(checks, "wants", typed.wants, case.workflow.themes),
        offers=_known(checks, "offers", typed.offers, case.workflow.themes),
        perspectives=_known(checks, "perspectives", typed.perspectives, case.workflow.perspectives),
        not_months=_known(checks, "not_months", typed.not_months, months_ahead(case, row)),
        wishes=_known(checks, "wishes", typed.wishes, others),
        excludes=_known(checks, "excludes", typed.excludes, others),
    )
    if typed.unit_level:
        checks.one_of("unit_level", typed.unit_level, tuple(LEVELS))
    if set(checked.wishes) & set(checked.excludes):
        checks.faults["excludes"] = N_("The same organisation is both wished for and ruled out.")
    _enough(checks, checked, complete)
    checks.stop()
    return checked


def _enough(checks: Checks, wanted: Wanted, complete: bool) -> None:
    if complete and not wanted.unit_level:
        checks.faults["unit_level"] = N_("Say which part of your organisation it is about.")
    if wanted.unit_level in ("hospital", "health_centre") and complete and not wanted.unit:
        checks.faults["unit"] = N_("Write the name of the hospital or the health centre.")
    themes = (*wanted.wants, *wanted.offers, wanted.more_wants, wanted.more_offers)
    if complete and not any(themes):
        checks.faults["wants"] = N_("Choose something that you want to learn, or are good at.")


def _lines(checks: Checks, field: str, text: str) -> list[str]:
    text = checks.text(field, text, most=MOST_OWN * (MOST_LINE + 1))
    lines = list(dict.fromkeys(" ".join(line.split()) for line in text.split("\n") if line.strip()))
    too_much = len(lines) > MOST_OWN or any(len(line) > MOST_LINE for line in lines)
    if field not in checks.faults and too_much:
        checks.faults[field] = N_(
            "Write at most %(count)s lines of %(most)s characters.", count=MOST_OWN, most=MOST_LINE
        )
    return lines


def _known(checks: Checks, field: str, given: Sequence[str], known: object) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(given))
    if any(one not in known for one in chosen):  # type: ignore[operator]
        checks.faults[field] = N_("Choose from the list.")
    return chosen


def _add(case: OpenCase, party: int, wanted: Wanted, number: int) -> None:
    assert case.account is not None
    row = Interest(
        review_id=case.review.id,
        party=party,
        number=number,
        unit_level=wanted.unit_level,
        unit=wanted.unit,
        wants=[*wanted.wants, *filter(None, wanted.more_wants.split("\n"))],
        offers=[*wanted.offers, *filter(None, wanted.more_offers.split("\n"))],
        perspectives=list(wanted.perspectives),
        aims=wanted.aims,
        expectations=wanted.expectations,
        not_months=list(wanted.not_months),
        wishes=[int(id) for id in wanted.wishes],
        excludes=[int(id) for id in wanted.excludes],
        saved_at=case.now,
        saved_by=case.account.person_id,
    )
    case.session.add(row)
    case.set_state(KEY, party)
    case.note(
        "interest_saved",
        artefact=KEY,
        party=party,
        about_party=party,
        state=case.state(KEY, party),
        data={"version": number, "complete": is_complete(row)},
    )

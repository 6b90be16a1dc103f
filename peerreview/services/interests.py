"""What an organisation wants of a round: written by its coordinator, read by its own people and the lead. Nobody else
ever sees it, and least of all whom it wishes for or excludes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from ..engine.dates import add_months
from ..engine.decide import Do
from ..engine.definition import Workflow
from ..engine.moves import Choice
from ..errors import N_, Conflict, Message, NotFound, Refused, Text
from ..store import organisations as organisation_store
from ..store import rounds as store
from ..store.rounds import Interest
from . import turns
from .cases import OpenCase
from .checks import Checks
from .deeds import fire
from .form_drafts import Draft, draft_of, forget, keep
from .house import Account, House
from .panels import Button
from .round_facts import is_complete
from .round_heads import RoundHead, changing_in, do_of, head_of_round, looking_in, place_of
from .round_letters import body_of
from .round_time import time_button

KEY = "interest"
LEVELS: Mapping[str, Message] = {
    "region": N_("The whole region"),
    "hospital": N_("One hospital"),
    "health_centre": N_("One health centre"),
}
MONTHS_AHEAD = 18
MOST_TEXT, MOST_OWN, MOST_LINE = 4000, 10, 100
Words = Message | Text | str


@dataclass(frozen=True)
class Wanted:
    """What was typed, or stands there. `more_wants`, `more_offers`: themes in own words, a line each."""

    unit_level: str = ""
    unit: str = ""
    wants: tuple[str, ...] = ()
    more_wants: str = ""
    offers: tuple[str, ...] = ()
    more_offers: str = ""
    perspectives: tuple[str, ...] = ()
    aims: str = ""
    expectations: str = ""
    not_months: tuple[str, ...] = ()
    wishes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()


@dataclass(frozen=True)
class WantedView:
    """An organisation's answer in words; `wishes`, `excludes`: the organisations' names."""

    unit: tuple[Words, ...]
    wants: tuple[Words, ...]
    offers: tuple[Words, ...]
    perspectives: tuple[Words, ...]
    aims: str
    expectations: str
    not_months: tuple[str, ...]
    wishes: tuple[str, ...]
    excludes: tuple[str, ...]
    saved_at: datetime


@dataclass(frozen=True)
class InterestForm:
    """`state`: open, interested or declined. `number`: the version that the form begins from. `may_answer`: it can
    still say that it is interested, or decline; `may_save`: it can change what stands there; `draft`: what was
    typed and not sent, of which `wanted` is then made."""

    head: RoundHead
    party: int
    organisation: str
    state: str
    wanted: Wanted
    answer: WantedView | None
    number: int
    due: date | None
    late: bool
    may_save: bool
    may_answer: bool
    may_withdraw: bool
    more_time: Button | None
    invitation: str | None
    themes: tuple[tuple[str, Text], ...]
    perspectives: tuple[tuple[str, Text], ...]
    months: tuple[str, ...]
    others: tuple[tuple[int, str], ...] = field(default=())
    draft: Draft | None = None


def interest(house: House, *, actor: Account, round_id: int, now: datetime) -> InterestForm:
    """The form of the actor's own organisation. NotFound for all others, the lead too: theirs is the organisation's
    page in the round."""
    with looking_in(house, round_id=round_id, actor=actor, now=now) as case:
        party = own_party(case)
        case.require(KEY, "read", party)
        row = store.interests(case.session, round_id).get(party)
        turn = next((t for t in turns.turns(case) if t.party == party and KEY in t.step.path), None)
        draft = draft_of(case, KEY, party) if case.sees(KEY, "write", party) else None
        return InterestForm(
            head=head_of_round(case),
            party=party,
            organisation=case.names[party],
            state=case.state(KEY, party),
            wanted=Wanted(**draft.fields) if draft else wanted_of(case.workflow, row),
            answer=answer_of(case, row),
            number=row.number if row else 0,
            due=turn.due if turn else None,
            late=turn.late if turn else False,
            may_save=case.sees(KEY, "write", party),
            may_answer=_may(case, "decline", party),
            may_withdraw=_may_withdraw(case, party),
            more_time=time_button(case, party),
            invitation=body_of(case, "invitation"),
            themes=tuple(case.workflow.themes.items()),
            perspectives=tuple(case.workflow.perspectives.items()),
            months=months_ahead(case, row),
            others=_others(case.session, case, party),
            draft=draft,
        )


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
        if not _may_withdraw(case, party):
            raise Refused(N_("the round is in another step by now; see where it stands"))
        fire(case, Do("withdraw"), reason=reason, choice=Choice(party=party))


def own_party(case: OpenCase) -> int:
    """The party whose people the actor is of. NotFound for the lead, who is of none."""
    party = case.own_party()
    if party is None:
        raise NotFound("interest")
    return party


def _may(case: OpenCase, action: str, party: int) -> bool:
    return place_of(case, action, party) is not None and bool(case.may(do_of(case, action, party)))


def _may_withdraw(case: OpenCase, party: int) -> bool:
    """Until the pairing: afterwards it is declined, or withdrawn from, in the review itself."""
    return (
        case.state(KEY, party) == "interested"
        and case.sees(KEY, "write", party)
        and party in case.standing.taking_part
        and bool(case.may(Do("withdraw")))
    )


def wanted_of(workflow: Workflow, row: Interest | None) -> Wanted:
    """As the form has it: themes of the definition ticked, others as lines."""
    if row is None:
        return Wanted()
    known = set(workflow.themes)
    return Wanted(
        unit_level=row.unit_level,
        unit=row.unit,
        wants=tuple(w for w in row.wants if w in known),
        more_wants="\n".join(w for w in row.wants if w not in known),
        offers=tuple(w for w in row.offers if w in known),
        more_offers="\n".join(w for w in row.offers if w not in known),
        perspectives=tuple(row.perspectives),
        aims=row.aims,
        expectations=row.expectations,
        not_months=tuple(row.not_months),
        wishes=tuple(str(id) for id in row.wishes),
        excludes=tuple(str(id) for id in row.excludes),
    )


def themes_of(workflow: Workflow, words: Sequence[str]) -> tuple[Text | str, ...]:
    """Themes as they are shown: by their titles, own words as they stand."""
    return tuple(workflow.themes.get(word, word) for word in words)


def answer_of(case: OpenCase, row: Interest | None) -> WantedView | None:
    if row is None:
        return None
    names = {o.id: o.name for o in organisation_store.organisations(case.session)}
    level = LEVELS.get(row.unit_level)
    return WantedView(
        unit=tuple(word for word in (level, row.unit) if word),
        wants=themes_of(case.workflow, row.wants),
        offers=themes_of(case.workflow, row.offers),
        perspectives=tuple(case.workflow.perspectives.get(key, key) for key in row.perspectives),
        aims=row.aims,
        expectations=row.expectations,
        not_months=tuple(row.not_months),
        wishes=tuple(names.get(id, "") for id in row.wishes),
        excludes=tuple(names.get(id, "") for id in row.excludes),
        saved_at=row.saved_at,
    )


def months_ahead(case: OpenCase, row: Interest | None) -> tuple[str, ...]:
    """The months that can be chosen, "2027-03": from this one on, and those that were chosen before."""
    first = turns.today_of(case).replace(day=1)
    coming = [add_months(first, n).strftime("%Y-%m") for n in range(MONTHS_AHEAD)]
    return tuple(sorted({*coming, *(row.not_months if row else ())}))


def _others(session: Session, case: OpenCase, party: int) -> tuple[tuple[int, str], ...]:
    """Every other organisation of the network: the list says nothing of who is invited."""
    own = case.rows.parties[party].organisation_id
    return tuple((o.id, o.name) for o in organisation_store.organisations(session) if o.id != own)


# ---- checking and keeping


def _checked(case: OpenCase, party: int, typed: Wanted, complete: bool) -> Wanted:
    """What was typed, cleaned; `complete`: it must be enough to find a partner by."""
    checks, row = Checks(), None
    others = {str(id) for id, _ in _others(case.session, case, party)}
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

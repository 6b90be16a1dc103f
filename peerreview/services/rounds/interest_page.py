"""What an organisation wants of a round, as its own people and the lead read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from ...engine.language.definition import Workflow
from ...engine.running.case import Do
from ...engine.running.dates import add_months
from ...errors import N_, Message, NotFound, Text
from ...store.people import organisations as organisation_store
from ...store.review import rounds as store
from ...store.review.rounds import Interest
from ..base.house import Account, House
from ..base.words import Words
from ..case.form_drafts import Draft, draft_of
from ..case.opening import OpenCase
from ..frame.panels import Button
from ..frame.round_head import RoundHead, do_of, head_of_round, place_of
from ..turns import turns
from .round_case import looking_in
from .round_time import time_button
from .send_round_letters import body_of

KEY = "interest"


LEVELS: Mapping[str, Message] = {
    "region": N_("The whole region"),
    "hospital": N_("One hospital"),
    "health_centre": N_("One health centre"),
}


MONTHS_AHEAD = 18


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
            may_withdraw=may_withdraw_of(case, party),
            more_time=time_button(case, party),
            invitation=body_of(case, "invitation"),
            themes=tuple(case.workflow.themes.items()),
            perspectives=tuple(case.workflow.perspectives.items()),
            months=months_ahead(case, row),
            others=others_of(case.session, case, party),
            draft=draft,
        )


def own_party(case: OpenCase) -> int:
    """The party whose people the actor is of. NotFound for the lead, who is of none."""
    party = case.own_party()
    if party is None:
        raise NotFound("interest")
    return party


def _may(case: OpenCase, action: str, party: int) -> bool:
    return place_of(case, action, party) is not None and bool(case.may(do_of(case, action, party)))


def may_withdraw_of(case: OpenCase, party: int) -> bool:
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


def others_of(session: Session, case: OpenCase, party: int) -> tuple[tuple[int, str], ...]:
    """Every other organisation of the network: the list says nothing of who is invited."""
    own = case.rows.parties[party].organisation_id
    return tuple((o.id, o.name) for o in organisation_store.organisations(session) if o.id != own)

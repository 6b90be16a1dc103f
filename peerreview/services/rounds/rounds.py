"""Rounds: the lead opens one and sees who has answered and how its reviews go; an organisation sees its own part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ...engine.running.case import ACTIVE, Do
from ...engine.turns.whose_turn import whose_turn
from ...errors import N_, Message, Text
from ...store.people.organisations import organisation_by_id
from ...store.review import rounds as store
from ..base.access import only_lead
from ..base.checks import Checks
from ..base.house import Account, House
from ..case.opening import OpenCase, opened_many
from ..deeds import begin_reviews as reviews
from ..frame.panels import Button
from ..frame.round_head import RoundHead, head_of_round, place_of, stages_of
from ..lead import board
from ..lead.board import Caller
from ..lead.letters_page import STEP
from ..terms.round_days import dates_of
from ..turns import turns
from ..turns.askings import open_askings
from ..turns.offers import action_path
from ..turns.turns import Turn
from ..turns.wording import in_a_row, title_of
from . import begin_chosen_pairs, invite_one_more
from . import edit_talks as talks
from .interest_page import own_party
from .round_case import looking_in
from .round_time import time_button
from .send_round_letters import body_of

WORKFLOW = "round"


# ---- opening


@dataclass(frozen=True)
class NewRound:
    """What is needed to open one. `choices`: the organisations, and whether they have a coordinator."""

    choices: tuple[board.Choice, ...]
    year: int


def new_round(house: House, *, actor: Account, now: datetime) -> NewRound:
    """For the lead; NotFound for others."""
    return NewRound(board.choices(house, actor=actor), house.calendar.day(now).year)


def open_round(
    house: House, *, actor: Account, name: str, year: str, organisations: Sequence[int], now: datetime
) -> int:
    """Open a round in which these are to be invited; nobody is told before the invitation is sent. Raises Invalid
    (name, year, organisations), NotFound for all but the lead."""
    only_lead(actor)
    checks = Checks()
    name = checks.line("name", name, most=100, missing=N_("Give the round a name, such as Round 2027."))
    number = checks.number("year", year, most=2059)
    if "year" not in checks.faults and (number is None or number < 2000):
        checks.faults["year"] = N_("Write a year, such as 2027.")
    if len(organisations) < 2:
        checks.faults["organisations"] = N_("Choose at least two organisations to invite.")
    checks.stop()
    assert number is not None
    with house.db.write() as session:
        # In Swedish order, as the lead reads them.
        rows = [row for id in dict.fromkeys(organisations) if (row := organisation_by_id(session, id))]
        ordered = [row.id for row in sorted(rows, key=lambda row: (row.sort_key, row.id))]
        with house.asked(session, actor):
            case = reviews.begun(
                house, session, actor=actor, organisations=ordered, workflow=WORKFLOW, title=name, now=now
            )
        session.add(store.Round(review_id=case.review.id, year=number))
        return case.review.id


# ---- the list


@dataclass(frozen=True)
class ListedRound:
    """`stage`: where it stands; `answered` of `invited` have answered."""

    id: int
    title: str
    year: int
    stage: Text | None
    ended: Text | None
    invited: int
    answered: int


def rounds(house: House, *, actor: Account, now: datetime) -> tuple[ListedRound, ...]:
    """Every round, the newest first. For the lead; NotFound for others."""
    only_lead(actor)
    with house.db.read() as session:
        years = {row.review_id: row.year for row, _ in store.rounds(session)}
        cases = opened_many(house, session, years, account=actor, now=now)
        return tuple(_listed(case, years[case.review.id]) for case in reversed(cases))


def _listed(case: OpenCase, year: int) -> ListedRound:
    stage = next((s for s in stages_of(case) if s.state in ("doing", "late")), None)
    ended = case.standing.ended
    return ListedRound(
        id=case.review.id,
        title=case.review.title,
        year=year,
        stage=stage.title if stage else None,
        ended=case.workflow.ends[ended].title if ended else None,
        invited=len(case.standing.parties),
        answered=len(case.standing.parties) - len(silent(case)),
    )


def silent(case: OpenCase) -> tuple[int, ...]:
    """The parties whose answer the round still waits for."""
    return tuple(
        p for p in case.standing.taking_part if case.state("interest", p) == "open" and not _closed(case, p)
    )


def _closed(case: OpenCase, party: int) -> bool:
    """Whether the round has gone on without a party's answer."""
    begun = any(scope.party == party for _, scope in case.standing.marks)
    return begun and place_of(case, "say", party) is None


# ---- the lead's page


@dataclass(frozen=True)
class OrganisationRow:
    """`state`, `word`: the answer; `own_day`: its day is another than the others'; `asks`: it asks for more
    time; `talk`: the state of the talk, "" where there is none to be held; `review`: the review it is in, by id
    and title; `callers`: whom to call while the answer is awaited."""

    party: int
    name: str
    state: str
    word: Message
    due: date | None
    late: bool
    own_day: bool
    asks: bool
    talk: str
    review: tuple[int, str] | None
    callers: tuple[Caller, ...]


@dataclass(frozen=True)
class RoundView:
    """The lead's page. `columns`, `rows`: the board of the round's reviews under way; `ended`: those that are over,
    with how; `ask`: what the lead does now; `reminding`: letters to those who are silent, by role; `talks`: with
    whom the lead is to talk; `may_invite`: one more organisation can be invited; `invited`: the invitation is sent."""

    head: RoundHead
    dates: dict[str, date | None]
    organisations: tuple[OrganisationRow, ...]
    interested: int
    declined: int
    silent: tuple[int, ...]
    reminding: tuple[Button, ...]
    ask: tuple[Button, ...]
    talks: tuple[tuple[int, str], ...]
    may_begin: bool
    free: tuple[tuple[int, str], ...]
    columns: tuple[Text, ...]
    rows: tuple[board.Row, ...]
    ended: tuple[tuple[int, str, Text], ...]
    powers: tuple[Button, ...]
    may_invite: bool
    invited: bool


def round_page(house: House, *, actor: Account, round_id: int, now: datetime) -> RoundView:
    """NotFound for all but the lead."""
    only_lead(actor)
    with looking_in(house, round_id=round_id, actor=actor, now=now) as case:
        running, over = _children(case)
        columns, rows = board.rows_of(running)
        members = {id: child for child in (*running, *over) for id in _ids(child) if child not in over}
        waited = {t.party: t for t in turns.turns(case) if t.party is not None and "say" in t.step.actions}
        listed = tuple(
            _organisation(case, party, waited.get(party), members) for party in case.standing.parties
        )
        states = [row.state for row in listed]
        return RoundView(
            head=head_of_round(case),
            dates=dates_of(case),
            organisations=tuple(sorted(listed, key=lambda row: ORDER.index((row.state, row.talk)))),
            interested=states.count("done"),
            declined=sum(1 for p in case.standing.parties if case.state("interest", p) == "declined"),
            silent=silent(case),
            reminding=_reminding(case),
            ask=_asks(case),
            talks=tuple((row.party, row.name) for row in listed if row.talk == "doing"),
            may_begin=case.sees("pairs", "write"),
            free=tuple((p, case.names[p]) for p in begin_chosen_pairs.free_parties(case)),
            columns=columns,
            rows=rows,
            ended=tuple((c.review.id, title_of(c), _end(c)) for c in over),
            powers=tuple(
                Button(action.title, action_path(case.review.id, key, "", None))
                for key, action in case.workflow.actions.items()
                if action.moves != "join" and case.may(Do(key))
            ),
            may_invite=invite_one_more.why_not(case) is None,
            invited=case.state("invitation") == "sent",
        )


def _children(case: OpenCase) -> tuple[list[OpenCase], list[OpenCase]]:
    """The round's reviews: those under way, what is due first on top, and those that are over."""
    ids = store.children(case.session, case.review.id)
    found = opened_many(case.house, case.session, ids, account=case.account, now=case.now)
    running = [child for child in found if child.standing.ended is None]
    running.sort(key=lambda child: (child.review.due_on or date.max, child.review.id))
    return running, [child for child in found if child.standing.ended is not None]


def _ids(child: OpenCase) -> list[int]:
    return [party.organisation_id for party in child.rows.parties]


def _end(child: OpenCase) -> Text:
    return child.workflow.ends[child.standing.ended or ""].title


def _reminding(case: OpenCase) -> tuple[Button, ...]:
    """Letters to write where answers are wanting: first to those who are to answer, then to their managers."""
    waiting = [t for t in turns.turns(case) if t.party is not None and "say" in t.step.actions]
    if not waiting:
        return ()
    step, way = waiting[0].step.path, f"/lead/mail/write?review={case.review.id}&whom={STEP}"
    own = {seat.role for turn in waiting for holder in turn.holders for seat in holder.seats}
    found = []
    for key, role in sorted(case.workflow.roles.items(), key=lambda item: item[0] not in own):
        if role.of == "party":
            words = N_("Write to: %(role)s (%(count)s)", role=in_a_row(role.title), count=len(waiting))
            found.append(Button(words, f"{way}{step}" + ("" if key in own else f":{key}")))
    return tuple(found)


# Those for whom there is something to do first: silent ones, then those to talk with.
ORDER = [
    ("late", ""), ("doing", ""), ("todo", ""), ("done", "doing"), ("done", "done"), ("done", ""), ("locked", ""),
]  # fmt: skip
WORDS = {
    "interested": ("done", N_("Interested")),
    "declined": ("locked", N_("Declined")),
    "withdrawn": ("locked", N_("Withdrawn")),
    "closed": ("locked", N_("Did not answer")),
    "waiting": ("doing", N_("Has not answered")),
    "late": ("late", N_("Has not answered")),
    "todo": ("todo", N_("Not invited yet")),
}


def _organisation(
    case: OpenCase, party: int, turn: Turn | None, members: dict[int, OpenCase]
) -> OrganisationRow:
    how = _how(case, party, late=turn is not None and turn.late)
    state, word = WORDS[how]
    child = members.get(case.rows.parties[party].organisation_id)
    talk = case.standing.state(_talk_step(case), party) if how == "interested" else None
    return OrganisationRow(
        party=party,
        name=case.names[party],
        state=state,
        word=word,
        due=turn.due if turn else None,
        late=turn.late if turn else False,
        own_day=turn is not None and any(place == turn.place for place, _ in case.case.granted),
        asks=any(entry.party == party for entry in open_askings(case)),
        talk={ACTIVE: "doing"}.get(talk, "done") if talk else "",
        review=(child.review.id, title_of(child)) if child else None,
        callers=_callers(case, party) if turn else (),
    )


def _how(case: OpenCase, party: int, *, late: bool) -> str:
    if party in case.standing.withdrawn:
        return "withdrawn"
    state = case.state("interest", party)
    if state != "open":
        return state
    if case.state("invitation") != "sent":
        return "todo"
    if _closed(case, party):
        return "closed"
    return "late" if late else "waiting"


def _talk_step(case: OpenCase) -> str:
    return next((step.path for step in case.workflow.walk() if "held" in step.actions), "")


def _callers(case: OpenCase, party: int) -> tuple[Caller, ...]:
    return tuple(
        Caller(s.person.name, case.workflow.roles[s.role].title, s.person.phone, s.person.email)
        for s in case.rows.seats
        if s.party == party
    )


def _asks(case: OpenCase) -> tuple[Button, ...]:
    """What is the lead's to do now, as ways to the pages where it is done; one for each step."""
    found: dict[str, Button] = {}
    for place, mark in case.standing.marks.items():
        step = case.workflow.by_path[place[0]]
        lead = any(seat.party < 0 for seat in whose_turn(case.case, place)) if step.actions else False
        if mark.state == ACTIVE and lead and step.page:
            found[step.path] = Button(step.ask or step.title, f"/rounds/{case.review.id}/{step.page}")
    return tuple(found.values())


# ---- an organisation's page


@dataclass(frozen=True)
class OwnView:
    """A round as one of its organisations sees it. `state`: of its answer; `due`: by when it is wanted, while it is;
    `more_time`: to ask for it;
    `expectations`: what was agreed with the lead; `reviews`: its own, with how they ended."""

    head: RoundHead
    organisation: str
    state: str
    withdrawn: bool
    may_save: bool
    more_time: Button | None
    due: date | None
    late: bool
    invitation: str | None
    expectations: str | None
    reviews: tuple[tuple[int, str, Text | None], ...]
    synthesis: str | None


def own_page(house: House, *, actor: Account, round_id: int, now: datetime) -> OwnView:
    """NotFound for whoever is of none of its organisations."""
    with looking_in(house, round_id=round_id, actor=actor, now=now) as case:
        party = own_party(case)
        turn = next((t for t in turns.turns(case) if t.party == party and "say" in t.step.actions), None)
        # Only those of the round's reviews that the reader sits in: others' do not exist for them.
        children = opened_many(
            house, case.session, store.children(case.session, round_id), account=actor, now=now
        )
        return OwnView(
            head=head_of_round(case),
            organisation=case.names[party],
            state=case.state("interest", party),
            withdrawn=party in case.standing.withdrawn,
            may_save=case.sees("interest", "write", party),
            more_time=time_button(case, party),
            due=turn.due if turn else None,
            late=turn.late if turn else False,
            invitation=body_of(case, "invitation"),
            expectations=talks.expectations_of(case, party),
            reviews=tuple(
                (c.review.id, title_of(c), _end(c) if c.standing.ended else None) for c in children
            ),
            synthesis=body_of(case, "synthesis"),
        )

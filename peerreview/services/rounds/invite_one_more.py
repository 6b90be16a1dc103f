"""One organisation more in a round that is open: invited as the others, by a day of its own where it needs one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ...engine.running.case import Do
from ...engine.running.decide import No
from ...engine.running.moves import Choice
from ...engine.running.timing import due_date
from ...errors import N_, Message, Refused
from ...store.case.cases import members
from ...store.lists.overview import organisations_with
from ...store.review.reviews import Party
from ..base.access import only_lead
from ..base.checks import Checks
from ..base.house import Account, House
from ..case.opening import OpenCase
from ..deeds.change import fire
from ..frame.round_head import RoundHead, head_of_round, place_of
from ..review import ask_more_time
from ..terms.round_days import dates_of
from . import round_people
from .round_case import changing_in, looking_in

INVITE_MORE = "invite_more"
MOST = 2000
PAIRED = N_("reviews of the round have begun: those who come now wait for the next round")


@dataclass(frozen=True)
class JoinForm:
    """`choices`: whom can be invited, by id and name; `without`: those who have no coordinator. `sent`: the others
    have been invited; `answers`: by when they are to answer, where that day lies ahead; `waits`: the pairing has begun,
    and would wait."""

    head: RoundHead
    choices: tuple[tuple[int, str], ...]
    without: tuple[str, ...]
    sent: bool
    answers: date | None
    waits: bool


def join_form(house: House, *, actor: Account, round_id: int, now: datetime) -> JoinForm:
    """For the lead; NotFound for others, Refused where nobody can come any more."""
    only_lead(actor)
    with looking_in(house, round_id=round_id, actor=actor, now=now) as case:
        _only_while_open(case)
        there = {party.organisation_id for party in case.rows.parties}
        others = [row for row in organisations_with(case.session, "coordinator") if row[0] not in there]
        return JoinForm(
            head=head_of_round(case),
            choices=tuple((id, name) for id, name, ready in others if ready),
            without=tuple(name for _, name, ready in others if not ready),
            sent=case.state("invitation") == "sent",
            answers=_answers_ahead(case),
            waits=place_of(case, "paired") is not None,
        )


def why_not(case: OpenCase) -> Message | None:
    """Why nobody can be invited any more; None where one can."""
    if case.case.facts.get("pairs", "begun"):
        return PAIRED
    answer = case.may(Do(INVITE_MORE)) if INVITE_MORE in case.workflow.actions else No(PAIRED)
    return answer.reason if isinstance(answer, No) else None


def invite_more(
    house: House,
    *,
    actor: Account,
    round_id: int,
    organisation: int | None,
    day: str,
    reason: str,
    meant: str = "",
    now: datetime,
) -> str:
    """Invite it; `day`: by when it answers, later than the others; returns its name. Raises Invalid (organisation,
    day, reason), Refused, NotFound for all but the lead."""
    with changing_in(house, round_id=round_id, actor=actor, now=now) as case:
        _only_while_open(case)
        checks = Checks()
        there = {party.organisation_id for party in case.rows.parties}
        if (
            organisation is None
            or organisation in there
            or not members(case.session, organisation, "coordinator")
        ):
            checks.faults["organisation"] = N_("Choose an organisation from the list.")
        words = checks.text("reason", reason, most=MOST)
        sent = case.state("invitation") == "sent"
        if sent and not day and _answers_ahead(case) is None and dates_of(case)["answers"]:
            checks.faults["day"] = N_(
                "The day for answers has been. Write by when this organisation is to answer."
            )
        checks.stop()
        assert organisation is not None
        party = _joined(case, organisation, words)
        if sent and day:
            _own_day(case, party, day, words, meant)
        return case.names[party]


def _joined(case: OpenCase, organisation: int, reason: str) -> int:
    party = len(case.rows.parties)
    case.session.add(Party(review_id=case.review.id, position=party, organisation_id=organisation))
    case.refresh()
    case.names = {one.position: one.name for one in case.rows.parties}
    round_people.follow(case, party, told=False)
    case.refresh()
    fire(case, Do(INVITE_MORE), reason=reason, choice=Choice(party=party))
    case.refresh()
    return party


def _own_day(case: OpenCase, party: int, day: str, reason: str, meant: str) -> None:
    """A day that is later than the others' is time that was given; the others' own day needs no giving."""
    found = place_of(case, "say", party)
    assert found is not None
    place, _ = found
    due = due_date(case.case, place)
    if due is None or day != due.isoformat():
        ask_more_time.grant(case, place, day, reason, meant)


def _answers_ahead(case: OpenCase) -> date | None:
    """By when all are to answer, where whoever is invited today has until then."""
    day = dates_of(case)["answers"]
    return day if day is not None and day > case.house.calendar.day(case.now) else None


def _only_while_open(case: OpenCase) -> None:
    why = why_not(case)
    if why is not None:
        raise Refused(why)

"""Somebody of another organisation sits for a side when they and their organisation have said yes, and not before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from peerreview.errors import Conflict, Invalid, NotFound, Refused
from peerreview.rendering.words import say
from peerreview.services.base.house import Account, House
from peerreview.services.lead.verify_histories import verify
from peerreview.services.team import ask_for_seat, seats_page
from peerreview.services.worker.each_tick import tick
from peerreview.store.people.people import Membership
from peerreview.store.review.history import HistoryRow
from peerreview.store.review.seat_requests import SeatRequest
from tests.people import make_organisation, make_person

from ..guest_play import Skane, answers, asked, looks, make_skane, register, subjects, tasks
from ..review_fixtures import Cast, advance, do, looked, make_review
from ..team_play import appoint, mails, names, page


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house), to="teams")


@pytest.fixture
def skane(house: House, cast: Cast) -> Skane:
    return make_skane(house)


# ---- people of an organisation that has no part in the review


@pytest.mark.parametrize("first", ["person", "organisation"])
def test_somebody_of_another_organisation_is_seated_when_both_have_said_yes(
    house: House, cast: Cast, skane: Skane, first: str
) -> None:
    request = asked(house, cast, skane.analyst)
    view = page(house, cast, cast.coordinator(0))
    assert "Utredare" not in names(view, 0)
    assert view.sides[0].size == 3
    assert [(one.name, one.may_withdraw) for one in view.asked] == [("Utredare", True)]
    assert [say(who, "sv") for who in view.asked[0].waits_for] == ["Utredare", "Region Skåne"]
    assert tasks(house, cast, skane.analyst) == ["Svara på om du är med i ett granskningsteam"]
    assert tasks(house, cast, skane.coordinator) == ["Svara på om Utredare får vara med i ett annat team"]
    for who in (skane.analyst, skane.coordinator):
        assert len(subjects(house, who)) == 1
        with pytest.raises(NotFound):
            page(house, cast, who)
    order = [skane.analyst, skane.coordinator] if first == "person" else [skane.coordinator, skane.analyst]
    answers(house, cast, order[0], request)
    assert "Utredare" not in names(page(house, cast, cast.coordinator(0)), 0)
    assert tasks(house, cast, order[0]) == []
    answers(house, cast, order[1], request)
    assert "Utredare" in names(page(house, cast, skane.analyst), 0)
    for who, known in ((cast.coordinator(0), True), (cast.lead, True)):
        (seat,) = [one for one in page(house, cast, who).sides[0].team if one.name == "Utredare"]
        assert (seat.guest is not None) is known
    assert page(house, cast, cast.coordinator(0)).asked == ()
    with house.db.read() as session:
        # Sitting for a side once makes nobody its organisation's.
        found = session.scalars(
            select(Membership).where(Membership.person_id == skane.analyst.person_id)
        ).all()
        assert [one.organisation_id for one in found] == [skane.organisation]
    form = seats_page.appoint_form(house, actor=cast.coordinator(0), review_id=cast.review_id, now=cast.now)
    assert skane.analyst.person_id not in dict(form.known)
    assert verify(house) == []


@pytest.mark.parametrize("who", ["analyst", "coordinator"])
def test_one_no_is_enough_and_does_not_say_whose(house: House, cast: Cast, skane: Skane, who: str) -> None:
    request = asked(house, cast, skane.analyst)
    answers(house, cast, getattr(skane, who), request, yes=False)
    assert "Utredare" not in names(page(house, cast, cast.coordinator(0)), 0)
    assert [say(one.state, "en") for one in page(house, cast, cast.coordinator(0)).asked] == [
        "Somebody has said no"
    ]
    assert subjects(house, cast.coordinator(0))[-1].startswith("Utredare")
    with pytest.raises(Conflict):
        answers(house, cast, skane.analyst, request)
    # It can be asked again.
    assert asked(house, cast, skane.analyst) != request


def test_a_coordinator_who_is_asked_for_answers_for_both(house: House, cast: Cast, skane: Skane) -> None:
    request = asked(house, cast, skane.coordinator)
    answers(house, cast, skane.coordinator, request)
    assert "Processledare, Skåne" in names(page(house, cast, cast.coordinator(0)), 0)


def test_every_organisation_that_somebody_belongs_to_is_asked(house: House, cast: Cast, skane: Skane) -> None:
    blekinge = make_organisation(house, "Region Blekinge")
    contact = make_person(house, "Direktör", "d@blekinge.example", in_organisation=blekinge, role="contact")
    register(house, skane.analyst, blekinge)
    request = asked(house, cast, skane.analyst)
    answers(house, cast, skane.analyst, request)
    answers(house, cast, skane.coordinator, request)
    assert "Utredare" not in names(page(house, cast, cast.coordinator(0)), 0)
    # It has no coordinator: its management contact answers.
    answers(house, cast, contact, request)
    assert "Utredare" in names(page(house, cast, cast.coordinator(0)), 0)


def test_the_lead_answers_for_an_organisation_that_has_nobody(house: House, cast: Cast) -> None:
    orphans = make_organisation(house, "Region Blekinge")
    lone = make_person(house, "Ensam", "e@blekinge.example", in_organisation=orphans, role="member")
    request = asked(house, cast, lone)
    assert tasks(house, cast, cast.lead) == ["Svara på om Ensam får vara med i ett annat team"]
    answers(house, cast, cast.lead, request)
    answers(house, cast, lone, request)
    assert "Ensam" in names(page(house, cast, cast.coordinator(0)), 0)


def test_those_who_have_nothing_to_do_with_it_find_no_such_page(
    house: House, cast: Cast, skane: Skane
) -> None:
    request = asked(house, cast, skane.analyst)
    for who in (cast.coordinator(1), cast.member(1), cast.outsider, cast.member(0), cast.contact(0)):
        with pytest.raises(NotFound):
            looks(house, cast, who, request)
        with pytest.raises(NotFound):
            answers(house, cast, who, request)
        assert tasks(house, cast, who) == []
    for who in (cast.coordinator(0), cast.lead, skane.coordinator, skane.analyst):
        assert looks(house, cast, who, request).person == "Utredare"
    # The side that asks, and the lead, look on; they do not answer.
    for who in (cast.coordinator(0), cast.lead):
        assert not looks(house, cast, who, request).may_answer
        with pytest.raises(NotFound):
            answers(house, cast, who, request)


def test_the_other_side_learns_no_name_of_who_is_asked(house: House, cast: Cast, skane: Skane) -> None:
    asked(house, cast, skane.analyst)
    do(house, cast, cast.coordinator(0), "confirm", "teams")
    for who in (cast.coordinator(1), cast.member(1), cast.contact(1)):
        view = page(house, cast, who)
        assert view.asked == ()
        assert "Utredare" not in repr(view)
    with house.db.read() as session:
        rows = session.scalars(select(HistoryRow).where(HistoryRow.deed == "seat_asked")).all()
        assert [(row.artefact, row.state, row.about_party) for row in rows] == [("team", "open", 0)]


def test_a_question_is_asked_once_and_can_be_taken_back(house: House, cast: Cast, skane: Skane) -> None:
    request = asked(house, cast, skane.analyst)
    with pytest.raises(Invalid) as error:
        appoint(house, cast, cast.coordinator(0), name="X", email=skane.analyst.email)
    assert "Utredare" in say(error.value.errors["email"], "en")

    def withdraw(who: Account) -> None:
        ask_for_seat.withdraw(house, actor=who, review_id=cast.review_id, request_id=request, now=cast.now)

    with pytest.raises(NotFound):
        withdraw(cast.coordinator(1))
    with pytest.raises(Refused):
        withdraw(cast.member(0))
    withdraw(cast.coordinator(0))
    assert tasks(house, cast, skane.analyst) == []
    with pytest.raises(Conflict):
        answers(house, cast, skane.analyst, request)
    assert len(subjects(house, skane.analyst)) == 2


def test_a_question_of_a_side_that_leaves_is_over_and_all_who_were_asked_are_told(house: House) -> None:
    cast = advance(house, make_review(house, 3), to="teams")
    skane = make_skane(house)
    request = asked(house, cast, skane.analyst, 1)
    kept = asked(house, cast, make_skane_too(house), 0)
    do(house, cast, cast.coordinator(1), "withdraw", reason="Omorganisation.")
    # At once, and not at the next tick.
    for who in (skane.analyst, skane.coordinator):
        assert tasks(house, cast, who) == []
    before = [len(subjects(house, cast.coordinator(1))), len(subjects(house, cast.contact(1)))]
    for yes in (True, False):
        with pytest.raises(Conflict):
            answers(house, cast, skane.analyst, request, yes=yes)
    tick(house, now=cast.now, real_now=cast.now)
    for who in (skane.analyst, skane.coordinator):
        assert tasks(house, cast, who) == []
        assert (
            "no longer asked" in subjects(house, who)[-1] or "gäller inte längre" in subjects(house, who)[-1]
        )
    assert before == [len(subjects(house, cast.coordinator(1))), len(subjects(house, cast.contact(1)))]
    with house.db.read() as session:
        states = [session.get_one(SeatRequest, one).state for one in (request, kept)]
    assert states == ["void", "waiting"]


def make_skane_too(house: House) -> Account:
    """Somebody of a fifth organisation."""
    organisation = make_organisation(house, "Region Uppsala")
    return make_person(house, "Statistiker", "s@uppsala.example", in_organisation=organisation, role="member")


def test_a_question_that_nobody_answers_is_over_after_ten_working_days(
    house: House, cast: Cast, skane: Skane
) -> None:
    request = asked(house, cast, skane.analyst)
    answers(house, cast, skane.coordinator, request)
    last = looks(house, cast, skane.analyst, request).until
    assert last == house.calendar.add(house.calendar.day(cast.now), 10)
    cast.now = house.calendar.end(last) - timedelta(seconds=1)
    tick(house, now=cast.now, real_now=cast.now)
    assert tasks(house, cast, skane.analyst) != []
    cast.now += timedelta(seconds=1)
    with pytest.raises(Conflict):
        answers(house, cast, skane.analyst, request)
    tick(house, now=cast.now, real_now=cast.now)
    tick(house, now=cast.now, real_now=cast.now)
    assert say(looks(house, cast, skane.analyst, request).state, "en") == "Not answered in time"
    assert [s for s in subjects(house, cast.coordinator(0)) if "Utredare" in s] == [
        "Inget svar i tid: Utredare – Kalmar län – Gävleborg"
    ]
    assert verify(house) == []


def test_two_sides_that_ask_for_the_same_person_get_what_the_person_says(
    house: House, cast: Cast, skane: Skane
) -> None:
    first, second = asked(house, cast, skane.analyst, 0), asked(house, cast, skane.analyst, 1)
    for request in (first, second):
        answers(house, cast, skane.coordinator, request)
    answers(house, cast, skane.analyst, second)
    assert "Utredare" in names(page(house, cast, cast.coordinator(1)), 1)
    with pytest.raises(Conflict):
        answers(house, cast, skane.analyst, first)


def test_a_side_that_has_left_seats_nobody(house: House, cast: Cast, skane: Skane) -> None:
    request = asked(house, cast, skane.analyst)
    answers(house, cast, skane.coordinator, request)
    do(house, cast, cast.lead, "cancel", reason="Omorganisation.")
    tick(house, now=cast.now, real_now=cast.now)
    assert tasks(house, cast, skane.analyst) == []
    with pytest.raises(Conflict):
        answers(house, cast, skane.analyst, request)
    assert looked(house, cast, cast.lead).standing.ended == "cancelled"


def test_mails_name_what_is_asked_and_until_when(house: House, cast: Cast, skane: Skane) -> None:
    asked(house, cast, skane.analyst)
    (own,), (of_organisation,) = subjects(house, skane.analyst), subjects(house, skane.coordinator)
    assert own.startswith("Vill du vara med i ett granskningsteam? Svara senast tis 17 mars")
    assert of_organisation.startswith("Får Utredare vara med i ett annat team?")
    assert mails(house, "team") == [skane.analyst.email, skane.coordinator.email]


def test_a_place_that_can_no_longer_be_given_is_told_to_all_who_were_asked(
    house: House, cast: Cast, skane: Skane
) -> None:
    """Nobody waits for what has come to nothing: before the last yes somebody became another side's."""
    request = asked(house, cast, skane.analyst)
    register(house, skane.analyst, cast.organisations[1])
    for who in (skane.analyst, skane.coordinator):
        answers(house, cast, who, request)
    assert "Utredare" not in names(page(house, cast, cast.coordinator(0)), 0)
    assert subjects(house, cast.coordinator(0))[-1].startswith("Utredare")
    for who in (skane.analyst, skane.coordinator):
        assert len(subjects(house, who)) == 2

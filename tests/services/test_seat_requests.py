"""Who may sit for a side is asked of people and organisations: an organisation's own people are its own, others' are
asked with their organisation, and nobody is anybody's because that one was first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from peerreview.errors import Conflict, Invalid, NotFound, Refused
from peerreview.rendering.words import say
from peerreview.services import deputies, people, seat_request_pages, seat_requests, seats
from peerreview.services.home import home
from peerreview.services.house import Account, House
from peerreview.services.reviews import begin_review
from peerreview.services.seats import Appointed
from peerreview.services.ticking import tick
from peerreview.services.verifying import verify
from peerreview.store.history import HistoryRow
from peerreview.store.outbox import Outgoing
from peerreview.store.people import Membership, Person
from peerreview.store.reviews import Seat
from peerreview.store.seat_requests import SeatRequest
from tests.people import make_organisation, make_person

from .review_fixtures import Cast, advance, do, looked, make_review
from .team_play import appoint, mails, names, page, seat_of


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house), to="teams")


@dataclass
class Skane:
    """An organisation that has no part in the review: its coordinator, and an analyst of it."""

    organisation: int
    coordinator: Account
    analyst: Account


@pytest.fixture
def skane(house: House, cast: Cast) -> Skane:
    organisation = make_organisation(house, "Region Skåne")
    return Skane(
        organisation,
        make_person(house, "Processledare, Skåne", "pl@skane.example", in_organisation=organisation),
        make_person(house, "Utredare", "u@skane.example", in_organisation=organisation, role="member"),
    )


def asked(house: House, cast: Cast, who: Account, party: int = 0) -> int:
    """The side asks for somebody by the address; gives the request's id."""
    found = appoint(
        house, cast, cast.coordinator(party), name="Någon", email=who.email, function="public_health"
    )
    assert found.how == "asked"
    with house.db.read() as session:
        return session.scalars(select(SeatRequest.id).order_by(SeatRequest.id.desc())).first() or 0


def answers(house: House, cast: Cast, who: Account, request: int, *, yes: bool = True) -> None:
    seat_requests.answer(house, actor=who, request_id=request, yes=yes, now=cast.now)


def looks(house: House, cast: Cast, who: Account, request: int) -> seat_request_pages.RequestView:
    return seat_request_pages.request(house, actor=who, request_id=request, now=cast.now)


def tasks(house: House, cast: Cast, who: Account) -> list[str]:
    view = home(house, actor=who, now=cast.now, real_now=cast.now)
    return [say(task.title, "sv") for task in view.tasks if "seat-requests" in task.href]


def subjects(house: House, who: Account) -> list[str]:
    with house.db.read() as session:
        rows = session.scalars(
            select(Outgoing).where(Outgoing.person_id == who.person_id).order_by(Outgoing.id)
        )
        return [row.subject for row in rows]


def register(house: House, who: Account, organisation: int, role: str = "member") -> None:
    with house.db.write() as session:
        session.add(Membership(person_id=who.person_id, organisation_id=organisation, role=role))


# ---- the other side's people


@pytest.mark.parametrize("role", ["member", "coordinator", "contact"])
def test_another_sides_own_person_is_refused_and_that_side_is_not_kept_from_them(
    house: House, cast: Cast, role: str
) -> None:
    physician = make_person(
        house, "Chefläkare", "cl@gavleborg.example", in_organisation=cast.organisations[1], role="member"
    )
    function = "" if role == "contact" else "medical"
    with pytest.raises(Invalid) as error:
        appoint(
            house, cast, cast.coordinator(0), name="X", email=physician.email, role=role, function=function
        )
    assert error.value.errors == {"email": seats.NOT_HERE}
    assert subjects(house, physician) == []
    found = appoint(
        house, cast, cast.coordinator(1), person_id=physician.person_id, role=role, function=function
    )
    assert found == Appointed("Chefläkare", "seated")


def test_whoever_cannot_be_taken_is_refused_in_the_same_words(house: House, cast: Cast) -> None:
    """So that nobody learns of another side's team by trying addresses."""
    unseated = make_person(
        house, "Ledig", "l@gavleborg.example", in_organisation=cast.organisations[1], role="member"
    )
    said = set()
    for who in (unseated, cast.member(1), cast.contact(1), cast.lead):
        with pytest.raises(Invalid) as error:
            appoint(house, cast, cast.coordinator(0), name="X", email=who.email)
        said.add(error.value.errors["email"])
    assert said == {seats.NOT_HERE}


def test_own_people_are_taken_back_from_a_side_that_had_them_first(house: House, cast: Cast) -> None:
    """Seated by an address before the register knew them: the register's organisation goes before."""
    appoint(
        house, cast, cast.coordinator(0), name="Chefläkare", email="cl@gavleborg.example", function="medical"
    )
    with house.db.read() as session:
        row = session.scalars(select(Person).where(Person.email_folded == "cl@gavleborg.example")).one()
        physician = Account(row.id, row.name, row.email, "sv", False)
    register(house, physician, cast.organisations[1])
    (seat,) = [one for one in page(house, cast, cast.lead).sides[0].team if one.name == "Chefläkare"]
    assert seat.guest is not None
    assert "another side of this review" in say(seat.guest, "en")
    form = seats.appoint_form(house, actor=cast.coordinator(1), review_id=cast.review_id, now=cast.now)
    assert physician.person_id in dict(form.known)
    found = appoint(house, cast, cast.coordinator(1), person_id=physician.person_id, function="medical")
    assert found == Appointed("Chefläkare", "seated")
    assert "Chefläkare" not in names(page(house, cast, cast.coordinator(0)), 0)
    assert "Chefläkare" in names(page(house, cast, cast.coordinator(1)), 1)
    assert any("Chefläkare" in subject for subject in subjects(house, cast.coordinator(0)))
    with house.db.read() as session:
        memberships = session.scalars(
            select(Membership).where(Membership.person_id == physician.person_id)
        ).all()
        assert [one.organisation_id for one in memberships] == [cast.organisations[1]]
    with pytest.raises(Invalid):
        appoint(house, cast, cast.coordinator(0), name="X", email=physician.email)
    assert verify(house) == []


def test_who_belongs_to_both_sides_chooses_and_the_first_does_not_win(house: House, cast: Cast) -> None:
    both = make_person(house, "Dubbel", "d@example.org", in_organisation=cast.organisations[0], role="member")
    register(house, both, cast.organisations[1])
    assert (
        appoint(house, cast, cast.coordinator(0), person_id=both.person_id, function="manager").how
        == "seated"
    )
    request = asked(house, cast, both, party=1)
    assert "Dubbel" in names(page(house, cast, cast.coordinator(0)), 0)
    answers(house, cast, both, request)
    assert "Dubbel" not in names(page(house, cast, cast.coordinator(0)), 0)
    assert "Dubbel" in names(page(house, cast, cast.coordinator(1)), 1)


def test_whom_nobody_knows_says_where_they_belong(house: House, cast: Cast) -> None:
    """Seated by an address alone; then the other side appoints the same one."""
    appoint(house, cast, cast.coordinator(0), name="Strateg", email="s@example.org", function="public_health")
    with house.db.read() as session:
        row = session.scalars(select(Person).where(Person.email_folded == "s@example.org")).one()
        who = Account(row.id, row.name, row.email, "sv", False)
    request = asked(house, cast, who, party=1)
    assert looks(house, cast, who, request).chooses
    answers(house, cast, who, request)
    assert "Strateg" in names(page(house, cast, cast.coordinator(1)), 1)
    assert "Strateg" not in names(page(house, cast, cast.coordinator(0)), 0)
    with house.db.read() as session:
        memberships = session.scalars(select(Membership).where(Membership.person_id == who.person_id)).all()
        assert [(one.organisation_id, one.by_seat) for one in memberships] == [(cast.organisations[1], True)]


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
    form = seats.appoint_form(house, actor=cast.coordinator(0), review_id=cast.review_id, now=cast.now)
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
        seat_requests.withdraw(house, actor=who, review_id=cast.review_id, request_id=request, now=cast.now)

    with pytest.raises(NotFound):
        withdraw(cast.coordinator(1))
    with pytest.raises(Refused):
        withdraw(cast.member(0))
    withdraw(cast.coordinator(0))
    assert tasks(house, cast, skane.analyst) == []
    with pytest.raises(Conflict):
        answers(house, cast, skane.analyst, request)
    assert len(subjects(house, skane.analyst)) == 2


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


# ---- other ways onto a side


def test_nobody_gets_seats_on_two_sides_by_the_register(house: House, cast: Cast) -> None:
    first, second = (make_organisation(house, name) for name in ("Region Värmland", "Region Örebro"))
    both = make_person(house, "Delad", "delad@example.org", in_organisation=first)
    register(house, both, second, role="coordinator")
    with pytest.raises(Invalid):
        begin_review(house, actor=cast.lead, organisations=[first, second], now=cast.now)
    for organisation in (first, second):
        make_person(house, f"Egen {organisation}", in_organisation=organisation)
    review = begin_review(house, actor=cast.lead, organisations=[first, second], now=cast.now)
    with house.db.read() as session:
        seated = session.scalars(select(Seat.person_id).where(Seat.review_id == review)).all()
        assert both.person_id not in seated
        assert len(seated) == 2


def test_a_guest_is_nobodys_deputy_and_in_no_list_of_the_next_review(
    house: House, cast: Cast, skane: Skane
) -> None:
    request = asked(house, cast, skane.analyst)
    for who in (skane.analyst, skane.coordinator):
        answers(house, cast, who, request)
    with pytest.raises(Invalid):
        deputies.name_deputy(
            house,
            actor=cast.member(0),
            review_id=cast.review_id,
            seat_id=seat_of(house, cast, cast.member(0)),
            person_id=skane.analyst.person_id,
            since=cast.now.date().isoformat(),
            until=cast.now.date().isoformat(),
            now=cast.now,
            real_now=cast.now,
        )


def test_the_register_turns_a_membership_by_seat_into_one_of_its_own(house: House, cast: Cast) -> None:
    appoint(house, cast, cast.coordinator(0), name="Strateg", email="s@example.org", function="public_health")
    with house.db.read() as session:
        person = session.scalars(select(Person).where(Person.email_folded == "s@example.org")).one()
    people.add_membership(
        house,
        actor=cast.lead,
        person_id=person.id,
        organisation_id=cast.organisations[0],
        role="member",
        title="Strateg",
        real_now=cast.now,
    )
    with house.db.read() as session:
        one = session.scalars(select(Membership).where(Membership.person_id == person.id)).one()
        assert (one.by_seat, one.title) == (False, "Strateg")


def test_mails_name_what_is_asked_and_until_when(house: House, cast: Cast, skane: Skane) -> None:
    asked(house, cast, skane.analyst)
    (own,), (of_organisation,) = subjects(house, skane.analyst), subjects(house, skane.coordinator)
    assert own.startswith("Vill du vara med i ett granskningsteam? Svara senast tis 17 mars")
    assert of_organisation.startswith("Får Utredare vara med i ett annat team?")
    assert mails(house, "team") == [skane.analyst.email, skane.coordinator.email]

"""Who may sit for a side is asked of people and organisations: an organisation's own people are its own, and nobody
is anybody's because that one was first."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from peerreview.errors import Invalid
from peerreview.rendering.words import say
from peerreview.services.base.house import Account, House
from peerreview.services.deeds.begin_reviews import begin_review
from peerreview.services.lead.verify_histories import verify
from peerreview.services.people import edit_people
from peerreview.services.team import appoint_deputy, appoint_members, seats_page
from peerreview.services.team.appoint_members import Appointed
from peerreview.store.people.people import Membership, Person
from peerreview.store.review.reviews import Seat
from tests.people import make_organisation, make_person

from ..guest_play import Skane, answers, asked, looks, make_skane, register, subjects
from ..review_fixtures import Cast, advance, make_review
from ..team_play import appoint, names, page, seat_of


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house), to="teams")


@pytest.fixture
def skane(house: House, cast: Cast) -> Skane:
    return make_skane(house)


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
    assert error.value.errors == {"email": appoint_members.NOT_HERE}
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
    assert said == {appoint_members.NOT_HERE}


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
    form = seats_page.appoint_form(house, actor=cast.coordinator(1), review_id=cast.review_id, now=cast.now)
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
        appoint_deputy.name_deputy(
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
    edit_people.add_membership(
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

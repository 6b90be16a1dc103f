"""Teams and seats: who is appointed, who may see whom by when, and what a forged id gives (nothing)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from peerreview.errors import Conflict, Invalid, NotFound, Refused
from peerreview.rendering.words import say
from peerreview.services import deputies, seats, teams
from peerreview.services.cases import looking
from peerreview.services.house import Account, House
from peerreview.services.teams import TeamsView
from peerreview.store.history import HistoryRow
from peerreview.store.outbox import Outgoing
from peerreview.store.people import Person
from peerreview.store.reviews import Seat
from tests.people import make_organisation, make_person

from .review_fixtures import Cast, advance, do, make_review


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house), to="teams")


def page(house: House, cast: Cast, who: Account) -> TeamsView:
    return teams.teams(house, actor=who, review_id=cast.review_id, now=cast.now)


def appoint(house: House, cast: Cast, who: Account, **typed: Any) -> tuple[str, bool]:
    given = {"person_id": None, "name": "", "email": "", "role": "member", "function": "development"}
    return seats.appoint(
        house, actor=who, review_id=cast.review_id, now=cast.now, real_now=cast.now, **{**given, **typed}
    )


def seat_of(house: House, cast: Cast, who: Account) -> int:
    with house.db.read() as session:
        query = select(Seat.id).where(Seat.review_id == cast.review_id, Seat.person_id == who.person_id)
        return session.scalars(query).one()


def mails(house: House, kind: str) -> list[str]:
    with house.db.read() as session:
        return list(session.scalars(select(Outgoing.recipient).where(Outgoing.kind == kind)))


def names(view: TeamsView, party: int) -> list[str]:
    return [seat.name for seat in view.sides[party].team]


def lines(view: TeamsView, language: str = "en") -> list[str]:
    assert view.comparison is not None
    return [say(line, language, view.head.names) for line, _ in view.comparison.lines]


# ---- who sees which team


def test_a_side_sees_its_own_team_and_the_other_one_once_confirmed(house: House, cast: Cast) -> None:
    before = page(house, cast, cast.member(0))
    assert [side.seen for side in before.sides] == [True, False]
    assert before.sides[1].team == before.sides[1].contacts == ()
    assert before.columns == ("Region Kalmar län",)
    do(house, cast, cast.coordinator(1), "confirm", "teams")
    after = page(house, cast, cast.contact(0))
    assert names(after, 1) == ["Processledare, Gävleborg", "Överläkare, Gävleborg", "HR-strateg, Gävleborg"]
    assert [contact.name for contact in after.sides[1].contacts] == [
        "Hälso- och sjukvårdsdirektör, Gävleborg"
    ]


def test_the_lead_sees_all_teams_and_who_has_no_part_sees_nothing(house: House, cast: Cast) -> None:
    view = page(house, cast, cast.lead)
    assert [side.seen for side in view.sides] == [True, True]
    assert not any(side.may_write for side in view.sides)
    with pytest.raises(NotFound):
        page(house, cast, cast.outsider)


def test_rows_put_opposite_numbers_beside_each_other(house: House, cast: Cast) -> None:
    view = page(house, cast, cast.lead)
    assert [(say(title, "sv"), [len(column) for column in columns]) for title, columns in view.rows] == [
        ("Processledare", [1, 1]),
        ("Medicinsk kompetens", [1, 1]),
        ("HR", [1, 1]),
        ("Ledningskontakt", [1, 1]),
    ]


# ---- the comparison in words


def test_comparison_names_gaps_to_the_lead(house: House, cast: Cast) -> None:
    assert lines(page(house, cast, cast.lead)) == [
        "The teams are comparable: as many people, give or take one, and an opposite number for everyone."
    ]
    seats.change_seat(
        house,
        actor=cast.coordinator(1),
        review_id=cast.review_id,
        seat_id=seat_of(house, cast, cast.member(1, 1)),
        role="member",
        function="patient",
        seen="member/hr",
        now=cast.now,
    )
    appoint(house, cast, cast.coordinator(1), name="Folkhälsostrateg", email="folkhalsa@example.org")
    appoint(house, cast, cast.coordinator(1), name="Chef", email="chef@example.org", function="manager")
    assert lines(page(house, cast, cast.lead)) == [
        "Region Gävleborg lacks Human resources, which Region Kalmar län has.",
        "Region Gävleborg has 5 people and Region Kalmar län 3. One more or less is fine.",
    ]


def test_comparison_says_nothing_of_a_team_that_is_not_confirmed(house: House, cast: Cast) -> None:
    for number in range(2):
        appoint(house, cast, cast.coordinator(1), name=f"Ny {number}", email=f"ny{number}@example.org")
    view = page(house, cast, cast.coordinator(0))
    assert lines(view) == [
        "Region Gävleborg has not confirmed its team yet. You see it when it has.",
        "As they are now, the teams are not comparable in number and functions. "
        "The project lead sees all teams and can help.",
    ]
    assert "5" not in repr(view.comparison)
    assert [offer.key for offer in view.offers] == ["confirm"]
    assert view.offers[0].why_not is not None


def test_the_lead_is_offered_consent_where_the_teams_differ(house: House, cast: Cast) -> None:
    assert [offer.key for offer in page(house, cast, cast.lead).offers] == []
    for number in range(2):
        appoint(house, cast, cast.coordinator(1), name=f"Ny {number}", email=f"ny{number}@example.org")
    offered = page(house, cast, cast.lead).offers
    assert [(offer.key, offer.party, offer.why_not) for offer in offered] == [
        ("consent", 0, None),
        ("consent", 1, None),
    ]
    do(house, cast, cast.lead, "consent", "teams", party=1, reason="Gävleborg är en större region.")
    view = page(house, cast, cast.lead)
    assert [offer.party for offer in view.offers] == [0]
    assert view.comparison is not None
    assert view.comparison.consented == ("Region Gävleborg",)
    do(house, cast, cast.coordinator(1), "confirm", "teams")
    assert page(house, cast, cast.coordinator(0)).sides[1].confirmed


# ---- appointing


def test_a_known_person_is_appointed_and_told(house: House, cast: Cast) -> None:
    known = make_person(house, "Folkhälsostrateg", in_organisation=cast.organisations[0], role="member")
    form = seats.appoint_form(house, actor=cast.coordinator(0), review_id=cast.review_id, now=cast.now)
    assert [name for _, name in form.known] == [
        "Folkhälsostrateg",
        "Hälso- och sjukvårdsdirektör, Kalmar län",
    ]
    appoint(house, cast, cast.coordinator(0), person_id=known.person_id, function="public_health")
    assert "Folkhälsostrateg" in names(page(house, cast, known), 0)
    assert mails(house, "team") == [known.email]


def test_a_new_person_is_invited_and_belongs_to_the_organisation(house: House, cast: Cast) -> None:
    name, is_new = appoint(house, cast, cast.coordinator(0), name="Anhörig", email="anhorig@example.org")
    assert (name, is_new) == ("Anhörig", True)
    assert mails(house, "invite") == ["anhorig@example.org"]
    with house.db.read() as session:
        person = session.scalars(select(Person).where(Person.email_folded == "anhorig@example.org")).one()
        assert [(m.organisation_id, m.role) for m in person.memberships] == [
            (cast.organisations[0], "member")
        ]


def test_an_address_that_has_an_account_gives_that_person_the_seat(house: House, cast: Cast) -> None:
    elsewhere = make_organisation(house, "Region Skåne")
    known = make_person(house, "Utredare", "utredare@example.org", in_organisation=elsewhere)
    name, is_new = appoint(
        house, cast, cast.coordinator(0), name="Någon annan", email="UTREDARE@example.org", role="coordinator"
    )
    assert (name, is_new) == ("Utredare", False)
    assert mails(house, "invite") == []
    with house.db.read() as session:
        person = session.get(Person, known.person_id)
        assert person is not None
        # Coordinating one review makes nobody the organisation's coordinator.
        assert sorted((m.organisation_id, m.role) for m in person.memberships) == sorted(
            [(elsewhere, "coordinator"), (cast.organisations[0], "member")]
        )


def test_a_management_contact_stands_outside_the_team(house: House, cast: Cast) -> None:
    appoint(
        house, cast, cast.coordinator(0), name="Stabschef", email="s@example.org", role="contact", function=""
    )
    own = page(house, cast, cast.coordinator(0)).sides[0]
    assert len(own.team) == 3
    assert "Stabschef" in [contact.name for contact in own.contacts]


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({}, {"name", "email"}),
        ({"name": "A", "email": "a@example.org", "function": ""}, {"function"}),
        ({"name": "A", "email": "a@example.org", "function": "king"}, {"function"}),
        ({"name": "A", "email": "a@example.org", "role": "lead"}, {"role"}),
        ({"name": "A" * 201, "email": "no address"}, {"name", "email"}),
        ({"person_id": 10**6}, {"person"}),
        ({"person_id": 1, "name": "A"}, {"person"}),
    ],
)
def test_what_cannot_be_taken_is_said_beside_its_field(
    house: House, cast: Cast, typed: dict[str, Any], fields: set[str]
) -> None:
    with pytest.raises(Invalid) as error:
        appoint(house, cast, cast.coordinator(0), **typed)
    assert set(error.value.errors) == fields


def test_nobody_sits_on_two_sides_and_the_lead_on_none(house: House, cast: Cast) -> None:
    said = set()
    for who in (cast.member(1), cast.contact(1), cast.lead):
        with pytest.raises(Invalid) as error:
            appoint(house, cast, cast.coordinator(0), name="X", email=who.email)
        said.add(error.value.errors["email"])
    assert said == {seats.NOT_HERE}
    # As little from the list: whom a form may name are the organisation's own people.
    for who in (cast.member(1), cast.outsider, cast.lead):
        with pytest.raises(Invalid) as error:
            appoint(house, cast, cast.coordinator(0), person_id=who.person_id)
        assert list(error.value.errors) == ["person"]


def test_nobody_gets_two_seats_on_one_team(house: House, cast: Cast) -> None:
    with pytest.raises(Invalid):
        appoint(house, cast, cast.coordinator(0), person_id=cast.member(0).person_id)
    with pytest.raises(Invalid):
        appoint(house, cast, cast.coordinator(0), name="X", email=cast.member(0).email)


@pytest.mark.parametrize("who", ["lead", "contact 0", "member 0.0"])
def test_who_may_read_may_not_appoint(house: House, cast: Cast, who: str) -> None:
    with pytest.raises(Refused):
        appoint(house, cast, cast.everyone()[who], name="A", email="a@example.org")
    with pytest.raises(NotFound):
        appoint(house, cast, cast.outsider, name="A", email="a@example.org")


def test_a_confirmed_team_can_change_and_history_says_so(house: House, cast: Cast) -> None:
    advance(house, cast, to="work")
    appoint(house, cast, cast.coordinator(0), name="Ersättare", email="ersattare@example.org")
    with house.db.read() as session:
        row = session.scalars(select(HistoryRow).where(HistoryRow.deed == "seated")).one()
        assert (row.artefact, row.about_party, row.state, row.actor_party) == ("team", 0, "confirmed", 0)
    assert "Ersättare" in names(page(house, cast, cast.member(1)), 0)


# ---- changing, removing, forged ids


def change(house: House, cast: Cast, who: Account, seat_id: int, **typed: str) -> None:
    given = {"role": "member", "function": "development", "seen": "member/medical", **typed}
    seats.change_seat(house, actor=who, review_id=cast.review_id, seat_id=seat_id, now=cast.now, **given)


def remove(house: House, cast: Cast, who: Account, seat_id: int) -> bool:
    return seats.remove(
        house, actor=who, review_id=cast.review_id, seat_id=seat_id, now=cast.now, real_now=cast.now
    )


def test_another_function_and_another_coordinator(house: House, cast: Cast) -> None:
    seat = seat_of(house, cast, cast.member(0))
    change(house, cast, cast.coordinator(0), seat, role="coordinator")
    assert names(page(house, cast, cast.member(0)), 0)[:2] == [
        "Processledare, Kalmar län",
        "Överläkare, Kalmar län",
    ]
    assert page(house, cast, cast.member(0)).sides[0].may_write


def test_two_at_once_the_second_is_told(house: House, cast: Cast) -> None:
    seat = seat_of(house, cast, cast.member(0))
    change(house, cast, cast.coordinator(0), seat, function="manager")
    with pytest.raises(Conflict):
        change(house, cast, cast.coordinator(0), seat, function="public_health")


def test_the_last_coordinator_stays(house: House, cast: Cast) -> None:
    seat = seat_of(house, cast, cast.coordinator(0))
    with pytest.raises(Refused):
        remove(house, cast, cast.coordinator(0), seat)
    with pytest.raises(Invalid) as error:
        change(house, cast, cast.coordinator(0), seat, seen="coordinator/coordinator")
    assert list(error.value.errors) == ["role"]
    change(house, cast, cast.coordinator(0), seat_of(house, cast, cast.member(0)), role="coordinator")
    assert remove(house, cast, cast.coordinator(0), seat) is True
    with pytest.raises(NotFound):
        page(house, cast, cast.coordinator(0))


def test_whoever_is_removed_is_out_at_once_and_told(house: House, cast: Cast) -> None:
    assert remove(house, cast, cast.coordinator(0), seat_of(house, cast, cast.member(0))) is False
    with pytest.raises(NotFound):
        page(house, cast, cast.member(0))
    assert mails(house, "team") == [cast.member(0).email]


def test_seats_of_other_sides_and_reviews_do_not_exist(house: House, cast: Cast) -> None:
    other = make_review(house, lead=cast.lead)
    theirs = seat_of(house, cast, cast.member(1))
    elsewhere = seat_of(house, other, other.member(0))
    for seat in (theirs, elsewhere, 10**6):
        with pytest.raises(NotFound):
            change(house, cast, cast.coordinator(0), seat)
        with pytest.raises(NotFound):
            remove(house, cast, cast.coordinator(0), seat)
        with pytest.raises(NotFound):
            again(house, cast, cast.coordinator(0), seat)
        with pytest.raises(NotFound):
            correct(house, cast, cast.coordinator(0), seat, "a@example.org")
        with pytest.raises(NotFound):
            name_deputy(house, cast, cast.coordinator(0), seat, cast.member(0))
        with pytest.raises(NotFound):
            seats.seat_page(
                house, actor=cast.coordinator(0), review_id=cast.review_id, seat_id=seat, now=cast.now
            )


@pytest.mark.parametrize("who", ["contact 0", "member 0.1"])
def test_who_may_read_may_not_change(house: House, cast: Cast, who: str) -> None:
    actor, seat = cast.everyone()[who], seat_of(house, cast, cast.member(0))
    with pytest.raises(Refused):
        change(house, cast, actor, seat)
    with pytest.raises(Refused):
        remove(house, cast, actor, seat)


# ---- those who have not logged in yet


def again(house: House, cast: Cast, who: Account, seat: int) -> str:
    return seats.invite_again(
        house, actor=who, review_id=cast.review_id, seat_id=seat, now=cast.now, real_now=cast.now
    )


def correct(house: House, cast: Cast, who: Account, seat: int, email: str) -> None:
    seats.correct_address(
        house,
        actor=who,
        review_id=cast.review_id,
        seat_id=seat,
        email=email,
        now=cast.now,
        real_now=cast.now,
    )


def invited(house: House, cast: Cast, email: str = "fel@example.org") -> int:
    appoint(house, cast, cast.coordinator(0), name="Inbjuden", email=email)
    with house.db.read() as session:
        return session.scalars(select(Seat.id).join(Person, Person.id == Seat.person_id).where(
            Seat.review_id == cast.review_id, Person.email_folded == email)).one()  # fmt: skip


def test_an_invitation_is_sent_again_and_its_address_corrected(house: House, cast: Cast) -> None:
    seat = invited(house, cast)
    assert again(house, cast, cast.coordinator(0), seat) == "fel@example.org"
    correct(house, cast, cast.coordinator(0), seat, "ratt@example.org")
    assert mails(house, "invite") == ["fel@example.org", "fel@example.org", "ratt@example.org"]


def test_who_has_logged_in_keeps_their_address(house: House, cast: Cast) -> None:
    seat = seat_of(house, cast, cast.member(0))
    with pytest.raises(Refused):
        correct(house, cast, cast.coordinator(0), seat, "kapad@example.org")
    with pytest.raises(Refused):
        again(house, cast, cast.coordinator(0), seat)


def test_an_address_somebody_has_is_refused_without_a_name(house: House, cast: Cast) -> None:
    seat = invited(house, cast)
    with pytest.raises(Invalid) as error:
        correct(house, cast, cast.coordinator(0), seat, cast.member(1).email)
    assert "Gävleborg" not in say(error.value.errors["email"], "en")


def test_nobody_takes_over_an_account_that_others_have_invited(house: House, cast: Cast) -> None:
    """The address of somebody whom another organisation has invited too is not a coordinator's to change."""
    elsewhere = make_organisation(house, "Region Skåne")
    make_person(house, "Inbjuden", "fel@example.org", in_organisation=elsewhere, password=None)
    seat = invited(house, cast)
    with pytest.raises(Refused):
        correct(house, cast, cast.coordinator(0), seat, "kapare@example.org")
    view = seats.seat_page(
        house, actor=cast.coordinator(0), review_id=cast.review_id, seat_id=seat, now=cast.now
    )
    assert not view.may_correct


def test_nobody_takes_over_a_seat_in_another_review(house: House, cast: Cast) -> None:
    other = make_review(house, lead=cast.lead)
    advance(house, other, to="teams")
    seats.appoint(
        house, actor=other.coordinator(0), review_id=other.review_id, person_id=None, name="Inbjuden",
        email="fel@example.org", role="member", function="hr", now=cast.now, real_now=cast.now,
    )  # fmt: skip
    with house.db.write() as session:
        person = session.scalars(select(Person).where(Person.email_folded == "fel@example.org")).one()
        for membership in person.memberships:
            session.delete(membership)
    seat = invited(house, cast)
    with pytest.raises(Refused):
        correct(house, cast, cast.coordinator(0), seat, "kapare@example.org")


# ---- deputies


def name_deputy(
    house: House, cast: Cast, who: Account, seat: int, deputy: Account, since: int = 0, until: int = 7
) -> str:
    today = house.calendar.day(cast.now)
    return deputies.name_deputy(
        house,
        actor=who,
        review_id=cast.review_id,
        seat_id=seat,
        person_id=deputy.person_id,
        since=(today + timedelta(days=since)).isoformat(),
        until=(today + timedelta(days=until)).isoformat(),
        now=cast.now,
        real_now=cast.now,
    )


def test_a_deputy_sits_in_on_their_days_alone(house: House, cast: Cast) -> None:
    stand_in = make_person(house, "Ersättare", in_organisation=cast.organisations[0], role="member")
    seat = seat_of(house, cast, cast.coordinator(0))
    name_deputy(house, cast, cast.coordinator(0), seat, stand_in, since=2, until=3)
    assert mails(house, "team") == [stand_in.email]
    with pytest.raises(NotFound):
        page(house, cast, stand_in)
    start = cast.now
    cast.now = start + timedelta(days=2)
    assert page(house, cast, stand_in).sides[0].may_write
    assert page(house, cast, cast.member(0)).sides[0].team[0].deputy is not None
    cast.now = house.calendar.end(house.calendar.day(start + timedelta(days=3))) - timedelta(minutes=1)
    assert page(house, cast, stand_in).sides[0].may_write
    cast.now += timedelta(minutes=2)
    with pytest.raises(NotFound):
        page(house, cast, stand_in)


def test_a_deputy_is_ended(house: House, cast: Cast) -> None:
    seat = seat_of(house, cast, cast.member(0))
    stand_in = make_person(house, "Ersättare", in_organisation=cast.organisations[0], role="member")
    name_deputy(house, cast, cast.member(0), seat, stand_in)
    deputies.end_deputy(
        house, actor=cast.coordinator(0), review_id=cast.review_id, seat_id=seat, now=cast.now
    )
    with pytest.raises(NotFound):
        page(house, cast, stand_in)


def test_everyone_names_a_deputy_for_their_own_seat_alone(house: House, cast: Cast) -> None:
    seat = seat_of(house, cast, cast.member(0))
    with pytest.raises(Refused):
        name_deputy(house, cast, cast.coordinator(0), seat, cast.member(0, 1))
    for deputy in (cast.member(0), cast.member(1), cast.outsider, cast.lead):
        with pytest.raises(Invalid) as error:
            name_deputy(house, cast, cast.member(0), seat, deputy)
        assert list(error.value.errors) == ["person"]


@pytest.mark.parametrize(("since", "until"), [(-9, -1), (5, 4), (0, 400)])
def test_days_of_a_deputy_that_cannot_be(house: House, cast: Cast, since: int, until: int) -> None:
    with pytest.raises(Invalid) as error:
        name_deputy(
            house, cast, cast.member(0), seat_of(house, cast, cast.member(0)), cast.member(0, 1), since, until
        )
    assert list(error.value.errors) == ["until"]


def test_after_the_end_teams_are_read_only(house: House) -> None:
    cast = make_review(house)
    seat = seat_of(house, cast, cast.member(0))
    advance(house, cast, to="closed")
    assert page(house, cast, cast.member(0)).sides[1].seen
    with pytest.raises(Refused):
        appoint(house, cast, cast.coordinator(0), name="A", email="a@example.org")
    with pytest.raises(Refused):
        name_deputy(house, cast, cast.member(0), seat, cast.member(0, 1))


def test_a_seat_given_later_is_part_of_what_follows(house: House, cast: Cast) -> None:
    """The new seat is on the review's list in the same transaction: facts and plans are made of it."""
    with looking(house, review_id=cast.review_id, actor=cast.lead, now=cast.now) as before:
        assert before.case.facts.get("team", "comparable", 0)
    for number in range(2):
        appoint(house, cast, cast.coordinator(0), name=f"Ny {number}", email=f"ny{number}@example.org")
    with looking(house, review_id=cast.review_id, actor=cast.lead, now=cast.now) as after:
        assert not after.case.facts.get("team", "comparable", 0)

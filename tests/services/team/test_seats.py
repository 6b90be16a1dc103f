"""Seats: changed, given up, invited again, stood in for; and what a forged id gives (nothing)."""

from __future__ import annotations

from datetime import datetime, timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select

from peerreview.errors import Conflict, Invalid, NotFound, Refused
from peerreview.rendering.words import say
from peerreview.services.base.house import Account, House
from peerreview.services.case.opening import looking
from peerreview.services.mail.put_in_outbox import text_of
from peerreview.services.review import overview
from peerreview.services.team import appoint_deputy, appoint_members, seats_page
from peerreview.services.worker import each_tick
from peerreview.store.mail.outbox import Outgoing, PlannedMail
from peerreview.store.people.people import Membership, Person
from peerreview.store.review.reviews import Seat
from peerreview.store.review.seat_requests import SeatRequest
from tests.people import make_organisation, make_person

from ..review_fixtures import Cast, advance, make_review
from ..team_play import appoint, mails, names, page, seat_of


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house), to="teams")


# ---- changing, removing, forged ids


def change(house: House, cast: Cast, who: Account, seat_id: int, **typed: str) -> None:
    given = {"role": "member", "function": "development", "seen": "member/medical", **typed}
    appoint_members.change_seat(
        house, actor=who, review_id=cast.review_id, seat_id=seat_id, now=cast.now, **given
    )


def remove(house: House, cast: Cast, who: Account, seat_id: int) -> bool:
    return appoint_members.remove(
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


def test_who_has_only_been_invited_is_no_coordinator_to_leave_a_side_to(house: House, cast: Cast) -> None:
    appoint(house, cast, cast.coordinator(0), name="Ny", email="ny@example.org", role="coordinator")
    with pytest.raises(Refused):
        remove(house, cast, cast.coordinator(0), seat_of(house, cast, cast.coordinator(0)))


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
            seats_page.seat_page(
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
    return appoint_members.invite_again(
        house, actor=who, review_id=cast.review_id, seat_id=seat, now=cast.now, real_now=cast.now
    )


def correct(house: House, cast: Cast, who: Account, seat: int, email: str) -> None:
    appoint_members.correct_address(
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
    seat = invited(house, cast)
    elsewhere = make_organisation(house, "Region Skåne")
    with house.db.write() as session:
        person = session.scalars(select(Person).where(Person.email_folded == "fel@example.org")).one()
        session.add(Membership(person_id=person.id, organisation_id=elsewhere, role="member"))
    with pytest.raises(Refused):
        correct(house, cast, cast.coordinator(0), seat, "kapare@example.org")
    view = seats_page.seat_page(
        house, actor=cast.coordinator(0), review_id=cast.review_id, seat_id=seat, now=cast.now
    )
    assert not view.may_correct


def test_nobody_answers_for_somebody_whom_another_side_asks(house: House, cast: Cast) -> None:
    seat = invited(house, cast)
    with house.db.write() as session:
        person = session.scalars(select(Person).where(Person.email_folded == "fel@example.org")).one()
        asked = {
            "asked_at": cast.now,
            "asked_by": cast.lead.person_id,
            "expires_at": cast.now + timedelta(days=9),
        }
        session.add(
            SeatRequest(review_id=cast.review_id, party=1, person_id=person.id, role="member", **asked)
        )
    with pytest.raises(Refused):
        correct(house, cast, cast.coordinator(0), seat, "kapare@example.org")


def test_nobody_takes_over_a_seat_in_another_review(house: House, cast: Cast) -> None:
    other = make_review(house, lead=cast.lead)
    advance(house, other, to="teams")
    appoint_members.appoint(
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
    return appoint_deputy.name_deputy(
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


def notes(house: House, cast: Cast) -> str:
    """What the review's page says beside the people of side 0."""
    view = overview.overview(house, actor=cast.member(0), review_id=cast.review_id, now=cast.now)
    return " ".join(say(one.note, "sv") for one in view.sides[0].people if one.note)


def test_a_deputy_sits_in_on_their_days_alone(house: House, cast: Cast) -> None:
    stand_in = make_person(house, "Ersättare", in_organisation=cast.organisations[0], role="member")
    seat = seat_of(house, cast, cast.coordinator(0))
    name_deputy(house, cast, cast.coordinator(0), seat, stand_in, since=2, until=3)
    assert notes(house, cast) == ""
    assert mails(house, "team") == [stand_in.email]
    with pytest.raises(NotFound):
        page(house, cast, stand_in)
    start = cast.now
    cast.now = start + timedelta(days=2)
    assert page(house, cast, stand_in).sides[0].may_write
    assert page(house, cast, cast.member(0)).sides[0].team[0].deputy is not None
    assert "Ersättare är ersättare till och med" in notes(house, cast)
    cast.now = house.calendar.end(house.calendar.day(start + timedelta(days=3))) - timedelta(minutes=1)
    assert page(house, cast, stand_in).sides[0].may_write
    cast.now += timedelta(minutes=2)
    with pytest.raises(NotFound):
        page(house, cast, stand_in)


def test_reminders_go_to_the_deputy_on_their_days(house: House, cast: Cast) -> None:
    stand_in = make_person(house, "Ersättare", in_organisation=cast.organisations[0], role="member")
    own = cast.coordinator(0)
    seat, to = seat_of(house, cast, own), {own.person_id: "own", stand_in.person_id: "stand_in"}

    def planned() -> list[tuple[datetime, str]]:
        with house.db.read() as session:
            query = select(PlannedMail).where(PlannedMail.seat_id == seat, PlannedMail.state == "planned")
            return sorted((row.due_at, to[row.person_id]) for row in session.scalars(query))

    (first, _), (late, _) = planned()
    days = [(at - cast.now) // timedelta(days=1) for at in (first, late)]
    name_deputy(house, cast, own, seat, stand_in, since=days[0], until=days[1] - 1)
    assert planned() == [(first, "stand_in"), (late, "own")]
    cast.now = first + timedelta(minutes=1)
    each_tick.tick(house, now=cast.now, real_now=cast.now)
    assert stand_in.email in mails(house, "reminder")
    assert own.email not in mails(house, "reminder")
    with house.db.read() as session:
        query = select(Outgoing.message).where(
            Outgoing.recipient == stand_in.email, Outgoing.kind == "reminder"
        )
        message = message_from_bytes(session.scalars(query).one(), policy=policy.default)
    assert "du är ersättare för" in message.get_body(("plain",)).get_content()


def texts(house: House, to: Account, kind: str) -> list[tuple[str, str]]:
    """Subject and text of what went to somebody."""
    with house.db.read() as session:
        query = select(Outgoing).where(Outgoing.person_id == to.person_id, Outgoing.kind == kind)
        return [(row.subject, text_of(row.message)) for row in session.scalars(query.order_by(Outgoing.id))]


def test_a_deputy_hears_what_waits_when_named_and_when_their_days_begin(house: House, cast: Cast) -> None:
    own, other = cast.coordinator(0), cast.coordinator(1)
    now, later = (
        make_person(house, name, in_organisation=side.organisation, role="member")
        for name, side in (("Ersättare", cast.sides[0]), ("Vikarie", cast.sides[1]))
    )
    name_deputy(house, cast, own, seat_of(house, cast, own), now)
    name_deputy(house, cast, other, seat_of(house, cast, other), later, since=2)
    [(_, named)] = texts(house, now, "team")
    assert "Ditt att göra:" in named
    [(_, named)] = texts(house, later, "team")
    assert "Ditt att göra:" not in named
    cast.now = house.calendar.start(house.calendar.day(cast.now) + timedelta(days=2))
    assert each_tick.tick(house, now=cast.now - timedelta(minutes=1), real_now=cast.now) == 0
    for _ in range(2):
        each_tick.tick(house, now=cast.now, real_now=cast.now)
    _, (subject, begun) = texts(house, later, "team")
    assert subject.startswith("Från och med i dag är du ersättare för")
    assert "Ditt att göra:" in begun
    assert len(texts(house, now, "team")) == 1


def test_a_deputy_is_ended(house: House, cast: Cast) -> None:
    seat = seat_of(house, cast, cast.member(0))
    stand_in = make_person(house, "Ersättare", in_organisation=cast.organisations[0], role="member")
    name_deputy(house, cast, cast.member(0), seat, stand_in)
    appoint_deputy.end_deputy(
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

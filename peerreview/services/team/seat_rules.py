"""Whose seats they are, who may sit on them, and who is told: what every deed on a seat asks first and does last."""

from __future__ import annotations

from datetime import date, datetime

from ...errors import N_, Message, NotFound
from ...rendering.mails import MailWords
from ...store.people import people as store
from ...store.people.people import Membership, Person
from ...store.review.reviews import Seat
from ..base.clock import real_time
from ..base.house import Account
from ..case.belonging import team_key
from ..case.facts import TEAM_ROLES
from ..case.opening import OpenCase, deputy_of
from ..mail.deputy_mails import waits_for
from ..mail.put_in_outbox import enqueue
from ..people.edit_people import join_in
from ..turns.wording import title_of


def writing_for(case: OpenCase) -> int:
    """The side that the actor appoints for. Raises Refused for who may only read."""
    key, own = team_key(case), sorted(case.actor.parties())
    for party in own:
        if case.sees(key, "write", party):
            return party
    case.require(key, "write", own[0] if own else 0)
    raise AssertionError("require raises where no side may be written")


def seat_of_mine(case: OpenCase, seat_id: int) -> Seat:
    """A seat of the actor's own side; any other does not exist for them."""
    for seat in case.rows.seats:
        if seat.id == seat_id and seat.party in case.actor.parties():
            return seat
    raise NotFound(f"seat {seat_id}")


def writable(case: OpenCase, seat_id: int) -> Seat:
    seat = seat_of_mine(case, seat_id)
    case.require(team_key(case), "write", seat.party)
    return seat


def is_mine(case: OpenCase, seat: Seat) -> bool:
    return case.account is not None and seat.person_id == case.account.person_id


def known_people(case: OpenCase, party: int, but: set[int]) -> tuple[tuple[int, str], ...]:
    """The people of a side's organisation who could sit on it, in Swedish order, each once: those who belong to it, not
    those who have once sat for it and belong to another."""
    found: dict[int, str] = {}
    organisation = case.rows.parties[party].organisation_id
    members = store.members_of(case.session, organisation)
    homes = store.homes_of(case.session, {one.person_id for one in members})
    for membership in members:
        person, title = membership.person, membership.title
        fit = person.closed_at is None and not person.is_lead and person.id not in but
        fit = fit and organisation in homes[person.id]
        if fit and (title or person.id not in found):
            found[person.id] = f"{person.name}, {title}" if title else person.name
    return tuple(found.items())


def deputies_of(case: OpenCase, seat: Seat) -> tuple[tuple[int, str], ...]:
    """Who could stand in for a seat: somebody of its organisation who is not on another side."""
    return known_people(case, seat.party, but={seat.person_id} | of_other_sides(case, seat.party))


def of_other_sides(case: OpenCase, party: int) -> set[int]:
    """Whoever sits, or stands in, for another side: nobody may see both from within."""
    others = [seat for seat in case.rows.seats if seat.party != party]
    return {seat.person_id for seat in others} | {s.deputy_id for s in others if s.deputy_id is not None}


def coordinators_of(case: OpenCase, party: int) -> list[Person]:
    """Those who coordinate a side now: whoever sits in for one is one."""
    found: dict[int, Person] = {}
    for seat in case.rows.seats:
        if seat.party == party and seat.role == "coordinator":
            now = seat.deputy if seat.deputy is not None and sits_in(case, seat) else seat.person
            found[now.id] = now
    return list(found.values())


def sits_in(case: OpenCase, seat: Seat) -> bool:
    deputy = deputy_of(seat)
    return deputy is not None and deputy.sits_in(case.now)


def join(case: OpenCase, party: int, person: Person, role: str, *, by: Account) -> None:
    """Whom nobody knows better belongs to the organisation that they sit for, until the register says otherwise.
    Coordinating one review makes nobody its coordinator."""
    organisation = case.rows.parties[party].organisation_id
    if any(one.organisation_id == organisation or not one.by_seat for one in person.memberships):
        return
    kept = "contact" if role == "contact" else "member"
    membership = Membership(organisation_id=organisation, role=kept, by_seat=True)
    join_in(case.session, person, membership, by=by, at=real_time(case.session, case.now))


def give_seat(case: OpenCase, party: int, person: Person, *, role: str, function: str) -> Seat:
    """Put the person on the side; the history has a line of it."""
    seat = Seat(
        review_id=case.review.id,
        party=party,
        person_id=person.id,
        role=role,
        function=function,
        added_at=case.now,
        person=person,
    )
    seats = case.rows.all_seats
    case.session.add(seat)
    case.session.flush()
    # On the review's own list too: what follows in this transaction looks there.
    seats.append(seat)
    note(case, "seated", seat)
    return seat


# ---- telling


def note(case: OpenCase, deed: str, seat: Seat, **more: object) -> None:
    key = team_key(case)
    case.note(
        deed,
        artefact=key,
        party=seat.party,
        about_party=seat.party,
        state=case.state(key, seat.party),
        data={
            "seat": seat.id,
            "person": seat.person_id,
            "role": seat.role,
            "function": seat.function,
            **more,
        },
    )


def _tell(
    case: OpenCase, person: Person, words: MailWords, real_now: datetime, *, gathers: bool = False
) -> None:
    if person.id != (case.account.person_id if case.account else None):
        enqueue(
            case.session,
            case.house,
            person=person,
            kind="team",
            words=words,
            review_id=case.review.id,
            now=case.now,
            real_now=real_now,
            gathers=gathers,
        )


def tell_seated(case: OpenCase, seat: Seat, real_now: datetime, waits: tuple[Message, ...] = ()) -> None:
    """`waits`: what is theirs to do now."""
    title, party = title_of(case), case.names[seat.party]
    contact = seat.role not in TEAM_ROLES
    words = MailWords(
        subject=N_("You take part in a review – %(review)s", review=title),
        why=N_("%(who)s has named you management contact of %(party)s.", who=_actor(case), party=party)
        if contact
        else N_("%(who)s has appointed you to the team of %(party)s.", who=_actor(case), party=party),
        ask=waits,
        link=f"/reviews/{case.review.id}",
        button=N_("Open the review"),
        names=case.names,
    )
    _tell(case, seat.person, words, real_now)


def tell_unseated(case: OpenCase, seat: Seat, real_now: datetime) -> None:
    words = MailWords(
        subject=N_("You no longer take part in a review – %(review)s", review=title_of(case)),
        why=N_("%(who)s has changed the team of %(party)s.", who=_actor(case), party=case.names[seat.party]),
        ask=(N_("What you have written stays in the review."),),
        names=case.names,
    )
    _tell(case, seat.person, words, real_now)


def tell_deputy(case: OpenCase, seat: Seat, days: tuple[date, date], real_now: datetime) -> None:
    assert seat.deputy is not None
    words = MailWords(
        subject=N_(
            "You stand in from %(since)s to %(until)s – %(review)s",
            since=days[0],
            until=days[1],
            review=title_of(case),
        ),
        why=N_(
            "%(who)s has named you deputy in the review %(review)s.",
            who=_actor(case),
            review=title_of(case),
        ),
        ask=(
            N_("In those days you see and may do what %(who)s sees and may do there.", who=_actor(case)),
            # Later days have a mail of their own when they begin.
            *(waits_for(case, seat.id) if days[0] <= case.house.calendar.day(case.now) else ()),
        ),
        link=f"/reviews/{case.review.id}",
        button=N_("Open the review"),
        names=case.names,
    )
    _tell(case, seat.deputy, words, real_now, gathers=True)


def _actor(case: OpenCase) -> str:
    assert case.account is not None
    return case.account.name

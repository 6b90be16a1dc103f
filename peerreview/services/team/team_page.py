"""Teams: who reviews for each side, how the teams mirror each other, and who may see that by now.

Deeds on a seat (appointing, changing, inviting again, deputies) are in `seats`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from ...engine.running.flow import active
from ...engine.running.teams import compare
from ...engine.turns.planning import stuck
from ...errors import N_, Message, PartyName, Text
from ...store.people import people as store
from ...store.people.people import Person
from ...store.review.reviews import Seat
from ..base.house import Account, House
from ..case import review_pages
from ..case.belonging import guests_of, team_key
from ..case.facts import TEAM_ROLES, compared, team_functions
from ..case.opening import OpenCase, looking
from ..conflicts.conflicts_page import marks_of_people
from ..frame.review_head import ReviewHead, head_of
from ..turns.offers import Offer, offers
from .seat_request_page import AskedView, asked_by

Standing = Literal["active", "invited", "closed"]
MIRRORED = N_(
    "The teams are comparable: as many people, give or take one, and an opposite number for everyone."
)
UNLIKE = N_("As they are now, the teams are unlike in number or functions.")
NO_FUNCTION = Text.of({"sv": "Ingen funktion än", "en": "No function yet"})


@dataclass(frozen=True)
class DeputyView:
    """Who stands in for a seat, from one day to another (both included); `now`: today is one of them."""

    name: str
    since: date
    until: date
    now: bool


@dataclass(frozen=True)
class SeatView:
    """A person's place at a side. `title`: what they are in their organisation; `standing`: invited means that
    they have not logged in yet; `note`: what is worth knowing beside the name; `guest`: from which other organisation
    they are, for those who may know; `conflict`: that they have declared one, and how it is handled."""

    id: int
    person_id: int
    name: str
    title: str
    email: str
    phone: str
    role: str
    role_title: Text
    function: str
    function_title: Text | None
    standing: Standing
    mail_problem: str
    deputy: DeputyView | None
    mine: bool
    guest: Message | None = None
    conflict: Message | None = None

    @property
    def note(self) -> Message | Text | None:
        if self.deputy and self.deputy.now:
            return N_("%(name)s stands in until %(day)s", name=self.deputy.name, day=self.deputy.until)
        # Where the function already says it, it is not said twice.
        return self.role_title if self.role == "coordinator" and self.function != "coordinator" else None


@dataclass(frozen=True)
class SideView:
    """A side's team. `seen`: the reader may see who is on it; `noticed`: how many they are (`size`), and by function
    how many; `may_write`: may appoint and remove."""

    party: int
    name: str
    own: bool
    confirmed: bool
    seen: bool
    noticed: bool
    size: int
    functions: tuple[tuple[Text, int], ...]
    may_write: bool
    team: tuple[SeatView, ...]
    contacts: tuple[SeatView, ...]


@dataclass(frozen=True)
class ComparisonView:
    """How the teams mirror each other, in words, as far as the reader may see them. `lines`: with True where
    all is well. `consented`: the lead has accepted that they are unlike; `stuck`: all have confirmed and they are
    unlike, with what can be done then."""

    comparable: bool
    lines: tuple[tuple[Message, bool], ...]
    consented: bool
    stuck: Text | None


@dataclass(frozen=True)
class TeamsView:
    """`columns` and `rows`: the teams that the reader sees, by function, opposite numbers beside each other."""

    head: ReviewHead
    sides: tuple[SideView, ...]
    comparison: ComparisonView | None
    columns: tuple[str, ...]
    rows: tuple[tuple[Text | Message, tuple[tuple[SeatView, ...], ...]], ...]
    offers: tuple[Offer, ...]
    asked: tuple[AskedView, ...]


def teams(house: House, *, actor: Account, review_id: int, now: datetime) -> TeamsView:
    """The page of the teams. Raises NotFound for those who have no part in the review."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        key = team_key(case)
        review_pages.enter(case, "team")
        sides = tuple(_side(case, key, party) for party in case.standing.taking_part)
        seen = [side for side in sides if side.seen]
        return TeamsView(
            head=head_of(case),
            sides=sides,
            comparison=_comparison(case, key, sides),
            columns=tuple(side.name for side in seen),
            rows=_rows(case, seen),
            offers=_offers(case, key),
            asked=_asked(case, sides),
        )


def _asked(case: OpenCase, sides: tuple[SideView, ...]) -> tuple[AskedView, ...]:
    """Whom the reader's own side has asked; the lead sees of all sides whom they have."""
    lead = ("lead", None) in case.actor.roles
    parties = tuple(side.party for side in sides if side.own or lead)
    return asked_by(case, parties, may_write=any(side.own and side.may_write for side in sides))


def functions_of(case: OpenCase) -> tuple[tuple[str, Text], ...]:
    return tuple(case.workflow.functions.items())


def seat_view(
    case: OpenCase,
    seat: Seat,
    titles: Mapping[int, str],
    guests: Mapping[int, Message] | None = None,
    marks: Mapping[int, Message] | None = None,
) -> SeatView:
    person = seat.person
    return SeatView(
        id=seat.id,
        person_id=person.id,
        name=person.name,
        title=titles.get(person.id, ""),
        email=person.email,
        phone=person.phone,
        role=seat.role,
        role_title=case.workflow.roles[seat.role].title,
        function=seat.function,
        function_title=_function_title(case, seat.function),
        standing=standing_of(person),
        mail_problem=person.mail_problem,
        deputy=_deputy(case, seat),
        mine=case.account is not None and case.account.person_id == person.id,
        guest=(guests or {}).get(person.id),
        conflict=(marks or {}).get(person.id),
    )


def titles_in(case: OpenCase, party: int) -> dict[int, str]:
    """By person, what they are called in the organisation of a side."""
    organisation = case.rows.parties[party].organisation_id
    return {m.person_id: m.title for m in store.members_of(case.session, organisation) if m.title}


def standing_of(person: Person) -> Standing:
    if person.closed_at is not None:
        return "closed"
    return "active" if person.password_hash is not None else "invited"


def _function_title(case: OpenCase, function: str) -> Text | None:
    if not function:
        return None
    return case.workflow.functions.get(function) or Text.of({"sv": function, "en": function})


def _deputy(case: OpenCase, seat: Seat) -> DeputyView | None:
    if seat.deputy is None or seat.deputy_from is None or seat.deputy_until is None:
        return None
    if seat.deputy_until < case.now:
        return None
    day = case.house.calendar.day
    return DeputyView(
        seat.deputy.name, day(seat.deputy_from), day(seat.deputy_until), seat.deputy_from <= case.now
    )


def _side(case: OpenCase, key: str, party: int) -> SideView:
    seen = case.sees(key, "read", party)
    noticed = seen or case.sees(key, "notice", party)
    of_side = [seat for seat in case.rows.seats if seat.party == party]
    team = [seat for seat in of_side if seat.role in TEAM_ROLES]
    contacts = [seat for seat in of_side if seat.role not in TEAM_ROLES]
    titles = titles_in(case, party) if seen else {}
    ours = party in case.actor.parties() or ("lead", None) in case.actor.roles
    guests = guests_of(case, party) if seen and ours else {}
    marks = marks_of_people(case, (seat.person_id for seat in of_side)) if seen else {}
    return SideView(
        party=party,
        name=case.names[party],
        own=party in case.actor.parties(),
        confirmed=case.state(key, party) == "confirmed",
        seen=seen,
        noticed=noticed,
        size=len(team) if noticed else 0,
        functions=_counted(case, team) if noticed else (),
        may_write=case.sees(key, "write", party),
        team=tuple(seat_view(case, seat, titles, guests, marks) for seat in _in_order(case, team))
        if seen
        else (),
        contacts=tuple(seat_view(case, seat, titles, guests, marks) for seat in _in_order(case, contacts))
        if seen
        else (),
    )


def _counted(case: OpenCase, team: Iterable[Seat]) -> tuple[tuple[Text, int], ...]:
    """By function, how many of a team have it; in the definition's order."""
    count = Counter(seat.function for seat in team)
    known = [function for function in case.workflow.functions if function in count]
    return tuple(
        (_function_title(case, function) or NO_FUNCTION, count[function])
        for function in [*known, *sorted(set(count) - set(known))]
    )


def _in_order(case: OpenCase, seats: Iterable[Seat]) -> list[Seat]:
    """Coordinators first, then by the definition's list of functions, then by name."""
    places = {function: place for place, function in enumerate(case.workflow.functions)}
    return sorted(
        seats,
        key=lambda s: (s.role != "coordinator", places.get(s.function, 99), s.person.sort_key, s.person.id),
    )


def _rows(
    case: OpenCase, seen: list[SideView]
) -> tuple[tuple[Text | Message, tuple[tuple[SeatView, ...], ...]], ...]:
    """By function, the people of each side that is seen; functions that nobody has are left out. Last, outside
    the teams, the management contacts."""
    used = {seat.function for side in seen for seat in side.team}
    known = [function for function in case.workflow.functions if function in used]
    rows: list[tuple[Text | Message, tuple[tuple[SeatView, ...], ...]]] = []
    for function in [*known, *sorted(used - set(known))]:
        columns = tuple(tuple(seat for seat in side.team if seat.function == function) for side in seen)
        rows.append((_function_title(case, function) or NO_FUNCTION, columns))
    contacts = tuple(side.contacts for side in seen)
    if any(contacts):
        rows.append((next(seat.role_title for column in contacts for seat in column), contacts))
    return tuple(rows)


def _offers(case: OpenCase, key: str) -> tuple[Offer, ...]:
    """What the team's step offers now; what mends it for all sides once, at whichever side's copy."""
    found: dict[tuple[str, int | None], Offer] = {}
    for offer in offers(case, page="team"):
        if not offer.done and not (offer.consent and case.case.facts.get(key, "comparable", offer.party)):
            found.setdefault((offer.key, None if offer.consent else offer.party), offer)
    return tuple(found.values())


def _comparison(case: OpenCase, key: str, sides: tuple[SideView, ...]) -> ComparisonView | None:
    """Of teams that are not confirmed the others see how many they are and with which functions; whether they are
    alike is asked when all are."""
    known = [side.party for side in sides if side.noticed]
    if len(sides) < 2 or not known:
        return None
    comparable = bool(case.case.facts.get(key, "comparable", sides[0].party))
    hidden = [PartyName(side.party) for side in sides if not side.noticed]
    lines: list[tuple[Message, bool]] = []
    if len(known) > 1:
        compared_with = compared(case.workflow, key, case.standing, [s.party for s in sides if s.confirmed])
        lines = [(line, False) for line in _differences(case, [p for p in known if p in compared_with])]
        if not hidden:
            lines.insert(0, (MIRRORED if comparable else UNLIKE, comparable))
    for party in hidden:
        lines.append(
            (N_("%(party)s has not confirmed its team yet. You see it when it has.", party=party), False)
        )
    lines += [(line, False) for line in _awaited(case, sides)]
    return ComparisonView(comparable, tuple(lines), _consented(case), _stuck(case))


def _awaited(case: OpenCase, sides: tuple[SideView, ...]) -> Iterator[Message]:
    """What the comparison waits for: those who have not confirmed, where the step is under way."""
    places = [place for place in active(case.case) if case.case.step(place).page == "team"]
    late = {place[1].party for place in places}
    missing = tuple(PartyName(side.party) for side in sides if not side.confirmed and side.party in late)
    if not missing:
        return
    own = [side for side in sides if side.own]
    others = tuple(party for party in missing if party.party not in {side.party for side in own})
    if any(side.confirmed for side in own) and others:
        yield N_("You have confirmed your team. Waiting for %(sides)s.", sides=others)
    elif own:
        yield N_(
            "Whether the teams are alike is asked when all have confirmed. You need not wait for the others."
        )
    else:
        yield N_(
            "Whether the teams are alike is asked when all have confirmed. Waiting for %(sides)s.",
            sides=missing,
        )


def _consented(case: OpenCase) -> bool:
    return any(case.workflow.by_path[record.step].page == "team" for record in case.standing.records)


def _stuck(case: OpenCase) -> Text | None:
    """What can be done where all have confirmed and the teams are unlike."""
    for place in stuck(case.case):
        step = case.case.step(place)
        if step.page == "team" and step.stuck:
            return step.stuck[0].text
    return None


def _differences(case: OpenCase, seen: list[int]) -> list[Message]:
    """What keeps the teams of these sides from mirroring each other, side by side."""
    functions = team_functions(case.rows, case.standing)
    found = compare({party: functions[party] for party in seen})
    smallest = PartyName(found.smallest)
    lines = [
        N_("%(party)s has not appointed anybody beside its coordinator yet.", party=PartyName(party))
        for party in seen
        if found.sizes[party] < 2
    ]
    for party, gaps in found.gaps.items():
        lines.append(
            N_(
                "%(party)s lacks %(functions)s, which %(smallest)s has.",
                party=PartyName(party),
                functions=tuple(_function_title(case, gap) for gap in gaps),
                smallest=smallest,
            )
        )
    for party in found.too_large:
        lines.append(
            N_(
                "%(party)s has %(count)s people and %(smallest)s %(least)s. One more or less is fine.",
                party=PartyName(party),
                count=found.sizes[party],
                smallest=smallest,
                least=found.sizes[found.smallest],
            )
        )
    return lines

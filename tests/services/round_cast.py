"""A round that tests play: its lead, organisations with a coordinator and a management contact each, an outsider."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from peerreview.engine.running.flow import active
from peerreview.engine.running.moves import Choice
from peerreview.services.base.house import Account, House
from peerreview.services.case.opening import looking
from peerreview.services.review.do_action import Filled, Wish, act
from peerreview.services.rounds import (
    begin_chosen_pairs,
    edit_interest,
    edit_talks,
    rounds,
    send_round_letters,
)
from peerreview.services.rounds.interest_page import Wanted
from tests.people import make_organisation, make_person

NOW = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
NAMES = (
    "Blekinge",
    "Dalarna",
    "Gotland",
    "Halland",
    "Kalmar län",
    "Kronoberg",
    "Skåne",
    "Uppsala",
    "Värmland",
)


@dataclass(frozen=True)
class Invited:
    organisation: int
    name: str
    coordinator: Account
    contact: Account


@dataclass(frozen=True)
class RoundCast:
    """`invited` in the order of their parties; the outsider's organisation is of the network, but not of the round."""

    id: int
    lead: Account
    invited: tuple[Invited, ...]
    outsider: Invited

    @property
    def organisations(self) -> list[int]:
        return [one.organisation for one in self.invited]


def make_people(house: House, organisations: int = 5) -> RoundCast:
    """Everybody, but no round yet."""
    lead = make_person(house, "Projektledare", "lead@example.org", is_lead=True)
    sides = [_side(house, name, n) for n, name in enumerate(NAMES[: organisations + 1])]
    return RoundCast(0, lead, tuple(sides[:-1]), sides[-1])


def make_round(house: House, organisations: int = 5) -> RoundCast:
    """Opened; nobody has been told."""
    cast = make_people(house, organisations)
    id = rounds.open_round(
        house,
        actor=cast.lead,
        name="Omgång 2026",
        year="2026",
        organisations=cast.organisations[::-1],
        now=NOW,
    )
    return replace(cast, id=id)


def _side(house: House, name: str, number: int) -> Invited:
    organisation = make_organisation(house, f"Region {name}", code=f"{number:02}")
    people = [
        make_person(
            house,
            f"{title}, {name}",
            f"{role}{number}@example.org",
            in_organisation=organisation,
            role=role,
        )
        for role, title in (("coordinator", "Processledare"), ("contact", "Direktör"))
    ]
    return Invited(organisation, f"Region {name}", *people)


def invite(house: House, cast: RoundCast) -> None:
    send_round_letters.save_letter(
        house, actor=cast.lead, round_id=cast.id, key="invitation", body=INVITATION, seen=0, now=NOW
    )
    send_round_letters.send_letter(
        house, actor=cast.lead, round_id=cast.id, key="invitation", seen=1, now=NOW
    )


INVITATION = "Välkommen till årets omgång. Vi börjar i höst och är klara till sommaren."


def wanted(cast: RoundCast, party: int, **changes: object) -> Wanted:
    """What a party wants: it wishes for the next, and rules the one after that out."""
    others = cast.organisations
    typed = Wanted(
        unit_level="region",
        wants=("alcohol",),
        more_wants="Samtal med unga",
        offers=("food",),
        perspectives=("patient",),
        aims=f"Syfte {party}",
        expectations=f"Väntan {party}",
        not_months=("2026-07",),
        wishes=(str(others[(party + 1) % len(others)]),),
        excludes=(str(others[(party + 2) % len(others)]),),
    )
    return Wanted(**{**typed.__dict__, **changes})


def say(house: House, cast: RoundCast, party: int, **changes: object) -> None:
    edit_interest.save_interest(
        house,
        actor=cast.invited[party].coordinator,
        round_id=cast.id,
        typed=wanted(cast, party, **changes),
        seen=0,
        say=True,
        now=NOW,
    )


def hold_talk(house: House, cast: RoundCast, party: int) -> None:
    edit_talks.save_talk(
        house,
        actor=cast.lead,
        round_id=cast.id,
        party=party,
        note=f"Anteckning {party}",
        expectations=f"Överenskommet {party}",
        seen=0,
        held=True,
        now=NOW,
    )


def begin(house: House, cast: RoundCast, *parties: int) -> int:
    """A review between these."""
    return begin_chosen_pairs.begin_by_hand(
        house, actor=cast.lead, round_id=cast.id, parties=parties, now=NOW
    )


def end_review(house: House, cast: RoundCast, review_id: int, action: str = "cancel") -> None:
    """By the lead, at once."""
    act(
        house,
        actor=cast.lead,
        review_id=review_id,
        wish=Wish(action),
        filled=Filled(reason="Provat klart"),
        seen=None,
        now=NOW,
    )


def finish_review(house: House, cast: RoundCast, review_id: int) -> None:
    """To its close: the lead goes on without everybody, step by step."""
    for _ in range(60):
        with looking(house, review_id=review_id, actor=cast.lead, now=NOW) as case:
            if case.standing.ended:
                return
            place = next(p for p in active(case.case) if not case.case.step(p).children)
        act(
            house,
            actor=cast.lead,
            review_id=review_id,
            wish=Wish("go_on"),
            filled=Filled(reason="Provat klart", choice=Choice(place=place)),
            seen=None,
            now=NOW,
        )
    raise AssertionError("the review does not end")

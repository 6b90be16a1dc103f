"""What the lead alone decides, and the others wait for: how it goes on when a side has said no, or has left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ...engine.running.case import Place
from ...engine.running.leaving import directions
from ...engine.running.refusing import refused_at
from ...engine.running.timing import due_date
from ...errors import N_, Message, PartyName
from ..case.opening import OpenCase
from .offers import action_path


@dataclass(frozen=True)
class Way:
    title: Message
    href: str


@dataclass(frozen=True)
class Decision:
    """`said`: what has happened, for everybody; `asks`: what the lead is asked; `ways`: the lead's, () for others."""

    said: Message
    asks: Message
    ways: tuple[Way, ...]
    due: date | None = None


def decisions_of(case: OpenCase) -> tuple[Decision, ...]:
    """What waits for the lead's decision, as the reader may know of it."""
    if case.standing.ended or case.until is not None:
        return ()
    return (*_refused(case), *_undecided(case))


def is_decided_by_lead(case: OpenCase, place: Place) -> bool:
    """Whether a step's instance waits for the lead, because its side has said no."""
    return refused_at(case.case, place) is not None


def _refused(case: OpenCase) -> Iterator[Decision]:
    for place in case.standing.marks:
        action = refused_at(case.case, place)
        party = place[1].party
        if action is None or party is None or not _knows(case, party):
            continue
        side = PartyName(party)
        yield Decision(
            said=N_(
                "%(party)s has declined. The others can go on without it, if the project lead says so.",
                party=side,
            ),
            asks=N_("Decide how it goes on: %(party)s has declined", party=side),
            ways=_of_lead(
                case,
                Way(N_("Let the others go on without %(party)s", party=side), withdraw_path(case, party)),
                Way(
                    N_("End the review: %(how)s", how=case.workflow.ends[action.to or ""].title),
                    action_path(case.review.id, action.key, place[0], party),
                ),
            ),
            due=due_date(case.case, place),
        )


def _undecided(case: OpenCase) -> Iterator[Decision]:
    for party in sorted(case.standing.undecided):
        if directions(case.case, party) and _knows(case, party):
            side = PartyName(party)
            yield Decision(
                said=N_(
                    "%(party)s has withdrawn. The project lead decides which reviews are still finished; "
                    "until then the others go on with theirs.",
                    party=side,
                ),
                asks=N_("Choose which reviews are still finished: %(party)s has withdrawn", party=side),
                ways=_of_lead(case, Way(N_("Choose what is still finished"), withdraw_path(case, party))),
            )


def _knows(case: OpenCase, party: int) -> bool:
    return case.sees_all_parties or party in case.actor.parties()


def _of_lead(case: OpenCase, *ways: Way) -> tuple[Way, ...]:
    return ways if ("lead", None) in case.actor.roles else ()


def withdraw_path(case: OpenCase, party: int) -> str:
    """The page on which the lead says what is finished when a side leaves."""
    key = next(key for key, action in case.workflow.actions.items() if action.moves == "withdraw")
    return f"/reviews/{case.review.id}/actions/{key}?side={party}"

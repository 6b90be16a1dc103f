"""Where a review stands, in a sentence."""

from __future__ import annotations

from ...errors import N_, Message, PartyName, Text
from ..case.opening import OpenCase
from ..turns import turns
from ..turns.wording import in_a_row


def where_of(case: OpenCase) -> tuple[Message, ...]:
    """Where it stands, in a sentence; one a side where they stand at different steps."""
    standing = case.standing
    if case.until is not None:
        return (*_left(case), *_how_ended(case))
    if standing.ended:
        return _how_ended(case)
    if standing.on_hold:
        return (N_("On hold since %(day)s.", day=case.house.calendar.day(standing.holds[-1][0])),)
    by_side = {party: _steps(case, party) for party in standing.taking_part}
    if len(set(by_side.values())) == 1:
        return _now(next(iter(by_side.values())))
    return tuple(
        N_(
            "%(party)s: %(steps)s.",
            party=PartyName(party),
            steps=_in_rows(steps) or N_("waiting for the others"),
        )
        for party, steps in by_side.items()
    )


def _how_ended(case: OpenCase) -> tuple[Message, ...]:
    standing = case.standing
    if not standing.ended:
        return ()
    day = case.house.calendar.day(standing.ended_at) if standing.ended_at else ""
    return (N_("%(how)s %(day)s.", how=case.workflow.ends[standing.ended].title, day=day),)


def _left(case: OpenCase) -> tuple[Message, ...]:
    """To a side that has withdrawn: when, and that the pages show what there was then."""
    assert case.until is not None
    sides = tuple(PartyName(party) for party in sorted(case.actor.parties()))
    day = case.house.calendar.day(case.until)
    first = N_(
        "%(sides)s withdrew on %(day)s. The pages show the review as it was then.", sides=sides, day=day
    )
    if case.finished:
        return (first, N_("The report about you has been handed over: you find it under Report."))
    if case.promised and not case.standing.ended:
        return (first, N_("When the report about you is handed over, you get it."))
    return (first, N_("No report about you will be written."))


def _now(steps: tuple[Text, ...]) -> tuple[Message, ...]:
    return (N_("Now: %(steps)s.", steps=_in_rows(steps)),) if steps else (N_("Waits for its next step."),)


def _in_rows(steps: tuple[Text, ...]) -> tuple[Text, ...]:
    return tuple(map(in_a_row, steps))


def _steps(case: OpenCase, party: int) -> tuple[Text, ...]:
    return tuple({turn.step.title: None for turn in turns.turns(case) if turn.party in (None, party)})

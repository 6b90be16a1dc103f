"""What the moves of the lead mean: going back, going on without, withdrawing, ending. Nothing that others have been
given is taken from them; what they have seen already is said first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...engine.running.case import ACTIVE, Place
from ...engine.running.leaving import finished_about
from ...engine.running.moves import Move
from ...errors import N_, Message, PartyName
from ...store.case import seen_and_mailed as store
from ..base.words import Words
from ..case.opening import OpenCase

# What going back takes back, by the kind and the effect that undoes it. Gap: party.
_UNDONE: Mapping[tuple[str, str], Message] = {
    ("decision", "reopen"): N_("%(party)s answers the proposal again."),
    ("team", "reopen"): N_("The team of %(party)s is confirmed again; the people on it stay."),
    ("agreement", "reopen"): N_("The agreement is confirmed again by %(party)s, as a new version."),
    ("documents", "take_back"): N_("The materials of %(party)s that are not open become internal again."),
    ("questions", "reopen"): N_(
        "%(party)s sends its questions again; those that were sent can still be read."
    ),
    ("form", "reopen"): N_("%(party)s hands in its form again."),
    ("meeting", "reopen"): N_("The meeting counts as not held."),
}

# What is out stays out. Gaps: party (whose), to (who has it).
_KEPT: Mapping[str, Message] = {
    "opened": N_("%(to)s keeps the materials of %(party)s that have been opened."),
    "sent": N_("%(to)s keeps the questions that %(party)s has sent."),
    "presented": N_("%(to)s has read, or could read, the draft of %(party)s."),
    "handed_over": N_("%(to)s keeps the report that %(party)s has handed over."),
}


def going_back(case: OpenCase, move: Move) -> tuple[Words, ...]:
    """Who has seen and been mailed what, then what begins again and what is void."""
    return (*_seen(case, move), *_again(case, move), *_void(case, move))


def _seen(case: OpenCase, move: Move) -> tuple[Words, ...]:
    """What the sides that go back have given others, and how many there have opened it."""
    sides = case.standing.taking_part if move.choice.party is None else (move.choice.party,)
    looks = store.looks(case.session, case.review.id)
    party_of = {seat.person_id: seat.party for seat in case.rows.all_seats}
    found: list[Words] = []
    for artefact in case.workflow.artefacts.values():
        if artefact.per != "party" or not artefact.concerns:
            continue
        for party in sides:
            given = [state for state in _KEPT if case.case.facts.get(artefact.key, state, party)]
            if not given:
                continue
            to = tuple(PartyName(p) for p in case.standing.related(artefact.concerns, party))
            found.append(_with(_KEPT[given[-1]], party=PartyName(party), to=to))
            if artefact.kind.name == "documents":
                readers = {
                    person for person, owner in looks if owner == party and party_of.get(person) != party
                }
                found.append(_readers(len(readers), party))
    return (*found, *_mailed(case, move))


def _readers(count: int, party: int) -> Message:
    if count == 0:
        return N_("Nobody has looked at the materials of %(party)s yet.", party=PartyName(party))
    if count == 1:
        return N_("One person has looked at the materials of %(party)s.", party=PartyName(party))
    return N_(
        "%(count)s people have looked at the materials of %(party)s.", count=count, party=PartyName(party)
    )


def _mailed(case: OpenCase, move: Move) -> tuple[Words, ...]:
    """The reminders that have gone about the steps that begin again."""
    steps = {(path, -1 if scope.party is None else scope.party) for path, scope in _begun_again(move)}
    count = sum(
        number
        for step, party, number in store.reminders(case.session, case.review.id)
        if (step, party) in steps
    )
    return (N_("Reminders of these steps that have been sent: %(count)s.", count=count),) if count else ()


def _begun_again(move: Move) -> list[Place]:
    """The places whose mark is gone, or is another visit's, after the move."""
    after = move.case.standing.marks
    return [
        place
        for place, mark in move.before.standing.marks.items()
        if place not in after or after[place].visit != mark.visit
    ]


def _again(case: OpenCase, move: Move) -> tuple[Words, ...]:
    steps: dict[str, set[int | None]] = {}
    for path, scope in _begun_again(move):
        if not case.workflow.by_path[path].children:
            steps.setdefault(path, set()).add(scope.party)
    order = {step.path: n for n, step in enumerate(case.workflow.walk())}
    titles = tuple(
        case.workflow.by_path[path].title.in_a_row() for path in sorted(steps, key=order.__getitem__)
    )
    return (N_("Begins again: %(steps)s. What has been written stays.", steps=titles),) if titles else ()


def _void(case: OpenCase, move: Move) -> tuple[Words, ...]:
    found: dict[Message, None] = {}
    for done in move.effects:
        words = _UNDONE.get((case.artefact(done.artefact).kind.name, done.effect))
        if words is not None:
            whose = PartyName(done.owner) if done.owner is not None else N_("all sides")
            found[_with(words, party=whose)] = None
    return tuple(found)


def _with(message: Message, **gaps: object) -> Message:
    return Message(message.text, tuple((k, v) for k, v in gaps.items() if f"%({k})s" in message.text))


def going_on(case: OpenCase, move: Move) -> tuple[Words, ...]:
    """What the step that is passed over leaves undone."""
    place = move.choice.place
    assert place is not None
    step = case.case.step(place)
    undone = tuple(action.title.in_a_row() for action in step.actions.values() if not action.optional)
    found: list[Words] = [N_("What has been written in the step is kept, but nobody waits for it.")]
    if undone:
        found.append(N_("Counts as done without: %(actions)s.", actions=undone))
    return tuple(found)


def withdrawing(case: OpenCase, move: Move) -> tuple[Words, ...]:
    standing, gone = move.case.standing, move.choice.party
    if standing.ended:
        return ending(case)
    if case.workflow.apart:
        return (N_("Reviews of the round that have begun go on: one withdraws from them in the review."),)
    found: list[Words] = [
        N_("%(party)s reviews %(other)s.", party=PartyName(party), other=PartyName(standing.reviews[party]))
        for party in standing.taking_part
        if party not in standing.given_up
    ]
    found += [
        N_(
            "%(party)s does not finish its review of %(other)s.",
            party=PartyName(party),
            other=PartyName(standing.reviews[party]),
        )
        for party in sorted(standing.given_up - case.standing.given_up)
    ]
    if gone in standing.undecided:
        found.append(N_("The project lead decides which of these reviews are still finished."))
    if gone is not None and (by := finished_about(move.case, gone)):
        sides = tuple(PartyName(party) for party in by)
        found.append(
            N_(
                "%(party)s can do nothing more in the review, and gets the report of %(sides)s when it is finished.",
                party=PartyName(gone),
                sides=sides,
            )
        )
    return (*found, N_("What has been opened or handed over can still be read."))


def ending(case: OpenCase) -> tuple[Words, ...]:
    under_way = tuple(_under_way(case))
    found: list[Words] = []
    if under_way:
        found.append(N_("Left undone: %(steps)s.", steps=under_way))
    return (*found, N_("Nothing is deleted. What has been opened or handed over can still be read."))


def _under_way(case: OpenCase) -> Iterable[Words]:
    seen: dict[Words, None] = {}
    for (path, _), mark in case.standing.marks.items():
        step = case.workflow.by_path[path]
        if mark.state == ACTIVE and not step.children:
            seen[step.title.in_a_row()] = None
    return seen

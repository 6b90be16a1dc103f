"""What the moves of the lead ask for: back to which step, on from which, who withdraws and who still finishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ..engine.case import ACTIVE, SHARED, WAITING, Place
from ..engine.definition import Action
from ..engine.flow import active
from ..engine.moves import Choice, anything_opened, back_targets
from ..errors import N_, Invalid, Message, PartyName
from .cases import OpenCase
from .todo import Words

ALL = "all"
ALL_MISSING = N_("all who have not answered")


class Picked(Protocol):
    """The fields of a form that make a choice."""

    @property
    def target(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def side(self) -> str: ...
    @property
    def finish(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Group:
    """Choices under one heading ("" for none): (value, words)."""

    title: Words
    choices: tuple[tuple[str, Words], ...]


@dataclass(frozen=True)
class Options:
    """`field` and its groups of choices. `finish`: which sides may still finish their direction, () where that
    is not asked for."""

    field: str
    groups: tuple[Group, ...]
    finish: tuple[tuple[str, Words], ...] = ()


def options(case: OpenCase, action: Action) -> Options | None:
    """What `action` asks to be chosen; None where it asks for nothing, or there is but one choice."""
    if action.moves == "back":
        return Options("target", _targets(case))
    if action.moves == "go_on":
        return Options("place", (Group("", _places(case)),))
    if action.moves == "withdraw" and ("lead", None) in case.actor.roles:
        sides = tuple((str(p), case.names[p]) for p in case.standing.taking_part)
        return Options("side", (Group("", sides),), _directions(case))
    return None


def is_made(action: Action, picked: Picked, asked: Options) -> bool:
    """Whether the form says which; who finishes may rightly be nobody, so it counts with the side."""
    return bool(getattr(picked, asked.field))


def _targets(case: OpenCase) -> tuple[Group, ...]:
    groups = []
    for party in (None, *case.standing.taking_part):
        choices = tuple(
            (f"{ALL if party is None else party}:{path}", case.workflow.by_path[path].title)
            for path in back_targets(case.case, party)
        )
        if choices:
            groups.append(Group(N_("All sides") if party is None else case.names[party], choices))
    return tuple(groups)


def _places(case: OpenCase) -> tuple[tuple[str, Words], ...]:
    """The steps under way and waiting, as places; a block is its steps, and the forms of single persons are one: all
    that are missing, without names (engine.md 48)."""
    found = dict.fromkeys(
        _nameless(place) for place in active(case.case) if not case.case.step(place).children
    )
    return tuple((key_of(place), _place_words(case, place)) for place in found)


def _nameless(place: Place) -> Place:
    path, scope = place
    return place if scope.person is None else (path, SHARED)


def key_of(place: Place) -> str:
    path, scope = place
    return ":".join([path, *("" if n is None else str(n) for n in scope)])


def _place_words(case: OpenCase, place: Place) -> Words:
    path, scope = place
    title = case.workflow.by_path[path].title
    if case.workflow.scope(path) == "person":
        return N_("%(step)s – %(who)s", step=title, who=ALL_MISSING)
    if scope.party is not None:
        return N_("%(step)s – %(who)s", step=title, who=case.names[scope.party])
    return title


def _directions(case: OpenCase) -> tuple[tuple[str, Words], ...]:
    """In a ring in which something has been opened: who reviews whom, to choose what is still finished."""
    standing = case.standing
    if len(standing.taking_part) <= case.workflow.min_parties or not anything_opened(case.case):
        return ()
    return tuple(
        (
            str(party),
            N_(
                "%(party)s reviews %(other)s",
                party=case.names[party],
                other=case.names[standing.reviews[party]],
            ),
        )
        for party in standing.taking_part
        if party not in standing.given_up
    )


# ---- from what was typed


def choice_of(case: OpenCase, action: Action, picked: Picked) -> Choice:
    """The choice that the form makes. Raises Invalid beside the field."""
    if action.moves == "back":
        return _back(case, picked.target)
    if action.moves == "go_on":
        return _go_on(case, picked.place)
    if action.moves == "withdraw":
        return _withdraw(case, picked)
    return Choice()


def _back(case: OpenCase, target: str) -> Choice:
    known = {value: value for group in _targets(case) for value, _ in group.choices}
    if target not in known:
        raise Invalid(target=N_("Choose who goes back, and to which step."))
    who, _, path = target.partition(":")
    return Choice(step=path, party=None if who == ALL else int(who))


def _go_on(case: OpenCase, place: str) -> Choice:
    under_way = (p for p, mark in case.standing.marks.items() if mark.state in (ACTIVE, WAITING))
    places = {key_of(p): p for p in map(_nameless, under_way)}
    if place not in places or place not in dict(_places(case)):
        raise Invalid(place=N_("Choose the step that is not waited for any longer."))
    return Choice(place=places[place])


def _withdraw(case: OpenCase, picked: Picked) -> Choice:
    lead = ("lead", None) in case.actor.roles
    sides = {str(p): p for p in case.standing.taking_part}
    if lead and picked.side not in sides:
        raise Invalid(side=N_("Choose the side that withdraws."))
    party = sides[picked.side] if lead else case.own_party()
    others = {int(value) for value, _ in _directions(case)} - {party}
    if not lead:
        # The lead decides later which directions are given up; nobody's work ends by another side's leaving.
        return Choice(party=party, finish=frozenset(others))
    return Choice(party=party, finish=frozenset(sides[v] for v in picked.finish if v in sides) & others)


def in_words(case: OpenCase, action: Action, choice: Choice) -> tuple[Words, ...]:
    """The choice, as the page says it back."""
    if action.moves == "back":
        who: Message | PartyName = N_("All sides") if choice.party is None else PartyName(choice.party)
        step = case.workflow.by_path[choice.step].title
        return (N_("%(who)s: back to “%(step)s”", who=who, step=step),)
    if action.moves == "go_on" and choice.place is not None:
        return (_place_words(case, choice.place),)
    if action.moves == "withdraw" and choice.party is not None:
        directions: Mapping[int, Words] = {int(value): words for value, words in _directions(case)}
        kept = [words for party, words in directions.items() if party in choice.finish]
        return (
            N_("%(party)s withdraws", party=PartyName(choice.party)),
            *(N_("Still finished: %(direction)s", direction=words) for words in kept),
        )
    return ()

"""What the moves of the lead ask for: back to which step, on from which, who withdraws and who still finishes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ...engine.language.definition import Action
from ...engine.running.case import ACTIVE, SHARED, WAITING, Place
from ...engine.running.flow import active
from ...engine.running.leaving import directions
from ...engine.running.moves import Choice, back_targets
from ...errors import N_, Invalid, Message, PartyName
from ..base.words import Words
from ..case.opening import OpenCase
from .own_withdrawal import own_withdrawal

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
    @property
    def decided(self) -> str: ...


@dataclass(frozen=True)
class Group:
    """Choices under one heading ("" for none): (value, words)."""

    title: Words
    choices: tuple[tuple[str, Words], ...]


@dataclass(frozen=True)
class Options:
    """`field` and its groups of choices. Or, where it is `finish`: which sides may still finish their direction (value,
    words, what it means), those that are ticked at first, and why others cannot."""

    field: str
    groups: tuple[Group, ...] = ()
    finish: tuple[tuple[str, Words, Words], ...] = ()
    ticked: tuple[str, ...] = ()
    cannot: tuple[Words, ...] = ()


def options(case: OpenCase, action: Action, picked: Picked) -> Options | None:
    """What is to be chosen for `action` beside what has been; None where nothing is, or there is but one choice."""
    if action.moves == "back":
        return None if picked.target else Options("target", _targets(case))
    if action.moves == "go_on":
        return None if picked.place else Options("place", (Group("", _places(case)),))
    if action.moves != "withdraw" or ("lead", None) not in case.actor.roles:
        return None
    if not picked.side:
        return Options("side", (Group("", tuple((str(p), _leaving(case, p)) for p in _who_can_leave(case))),))
    # Who finishes may rightly be nobody, so it does not count as chosen where nothing is ticked.
    return None if picked.decided else _finishing(case, picked)


def _who_can_leave(case: OpenCase) -> list[int]:
    """Those who take part; and those who have left, as long as others finish what they can choose not to."""
    standing = case.standing
    left = [p for p in sorted(standing.withdrawn & standing.given_up) if directions(case.case, p)]
    return [*standing.taking_part, *left]


def _leaving(case: OpenCase, party: int) -> Words:
    if party not in case.standing.withdrawn:
        return case.names[party]
    return N_("%(party)s has withdrawn: choose what is still finished", party=case.names[party])


def _finishing(case: OpenCase, picked: Picked) -> Options | None:
    """In a ring in which something has been opened: who reviews whom, to choose what is still finished."""
    party = int(picked.side) if picked.side in map(str, _who_can_leave(case)) else -1
    found = directions(case.case, party) if party >= 0 else {}
    if not found:
        return None
    can = [p for p, refusal in found.items() if refusal is None]
    return Options(
        "finish",
        finish=tuple((str(p), _direction(case, p), _means(case, p, party)) for p in can),
        ticked=tuple(map(str, can)),
        cannot=tuple(refusal for refusal in found.values() if refusal is not None),
    )


def _direction(case: OpenCase, party: int) -> Message:
    other = case.standing.reviews[party]
    return N_("%(party)s reviews %(other)s", party=case.names[party], other=case.names[other])


def _means(case: OpenCase, party: int, gone: int) -> Message:
    """What it means that `party` still finishes its direction, when `gone` has left."""
    other = case.standing.reviews[party]
    if other == gone:
        return N_(
            "If you tick it: %(party)s writes its report with the materials that have been opened. %(other)s answers "
            "nothing, gets the report, and need not acknowledge it. If not: no report about %(other)s is written.",
            party=case.names[party],
            other=case.names[other],
        )
    return N_(
        "If you tick it: it goes on as before. If not: %(party)s writes no report, and %(other)s need not "
        "hand in or follow up anything for it.",
        party=case.names[party],
        other=case.names[other],
    )


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
    if ("lead", None) not in case.actor.roles:
        return own_withdrawal(case)
    sides = {str(p): p for p in _who_can_leave(case)}
    if picked.side not in sides:
        raise Invalid(side=N_("Choose the side that withdraws."))
    party = sides[picked.side]
    found = directions(case.case, party)
    if found and not picked.decided:
        raise Invalid(finish=N_("Choose which reviews are still finished."))
    finish = frozenset(p for p, refusal in found.items() if refusal is None and str(p) in picked.finish)
    return Choice(party=party, finish=finish)


def in_words(case: OpenCase, action: Action, choice: Choice) -> tuple[Words, ...]:
    """The choice, as the page says it back."""
    if action.moves == "back":
        who: Message | PartyName = N_("All sides") if choice.party is None else PartyName(choice.party)
        step = case.workflow.by_path[choice.step].title
        return (N_("%(who)s: back to the step %(step)s", who=who, step=step),)
    if action.moves == "go_on" and choice.place is not None:
        return (_place_words(case, choice.place),)
    if action.moves == "withdraw" and choice.party is not None:
        gone = choice.party in case.standing.withdrawn
        said = N_("%(party)s has withdrawn") if gone else N_("%(party)s withdraws")
        return (
            Message(said.text, (("party", PartyName(choice.party)),)),
            *(
                N_("Still finished: %(direction)s", direction=_direction(case, p))
                for p in sorted(choice.finish)
            ),
        )
    return ()

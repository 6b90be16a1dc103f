"""A definition unfolded for a number of parties: each step once for everybody whose copy it is (pure).

What `scxml` and `bpmn` draw from: no standing and no facts are in it, only which instances there can be, what each
stands in and what comes before it. It also names things, as both formats allow: `exchange-collect-1` is side 1's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..language.definition import Action, Effect, Step, Workflow
from ..running.beginning import first_standing
from ..running.case import SHARED, Case, FactKey, Facts, Place, Scope, Seat
from ..running.changing import effect_owners
from ..running.flow import copies


@dataclass(frozen=True)
class Instance:
    """One instance of a step. `above`: what it stands in, outermost first; `before`: those of the steps before it."""

    step: Step
    scope: Scope
    above: tuple[Place, ...]
    before: tuple[Place, ...]
    inside: tuple[Instance, ...]

    @property
    def place(self) -> Place:
        return self.step.path, self.scope

    @property
    def name(self) -> str:
        return name_of(self.place)

    def walk(self) -> Iterator[Instance]:
        yield self
        for inner in self.inside:
            yield from inner.walk()


def made_up(workflow: Workflow, parties: int) -> Case:
    """A review of which only the form is meant: one person holds each role that nobody else includes."""
    roles = workflow.roles
    seats: list[Seat] = []
    for party in range(parties):
        for key, role in roles.items():
            if role.of == "party":
                seats.append(Seat(len(seats) + 1, 100 * (party + 1) + len(seats) + 1, party, key))
    return Case(workflow, first_standing(workflow, parties), Facts(), seats=tuple(seats))


def unfold(case: Case) -> tuple[Instance, ...]:
    """The instances of the outermost block; the others are inside them."""
    return _block(case, case.workflow.steps, SHARED, (), in_order=True)


def _block(
    case: Case, steps: tuple[Step, ...], scope: Scope, above: tuple[Place, ...], *, in_order: bool
) -> tuple[Instance, ...]:
    found: list[Instance] = []
    for step in steps:
        before = tuple(i.place for i in found) if in_order else ()
        found += [
            Instance(
                step, copy, above, before,
                _block(case, step.children, copy, (*above, (step.path, copy)), in_order=bool(step.steps)),
            )
            for copy in copies(case, step, scope)
        ]  # fmt: skip
    return tuple(found)


def name_of(place: Place) -> str:
    """What an instance is called: keys hold no hyphen and begin with a letter, so that no two are alike."""
    path, scope = place
    words = path.split("/") if path else ["anywhere"]
    words += [str(scope.party + 1)] if scope.party is not None else []
    words += [str(scope.person)] if scope.person is not None else []
    return "-".join(words)


class Names:
    """What facts are called: `materials__handed_in__1`; two that would be called alike get a number."""

    def __init__(self, workflow: Workflow) -> None:
        self.of: dict[tuple[object, ...], str] = {}
        self.persons = {a.key for a in workflow.artefacts.values() if a.per == "person"}

    def fact(self, key: FactKey) -> str:
        artefact, fact, owner = key
        whose = [] if owner is None else [str(owner if artefact in self.persons else owner + 1)]
        return self._named(key, [artefact, fact.replace(".", "_"), *whose])

    def record(self, role: str, fact: str, step: str, party: int | None) -> str:
        words = [
            role,
            fact,
            step.replace("/", "_") or "anywhere",
            *([] if party is None else [str(party + 1)]),
        ]
        return self._named(("record", role, fact, step, party), words)

    def clock(self, place: Place, what: str) -> str:
        """That the date has come at which an instance `opens` or `ends`."""
        return self._named((what, *place), [what, name_of(place).replace("-", "_")])

    def of_ring(self) -> str:
        """In which way the ring stands (see `ring_chart`)."""
        return self._named(("the ring",), ["ring"])

    def _named(self, key: tuple[object, ...], words: list[str]) -> str:
        name = self.of.get(key)
        if name is None:
            name = wanted = "__".join(words)
            taken, number = set(self.of.values()), 2
            while name in taken:
                name, number = f"{wanted}__x{number}", number + 1
            self.of[key] = name
        return name


def acting(case: Case, action: Action, scope: Scope) -> Mapping[str, Scope]:
    """For whom an action can be done at a place of `scope`: what its name adds, and the scope it then has."""
    if scope.party is not None:
        return {"": scope}
    roles = case.workflow.roles
    of = {roles[ref.role].of for ref in action.by if ref.role != "self"}
    found = {"network": scope} if "network" in of else {}
    if "party" in of:
        found |= {str(p + 1): Scope(p) for p in case.standing.taking_part}
    return found


def set_by(case: Case, effects: tuple[Effect, ...], scope: Scope) -> dict[FactKey, bool]:
    """What effects make of facts, in the order in which they are written."""
    kinds = {key: artefact.kind for key, artefact in case.workflow.artefacts.items()}
    return {
        (effect.artefact, fact, owner): value
        for effect in effects
        for owner in effect_owners(case, effect, scope)
        for fact, value in kinds[effect.artefact].effects[effect.effect].items()
    }

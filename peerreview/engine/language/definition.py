"""A workflow as frozen values: what the reader makes of a definition, and all the engine knows of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from ...errors import Text
from .kinds import Kind

# The pages of a review on which the work of a step can be done.
PAGES = ("team", "agreement", "meetings", "materials", "questions", "report", "evaluation", "follow-up")
# Those of a round.
ROUND_PAGES = ("invitation", "interest", "pairing", "synthesis")
RELATIONS = ("own", "reviews", "reviewed_by", "others", "all", "any")


class Right(NamedTuple):
    """`artefact.verb`, in one state of the thing or (None) in all."""

    artefact: str
    verb: str
    state: str | None = None


class FactRef(NamedTuple):
    """`relation.artefact.fact`; `artefact` is a role where a consent is meant (lead.consented)."""

    relation: str
    artefact: str
    fact: str


class RoleRef(NamedTuple):
    """A role, seen from the party whose thing it is: `reviewed_by.member` (engine.md 2 and 3).

    `given`: a fact that must hold besides (`lead if agreement.lead_reads_materials`)."""

    relation: str
    role: str
    given: FactRef | None = None


class Allow(dict[RoleRef, frozenset[Right]]):
    """Who may what. `of` finds by artefact and verb who, in which states (None: in all): a decision
    is asked for so often that it must not look through every right."""

    def of(self, artefact: str, verb: str) -> tuple[tuple[RoleRef, frozenset[str | None]], ...]:
        return self._index.get((artefact, verb), ())

    @cached_property
    def _index(self) -> Mapping[tuple[str, str], tuple[tuple[RoleRef, frozenset[str | None]], ...]]:
        found: dict[tuple[str, str], dict[RoleRef, set[str | None]]] = {}
        for ref, rights in self.items():
            for right in rights:
                found.setdefault((right.artefact, right.verb), {}).setdefault(ref, set()).add(right.state)
        return {
            key: tuple((ref, frozenset(states)) for ref, states in refs.items())
            for key, refs in found.items()
        }


@dataclass(frozen=True)
class Condition:
    """all, any, not over conditions; or one fact, which must hold or equal `value`."""

    op: str
    parts: tuple[Condition, ...] = ()
    fact: FactRef | None = None
    value: Any = True

    def facts(self) -> Iterator[FactRef]:
        if self.fact:
            yield self.fact
        for part in self.parts:
            yield from part.facts()


ALWAYS = Condition("all")


@dataclass(frozen=True)
class Span:
    """A length of time: one unit is other than zero; `months_from` names a fact that gives the months."""

    working_days: int = 0
    weeks: int = 0
    months: int = 0
    months_from: FactRef | None = None


@dataclass(frozen=True)
class Due:
    """When: a date of a fact, or a span after or before a point (begin, a step's end, a fact's date)."""

    span: Span = Span()
    point: str = "begin"
    fact: FactRef | None = None
    otherwise: Due | None = None


@dataclass(frozen=True)
class MailRule:
    """A mail of a deed: to whom, and what it says ({} = the step's own words)."""

    to: tuple[RoleRef, ...]
    subject: Text | None = None
    text: Text | None = None


@dataclass(frozen=True)
class Reminder:
    """`days` working days after (or, below zero, before) the due date; to whom, or () = whose turn it is."""

    key: str
    days: int
    to: tuple[RoleRef, ...] = ()


@dataclass(frozen=True)
class MoreTime:
    """Who of a side may ask for more time for its own copy of a step, and who, seen from that side, grants it."""

    by: tuple[RoleRef, ...]
    granted_by: tuple[RoleRef, ...]


@dataclass(frozen=True)
class Effect:
    """What an action does to an artefact: `relation.artefact.effect`."""

    relation: str
    artefact: str
    effect: str


@dataclass(frozen=True)
class Action:
    """What moves a step. `to`: next, an earlier step's path, an end, or None (moves nothing by itself).

    `declares` asks for a declaration (conflict); `records` is a consent's fact; `optional` actions are
    nobody's task (taking back, consenting); `moves` names one of the engine's own moves (`moves.MOVES`).
    `remedy`: a way out of where all have done theirs and the step is still not over; asked for there alone."""

    key: str
    title: Text
    by: tuple[RoleRef, ...]
    needs: Condition = ALWAYS
    reason: bool = False
    declares: str = ""
    records: FactRef | None = None
    does: tuple[Effect, ...] = ()
    to: str | None = None
    help: Text | None = None
    receipt: Text | None = None
    mail: tuple[MailRule, ...] = ()
    optional: bool = False
    moves: str = ""
    remedy: bool = False


@dataclass(frozen=True)
class Step:
    """A node of the block tree. `path` is its name ("exchange/work/study"); `each` is "", party or person.

    `ask`: what is asked of people, an imperative; `short`: the step in a word or two, for the drawing.
    `was`: the paths by which older definitions called it, the latest first. `stuck`: the mails that go when all have
    done theirs and the step is still not over (see `likeness`). `remind_late`: how many working days late those whose
    turn it is are reminded again, then weekly; None: as the house has it."""

    path: str
    title: Text
    help: Text | None = None
    ask: Text | None = None
    short: Text | None = None
    each: str = ""
    people: tuple[RoleRef, ...] = ()
    condition: Condition | None = None
    starts_when: Condition | None = None
    opens: Due | None = None
    done_when: Condition | None = None
    ends_after: Span | None = None
    due: Due | None = None
    no_due: Text | None = None
    remind: tuple[Reminder, ...] = ()
    remind_late: tuple[int, ...] | None = None
    allow: Allow = field(default_factory=Allow)
    actions: Mapping[str, Action] = field(default_factory=dict)
    mail: tuple[MailRule, ...] = ()
    steps: tuple[Step, ...] = ()
    together: tuple[Step, ...] = ()
    page: str = ""
    was: tuple[str, ...] = ()
    more_time: MoreTime | None = None
    stuck: tuple[MailRule, ...] = ()

    @property
    def key(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def children(self) -> tuple[Step, ...]:
        return self.steps or self.together

    def walk(self) -> Iterator[Step]:
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Artefact:
    """Something that parties make. `per` is review, party or person; `concerns` the relation of the side
    concerned to its owner: reviewed_by for materials, reviews for questions and reports ("" = nobody).
    `fuzzy`: dates of an agreement that may be a month, a term or a year."""

    key: str
    kind: Kind
    per: str
    title: Text
    concerns: str = ""
    opens_when: Condition | None = None
    template: Text | None = None
    fields: tuple[Mapping[str, Any], ...] = ()
    fuzzy: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Role:
    key: str
    of: str
    title: Text
    includes: tuple[str, ...] = ()
    loses: frozenset[Right] = frozenset()
    loses_actions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class End:
    key: str
    title: Text
    allow: Allow = field(default_factory=Allow)
    mail: tuple[MailRule, ...] = ()


@dataclass(frozen=True)
class Workflow:
    """A whole definition. `hash` covers what decides, not titles and help texts (engine.md 23).

    `apart`: its parties are no ring, and none of them knows of another; the network's roles see them all.

    `lines`: where each part stands in `file` (line, column): by step path, "artefacts.x", "roles.x", "ends.x"."""

    name: str
    title: Text
    min_parties: int
    max_parties: int
    roles: Mapping[str, Role]
    artefacts: Mapping[str, Artefact]
    steps: tuple[Step, ...]
    allow: Allow
    actions: Mapping[str, Action]
    ends: Mapping[str, End]
    functions: Mapping[str, Text]
    perspectives: Mapping[str, Text]
    themes: Mapping[str, Text] = field(default_factory=dict)
    apart: bool = False
    hash: str = ""
    text: str = ""
    by_path: Mapping[str, Step] = field(default_factory=dict)
    file: str = ""
    lines: Mapping[str, tuple[int, int]] = field(default_factory=dict, compare=False)

    def step(self, path: str) -> Step | None:
        return self.by_path.get(path)

    def walk(self) -> Iterator[Step]:
        for step in self.steps:
            yield from step.walk()

    @cached_property
    def order(self) -> Mapping[str, int]:
        """By path, where a step stands in the definition."""
        return {step.path: n for n, step in enumerate(self.walk())}

    @cached_property
    def shown_together(self) -> Mapping[str, str]:
        """The texts that are each side's and whose drafts an action shows all at once: by text, that action's step."""
        return {
            effect.artefact: step.path
            for step in self.walk()
            for action in step.actions.values()
            for effect in action.does
            if effect.effect == "present" and effect.relation == "all"
        }

    def parent(self, path: str) -> Step | None:
        return self.by_path.get(path.rpartition("/")[0])

    def siblings(self, path: str) -> tuple[Step, ...]:
        """The steps of the block that `path` stands in, in order."""
        parent = self.parent(path)
        return parent.children if parent else self.steps

    def scope(self, path: str) -> str:
        """Whose copy a mark at `path` is: "" the review's, party, or person."""
        found = ""
        for depth in range(path.count("/") + 1):
            step = self.by_path["/".join(path.split("/")[: depth + 1])]
            found = step.each or found
        return found

"""A standing of an older definition as one of the newest, or why it has no place there (engine.md 24; pure).

Steps are found by their path, or by what the new definition says that they were called (`was`). Then:

- A step that has been passed and is no longer there is forgotten; one that is under way has no place: refused.
- A step that is new, and comes before where a side stands, counts as gone on without (as if the lead had): nobody
  is called back. One that comes later, or that runs beside what is under way, takes place.
- A new block around steps is under way, or over, as they are.
- A step that was each party's and is now shared (or the other way) is over where it was over for all.

What comes of it must be a standing that the new definition can have (`misplaced`); `fits` asks in addition whether
the people and the things of the review have a place. Replay needs no more than what a row of history keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ...errors import N_, Message, PartyName
from ..language.definition import Step, Workflow
from ..running.case import ACTIVE, DONE, OVER, SHARED, WAITING, WAIVED, Case, Mark, Place, Scope, Standing


@dataclass(frozen=True)
class Carried:
    """`standing` where `why` is empty; else it has no place, and `why` says why. `waived`: what is gone on without;
    `gone`: places that had been passed and are no longer there."""

    standing: Standing
    why: tuple[Message, ...] = ()
    waived: tuple[Place, ...] = ()
    gone: tuple[Place, ...] = ()


def called(workflow: Workflow) -> dict[str, tuple[str, ...]]:
    """By path: by which paths a step goes or went, its own first; a renamed block renames what stands in it."""
    found: dict[str, tuple[str, ...]] = {}
    for step in workflow.walk():
        block = step.path.rpartition("/")[0]
        inherited = (f"{name}/{step.key}" for name in found[block][1:]) if block else ()
        found[step.path] = tuple(dict.fromkeys((step.path, *step.was, *inherited)))
    return found


def become(old: Workflow, new: Workflow) -> dict[str, str]:
    """By path of the old definition: what it is called in the new one; without those that are no longer there."""
    found: dict[str, str] = {}
    for path, names in called(new).items():
        name = next((name for name in names if name in old.by_path), None)
        if name is not None:
            found.setdefault(name, path)
    return found


def carried(
    standing: Standing, old: Workflow, new: Workflow, names: Mapping[str, str], now: datetime
) -> Carried:
    """`standing` in the new definition; `names` is what `become` gives (a replay gives what was kept of it)."""
    move = _Carrying(standing, old, new, names, now)
    why = move.why or list(misplaced(new, move.result()))
    return Carried(move.result(), tuple(dict.fromkeys(why)), tuple(move.waived), tuple(move.gone))


class _Carrying:
    def __init__(
        self, standing: Standing, old: Workflow, new: Workflow, names: Mapping[str, str], now: datetime
    ):
        self.old, self.new, self.names, self.now = old, new, names, now
        self.before = standing
        self.marks: dict[Place, Mark] = {}
        self.why: list[Message] = []
        self.gone: list[Place] = []
        self.waived: list[Place] = []
        self.made: set[Place] = set()  # the blocks that were put around steps
        self._steps()
        if not self.why:
            self._blocks()
            self._added()
            self._close()

    def result(self) -> Standing:
        places = {
            (self.names[path], scope): n
            for (path, scope), n in self.before.visits.items()
            if path in self.names and self._same(path)
        }
        visits = {place: max(mark.visit, places.get(place, 0)) for place, mark in self.marks.items()}
        records = frozenset(
            r._replace(step=self.names[r.step]) for r in self.before.records if r.step in self.names
        )
        return replace(self.before, marks=self.marks, visits={**places, **visits}, records=records)

    def _same(self, path: str) -> bool:
        return self.old.scope(path) == self.new.scope(self.names[path])

    # ---- what was there

    def _steps(self) -> None:
        by_path: dict[str, dict[Scope, Mark]] = {}
        for (path, scope), mark in self.before.marks.items():
            by_path.setdefault(path, {})[scope] = mark
        # What stands innermost says best where a side is: its block is not told of besides.
        for path in sorted(by_path, key=lambda path: -path.count("/")):
            target = self.names.get(path)
            if target is None:
                self._lost(path, by_path[path])
            elif self._same(path):
                self._kept(path, target, by_path[path])
            else:
                self._otherwise_shared(path, target, by_path[path])

    def _lost(self, path: str, marks: Mapping[Scope, Mark]) -> None:
        for scope, mark in marks.items():
            if mark.state == ACTIVE and self._concerns(scope) and not self.old.by_path[path].children:
                self.why.append(_stands(path, scope, "gone"))
            elif mark.state in OVER:
                self.gone.append((path, scope))

    def _kept(self, path: str, target: str, marks: Mapping[Scope, Mark]) -> None:
        block, leaf = self.new.by_path[target].children, not self.old.by_path[path].children
        for scope, mark in marks.items():
            if mark.state == ACTIVE and leaf and block and self._concerns(scope):
                self.why.append(_stands(path, scope, "block"))
            self.marks[(target, scope)] = mark

    def _otherwise_shared(self, path: str, target: str, marks: Mapping[Scope, Mark]) -> None:
        """Each party's step has become a shared one, or a shared one each party's."""
        to = self.new.scope(target)
        concerned = {s: m for s, m in marks.items() if self._concerns(s)}
        over = [mark for mark in concerned.values() if mark.state in OVER]
        asked = self.before.taking_part if self.old.scope(path) == "party" else (None,)
        if all(mark.state == WAITING for mark in concerned.values()):
            return  # Nobody has begun: it begins when its turn comes.
        if "person" in (to, self.old.scope(path)) or len(over) < len(asked):
            self.why += [_stands(path, s, to or "shared") for s in concerned]
            return
        last = max(over, key=lambda mark: mark.since)
        for scope in [Scope(p) for p in self.before.taking_part] if to == "party" else [SHARED]:
            self.marks[(target, scope)] = last._replace(visit=1)

    def _concerns(self, scope: Scope) -> bool:
        return scope.party is None or scope.party in self.before.taking_part

    # ---- what is new

    def _blocks(self) -> None:
        """The blocks that have been put around steps, as far as these have begun."""
        for (path, scope), mark in list(self.marks.items()):
            block = self.new.parent(path)
            while block is not None:
                place = (block.path, _of_block(self.new, block, scope))
                found = self.marks.get(place)
                if found is None:
                    self.marks[place] = Mark(ACTIVE, mark.since)
                    self.made.add(place)
                elif place in self.made and mark.since < found.since:
                    self.marks[place] = found._replace(since=mark.since)
                block = self.new.parent(block.path)

    def _added(self) -> None:
        """A step that is new and comes before where a side stands."""
        known = set(self.names.values())
        for step in self.new.walk():
            if step.path in known or any(path == step.path for path, _ in self.marks):
                continue
            for scope in self._copies(step):
                if not self._passed(step, scope):
                    continue
                if self.new.scope(step.path) == "person":
                    self.why.append(N_("nobody has been asked for `%(step)s`, which is each person's and new, "
                                       "and comes before where the review stands", step=step.path))  # fmt: skip
                    return
                self.marks[(step.path, scope)] = Mark(WAIVED, self.now)
                self.waived.append((step.path, scope))

    def _copies(self, step: Step) -> list[Scope]:
        return [Scope(p) for p in self.before.taking_part] if self.new.scope(step.path) else [SHARED]

    def _passed(self, step: Step, scope: Scope) -> bool:
        block = self.new.parent(step.path)
        if block is not None:
            above = self.marks.get((block.path, _of_block(self.new, block, scope)))
            if above is None or above.state in OVER:
                # A block that was skipped or gone on without says nothing of what stands in it.
                return above is not None and above.state == DONE
        at = step.path
        while at:
            later = _later(self.new, at)
            if any(m.state != WAITING for (p, s), m in self.marks.items() if p in later and _meets(s, scope)):
                return True
            at = at.rpartition("/")[0]
        return False

    def _close(self) -> None:
        """A block that was put in is over where all that stands in it is."""
        for place in sorted(self.made, key=lambda place: -place[0].count("/")):
            path, scope = place
            children = self.new.by_path[path].children
            inside = [
                [m for (p, s), m in self.marks.items() if p == child.path and _meets(s, scope)]
                for child in children
            ]
            if all(marks and all(m.state in OVER for m in marks) for marks in inside):
                since = max(m.since for marks in inside for m in marks)
                self.marks[place] = Mark(DONE, since)


def _stands(path: str, scope: Scope, how: str) -> Message:
    side = PartyName(scope.party) if scope.party is not None else N_("the review")
    if how == "gone":
        return N_("%(side)s stands in `%(step)s`, which the new definition does not have; if a step has taken its "
                  "place, write `was: %(step)s` there", side=side, step=path)  # fmt: skip
    if how == "block":
        return N_("%(side)s stands in `%(step)s`, which is a block of several steps in the new definition",
                  side=side, step=path)  # fmt: skip
    if how == "shared":
        return N_("%(side)s: `%(step)s` is shared by all sides in the new definition, and not all are done with it",
                  side=side, step=path)  # fmt: skip
    if how == "party":
        return N_("%(side)s: `%(step)s` is each side's own in the new definition, and it is not over",
                  side=side, step=path)  # fmt: skip
    return N_("%(side)s: `%(step)s` is each person's own in one of the definitions alone",
              side=side, step=path)  # fmt: skip


def _of_block(workflow: Workflow, block: Step, scope: Scope) -> Scope:
    """The copy of a block in which the copy `scope` of what stands in it lies."""
    return {"": SHARED, "party": Scope(scope.party)}.get(workflow.scope(block.path), scope)


def _later(workflow: Workflow, path: str) -> set[str]:
    """The steps that come after `path` in its block; beside it there is no after."""
    siblings = [step.path for step in workflow.siblings(path)]
    parent = workflow.parent(path)
    return set() if parent is not None and parent.together else set(siblings[siblings.index(path) + 1 :])


def _meets(one: Scope, other: Scope) -> bool:
    return one.party is None or other.party is None or one.party == other.party


# ---- whether a standing can be


def misplaced(workflow: Workflow, standing: Standing) -> Iterator[Message]:
    """Why a standing is none that this definition can have; nothing where it can."""
    for (path, scope), mark in standing.marks.items():
        step = workflow.step(path)
        kind = "" if scope.party is None else ("party" if scope.person is None else "person")
        if step is None or kind != workflow.scope(path):
            yield N_("`%(step)s` is no step of the definition, or not of this kind", step=path)
        elif mark.state not in OVER and (scope.party is None or scope.party in standing.taking_part):
            yield from _out_of_place(workflow, standing, step, scope, mark)
        elif mark.state == DONE and step.children and scope.party in (None, *standing.taking_part):
            yield from _unfinished(standing, step, scope)


def _out_of_place(
    workflow: Workflow, standing: Standing, step: Step, scope: Scope, mark: Mark
) -> Iterator[Message]:
    block = workflow.parent(step.path)
    if block is not None:
        above = standing.marks.get((block.path, _of_block(workflow, block, scope)))
        if above is None or above.state in OVER:
            yield N_("`%(step)s` is under way, but `%(block)s`, in which it stands, is not",
                     step=step.path, block=block.path)  # fmt: skip
    if mark.state != ACTIVE:
        return
    for earlier in workflow.siblings(step.path):
        if step.path in _later(workflow, earlier.path) and not _is_over(workflow, standing, earlier, scope):
            yield N_("`%(step)s` is under way, but `%(earlier)s` comes before it and is not over",
                     step=step.path, earlier=earlier.path)  # fmt: skip


def _is_over(workflow: Workflow, standing: Standing, step: Step, scope: Scope) -> bool:
    """Whether an earlier step is over for everybody whom the copy `scope` of a later one waits for."""
    whose = workflow.scope(step.path)
    if not whose:
        return standing.state(step.path) in OVER
    parties = standing.taking_part if scope.party is None else (scope.party,)
    if whose == "party":
        return all(standing.state(step.path, p) in OVER for p in parties)
    return all(
        m.state in OVER for (p, s), m in standing.marks.items() if p == step.path and s.party in parties
    )


def _unfinished(standing: Standing, step: Step, scope: Scope) -> Iterator[Message]:
    for child in step.children:
        for (path, inner), mark in standing.marks.items():
            concerned = inner.party in (None, *standing.taking_part) and _meets(inner, scope)
            if path == child.path and concerned and mark.state not in OVER:
                yield N_("`%(block)s` is over, but `%(step)s` in it is under way",
                         block=step.path, step=child.path)  # fmt: skip


def fits(case: Case, new: Workflow, made: Iterable[str] = ()) -> tuple[Message, ...]:
    """Why the sides, the people or the things of a review have no place in another definition.

    `made`: artefacts of which there is something although no fact tells of it (a draft)."""
    return tuple(dict.fromkeys((*_sides(case, new), *_people(case, new), *_things(case, new, made))))


def _sides(case: Case, new: Workflow) -> Iterator[Message]:
    if len(case.standing.parties) > new.max_parties or len(case.standing.taking_part) < new.min_parties:
        yield N_("the new definition is for %(least)s to %(most)s sides",
                 least=new.min_parties, most=new.max_parties)  # fmt: skip


def _people(case: Case, new: Workflow) -> Iterator[Message]:
    for seat in case.seats:
        role = new.roles.get(seat.role)
        if role is None or role.of != "party":
            yield N_("%(side)s: somebody sits as `%(role)s`, a role that the new definition does not have",
                     side=PartyName(seat.party), role=seat.role)  # fmt: skip
        elif (
            seat.function and seat.function not in new.functions and seat.function in case.workflow.functions
        ):
            yield N_(
                "%(side)s: somebody has the function `%(function)s`, which the new definition does not have",
                side=PartyName(seat.party),
                function=seat.function,
            )


def _things(case: Case, new: Workflow, made: Iterable[str]) -> Iterator[Message]:
    true = {
        artefact for (artefact, _, _), value in case.facts.values.items() if value not in (False, None, "")
    }
    for key in sorted((true | set(made)) & set(case.workflow.artefacts)):
        old, there = case.workflow.artefacts[key], new.artefacts.get(key)
        if there is None:
            yield N_("there is something in `%(thing)s`, which the new definition does not have", thing=key)
        elif (there.kind.name, there.per, there.concerns) != (old.kind.name, old.per, old.concerns):
            yield N_("there is something in `%(thing)s`, which is of another kind in the new definition",
                     thing=key)  # fmt: skip

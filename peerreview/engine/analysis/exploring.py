"""Every configuration that a review can come into, played with the engine itself; what is proved of them.

`explore` starts a made-up review and does, breadth first, all that anybody could do: every action of every
step, every wait of time, everything that can be written, the choices of an agreement, the lead's going back
(any side or all, to any step) and the withdrawing of a side. It proves that from each configuration the
definition's main end (its first) can be reached by what the steps themselves offer: no lead has to overrule
anything. So nothing waits for what can never come, and each configuration has somebody, or the clock, that
moves it. What comes out is a way into a dead end, as a trace.

It is the real `fire` and `settle` that are run, not a model of them. `times` says how often somebody goes back
or withdraws in one course of events: each time from every configuration there is, and whatever may follow is
looked at again; `leaves`, how often a side withdraws besides, with each choice that there then is of who still
finishes. `check` asks for one going back in a pair, and for one side that leaves, at any moment, of a ring of three.
What is left out, and why that is sound:

- *Turning the ring.* The engine knows parties by their relations alone, so that a configuration turned round
  the ring is the same one: each is kept once. A party's part of it is projected to a number (`alike`).
- *When things happened.* Only the order of things decides: every instant is forgotten, and time is a move of
  its own ("time passes") of each place that waits for it.
- *What is written* (a report, a team) can be written and erased as long as a right to it lasts. Meanwhile it
  counts as whatever a move needs; when the right ends it is both, unless the move that ended it needed it.
  What makes a step begin or end by itself is written in a move of its own, once something comes of it.
- *People.* One person holds all the roles of a party: forms of several people do not look at each other.
- *A side that has withdrawn* does nothing more. What it was at and had is left out of a configuration, but for
  what a condition asks of a neighbour, what it has opened and what it has finished.
- *hold and resume* change nothing but the list of rests; `check` sees that whoever can hold can resume.
- *join* (parties that stand apart) leads to where a side more stands that was sent back to its first step.
- *go_on* makes anything that is under way count as over, so that going on again always leads on: whoever has
  overruled a step cannot be promised that the next needs no overruling.
- *The agreement's choices* stay as they are once all have confirmed, unless all go back to before that.

**Why two and three parties cover n.** A condition sees other parties through `all`, `any`, `others` and the
neighbours in the ring. `all` and `any` over n are met or not by somebody ahead or behind, whoever else there
is; a neighbour's neighbour is somebody else than oneself from three parties on. So what n can come into
between a party, its two neighbours and "the rest" is met with two (both neighbours are one) or with three.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any, NamedTuple

from ...errors import N_, Message, Refused
from ..language.definition import Workflow
from ..running.beginning import T0, first_standing
from ..running.case import ACTIVE, OVER, WAITING, Actor, Case, Do, FactKey, Facts, Place, Scope, Seat
from ..running.conditions import holds
from ..running.decide import acting_scope, may
from ..running.flow import active, settle
from ..running.leaving import directions
from ..running.moves import Choice, back_targets, fire
from ..running.refusing import refused_at
from ..running.timing import ends_at, opens_at
from .alike import Alike, without_gone
from .possible_facts import LEAD, PERSON, Writing, timeless
from .reasons import side, wants, where

# More than any definition that a person can read aloud; beyond it nothing is promised.
MOST = 20_000


Deed = tuple[Message, Case]
BEGUN = Message("")


class DeadEnd(NamedTuple):
    """A configuration from which the main end cannot be reached: `place` where it is stuck ("" = everywhere),
    `trace` how it is come into, `waits` what the places there wait for."""

    parties: int
    place: str
    trace: tuple[Message, ...]
    waits: tuple[Message, ...]


class TooMany(NamedTuple):
    """More configurations than are looked at."""

    parties: int


@dataclass(frozen=True)
class Explored:
    """What was found for one number of parties; `configurations` and `moves` are how many there were."""

    configurations: int
    moves: int
    found: DeadEnd | TooMany | None = None


@dataclass(frozen=True)
class _Node:
    """A configuration, with the way back to the start."""

    case: Case
    before: int = -1
    deed: Message = BEGUN


def explore(workflow: Workflow, parties: int, *, times: int = 1, leaves: int = 0) -> Explored:
    """All configurations of a review of `parties` in which somebody has gone back or withdrawn up to `times`; after
    that, a side has withdrawn up to `leaves` times."""
    return Exploring(workflow, parties, times, leaves).run()


class Exploring:
    def __init__(self, workflow: Workflow, parties: int, times: int, leaves: int = 0):
        self.workflow, self.parties, self.times, self.leaves = workflow, parties, times, leaves
        self.main = next(iter(workflow.ends))
        self.writing = Writing(workflow)
        self.alike = Alike(workflow, parties)
        self.nodes: list[_Node] = []
        self.known: dict[Any, int] = {}
        self.forward: list[list[int]] = []
        network = frozenset((key, None) for key, role in workflow.roles.items() if role.of == "network")
        own = [key for key, role in workflow.roles.items() if role.of == "party"]
        self.seats = tuple(
            Seat(p * len(own) + n + 1, PERSON + p, p, key)
            for p in range(parties)
            for n, key in enumerate(own)
        )
        self.lead = Actor(LEAD, network)
        self.people = tuple(Actor(PERSON + p, frozenset((key, p) for key in own)) for p in range(parties))
        self.back = next((a.key for a in workflow.actions.values() if a.moves == "back"), "")
        self.withdraw = next((a.key for a in workflow.actions.values() if a.moves == "withdraw"), "")

    def run(self) -> Explored:
        standing = first_standing(self.workflow, self.parties)
        start = Case(self.workflow, standing, Facts(), seats=self.seats, leads=(LEAD,))
        self.keep(settle(start, T0).case, -1, BEGUN)
        new, moves = self._spread([0])
        for leads in (*(self._leads,) * self.times, *(self._leaves,) * self.leaves):
            overruled = []
            for number in new:
                for deed, after in leads(self.nodes[number].case):
                    moves += 1
                    found, is_new = self.keep(after, number, deed)
                    if is_new:
                        overruled.append(found)
            new, more = self._spread(overruled)
            moves += more
        too_many = len(self.nodes) > MOST
        return Explored(len(self.nodes), moves, TooMany(self.parties) if too_many else self._dead_end())

    def _spread(self, numbers: list[int]) -> tuple[list[int], int]:
        """All that the steps' own moves lead to from `numbers`; gives what is new, those included."""
        queue, found, moves = deque(numbers), list(numbers), 0
        while queue and len(self.nodes) <= MOST:
            number = queue.popleft()
            for deed, after in self.moves(self.nodes[number].case):
                moves += 1
                target, is_new = self.keep(after, number, deed)
                self.forward[number].append(target)
                if is_new:
                    queue.append(target)
                    found.append(target)
        return found, moves

    def keep(self, case: Case, before: int, deed: Message) -> tuple[int, bool]:
        """The number of a configuration, and whether it is new."""
        case = timeless(self.writing.trimmed(without_gone(case, self.writing)))
        key = self.alike.key(case)
        number = self.known.get(key)
        if number is not None:
            return number, False
        self.known[key] = number = len(self.nodes)
        self.nodes.append(_Node(case, before, deed))
        self.forward.append([])
        return number, True

    # ---- what can be done

    def moves(self, case: Case) -> Iterator[Deed]:
        """What the steps themselves offer, and where it leads."""
        free = self.writing.free(case)
        written = {k: self.writing.value(k) for k in free if not self.writing.automatic(k)}
        helped = case.with_(facts=case.facts.with_(written))
        for place in active(case):
            yield from self._actions(case, helped, place, free)
            yield from self._time(case, helped, place, free)
        yield from self._writings(case, free)
        yield from self._refused(case)

    def _actions(self, case: Case, helped: Case, place: Place, free: frozenset[FactKey]) -> Iterator[Deed]:
        if case.standing.marks[place].state != ACTIVE:
            return
        for action in case.step(place).actions.values():
            tried: set[Scope] = set()
            done: set[Any] = set()
            for actor in (*self.people, self.lead):
                what = Do(action.key, place)
                scope = acting_scope(helped, actor, what, action)
                # Whoever does it: for whom it is done is what counts, and what comes of it.
                if scope is None or scope in tried:
                    continue
                if refused_at(helped, place) is None:
                    tried.add(scope)
                try:
                    move = fire(helped, actor, what, T0, reason="-")
                except Refused:
                    continue  # Not now; or it asks for a choice, or leads back to where nobody has been.
                same = (move.effects, move.scope.party if action.records else None)
                if same in done:
                    continue
                done.add(same)
                who = N_("the lead") if actor is self.lead else side(actor.person - PERSON)
                deed = N_("%(who)s: %(action)s (%(path)s)", who=who, action=action.key, path=place[0])
                for after in self._pinned(case, move.case, free, (helped, actor, what)):
                    yield deed, after

    def _time(self, case: Case, helped: Case, place: Place, free: frozenset[FactKey]) -> Iterator[Deed]:
        mark, step = case.standing.marks[place], case.step(place)
        if mark.state == WAITING:
            if step.opens is None or not holds(case, step.starts_when, place[1]):
                return
            instant = opens_at(helped, place, mark, T0)
        else:
            instant = ends_at(helped, place)
        if instant is None:
            return
        instant = max(instant, T0)
        marks = {
            other: m._replace(since=instant) if other != place and self._timed(case, other) else m
            for other, m in case.standing.marks.items()
        }
        run = settle(case.with_(standing=case.standing.with_(marks=marks)), instant)
        if run.standing.marks[place].state != mark.state:
            for after in self._pinned(case, run.case, free, None):
                yield N_("time passes (%(path)s, %(side)s)", path=place[0], side=side(place[1].party)), after

    def _timed(self, case: Case, place: Place) -> bool:
        step = case.step(place)
        return case.standing.marks[place].state not in OVER and step.ends_after is not None

    def _writings(self, case: Case, free: frozenset[FactKey]) -> Iterator[Deed]:
        """What is written and then moves something by itself; and the choices of an agreement."""
        for key in sorted(free, key=str):
            if self.writing.automatic(key) and not case.facts.get(*key):
                written = self._written(case, {key: self.writing.value(key)})
                if self.writing.at_any_time(key) and written.standing == case.standing:
                    continue  # It can as well be written when something comes of it.
                for after in self._pinned(case, written, free, None):
                    yield N_("%(fact)s comes true", fact=f"{key[0]}.{key[1]}"), after
        for choices in self.writing.choices(case):
            words = ", ".join(f"{k[1]}: {v}" for k, v in choices.items() if isinstance(v, str))
            name = next(iter(choices))[0]
            yield (
                N_("`%(name)s` is written (%(words)s)", name=name, words=words),
                self._written(case, choices),
            )

    def _written(self, case: Case, values: dict[FactKey, Any]) -> Case:
        return settle(case.with_(facts=case.facts.with_(values)), T0).case

    def _leads(self, case: Case) -> Iterator[Deed]:
        if case.standing.ended:
            return
        if self.back and may(case, self.lead, Do(self.back), T0):
            for party in (*case.standing.taking_part, None):
                for path in back_targets(case, party):
                    choice = Choice(step=path, party=party)
                    move = fire(case, self.lead, Do(self.back), T0, reason="-", choice=choice)
                    deed = N_("the lead: %(whom)s back to %(path)s", whom=side(party), path=path)
                    for after in self._pinned(case, move.case, self.writing.free(case), None):
                        yield deed, after
        yield from self._leaves(case)

    def _leaves(self, case: Case) -> Iterator[Deed]:
        if not case.standing.ended:
            yield from self._withdrawals(case, case.standing.taking_part)

    def _withdrawals(self, case: Case, sides: Iterable[int]) -> Iterator[Deed]:
        """Each of `sides` withdraws, with each choice that there then is of who still finishes."""
        standing = case.standing
        if not self.withdraw or not may(case, self.lead, Do(self.withdraw), T0):
            return
        for party in sides if len(standing.taking_part) > self.workflow.min_parties else ():
            can = [p for p, refusal in directions(case, party).items() if refusal is None]
            for finish in (frozenset(some) for n in range(len(can), -1, -1) for some in combinations(can, n)):
                if can and not finish:
                    continue  # Where nobody finishes anything it ends.
                choice = Choice(party=party, finish=finish)
                move = fire(case, self.lead, Do(self.withdraw), T0, reason="-", choice=choice)
                for after in self._pinned(case, move.case, self.writing.free(case), None):
                    yield N_("%(side)s withdraws", side=side(party)), after

    def _refused(self, case: Case) -> Iterator[Deed]:
        """Where a side has said no and others could go on, the lead lets it leave (or ends it all)."""
        sides = [place[1].party for place in active(case) if refused_at(case, place) is not None]
        yield from self._withdrawals(case, [p for p in sides if p is not None])

    # ---- what is written

    def _pinned(
        self, before: Case, after: Case, free: frozenset[FactKey], asked: tuple[Case, Actor, Do] | None
    ) -> Iterator[Case]:
        """`after`, once for each way in which what can no longer be written may have been left."""
        still, live = self.writing.free(after), self.writing.live(after)
        values = {
            key: value
            for key, value in after.facts.values.items()
            if value and (self.writing.automatic(key) or (key not in free and key not in still))
        }
        ended = [k for k in free - still if not self.writing.automatic(k) and (k[0], k[1]) in live]
        open_ways = []
        for key in sorted(ended, key=str):
            if asked is not None and self._needed(asked, key):
                values[key] = self.writing.value(key)
            else:
                open_ways.append(key)
        for ways in product((True, False), repeat=len(open_ways)):
            chosen = {k: self.writing.value(k) for k, way in zip(open_ways, ways, strict=True) if way}
            yield after.with_(facts=Facts({**values, **chosen}))

    def _needed(self, asked: tuple[Case, Actor, Do], key: FactKey) -> bool:
        case, actor, what = asked
        return not may(case.with_(facts=case.facts.with_({key: False})), actor, what, T0)

    # ---- the verdict

    def _dead_end(self) -> DeadEnd | None:
        """The first configuration, in the order in which they were come into, that cannot reach the main end."""
        backward: list[list[int]] = [[] for _ in self.nodes]
        for number, targets in enumerate(self.forward):
            for target in targets:
                backward[target].append(number)
        good = {n for n, node in enumerate(self.nodes) if node.case.standing.ended == self.main}
        queue = deque(good)
        while queue:
            for number in backward[queue.popleft()]:
                if number not in good:
                    good.add(number)
                    queue.append(number)
        bad = [n for n, node in enumerate(self.nodes) if n not in good and node.case.standing.ended is None]
        if not bad:
            return None
        return self._told(self.deepest(min(bad)))

    def deepest(self, number: int) -> int:
        """Where those end up who go on from a configuration that leads nowhere: there it shows what is wanting."""
        while True:
            within = self._onward(number)
            further = next((n for n in sorted(within) if number not in self._onward(n)), None)
            if further is None:
                return min(within)
            number = further

    def _onward(self, number: int) -> set[int]:
        found, queue = {number}, [number]
        while queue:
            for target in self.forward[queue.pop()]:
                if target not in found and self.nodes[target].case.standing.ended is None:
                    found.add(target)
                    queue.append(target)
        return found

    def _told(self, number: int) -> DeadEnd:
        case = self.nodes[number].case
        trace = []
        while number > 0:
            trace.append(self.nodes[number].deed)
            number = self.nodes[number].before
        places = where(case)
        stuck = next((p for p in places if not self.workflow.by_path[p[0]].ends_after), None)
        return DeadEnd(
            self.parties,
            stuck[0] if stuck else "",
            tuple(reversed(trace)),
            tuple(wants(case, p) for p in places),
        )

"""A workflow as a statechart: SCXML of one review, for interpreters and modellers that are not ours (pure).

Each instance of a step is a region with six states; a block is a `<parallel>` of its own region and those inside it.
Nothing is ever left for good, so that a side can go back while the others stay: that a join is reached is asked with
`In()` and not told by `done.state`, which comes once. What the regions answer to:

- `do.ACTION.INSTANCE`, in a step of all sides with who does it (`.1`, `.2`, `.network`). Who *may* is not in it.
- `fact.NAME` with `value`: what people write; `opens.INSTANCE` and `ends.INSTANCE` with `value`: its date has come.
  (Working days, holidays and rests stay with us.)
- `back.INSTANCE-WITHOUT-SIDE.SIDE` (or `.all`), `go_on.INSTANCE`, `hold`, `resume`, and what else holds everywhere;
  `withdraw.SIDE.SIDES-THAT-FINISH` (`withdraw.1.2-3`, or `.none`). A chart has the parties it was drawn with: *join* is
  not in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.etree import ElementTree as ET

from ..language.definition import ALWAYS, Action, Workflow
from ..running.case import ACTIVE, DONE, SHARED, SKIPPED, WAITING, WAIVED, Case, Place
from ..running.moves import undo_owners
from .chart_parts import (
    GOING_ON,
    IS_OVER,
    NOT_BEGUN,
    OVER,
    SPACE,
    STATES,
    Deed,
    Reset,
    assign,
    dates,
    excused,
    is_in,
    transition,
    whom,
)
from .expressions import NOBODY, all_of, any_of, no
from .refusal_chart import Refusals
from .ring_chart import Ring, Withdrawal
from .unfolding import Instance, Names, acting, made_up, name_of, set_by, unfold


class Chart(NamedTuple):
    """`text`: the document; `names`: what each fact, record and date is called in it."""

    text: str
    names: Names


def scxml(workflow: Workflow, parties: int) -> str:
    """The chart of a made-up review of `parties`."""
    return chart(made_up(workflow, parties)).text


def chart(case: Case) -> Chart:
    """The chart of a review of these people, from its beginning."""
    return _Writer(case).written()


class _Writer:
    def __init__(self, case: Case):
        self.case, self.workflow = case, case.workflow
        self.names = Names(case.workflow)
        self.tell = Ring(case, self.names)
        self.refusals = Refusals(case, self.tell)
        self.top = unfold(case)
        self.all = tuple(i for top in self.top for i in top.walk())
        self.deeds = tuple(self._deeds())
        self.moves = {a.moves: a for a in self.workflow.actions.values() if a.moves}
        self.resets = tuple(self._all_resets())

    def written(self) -> Chart:
        # SCION makes a JavaScript function of the name: a hyphen, which SCXML allows, would stop it.
        root = ET.Element(
            "scxml", {"xmlns": SPACE, "version": "1.0", "datamodel": "ecmascript",
                      "name": self.workflow.name.replace("-", "_"), "initial": "review"}
        )  # fmt: skip
        review = ET.Element("parallel", id="review")
        self._ends(review)
        artefacts = ET.SubElement(review, "state", id="artefacts")
        self._ring(review)
        self._lead(review)
        for instance in self.top:
            self._instance(review, instance)
        self._opening(review)
        self._artefacts(artefacts)
        model = ET.SubElement(root, "datamodel")
        root.append(review)
        for key in self.workflow.ends:
            ET.SubElement(root, "final", id=f"end.{key}")
        for name in self.names.of.values():
            ET.SubElement(model, "data", id=name, expr="0")
        ET.indent(root, " ")
        return Chart(ET.tostring(root, encoding="unicode", xml_declaration=False) + "\n", self.names)

    # ---- what can be done

    def _deeds(self) -> Iterator[Deed]:
        for instance in self.all:
            for action in instance.step.actions.values():
                yield from self._deeds_at(action, instance.place, is_in(instance.place, ACTIVE))
        for action in self.workflow.actions.values():
            if not action.moves:
                yield from self._deeds_at(action, ("", SHARED), "true")

    def _deeds_at(self, action: Action, place: Place, under_way: str) -> Iterator[Deed]:
        for variant, scope in acting(self.case, action, place[1]).items():
            event = ".".join(("do", action.key, name_of(place), *([variant] if variant else [])))
            rests = "true" if action.to in self.workflow.ends else GOING_ON
            refused = (
                self.refusals.done(action, scope),
                self.tell.for_nobody(action, scope),
                self.refusals.pending(place),
            )
            free = excused(self.workflow, place) if action.remedy else NOBODY
            parts = [under_way, rests, self.tell.of(action.needs, scope, free), *map(no, refused)]
            if action.to is not None and action.to in self.workflow.by_path:
                parts.append(self._passed(action.to, scope.party))
            yield Deed(event, action, place, scope, all_of(parts))

    def _passed(self, path: str, party: int | None) -> str:
        """Whether a side (None: all) can be sent back to `path`."""
        scope = self.workflow.scope(path)
        if scope == "person" or (party is not None and scope != "party"):
            return "false"
        return any_of(
            all_of([is_in(i.place, DONE, WAIVED), no(self.tell.gone(i.scope.party))])
            for i in self.all
            if i.step.path == path and party in (None, i.scope.party)
        )

    # ---- the regions beside the steps

    def _ends(self, review: ET.Element) -> None:
        main = next(iter(self.workflow.ends))
        over = [self._over(i.place) for i in reversed(self.top)]
        transition(review, "", all_of([*over, GOING_ON]), f"end.{main}")
        for deed in self.deeds:
            if deed.action.to in self.workflow.ends:
                for possible in self.refusals.ending(deed.action, deed.place, deed.possible):
                    transition(review, deed.event, possible, f"end.{deed.action.to}")
                for one in self.tell.withdrawals:
                    alone = self.refusals.left_alone(deed.action, deed.place, one)
                    transition(review, one.event, alone, f"end.{deed.action.to}")
        for one in self.tell.withdrawals:
            if one.to is None:
                transition(review, one.event, self._leaves(one), "end.cancelled")

    def _leaves(self, one: Withdrawal) -> str:
        return all_of([self._lead_may(self.moves["withdraw"]), self.tell.possible(one)])

    def _over(self, place: Place) -> str:  # Nobody waits for a side that has withdrawn.
        return any_of([is_in(place, IS_OVER), self.tell.gone(place[1].party)])

    def _ring(self, review: ET.Element) -> None:
        """Who takes part and who reviews whom. It stands before `opening`, which asks for what it writes."""
        region = ET.SubElement(review, "state", id="ring")
        for one in self.tell.withdrawals:
            if one.to is not None:
                move = transition(region, one.event, self._leaves(one))
                ET.SubElement(move, "assign", location=self.tell.name, expr=str(one.to))

    def _artefacts(self, region: ET.Element) -> None:
        """What is written and done; filled in last, when it is known what is asked for."""
        for deed in self.deeds:
            for where, found in self.tell.by_way(lambda way: self._changed(way, deed)):  # noqa: B023
                if found:
                    assign(transition(region, deed.event, all_of([where, deed.possible])), found)
        known = [key for key in self.names.of if key[0] in self.workflow.artefacts]
        for key in sorted(known, key=str):
            name = self.names.of[key]
            move = transition(region, f"fact.{name}", "true")
            ET.SubElement(move, "assign", location=name, expr="_event.data.value")
        for instance in self.all:
            for what in dates(instance.step):
                move = transition(region, f"{what}.{instance.name}", "true")
                name = self.names.clock(instance.place, what)
                ET.SubElement(move, "assign", location=name, expr="_event.data.value")

    def _changed(self, way: Case, deed: Deed) -> dict[str, bool]:
        """What an action writes and records."""
        found = {self.names.fact(k): v for k, v in set_by(way, deed.action.does, deed.scope).items()}
        if (records := deed.action.records) is not None:
            name = self.names.record(records.artefact, records.fact, deed.place[0], deed.scope.party)
            found[name] = True
        return found

    def _opening(self, review: ET.Element) -> None:
        """Sets that have been handed in open at once when their time has come.

        The last region of all: what it asks for has been written by then, and no step has moved yet."""
        found = [a for a in self.workflow.artefacts.values() if a.opens_when is not None]
        chained = any(ref.fact == "opened" for a in found for ref in (a.opens_when or ALWAYS).facts())
        region = ET.SubElement(review, "state", id="opening")
        resumed = self._lead_may(self.moves["resume"]) if "resume" in self.moves else "false"
        for events, cond in (("do fact again withdraw", GOING_ON), ("resume", resumed)):
            move = transition(region, events, cond)
            for artefact in found * (len(found) if chained else 1):
                for party in self.case.standing.parties:
                    opened = self.names.fact((artefact.key, "opened", party))
                    handed_in = self.names.fact((artefact.key, "handed_in", party))
                    may = self.tell.opens(artefact, party)
                    inner = ET.SubElement(move, "if", cond=all_of([no(opened), handed_in, may]))
                    assign(inner, {opened: True})

    def _lead(self, review: ET.Element) -> None:
        """Resting, and who may be sent back where; the regions are then told what begins anew."""
        rest = ET.SubElement(review, "state", id="rest", initial="rest.no")
        goes, rests = ET.SubElement(rest, "state", id="rest.no"), ET.SubElement(rest, "state", id="rest.yes")
        if hold := self.moves.get("hold"):
            transition(goes, "hold", self._lead_may(hold), "rest.yes")
        if resume := self.moves.get("resume"):
            transition(rests, "resume", self._lead_may(resume), "rest.no")
        if back := self.moves.get("back"):
            region = ET.SubElement(review, "state", id="going_back")
            for reset in self.resets:
                if reset.event.startswith("again."):
                    may = all_of([GOING_ON, self._lead_may(back), self._passed(reset.path, reset.party)])
                    move = transition(region, f"back.{whom(reset.path, reset.party)}", may)
                    ET.SubElement(move, "raise", event=reset.event)

    def _lead_may(self, action: Action) -> str:
        return self.tell.of(action.needs, SHARED)

    # ---- the steps

    def _instance(self, parent: ET.Element, instance: Instance) -> None:
        name = instance.name
        if instance.inside:
            parent = ET.SubElement(parent, "parallel", id=f"{name}.block")
        region = ET.SubElement(parent, "state", id=name, initial=f"{name}.{NOT_BEGUN}")
        states = {s: ET.SubElement(region, "state", id=f"{name}.{s}") for s in (*STATES[:3], IS_OVER)}
        states |= {s: ET.SubElement(states[IS_OVER], "state", id=f"{name}.{s}") for s in OVER}
        self._begins(states, instance)
        self._overruled(states, instance)
        self._done(states, instance)
        self._withdrawn(states, instance)
        self._again(region, states, instance)
        for inner in instance.inside:
            self._instance(parent, inner)

    def _begins(self, states: Mapping[str, ET.Element], instance: Instance) -> None:
        step, name = instance.step, instance.name
        # What is least often so stands first: an interpreter asks every region after every event.
        above = [is_in(place, ACTIVE) for place in reversed(instance.above)]
        walked = [*above, no(self.tell.gone(instance.scope.party)), GOING_ON]
        turn = [*above, *(self._over(place) for place in reversed(instance.before)), *walked]
        takes_place, pointless = "true", self.tell.pointless(step, instance.scope.party)
        if step.condition is not None:
            takes_place = self.tell.of(step.condition, instance.scope)
            transition(states[NOT_BEGUN], "", all_of([*turn, no(takes_place)]), f"{name}.{SKIPPED}")
        if pointless != "false":
            transition(states[NOT_BEGUN], "", all_of([*turn, takes_place, pointless]), f"{name}.{WAIVED}")
        transition(states[NOT_BEGUN], "", all_of([*turn, takes_place, no(pointless)]), f"{name}.{WAITING}")
        opens = [self.tell.of(step.starts_when, instance.scope)]
        if step.opens is not None:
            opens.append(self._clock(states[WAITING], instance, "opens"))
        transition(states[WAITING], "", all_of([*opens, *turn]), f"{name}.{ACTIVE}")
        over: list[str] = []
        if instance.inside or step.children:
            over.append(all_of(self._over(inner.place) for inner in reversed(instance.inside)))
        else:
            if step.done_when is not None:
                over.append(
                    self.tell.of(step.done_when, instance.scope, excused(self.workflow, instance.place))
                )
            if step.ends_after is not None:
                over.append(self._clock(states[ACTIVE], instance, "ends"))
        if over:
            transition(states[ACTIVE], "", all_of([any_of(over), *walked]), f"{name}.{DONE}")

    def _clock(self, state: ET.Element, instance: Instance, what: str) -> str:
        """Whether the instance's date has come; a new beginning waits for a new date."""
        name = self.names.clock(instance.place, what)
        assign(ET.SubElement(state, "onentry"), {name: False})
        return name

    def _overruled(self, states: Mapping[str, ET.Element], instance: Instance) -> None:
        """Going on without: what is under way inside what was overruled is over too."""
        action = self.moves.get("go_on")
        if action is None:
            return
        may = all_of([GOING_ON, self._lead_may(action)])
        for place in (instance.place, *instance.above):
            event, under_way = f"go_on.{name_of(place)}", all_of([may, is_in(place, WAITING, ACTIVE)])
            for state in (WAITING, ACTIVE):
                transition(states[state], event, under_way, f"{instance.name}.{WAIVED}")

    def _done(self, states: Mapping[str, ET.Element], instance: Instance) -> None:
        """An action that leads on: its step is over, and what is under way inside it."""
        for deed in self.deeds:
            if deed.action.to != "next":
                continue
            if deed.place == instance.place:
                transition(states[ACTIVE], deed.event, deed.possible, f"{instance.name}.{DONE}")
            elif deed.place in instance.above:
                for state in (WAITING, ACTIVE):
                    transition(states[state], deed.event, deed.possible, f"{instance.name}.{DONE}")

    def _withdrawn(self, states: Mapping[str, ET.Element], instance: Instance) -> None:
        """What a side that withdraws was at is over; so is what a direction that is given up was to bring about."""
        events: dict[str, list[str]] = {}
        for one in self.tell.withdrawals:
            if one.to is None:
                continue
            over = self.tell.pointless_in(self.tell.ways[one.to], instance.step, instance.scope.party)
            if instance.scope.party == one.party:
                over = "true"
            if over != "false":
                events.setdefault(all_of([self._leaves(one), over]), []).append(one.event)
        for may, names in events.items():
            for state in (WAITING, ACTIVE):
                transition(states[state], " ".join(names), may, f"{instance.name}.{WAIVED}")

    # ---- going back

    def _all_resets(self) -> Iterator[Reset]:
        """Every way of going back there is: the lead's, which is told as `again`, and actions that lead back."""
        if "back" in self.moves:
            for step in self.workflow.walk():
                of_party = self.workflow.scope(step.path) == "party"
                for party in (*(self.case.standing.parties if of_party else ()), None):
                    if self._passed(step.path, party) != "false":
                        yield self._reset(f"again.{whom(step.path, party)}", "true", step.path, party)
        for deed in self.deeds:
            if deed.action.to is not None and deed.action.to in self.workflow.by_path:
                yield self._reset(deed.event, deed.possible, deed.action.to, deed.scope.party)

    def _reset(self, event: str, possible: str, path: str, party: int | None) -> Reset:
        """It and what follows it in its blocks begins anew for one side; what is everybody's waits for it again."""
        found: dict[Place, str] = {}
        at = path
        while at:
            siblings = [s.path for s in self.workflow.siblings(at)]
            parent = self.workflow.parent(at)
            later = [] if parent and parent.together else siblings[siblings.index(at) + 1 :]
            tops = [*later, *([path] if at == path else [])]
            at = at.rpartition("/")[0]
            for instance in self.all:
                theirs = party is None or instance.scope.party == party
                if any(f"{instance.step.path}/".startswith(f"{top}/") for top in tops):
                    if theirs or instance.scope.party is None:
                        found[instance.place] = NOT_BEGUN if theirs else WAITING
                elif instance.step.path == at and (theirs or instance.scope.party is None):
                    found[instance.place] = ACTIVE
        return Reset(event, possible, path, party, found)

    def _again(self, region: ET.Element, states: Mapping[str, ET.Element], instance: Instance) -> None:
        """What going back makes of an instance."""
        events: dict[tuple[str, str], list[str]] = {}
        for reset in self.resets:
            to = reset.found.get(instance.place)
            if to is not None:
                events.setdefault((to, reset.possible), []).append(reset.event)
        for (to, may), names in events.items():
            event, target = " ".join(names), f"{instance.name}.{to}"
            possible = all_of([may, no(self.tell.gone(instance.scope.party))])
            if to == NOT_BEGUN:
                begun = all_of([possible, no(is_in(instance.place, NOT_BEGUN))])
                self._taken_back(transition(region, event, begun, target, inner=True), instance)
            elif to == WAITING:
                transition(states[ACTIVE], event, possible, target)
            else:
                transition(states[IS_OVER], event, possible, target)

    def _taken_back(self, move: ET.Element, instance: Instance) -> None:
        """What was done in a step and can be taken back is, and what was consented to in it is asked anew."""
        for where, found in self.tell.by_way(lambda way: dict(self._undone(way, instance))):
            assign(move if where == "true" else ET.SubElement(move, "if", cond=where), found)

    def _undone(self, way: Case, instance: Instance) -> Iterator[tuple[str, bool]]:
        for action in instance.step.actions.values():
            for effect in action.does:
                kind = self.workflow.artefacts[effect.artefact].kind
                undo = kind.undo.get(effect.effect)
                for owner in undo_owners(way, effect, instance.scope) if undo else ():
                    for fact, value in kind.effects[undo or ""].items():
                        yield self.names.fact((effect.artefact, fact, owner)), value
            if action.records is not None:
                for party in {
                    d.scope.party for d in self.deeds if (d.action, d.place) == (action, instance.place)
                }:
                    words = (action.records.artefact, action.records.fact, instance.step.path, party)
                    yield self.names.record(*words), False

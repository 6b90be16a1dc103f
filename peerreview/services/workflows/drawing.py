"""A workflow as a drawing's lanes, steps, waits and joins: of no review, or of one with where each side stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ...engine.analysis.rehearsal import made_up
from ...engine.language.definition import Condition, Due, FactRef, Step, Workflow
from ...engine.running.case import ACTIVE, OVER, SHARED, Case, Scope
from ...engine.running.conditions import holds, missing
from ...engine.running.dates import Calendar
from ...engine.running.timing import due_date, opens_at
from ...errors import N_, Invalid, Message, PartyName
from ...rendering.pictures import drawn
from ...rendering.pictures.drawing import standalone
from ...rendering.pictures.drawn import Group, Join, Lane, Part, Plan, Said, Stop, Wait
from ...rendering.pictures.marks import STATE_WORDS
from ...rendering.words import say
from ..base.house import Account, House
from ..case.done_days import done_on
from ..case.opening import OpenCase, looking
from ..frame.review_head import ReviewHead, head_of
from ..frame.where_it_stands import where_of
from ..terms.agreement_summary import CHOICE_WORDS
from ..turns import turns
from ..turns.lanes import StopView, lanes_of
from ..turns.wording import short, title_of

EVERYBODY = N_("All wait for each other")
EACH_PERSON = N_("Each person for themselves")
SIDE_BY_SIDE = N_("At the same time:")


@dataclass(frozen=True)
class DrawingView:
    """A running review's. `plan` has its words still to be said, with the names in `head`."""

    head: ReviewHead
    where: tuple[Message, ...]
    plan: Plan


def drawing(house: House, *, actor: Account, review_id: int, now: datetime) -> DrawingView:
    """NotFound for those who have no part in the review: where each side stands is for all who have."""
    with looking(house, review_id=review_id, actor=actor, now=now, rounds="lead") as case:
        return DrawingView(head_of(case), where_of(case), running(case))


def blank(workflow: Workflow, parties: int | None = None) -> Plan:
    """The drawing of no review: as few sides as may take part, or so many."""
    sides = parties or workflow.min_parties
    return _Blank(workflow, made_up(workflow, sides, Calendar())).plan()


def as_file(workflow: Workflow, *, parties: int | None, language: str) -> str:
    """The drawing as an SVG of its own. Raises Invalid where so many cannot take part."""
    if parties is not None and not workflow.min_parties <= parties <= workflow.max_parties:
        raise Invalid(
            parties=N_("from %(least)s to %(most)s", least=workflow.min_parties, most=workflow.max_parties)
        )
    plan = drawn.spoken(blank(workflow, parties), lambda value: say(value, language))
    return standalone(plan, language=language)


def running(case: OpenCase) -> Plan:
    return _Running(case).plan()


class _Blank:
    """Everything that the definition holds. Seen from a review (below), what has no place in it is left out."""

    def __init__(self, workflow: Workflow, case: Case):
        self.workflow, self.case = workflow, case
        self.network = [key for key, role in workflow.roles.items() if role.of == "network"]

    def plan(self) -> Plan:
        ends = list(self.workflow.ends.values())
        return Plan(
            title=self.title(),
            lanes=tuple(self.lane(party) for party in self.case.standing.parties),
            parts=tuple(part for step in self.workflow.steps for part in self.parts(step, shared=True)),
            lead=self.lead() if self._lead_acts() else "",
            end=ends[0].title if ends else "",
            notes=self.notes(),
        )

    def title(self) -> Said:
        return self.workflow.title

    def lane(self, party: int) -> Lane:
        return Lane(PartyName(party), self.reviews(PartyName(self.case.standing.reviews[party])))

    def reviews(self, other: Said) -> Said:
        return N_("reviews %(party)s", party=other)

    def lead(self) -> Said:
        titles = tuple(self.workflow.roles[key].title for key in self.network)
        return titles[0] if len(titles) == 1 else N_("%(roles)s", roles=titles)

    def _lead_acts(self) -> bool:
        return any(self.leads_part(step) for step in self.workflow.walk())

    # ---- the parts

    def shown(self, step: Step) -> bool:
        return True

    def parts(self, step: Step, *, shared: bool, notes: tuple[Said, ...] = ()) -> list[Part]:
        """A step with what it waits for before it, and the join of its copies after it."""
        if not self.shown(step):
            return []
        notes = (*notes, *self.only_if(step))
        found: list[Part] = []
        scope = self.workflow.scope(step.path)
        wait = self.wait(step, each=bool(scope))
        if shared and len(set(wait.words)) == 1:
            wait = Wait(wait.words[:1])
        if any(wait.words):
            found.append(wait)
        if step.children:
            found += self.block(step, shared=shared and not step.each, notes=notes)
        else:
            found.append(self.leaf(step, notes))
        if shared and step.each and len(self.case.standing.parties) > 1:
            found.append(Join(EVERYBODY))
        return found

    def block(self, step: Step, *, shared: bool, notes: tuple[Said, ...]) -> list[Part]:
        inner = [self.parts(child, shared=shared, notes=notes) for child in step.children]
        if not step.together:
            return [Group(tuple(part for parts in inner for part in parts))]
        branches = [parts for parts in inner if parts]
        common: list[Part] = []
        first = branches[0][0] if branches else None
        if isinstance(first, Wait) and all(parts[0] == first for parts in branches):
            # What all branches wait for stands once, before them.
            common, branches = [first], [parts[1:] for parts in branches]
        group = Group(tuple(Group(tuple(parts)) for parts in branches), together=True, words=SIDE_BY_SIDE)
        return [*common, group]

    def leaf(self, step: Step, notes: tuple[Said, ...]) -> drawn.Step:
        scope = self.workflow.scope(step.path)
        parent = self.workflow.parent(step.path)
        roles = {ref.role: None for action in step.actions.values() for ref in action.by}
        who = tuple(self.workflow.roles[key].title for key in roles if key not in ("self", *self.network))
        return drawn.Step(
            key=step.path,
            title=step.title,
            short=step.short or step.title,
            scope={"party": drawn.SIDE, "person": drawn.PERSON}.get(scope, drawn.ALL),
            who=N_("%(roles)s", roles=who) if who else "",
            lead=self.leads_part(step),
            notes=(*((EACH_PERSON,) if scope == "person" else ()), *notes, *self.exits(step)),
            stops=self.stops(step),
            help=self.help(step),
            acts=self.acts(step),
            beside=parent is not None and step in parent.together[1:],
        )

    def leads_part(self, step: Step) -> Said:
        """The titles of what the network's lead may do in it."""
        titles = tuple(a.title for a in step.actions.values() if any(r.role in self.network for r in a.by))
        return N_("%(actions)s", actions=titles) if titles else ""

    def help(self, step: Step) -> Said:
        return step.help or ""

    def acts(self, step: Step) -> Said:
        # Two that say the same are done in different cases, or by different people: one line for whoever reads.
        titles = tuple(dict.fromkeys(action.title for action in step.actions.values()))
        return N_("What can be done: %(actions)s", actions=titles) if titles else ""

    def exits(self, step: Step) -> tuple[Said, ...]:
        """Actions that lead elsewhere than on."""
        found: list[Said] = []
        for action in step.actions.values():
            if action.to is None:
                continue
            if action.to in self.workflow.ends:
                end = self.workflow.ends[action.to].title
                found.append(N_("%(action)s, and the end is: %(end)s", action=action.title, end=end))
            elif back := self.workflow.step(action.to):
                found.append(
                    N_("%(action)s: back to the step %(step)s", action=action.title, step=back.title)
                )
        return tuple(found)

    def only_if(self, step: Step) -> tuple[Said, ...]:
        choices = tuple(self._choices(step.condition)) if step.condition else ()
        return (N_("Only if: %(choices)s", choices=choices),) if choices else ()

    def _choices(self, condition: Condition) -> Iterable[Said]:
        for fact in condition.facts():
            thing = self.workflow.artefacts.get(fact.artefact)
            value = next((c.value for c in _leaves(condition) if c.fact == fact), True)
            words = CHOICE_WORDS.get((fact.fact, str(value)))
            if words is not None:
                yield words
            elif thing is not None:
                yield N_("%(thing)s (%(fact)s)", thing=thing.title, fact=_written(fact, value))

    def stops(self, step: Step) -> tuple[Stop, ...]:
        return ()

    # ---- waits

    def wait(self, step: Step, *, each: bool) -> Wait:
        if not each:
            return Wait((self._wait(step, None),))
        return Wait(tuple(self._wait(step, party) for party in self.case.standing.parties))

    def _wait(self, step: Step, party: int | None) -> Said:
        if self.is_past(step, party):
            return ""
        wanting = missing(self.case, step.starts_when, Scope(party))
        if wanting:
            return N_("Waits: %(reasons)s", reasons=tuple(wanting))
        return self.opens(step, party) if step.opens is not None else ""

    def is_past(self, step: Step, party: int | None) -> bool:
        return False

    def opens(self, step: Step, party: int | None) -> Said:
        return _opening(self.workflow, step.opens) if step.opens else ""

    def notes(self) -> tuple[Said, ...]:
        """What can be done in every step, and how else it can end."""
        by_role: dict[str, list[Said]] = {}
        for action in self.workflow.actions.values():
            for role in {ref.role: None for ref in action.by}:
                by_role.setdefault(role, []).append(action.title)
        found: list[Said] = [
            N_(
                "In every step, %(role)s: %(actions)s",
                role=self.workflow.roles[role].title,
                actions=tuple(titles),
            )
            for role, titles in by_role.items()
        ]
        others = tuple(end.title for end in list(self.workflow.ends.values())[1:])
        return (*found, N_("Can also end as: %(ends)s", ends=others)) if others else tuple(found)


class _Running(_Blank):
    def __init__(self, case: OpenCase):
        super().__init__(case.workflow, case.case)
        self.open = case
        view = lanes_of(case)
        self.views = {
            column.path: tuple(lane.stops[number] for lane in view.lanes)
            for number, column in enumerate(view.columns)
        }
        self.own = case.actor.parties()

    def plan(self) -> Plan:
        plan = super().plan()
        ended = self.open.standing.ended
        if ended is None:
            return plan
        end = self.workflow.ends[ended].title
        return Plan(plan.title, plan.lanes, plan.parts, plan.lead, end, ended=True)

    def title(self) -> Said:
        names = title_of(self.open)
        return N_("%(workflow)s: %(review)s", workflow=self.workflow.title, review=names)

    def lane(self, party: int) -> Lane:
        name = short(self.open.names[party])
        if party in self.open.standing.withdrawn:
            return Lane(name, N_("Takes no part"), party in self.own)
        other = self.open.standing.reviews[party]
        if party in self.own:
            return Lane(
                name, N_("your side, reviews %(party)s", party=short(self.open.names[other])), own=True
            )
        return Lane(name, self.reviews(short(self.open.names[other])))

    def shown(self, step: Step) -> bool:
        return any(leaf.path in self.views for leaf in step.walk() if not leaf.children)

    def only_if(self, step: Step) -> tuple[Said, ...]:
        """Said as long as it has not been decided."""
        begun = any(path == step.path for path, _ in self.case.standing.marks)
        decided = holds(self.case, step.condition, Scope(0 if self.workflow.scope(step.path) else None))
        return () if begun or decided else super().only_if(step)

    def exits(self, step: Step) -> tuple[Said, ...]:
        return ()

    def notes(self) -> tuple[Said, ...]:
        return ()

    def help(self, step: Step) -> Said:
        return ""

    def acts(self, step: Step) -> Said:
        return ""

    def stops(self, step: Step) -> tuple[Stop, ...]:
        return tuple(self._stop(step, party, view) for party, view in enumerate(self.views[step.path]))

    def _stop(self, step: Step, party: int, view: StopView) -> Stop:
        word = view.word or STATE_WORDS[view.state]
        if view.now:
            word = N_("Now: %(state)s", state=word)
        # Ochre is for what is the reader's to do: not where their side has done its part and waits for another.
        yours = view.now and view.word is None and party in self.own
        return Stop(view.state, word, self._due(step, party, view), view.now, yours)

    def _due(self, step: Step, party: int, view: StopView) -> Said:
        """The day by which it is due; once it is done, the day on which that was."""
        if view.state == "done" and view.word is None:
            done = done_on(self.open, step.path, party)
            return N_("%(day)s", day=done) if done else ""
        if view.state in ("done", "locked") or self.case.standing.ended:
            return ""
        under_way = [
            due_date(self.case, place)
            for place, mark in self.case.standing.marks.items()
            if place[0] == step.path and mark.state == ACTIVE and place[1].party in (None, party)
        ]
        scope = Scope(party) if self.case.workflow.scope(step.path) == "party" else SHARED
        day = under_way[0] if under_way else turns.agreed_day(self.open, step, scope)
        return N_("by %(day)s", day=day) if day else ""

    def is_past(self, step: Step, party: int | None) -> bool:
        if self.open.standing.ended or party in self.open.standing.withdrawn:
            return True
        return any(
            mark.state in (ACTIVE, *OVER)
            for (path, scope), mark in self.case.standing.marks.items()
            if path == step.path and (party is None or scope.party in (None, party))
        )

    def opens(self, step: Step, party: int | None) -> Said:
        scope = Scope(party)
        mark = self.case.standing.marks.get((step.path, scope))
        at = opens_at(self.case, (step.path, scope), mark, self.open.now)
        if at is None:
            return super().opens(step, party)
        return N_("Opens %(day)s", day=self.open.house.calendar.day(at))


def _leaves(condition: Condition) -> Iterable[Condition]:
    if not condition.parts:
        yield condition
    for part in condition.parts:
        yield from _leaves(part)


def _written(fact: FactRef, value: object) -> str:
    return fact.fact if value is True else f"{fact.fact}: {value}"


def _opening(workflow: Workflow, due: Due) -> Said:
    """When a date opens a step, in words, before the date is known."""
    point = workflow.step(due.point)
    if due.span.months_from is not None and point is not None:
        return N_("Opens as many months after the step %(step)s as the agreement says", step=point.title)
    for words, count in (
        (N_("Opens %(count)s months after the step %(step)s"), due.span.months),
        (N_("Opens %(count)s weeks after the step %(step)s"), due.span.weeks),
        (N_("Opens %(count)s working days after the step %(step)s"), due.span.working_days),
    ):
        if count > 0 and point is not None:
            return N_(words.text, count=count, step=point.title)
    return N_("Opens on its day")

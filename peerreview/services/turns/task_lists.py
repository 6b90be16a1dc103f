"""What there is to do in a review, as lists show it: the reader's now and later, and what they wait for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from ...engine.language.definition import Action, Artefact
from ...engine.running.case import Time
from ...engine.running.conflicts import NETWORK, without
from ...engine.running.leaving import who_grants
from ...engine.turns.planning import stuck
from ...engine.turns.whose_turn import recipients
from ...errors import N_, Message, PartyName, Text
from ..base.words import Words
from ..case.extensions import Entry
from ..case.meeting_times import plan_of
from ..case.opening import OpenCase
from ..case.review_pages import PAGES
from ..terms.agreement_versions import agreement_key, is_own, may_decline, newest_of, pending_of
from . import turns
from .askings import href_of, open_askings
from .decisions import decisions_of, is_decided_by_lead
from .lead_tasks import TaskView as TaskView
from .lead_tasks import consents_wanted, decisions_to_take
from .own_mark import waits_for_mark
from .turns import Mine, Turn, named
from .wording import in_a_row, title_of, way_to

# What a button to a page says.
OPEN: Mapping[str, Message] = {
    "": N_("Open the review"),
    "team": N_("Open the team"),
    "agreement": N_("Open the agreement"),
    "meetings": N_("Open the meetings"),
    "materials": N_("Open the materials"),
    "questions": N_("Open the questions"),
    "report": N_("Open the report"),
    "evaluation": N_("Open the evaluation"),
    "follow-up": N_("Open the follow-up"),
    "invitation": N_("Open the invitation"),
    "interest": N_("Open your answer"),
    "pairing": N_("Open the pairing"),
    "synthesis": N_("Open the synthesis"),
}
NOBODY_LEADS = N_("a project lead without a conflict of interest (there is none now)")
ANSWER = N_("Answer the proposed change of the agreement")


@dataclass(frozen=True)
class ComingView:
    review_id: int
    review: str
    title: Words
    when: Words


@dataclass(frozen=True)
class WaitingView:
    """A turn of somebody else's. `reminder`: when they are reminded next; `note`: what the reader waits to do."""

    review_id: int
    review: str
    who: tuple[Words, ...]
    title: Words
    due: date | None
    late: bool
    reminder: datetime | None
    note: Words | None = None


def tasks_of(case: OpenCase) -> list[TaskView]:
    """What the reader can do now in one review."""
    mine = [m for m in turns.mine(case) if not m.waits_for and not is_decided_by_lead(case, m.task.place)]
    tasks = [*decisions_to_take(case), *(_task(case, m) for m in mine)]
    found = tasks + consents_wanted(case) + _unmarked(case) + proposed_to(case) + _askings(case)
    return _one_a_step(found) if case.workflow.apart else found


def _button(case: OpenCase, page: str, title: Words) -> Words:
    if case.workflow.apart and not page:
        return N_("Open the round")
    return OPEN.get(page, OPEN[""]) if page else title


def _one_a_step(tasks: list[TaskView]) -> list[TaskView]:
    """Of a round, what the lead does with each organisation is one thing to do, on the round's page."""
    several = Counter(str(task.title) for task in tasks)
    first: dict[str, TaskView] = {}
    for task in sorted(tasks, key=lambda task: (task.due is None, task.due or date.max)):
        count = several[str(task.title)]
        note = N_("%(count)s organisations", count=count) if count > 1 else task.note
        first.setdefault(str(task.title), replace(task, note=note))
    return list(first.values())


def _task(case: OpenCase, mine: Mine) -> TaskView:
    step, task = mine.step, mine.task
    title: Words = step.ask or step.title
    page = step.page
    only = _the_one(case, mine)
    if only is not None:
        title, page = _request(case, only) or only.title, page_of(case, only) or page
    href = way_to(case, page) + ("" if page or case.workflow.apart else "#now")
    return TaskView(
        review_id=case.review.id,
        review=title_of(case),
        title=step.title if task.helps else title,
        due=task.due,
        late=mine.late,
        helps=task.helps,
        note=_completed_by(case, mine) if task.helps else None,
        href=href,
        button=_button(case, page, title),
    )


def _the_one(case: OpenCase, mine: Mine) -> Action | None:
    """The one action that the reader can do, of a step that asks for several. What is done at a meeting that is not
    yet held does not stand for the meeting, and neither does the meeting for what else is left of its step."""
    left = [key for key, answer in mine.answers.items() if answer] or list(mine.answers)
    actions = mine.step.actions
    if len(left) != 1 or (len(_asked(actions)) < 2 and not actions[left[0]].remedy):
        return (
            None  # The step's own words tell all that is to be done, also what comes before its one action.
        )
    if len(mine.answers) > 1 and any(_held_by(case, actions[key]) for key in mine.answers):
        return None
    return actions[left[0]]


def _request(case: OpenCase, action: Action) -> Message | None:
    """What an action that says what has been asks for."""
    for artefact in _held_by(case, action):
        day = plan_of(case.data(artefact.key)).date if artefact.per == "review" else None
        if day is not None and day < turns.today_of(case):
            return N_("Note that the %(meeting)s has been held", meeting=in_a_row(artefact.title))
        return N_("Hold the %(meeting)s", meeting=in_a_row(artefact.title))
    return None


def _held_by(case: OpenCase, action: Action) -> list[Artefact]:
    """The meetings that an action concludes."""
    artefacts = [case.artefact(effect.artefact) for effect in action.does if effect.effect == "hold"]
    return [artefact for artefact in artefacts if artefact.kind.name == "meeting"]


def proposed_to(case: OpenCase) -> list[TaskView]:
    """Another side's proposal to change the agreement, that the reader's side has not answered."""
    if not case.artefacts_of("agreement") or not may_decline(case, agreement_key(case)):
        return []
    newest = newest_of(case)
    if newest is None or case.own_party() in case.rows.confirmed[newest.id]:
        return []
    return [
        TaskView(
            review_id=case.review.id,
            review=title_of(case),
            title=ANSWER,
            due=None,
            late=False,
            helps=False,
            note=N_("Until all sides have agreed, what was agreed before applies."),
            href=f"/reviews/{case.review.id}/agreement",
            button=N_("Read and answer"),
        )
    ]


def _unanswered(case: OpenCase) -> list[WaitingView]:
    """The sides that a proposal of the reader's, or for the lead anybody's, still waits for."""
    newest = pending_of(case) if case.artefacts_of("agreement") else None
    if newest is None or not (is_own(case, newest) or ("lead", None) in case.actor.roles):
        return []
    left = [party for party in case.standing.taking_part if party not in case.rows.confirmed[newest.id]]
    return [
        WaitingView(
            review_id=case.review.id,
            review=title_of(case),
            who=tuple(case.names[party] for party in left if party != case.own_party()),
            title=ANSWER,
            due=None,
            late=False,
            reminder=None,
        )
    ]


def _askings(case: OpenCase) -> list[TaskView]:
    """Askings for more time that the reader can answer."""
    return [
        TaskView(
            review_id=case.review.id,
            review=title_of(case),
            title=_asking(case, entry),
            due=None,
            late=False,
            helps=False,
            note=None,
            href=href_of(case, entry.place),
            button=N_("Read and answer"),
        )
        for entry in open_askings(case)
        if case.may(Time(entry.place, grants=True))
    ]


def _asked_for(case: OpenCase) -> list[WaitingView]:
    """The reader's own askings for more time that wait for an answer."""
    return [
        WaitingView(
            review_id=case.review.id,
            review=title_of(case),
            who=_who_grants(case, entry),
            title=_asking(case, entry),
            due=None,
            late=False,
            reminder=None,
        )
        for entry in open_askings(case)
        if case.may(Time(entry.place))
    ]


def _asking(case: OpenCase, entry: Entry) -> Message:
    step = case.workflow.by_path[entry.step].title
    return N_(
        "Answer %(side)s, who asks for more time: %(step)s", side=case.names[entry.party or 0], step=step
    )


def _who_grants(case: OpenCase, entry: Entry) -> tuple[Words, ...]:
    more = case.workflow.by_path[entry.step].more_time
    meant = recipients(case.case, who_grants(case.case, entry.place), entry.place[1]) if more else ()
    seats = without(case.case, meant)
    titles = case.workflow.roles
    who = {
        seat.party: case.names[seat.party] if seat.party >= 0 else titles[seat.role].title for seat in seats
    }
    return tuple(who.values())


def _asked(actions: Mapping[str, Action]) -> list[Action]:
    """What all do on the way through the step: a remedy is for where that has led to nothing."""
    return [action for action in actions.values() if not (action.optional or action.remedy)]


def page_of(case: OpenCase, action: Action) -> str:
    """The page of the thing that an action is about."""
    for effect in action.does:
        artefact = case.artefact(effect.artefact)
        if artefact.kind.name == "form":
            return "evaluation" if artefact.per == "person" else "follow-up"
        for page, (kind, _) in PAGES.items():
            if kind == artefact.kind.name:
                return page
    return ""


def _completed_by(case: OpenCase, mine: Mine) -> Message:
    roles = {
        case.workflow.roles[ref.role].title: None
        for action in _asked(mine.step.actions)
        for ref in action.by
        if ref.role in case.workflow.roles
    }
    return N_("You take part. It is completed by: %(roles)s", roles=tuple(map(in_a_row, roles)))


def _unmarked(case: OpenCase) -> list[TaskView]:
    """The reader's side's drafts that the others cannot show before it has marked a version of them."""
    waits = {path for text, path in case.workflow.shown_together.items() if waits_for_mark(case, text)}
    title, of = N_("Mark your draft as ready to present"), (case.review.id, title_of(case))
    way = way_to(case, "report"), OPEN["report"]
    steps = [turn for turn in turns.turns(case) if turn.step.path in waits]
    return [TaskView(*of, title, turn.due, turn.late, False, None, *way) for turn in steps]


# ---- others'


def coming_of(case: OpenCase) -> list[ComingView]:
    """What has begun to wait for somebody and the first step after that, for the reader's side."""
    found = turns.coming(case, case.own_party())
    waiting = [coming for coming in found if coming.waits]
    first = [coming for coming in found if not coming.waits][: 0 if waiting else 1]
    return [
        ComingView(case.review.id, title_of(case), coming.step.title, named(coming.when, case.names))
        for coming in (*waiting, *first)
    ]


def waiting_of(case: OpenCase) -> list[WaitingView]:
    """The turns of others; and what is the reader's own but cannot be done before others have done theirs."""
    own = turns.mine(case)
    ready = {_slot(mine) for mine in own if not mine.waits_for}
    blocked = {_slot(mine): mine for mine in own if mine.waits_for}
    found = []
    for turn in turns.turns(case):
        slot = turn.step.path, turn.place[1].party
        if slot in blocked:
            found.append(_blocked(case, turn, blocked[slot]))
        elif slot not in ready and (turn.holders or turn.vacant) and not _is_private(case, turn):
            found.append(waiting_view(case, turn))
    return found + _unanswered(case) + _asked_for(case)


def _slot(mine: Mine) -> tuple[str, int | None]:
    return mine.task.place[0], mine.task.place[1].party


def _is_private(case: OpenCase, turn: Turn) -> bool:
    """Nobody but the lead waits for the forms of single persons, which end by time."""
    return turn.place[1].person is not None and ("lead", None) not in case.actor.roles


def _blocked(case: OpenCase, turn: Turn, mine: Mine) -> WaitingView:
    sides = {
        value.party: case.names.get(value.party, "")
        for wanting in mine.waits_for
        for _, value in wanting.params
        if isinstance(value, PartyName)
    }
    several = len(_asked(turn.step.actions)) > 1
    only = turn.step.actions[next(iter(mine.answers))] if several and len(mine.answers) == 1 else None
    return WaitingView(
        review_id=case.review.id,
        review=title_of(case),
        who=tuple(sides.values()) or who_of(case, turn),
        title=only.title if only else turn.step.ask or turn.step.title,
        due=turn.due,
        late=turn.late,
        reminder=None,
        note=named(mine.waits_for[0], case.names),
    )


def waiting_view(case: OpenCase, turn: Turn) -> WaitingView:
    """A turn, seen by somebody who waits."""
    asked = next((one.asks for one in decisions_of(case) if is_decided_by_lead(case, turn.place)), None)
    return WaitingView(
        review_id=case.review.id,
        review=title_of(case),
        who=who_of(case, turn),
        title=(named(asked, case.names) if asked else _stuck(case, turn) or turn.step.ask or turn.step.title),
        due=turn.due,
        late=turn.late,
        reminder=turn.reminder,
    )


def _stuck(case: OpenCase, turn: Turn) -> Message | None:
    """What a turn is about where all have done theirs, and the step is still not over."""
    if turn.place not in stuck(case.case):
        return None
    return N_("%(step)s: all have done theirs, and it cannot go on yet", step=turn.step.title)


def who_of(case: OpenCase, turn: Turn) -> tuple[Words, ...]:
    """ "Region Gävleborg (processledare och granskare)", a side at a time; the lead by the title alone; and a side that
    has nobody for it."""
    if turn.place[1].person is not None:
        # Whose form is wanting is told to nobody, and neither is their side or function.
        return (turns.all_missing(turn),) if turn.holders else ()
    sides: dict[int | None, dict[Text, None]] = {}
    for holder in turn.holders:
        sides.setdefault(holder.party, {})[holder.role] = None
    held = tuple(
        N_("%(party)s (%(roles)s)", party=case.names[party], roles=tuple(map(in_a_row, roles)))
        if party is not None
        else next(iter(roles))
        for party, roles in sides.items()
    )
    missing = (party for party in turn.vacant if party not in sides and party != NETWORK)
    nobody: tuple[Words, ...] = (NOBODY_LEADS,) if NETWORK in turn.vacant else ()
    return (
        *held,
        *(N_("%(party)s (nobody can do it now)", party=case.names[party]) for party in missing),
        *nobody,
    )

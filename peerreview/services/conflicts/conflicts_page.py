"""Conflicts of interest as pages show them: of a review, of the network; the lead's tasks, the marks beside people.

Why somebody has one, and what the lead wrote, is shown to the lead who may decide and to whoever it is about; others
see that it is declared, and how it is handled. The coordinators of the side read what the lead wrote, and not why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from ...engine.language.definition import Right
from ...engine.running.conflicts import network_roles
from ...errors import N_, Message, Text
from ...store.people.organisations import organisations
from ...store.people.people import leads
from ...store.review import conflicts as store
from ...store.review.conflicts import Conflict
from ..base.access import only_lead
from ..base.house import Account, House
from ..case.opening import OpenCase, looking, opened_many
from ..deeds.write_conflict import DECISIONS, row_of_whom
from ..frame.review_head import ReviewHead, head_of
from ..turns import wording
from ..turns.lead_tasks import TaskView
from . import declare_conflict

MOST = 200
WAITS = N_("Declared; the project lead has not decided yet")
TAKEN_BACK = N_("Taken back")
# (who, how it is handled) of each that a side has declared.
Marks = tuple[tuple[str, Message], ...]


@dataclass(frozen=True)
class ConflictView:
    """`who`: by name, or the side whose answer describes it. `why`, `note`: "" where the reader may not know.
    `mark`, `state`: how it is handled. `seen`: what a decision must carry."""

    id: int
    review_id: int | None
    review: str
    who: str
    side: str
    declared_by: str
    at: datetime
    changed_at: datetime
    changed: bool
    why: str
    mark: str
    state: Message
    note: str
    decided_by: str
    decided_at: datetime | None
    may_change: bool
    may_decide: bool
    seen: str
    ended: bool


@dataclass(frozen=True)
class LeadView:
    """A lead who has one: by a function in `organisations`, or because they have declared it."""

    name: str
    organisations: tuple[str, ...]
    you: bool


@dataclass(frozen=True)
class ReviewConflicts:
    """`leads`: who has one by a function in an organisation of the review; `having`: some lead has one, whyever;
    `takes`: what it keeps a lead from; `holders`: the leads who do that meanwhile. `people`: of whom the reader can
    declare one; none where they cannot."""

    head: ReviewHead
    rows: tuple[ConflictView, ...]
    leads: tuple[LeadView, ...]
    takes: tuple[Message | Text, ...]
    holders: tuple[str, ...]
    people: tuple[tuple[int, str], ...]
    reader: int
    decisions: tuple[tuple[str, Message], ...]
    having: bool
    nobody: bool


def review_conflicts(house: House, *, actor: Account, review_id: int, now: datetime) -> ReviewConflicts:
    """The page of a review. Raises NotFound for those who have no part in it."""
    with looking(house, review_id=review_id, actor=actor, now=now) as case:
        rows = [view_of(case, one) for one in store.of_review(case.session, review_id) if sees(case, one)]
        having = case.case.conflicted
        around = list(leads(case.session))
        open_now = not case.standing.ended and case.until is None
        return ReviewConflicts(
            head=head_of(case),
            rows=tuple(rows),
            leads=_leads_in(case, actor),
            takes=taken_away(case),
            holders=tuple(person.name for person in around if person.id not in having),
            people=tuple(declare_conflict.people_of(case).items()) if open_now else (),
            reader=actor.person_id,
            decisions=tuple(DECISIONS.items()),
            having=any(person.id in having for person in around),
            nobody=bool(around) and all(person.id in having for person in around),
        )


def _leads_in(case: OpenCase, actor: Account) -> tuple[LeadView, ...]:
    found: dict[int, LeadView] = {}
    for person, organisation in store.leads_in(case.session, case.review.id):
        before = found[person.id].organisations if person.id in found else ()
        found[person.id] = LeadView(person.name, (*before, organisation.name), person.id == actor.person_id)
    return tuple(found.values())


def sees(case: OpenCase, row: Conflict) -> bool:
    """Of another side's only from when its answer may be read."""
    if row.party is None or ("lead", None) in case.actor.roles or row.party in case.actor.parties():
        return case.until is None or row.declared_at <= case.until
    if declare_conflict.is_own(case, row):
        return True
    return (case.until is None or row.declared_at <= case.until) and all(
        case.sees(one.key, "read", row.party) for one in case.artefacts_of("decision")
    )


def view_of(case: OpenCase, row: Conflict) -> ConflictView:
    own, decides = declare_conflict.is_own(case, row), declare_conflict.may_decide(case, row)
    # What has been taken back is the person's own again.
    inside = own or (decides and row.ended_at is None)
    side = case.names.get(row.party, "") if row.party is not None else ""
    named = decides or own or row.party is None or _named(case, row.party)
    who = row_of_whom(case, row) if named or row.person is None else side
    open_now = row.ended_at is None and not case.standing.ended and case.until is None
    by_review = row.review_id is not None
    later = case.until is not None and row.changed_at > case.until
    changed_at = row.declared_at if later else row.changed_at
    mark, state = state_of(row, case.until)
    ended, decided = _ended(row, case.until), _decided(row, case.until)
    return ConflictView(
        id=row.id,
        review_id=case.review.id,
        review=wording.title_of(case),
        who=who,
        side=side or (row.organisation.name if row.organisation else ""),
        declared_by=row.declarer.name if named else "",
        at=row.declared_at,
        changed_at=changed_at,
        changed=changed_at != row.declared_at,
        why=row.text if inside else "",
        mark=mark,
        state=state,
        # Who appoints somebody else, or lets somebody take over, has to know what was decided.
        note=row.note if decided and (inside or ("coordinator", row.party) in case.actor.roles) else "",
        decided_by=row.decider.name if decided and row.decider else "",
        decided_at=row.decided_at if decided else None,
        may_change=own and open_now and by_review,
        may_decide=decides and open_now and by_review,
        seen=row.changed_at.isoformat(),
        ended=ended,
    )


def _named(case: OpenCase, party: int) -> bool:
    """Whether the reader may see who is on that side."""
    own = party in case.actor.parties()
    return own or all(case.sees(team.key, "read", party) for team in case.artefacts_of("team"))


def state_of(row: Conflict, until: datetime | None = None) -> tuple[str, Message]:
    """How it is handled. `until`: as far as it had come then, for a side that left."""
    if _ended(row, until):
        return "locked", TAKEN_BACK
    return ("done", DECISIONS[row.decision]) if _decided(row, until) else ("doing", WAITS)


def _ended(row: Conflict, until: datetime | None) -> bool:
    return row.ended_at is not None and (until is None or row.ended_at <= until)


def _decided(row: Conflict, until: datetime | None) -> bool:
    return bool(row.decision) and (until is None or (row.decided_at is not None and row.decided_at <= until))


def taken_away(case: OpenCase) -> tuple[Message | Text, ...]:
    """What one keeps a lead from, as the definition has it."""
    found: dict[Message | Text, None] = {}
    keys = {key for role in network_roles(case.case) for key in case.workflow.roles[role].loses_actions}
    for step in case.workflow.walk():
        for action in step.actions.values():
            if action.key in keys:
                found[action.title] = None
    if any(step.more_time for step in case.workflow.walk()):
        found[N_("Give a side more time")] = None
    for role in network_roles(case.case):
        for right in sorted(case.workflow.roles[role].loses, key=_order):
            title = case.workflow.artefacts[right.artefact].title
            reads, changes = N_("%(thing)s: read", thing=title), N_("%(thing)s: change", thing=title)
            found[reads if right.verb == "read" else changes] = None
    return tuple(found)


def _order(right: Right) -> tuple[str, str]:
    return right.artefact, right.verb


# ---- the network


@dataclass(frozen=True)
class NetworkConflicts:
    """`mine`: the reader's own towards organisations, by a function there. `choices`: organisations to declare."""

    rows: tuple[ConflictView, ...]
    towards: tuple[ConflictView, ...]
    leads: tuple[LeadView, ...]
    mine: tuple[str, ...]
    choices: tuple[tuple[int, str], ...]
    decisions: tuple[tuple[str, Message], ...]


def network_conflicts(house: House, *, actor: Account, now: datetime) -> NetworkConflicts:
    """All of the network, for a lead; NotFound for others."""
    only_lead(actor)
    with house.db.read() as session:
        found = store.of_network(session, limit=MOST)
        ids = {one.review_id for one in found if one.review_id is not None}
        cases = {case.review.id: case for case in opened_many(house, session, ids, account=actor, now=now)}
        employed: dict[int, LeadView] = {}
        for person, organisation in store.leads_employed(session):
            before = employed[person.id].organisations if person.id in employed else ()
            you = person.id == actor.person_id
            employed[person.id] = LeadView(person.name, (*before, organisation.name), you)
        return NetworkConflicts(
            rows=tuple(view_of(cases[one.review_id], one) for one in found if one.review_id in cases),
            towards=tuple(_towards(session, actor, one) for one in found if one.organisation is not None),
            leads=tuple(employed.values()),
            mine=employed[actor.person_id].organisations if actor.person_id in employed else (),
            choices=tuple((one.id, one.name) for one in organisations(session)),
            decisions=tuple(item for item in DECISIONS.items() if item[0] != store.REPLACED),
        )


def _towards(session: Session, actor: Account, row: Conflict) -> ConflictView:
    own = actor.person_id == row.person_id
    decides = declare_conflict.may_decide_towards(session, actor, row)
    mark, state = state_of(row)
    return ConflictView(
        id=row.id,
        review_id=None,
        review="",
        who=row.person.name if row.person else "",
        side=row.organisation.name if row.organisation else "",
        declared_by=row.declarer.name,
        at=row.declared_at,
        changed_at=row.changed_at,
        changed=row.changed_at != row.declared_at,
        why=row.text if own or (decides and row.ended_at is None) else "",
        mark=mark,
        state=state,
        note=row.note if own or (decides and row.ended_at is None) else "",
        decided_by=row.decider.name if row.decider else "",
        decided_at=row.decided_at,
        may_change=own and row.ended_at is None,
        may_decide=decides and row.ended_at is None,
        seen=row.changed_at.isoformat(),
        ended=row.ended_at is not None,
    )


def tasks_for(house: House, session: Session, actor: Account, now: datetime) -> list[TaskView]:
    """The declarations that wait for this lead's decision, as My page lists them."""
    if not actor.is_lead:
        return []
    waiting = store.undecided(session, limit=MOST)
    ids = {one.review_id for one in waiting if one.review_id is not None}
    cases = {case.review.id: case for case in opened_many(house, session, ids, account=actor, now=now)}
    found = []
    for one in waiting:
        case = cases.get(one.review_id or 0)
        if case is not None and declare_conflict.may_decide(case, one):
            where, href = wording.title_of(case), f"/reviews/{case.review.id}/conflicts#conflict-{one.id}"
            found.append(_task(case.review.id, where, row_of_whom(case, one), href))
        elif one.organisation is not None and declare_conflict.may_decide_towards(session, actor, one):
            who = one.person.name if one.person else ""
            found.append(_task(0, one.organisation.name, who, f"/lead/conflicts#conflict-{one.id}"))
    return found


def _task(review_id: int, where: str, who: str, href: str) -> TaskView:
    return TaskView(
        review_id=review_id,
        review=where,
        title=N_("Decide on a declared conflict of interest"),
        due=None,
        late=False,
        helps=False,
        note=who,
        href=href,
        button=N_("Read and decide"),
    )


# ---- beside people and reviews


def marks_of(case: OpenCase) -> Mapping[int, Marks]:
    """By side what it has declared, for those who may know."""
    found: dict[int, Marks] = {}
    for one in store.of_review(case.session, case.review.id):
        if one.party is not None and not _ended(one, case.until) and sees(case, one):
            view = view_of(case, one)
            found[one.party] = (*found.get(one.party, ()), (view.who, view.state))
    return found


def marks_of_people(case: OpenCase, people: Iterable[int]) -> Mapping[int, Message]:
    """By person, how what is declared of them is handled."""
    wanted = set(people)
    found = {}
    for one in store.of_review(case.session, case.review.id):
        if one.person_id not in wanted or one.party is None:
            continue
        if not _ended(one, case.until) and sees(case, one):
            found[one.person_id or 0] = N_(
                "Conflict of interest: %(state)s", state=state_of(one, case.until)[1]
            )
    return found


def own_in(session: Session, actor: Account, ids: Iterable[int]) -> frozenset[int]:
    return frozenset(o for person, o in store.towards(session, ids) if person == actor.person_id)

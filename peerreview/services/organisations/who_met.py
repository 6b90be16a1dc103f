"""Who has reviewed whom over the years. For the lead: to others a review that they have no part in does not exist."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy.orm import Session

from ...engine.language.definition import Workflow
from ...store.lists import met as store
from ...store.people.organisations import organisations
from ..base.access import only_lead
from ..base.house import Account, House

# A round has all the network for its sides; a review has two or three.
MOST = 3


@dataclass(frozen=True)
class Meeting:
    """`members` are ids in ring order; `review_id` None where it is only told of."""

    year: int
    members: tuple[int, ...]
    running: bool = False
    review_id: int | None = None


@dataclass(frozen=True)
class Met:
    """One of an organisation's meetings: with whom."""

    year: int
    partners: tuple[str, ...]
    running: bool
    review_id: int | None


@dataclass(frozen=True)
class MetRow:
    """An organisation with its meetings, the latest first."""

    id: int
    name: str
    met: tuple[Met, ...]


@dataclass(frozen=True)
class MetView:
    rows: tuple[MetRow, ...]
    meetings: tuple[Meeting, ...]


def met(house: House, *, actor: Account) -> MetView:
    """Every organisation in Swedish order, and every meeting, the latest first."""
    only_lead(actor)
    with house.db.read() as session:
        found = meetings(house, session)
        names = {one.id: one.name for one in organisations(session)}
    by_member = _by_member(found)
    rows = tuple(MetRow(id, name, _told(id, by_member[id], names)) for id, name in names.items())
    return MetView(rows, tuple(found))


def is_review(workflow: Workflow) -> bool:
    """Whether organisations review each other in it, and report on it: a study visit is no review, nor is a round."""
    few = workflow.max_parties <= MOST and not workflow.apart
    return few and any(one.kind.name == "text" for one in workflow.artefacts.values())


def meetings(house: House, session: Session, *, workflow: str | None = None) -> list[Meeting]:
    """The reviews under way and those that came to their first end (one declined or cancelled was no meeting), and
    what is told of from before. The latest first. `workflow`: those of this one alone."""
    first_ends = {
        name: next(iter(one.ends))
        for name, one in house.workflows.items()
        if is_review(one) and workflow in (None, name)
    }
    places: dict[int, list[store.Took]] = defaultdict(list)
    for took in store.taken_part(session, first_ends):
        if took.ended in (None, first_ends[took.workflow]):
            places[took.review_id].append(took)
    found = [
        Meeting(
            year=house.calendar.day(of[0].begun).year,
            members=tuple(took.organisation_id for took in of),
            running=of[0].ended is None,
            review_id=id,
        )
        for id, of in places.items()
        if len(of) > 1
    ]
    known = {(one.year, *pair) for one in found for pair in combinations(sorted(one.members), 2)}
    found += [
        Meeting(row.year, (row.first_id, row.second_id))
        for row in store.earlier(session)
        if (row.year, row.first_id, row.second_id) not in known
    ]
    return sorted(found, key=lambda one: (-one.year, -(one.review_id or 0)))


def _by_member(found: Iterable[Meeting]) -> Mapping[int, list[Meeting]]:
    members: dict[int, list[Meeting]] = defaultdict(list)
    for meeting in found:
        for member in meeting.members:
            members[member].append(meeting)
    return members


def _told(id: int, found: Sequence[Meeting], names: Mapping[int, str]) -> tuple[Met, ...]:
    return tuple(
        Met(one.year, tuple(names[m] for m in one.members if m != id), one.running, one.review_id)
        for one in found
    )

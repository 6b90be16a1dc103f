"""The one way to a review: load it, authorise, and hold it as a frozen case with its rows.

`looking` is for pages; deeds go through `deeds.changing`. Whoever has no part in a review gets
NotFound from both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy.orm import Session

from ...engine.language.definition import Artefact, Workflow
from ...engine.language.reader import read
from ...engine.running.case import Actor, Case, Do, Seat, See, Standing, Time
from ...engine.running.decide import Answer, No, may
from ...engine.running.moves import Move
from ...errors import N_, BadDefinition, NotFound, Problem, Refused
from ...store.case import cases as store
from ...store.case.case_rows import SHARED, CaseRows
from ...store.connection.database import Writing
from ...store.review import rounds
from ...store.review.reviews import Review
from ...store.review.rows import ReviewRow, StateRow
from ..base import chain
from ..base.house import Account, House
from . import extensions, facts
from .departures import Finished, as_left, departed
from .facts import deputy_of as deputy_of


@dataclass
class OpenCase:
    """A review inside a transaction: its rows, the frozen case made of them, and who is acting. `until`: the reader's
    side withdrew then, and all this is as it was then, but for the texts in `finished` (`departures`).

    `account` None is the clock. `names`: by party, the organisation's name; where the parties stand apart a
    party's people get their own alone."""

    session: Session
    house: House
    rows: CaseRows
    case: Case
    actor: Actor
    account: Account | None
    now: datetime
    names: Mapping[int, str]
    until: datetime | None = None
    finished: Finished = frozenset()
    promised: bool = False
    moves: list[Move] = field(default_factory=list)
    earlier: dict[str, Workflow] = field(default_factory=dict)

    @property
    def review(self) -> ReviewRow:
        return self.rows.review

    @property
    def workflow(self) -> Workflow:
        return self.case.workflow

    @property
    def standing(self) -> Standing:
        return self.case.standing

    @property
    def sees_all_parties(self) -> bool:
        """False where the parties stand apart and the reader is of one of them: they know of no other."""
        return not self.workflow.apart or self.account is None or ("lead", None) in self.actor.roles

    def workflow_then(self, hash: str) -> Workflow:
        """The definition that the review had when a line of its history was written."""
        if hash == self.review.definition_hash:
            return self.workflow
        if hash not in self.earlier:
            self.earlier[hash] = workflow_of(self.house, self.session, self.review, hash)
        return self.earlier[hash]

    def may(self, what: See | Do | Time) -> Answer:
        return may(self.case, self.actor, what, self.now)

    def sees(self, artefact: str, verb: str, owner: int | None = None, state: str | None = None) -> bool:
        """May the actor `verb` this? `state` defaults to the artefact's own."""
        if state is None and artefact in self.workflow.artefacts:
            state = self.state(artefact, owner)
        return bool(self.may(See(artefact, verb, owner, state)))

    def require(self, artefact: str, verb: str, owner: int | None = None, state: str | None = None) -> None:
        """Raise Refused with the engine's reason where the actor may not."""
        if state is None:
            state = self.state(artefact, owner)
        answer = self.may(See(artefact, verb, owner, state))
        if isinstance(answer, No):
            raise Refused(answer.reason)

    def state(self, artefact: str, owner: int | None = None) -> str:
        return facts.state_of(self.rows, self.artefact(artefact), owner)

    def data(self, artefact: str, owner: int | None = None) -> Mapping[str, Any]:
        return facts.data_of(self.rows, artefact, owner)

    def artefact(self, name: str) -> Artefact:
        found = self.workflow.artefacts.get(name)
        if found is None:
            raise NotFound(name)
        return found

    def artefacts_of(self, kind: str) -> tuple[Artefact, ...]:
        return tuple(a for a in self.workflow.artefacts.values() if a.kind.name == kind)

    def own_party(self) -> int | None:
        """The actor's side: the first, should they sit on several; None for the lead and the clock."""
        return min(self.actor.parties(), default=None)

    def set_state(self, artefact: str, owner: int | None, state: str | None = None, **data: Any) -> None:
        """Put an artefact into `state` (None: leave it) and add to its record."""
        slot = SHARED if owner is None else owner
        old = self.rows.states.get((artefact, slot))
        if old is None:
            old = StateRow(artefact, slot, self.artefact(artefact).kind.states[0], {}, 0)
        new = StateRow(artefact, slot, state or old.state, {**old.data, **data}, old.version + 1)
        by = self.account.person_id if self.account else None
        store.put_state(self.session, self.rows, new, at=self.now, by=by)

    def note(self, deed: str, *, text: str | None = None, **more: Any) -> None:
        """Write a line of history about this deed; `artefact`, `about_party`, `state` decide who sees it."""
        chain.append(
            self.session,
            self.review,
            at=self.now,
            deed=deed,
            text=text,
            actor_id=self.account.person_id if self.account else None,
            actor_party=self.own_party(),
            **more,
        )

    def refresh(self) -> None:
        """Make the case anew from the rows, as they now are in this transaction."""
        assert isinstance(self.session, Writing)
        store.load_again(self.session, self.rows)
        self.case = _case(self.house, self.session, self.rows, self.now, standing=self.case.standing)


# On which pages and in which deeds a round can be met, which is a case but no review: nowhere, by its lead
# alone, or by all who have a part in it.
Rounds = Literal["no", "lead", "all"]


@contextmanager
def looking(
    house: House, *, review_id: int, actor: Account, now: datetime, rounds: Rounds = "no"
) -> Iterator[OpenCase]:
    """A review to look at: nothing is written. NotFound for those who have no part in it."""
    with house.db.read() as session:
        case = opened(house, session, review_id=review_id, account=actor, now=now)
        only_reviews(case, rounds)
        yield case


def only_reviews(case: OpenCase, rounds: Rounds = "no") -> None:
    """Raises NotFound where the case is a round and this is no place for it, or for this person in it."""
    if not case.workflow.apart or case.account is None or rounds == "all":
        return
    if rounds == "no" or not case.sees_all_parties:
        raise NotFound(f"review {case.review.id}")


def opened(
    house: House,
    session: Session,
    *,
    review_id: int,
    account: Account | None,
    now: datetime,
    lock: bool = False,
) -> OpenCase:
    """Load and authorise in one call; raises NotFound."""
    rows = store.load_one(session, review_id, lock=lock)
    if rows is None:
        raise NotFound(f"review {review_id}")
    return _opened(house, session, rows, account, now, writes=lock)


def opened_many(
    house: House, session: Session, ids: Iterable[int], *, account: Account | None, now: datetime
) -> list[OpenCase]:
    """Many reviews at once, in a constant number of queries; those the account has no part in are left out."""
    found = []
    for rows in store.load(session, ids).values():
        try:
            found.append(_opened(house, session, rows, account, now))
        except NotFound:
            continue
    return found


def _opened(
    house: House,
    session: Session,
    rows: CaseRows,
    account: Account | None,
    now: datetime,
    *,
    writes: bool = False,
) -> OpenCase:
    case = _case(house, session, rows, now)
    actor = _actor(case, account, now)
    if account is not None and not actor.roles:
        raise NotFound(f"review {rows.review.id}")
    names = {party.position: party.name for party in rows.parties}
    opened = OpenCase(session, house, rows, case, actor, account, now, names)
    # Deeds are asked of the review as it is: there a side that has withdrawn is refused them all.
    then = departed(rows, actor, case.standing.withdrawn) if account is not None and not writes else None
    if then is not None:
        left = as_left(
            rows, case, then, workflow_of(house, session, rows.review, then["hash"]), actor.parties()
        )
        opened.rows, opened.case, opened.until = left.rows, left.case, left.at
        opened.finished, opened.promised = left.finished, left.promised
    if not opened.sees_all_parties:
        opened.names = {party: name for party, name in names.items() if party in actor.parties()}
    return opened


def _case(
    house: House, session: Session, rows: CaseRows, now: datetime, standing: Standing | None = None
) -> Case:
    workflow = workflow_of(house, session, rows.review)
    standing = standing or Standing.from_json(rows.review.standing)
    of_round = rounds.of_round(session, rows.review.id) if workflow.apart else None
    known = facts.facts_of(rows, workflow, standing, of_round)
    granted = extensions.granted_of(rows.review.more_time)
    conflicted = rows.employed | rows.declared
    return Case(workflow, standing, known, house.calendar, _held(rows, now), rows.leads, granted, conflicted)


def without(case: OpenCase, person_id: int) -> Case:
    """The case as it would be, were somebody's account closed."""
    leads = tuple(lead for lead in case.case.leads if lead != person_id)
    return case.case.with_(seats=_held(case.rows, case.now, gone=person_id), leads=leads)


def _held(rows: CaseRows, now: datetime, gone: int = 0) -> tuple[Seat, ...]:
    """The seats that somebody with an open account has: their person, or who sits in for them now. `gone`: whose
    account is taken as closed."""
    seats = (
        Seat(
            one.id,
            one.person_id,
            one.party,
            one.role,
            one.function,
            None if one.deputy_closed or one.deputy_id == gone else deputy_of(one),
            one.closed or one.person_id == gone,
        )
        for one in rows.seated
    )
    return tuple(seat for seat in seats if seat.held(now))


def workflow_of(house: House, session: Session, review: Review | ReviewRow, hash: str = "") -> Workflow:
    """The definition that the review began with, or was moved to; with the newest words, where only words have
    changed. `hash`: of another that it had once."""
    newest = house.workflows.get(review.workflow)
    if newest is not None and newest.hash == (hash or review.definition_hash):
        return newest
    text = store.definition_text(session, hash or review.definition_hash)
    if text is None:
        where = N_("definition of review %(id)s", id=review.id)
        raise BadDefinition(
            [Problem(where, 1, 1, N_("its text is gone"), N_("restore the database from a copy"))]
        )
    return _read(text, review.workflow)


@lru_cache(maxsize=64)
def _read(text: str, name: str) -> Workflow:
    return read(text, f"{name} (kept)")


def _actor(case: Case, account: Account | None, now: datetime) -> Actor:
    if account is None:
        return Actor(0)
    roles = roles_of(case, account.person_id, now)
    if account.is_lead:
        roles.add(("lead", None))
    return Actor(account.person_id, frozenset(roles), account.person_id in case.conflicted)


def roles_of(case: Case, person: int, at: datetime) -> set[tuple[str, int | None]]:
    """The roles that somebody holds then by the seats they sit on, sit in for, or by leading the network."""
    roles: set[tuple[str, int | None]] = {("lead", None)} if person in case.leads else set()
    for seat in case.seats:
        if person in (seat.person, seat.reader(at)):
            roles.add((seat.role, seat.party))
            roles.update((role, seat.party) for role in case.workflow.roles[seat.role].includes)
    return roles

"""Whether the histories are what was written, and whether they lead to where the reviews stand (engine.md 22, 31).

Each row is hashed anew and held against the chain; then the deeds are played again through the engine, each on
the facts that its row kept, and the standing that comes of it is held against the review's. Rows that tell
of something else than a move (an upload) have a hash but move nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from ...engine.analysis.migrating import carried
from ...engine.language.definition import Workflow
from ...engine.language.likeness import READING
from ...engine.language.reader import read
from ...engine.running.beginning import first_standing
from ...engine.running.case import SHARED, Actor, Case, Do, Scope, Seat, Standing
from ...engine.running.moves import Choice, fire, tick
from ...engine.running.reopening import waiting_again
from ...errors import N_, BadSetting, Message, PeerreviewError, Refused, in_english
from ...store.case import verifying as store
from ...store.people import register as register_store
from ...store.review.history import HistoryRow
from ...store.review.reviews import Review
from ..base import chain
from ..base.house import House
from ..case.kept_facts import facts_of_kept
from ..case.opening import workflow_of
from ..register import register
from ..workflows.migrate_reviews import names_in

# Where a review's number stands: the history of people, accounts and organisations.
REGISTER = 0
_REGISTER = "register"


@dataclass(frozen=True)
class Finding:
    """What is wrong in a review's history, and (unless it is the review as a whole) in which row. REGISTER for the
    register's own history."""

    review_id: int
    number: int | None
    what: Message

    @property
    def words(self) -> Message:
        if self.review_id == REGISTER:
            if self.number is None:
                return N_("the register: %(what)s", what=self.what)
            return N_("the register, row %(row)s: %(what)s", row=self.number, what=self.what)
        if self.number is None:
            return N_("review %(id)s: %(what)s", id=self.review_id, what=self.what)
        return N_("review %(id)s, row %(row)s: %(what)s", id=self.review_id, row=self.number, what=self.what)

    def __str__(self) -> str:
        return in_english(self.words)


def verify(house: House, anchor: str = "") -> list[Finding]:
    """Everything that is wrong, review by review, then in the register; `anchor` is what `anchored` once gave. []
    where all is well."""
    found: list[Finding] = []
    kept = _read_anchor(anchor)
    with house.db.read() as session:
        for review_id in store.review_ids(session):
            found += _of_review(house, session, review_id)
            session.expunge_all()
        found += [Finding(REGISTER, number, what) for number, what in register.faults(session)]
        for review_id, count, head in kept:
            found += _against_anchor(session, review_id, count, head)
    return found


def anchored(house: House) -> str:
    """The heads of all chains, one line a review and one for the register, for keeping where who writes this database
    cannot write."""
    with house.db.read() as session:
        count, head = register_store.head(session)
        heads = [*store.heads(session), *([(_REGISTER, count, head)] if count else [])]
        return "".join(f"{id} {count} {head}".rstrip() + "\n" for id, count, head in heads)


def _read_anchor(text: str) -> list[tuple[int, int, str]]:
    kept = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if not words:
            continue
        known = words[0].isdecimal() or words[0] == _REGISTER
        if len(words) not in (2, 3) or not (known and words[1].isdecimal()):
            raise BadSetting(
                N_(
                    "anchor, line %(number)s: %(line)s is not a head of a history; "
                    "give a file that `peerreview history anchor` wrote",
                    number=number,
                    line=repr(line[:60]),
                )
            )
        number = REGISTER if words[0] == _REGISTER else int(words[0])
        kept.append((number, int(words[1]), words[2] if len(words) == 3 else ""))
    return kept


def _against_anchor(session: Session, review_id: int, count: int, head: str) -> Iterator[Finding]:
    if count == 0:
        return
    if review_id != REGISTER and store.review(session, review_id) is None:
        yield Finding(review_id, None, N_("the review is gone, which the anchor holds"))
        return
    is_register = review_id == REGISTER
    now = register_store.hash_at(session, count) if is_register else store.hash_at(session, review_id, count)
    if now is None:
        yield Finding(review_id, count, N_("the row is missing, which the anchor holds"))
    elif now != head:
        yield Finding(review_id, count, N_("the history up to here is another than the anchor holds"))


def _of_review(house: House, session: Session, review_id: int) -> list[Finding]:
    review = store.review(session, review_id)
    assert review is not None
    rows = store.rows(session, review_id)
    found = [*_chain(review, rows)]
    if found:
        return found  # What was not done as it stands there cannot be played again.
    return list(_replayed(house, session, review, rows))


# ---- the chain


def _chain(review: Review, rows: Sequence[HistoryRow]) -> Iterator[Finding]:
    kept = (review.history_count, review.history_head)
    for number, what in chain.faults(rows, *kept, covered=chain.COVERED, text_fault=chain.text_fault):
        yield Finding(review.id, number, what)


# ---- playing again


def _replayed(
    house: House, session: Session, review: Review, rows: Sequence[HistoryRow]
) -> Iterator[Finding]:
    begun = next((row for row in rows if row.deed == "begun"), None)
    if begun is None:
        yield Finding(review.id, None, N_("it has no beginning"))
        return
    by = begun.definition_hash
    workflow = workflow_of(house, session, review, by)
    standing = first_standing(workflow, len(begun.data["organisations"]))
    for row in rows:
        if row.definition_hash != by:
            yield Finding(
                review.id, row.number, N_("it was done by another definition than the review had then")
            )
            return
        try:
            if row.deed == "migrated":
                by = row.data["to"]
                newer = workflow_of(house, session, review, by)
                standing, workflow = _moved(standing, workflow, newer, row), newer
            elif row.deed == "read_anew":
                standing = waiting_again(workflow, standing)
            elif row.deed in ("action", "moved"):
                then = _as_read_then(workflow, row)
                known = facts_of_kept(workflow, row.data["facts"])
                case = Case(then, standing, known, house.calendar, _seats(row))
                standing = _again(case, row)
        except (PeerreviewError, KeyError, ValueError, AssertionError) as error:
            yield Finding(
                review.id,
                row.number,
                N_("it cannot have been done as it stands there (%(why)s)", why=str(error)),
            )
            return
    if by != review.definition_hash:
        yield Finding(review.id, None, N_("it has another definition than its history leads to"))
    elif standing != Standing.from_json(review.standing):
        yield Finding(
            review.id,
            None,
            N_("it stands elsewhere than its history leads to: %(where)s", where=_differs(standing, review)),
        )
    elif review.ended != standing.ended:
        yield Finding(review.id, None, N_("it is marked as ended otherwise than its history tells"))


def _as_read_then(workflow: Workflow, row: HistoryRow) -> Workflow:
    """The definition as it was read when a row was written: what is done is played by the rules of its day."""
    reading = row.data.get("reading", 1)
    return workflow if reading == READING else _read(workflow.text, workflow.file, reading)


@lru_cache(maxsize=64)
def _read(text: str, name: str, reading: int) -> Workflow:
    return read(text, name, reading=reading)


def _moved(standing: Standing, workflow: Workflow, newer: Workflow, row: HistoryRow) -> Standing:
    """A move to a newer definition, by the names that were found then."""
    found = carried(standing, workflow, newer, names_in(workflow, newer, row.data["renamed"]), row.at)
    if found.why:
        raise Refused(found.why[0])
    return found.standing


def _again(case: Case, row: HistoryRow) -> Standing:
    if row.deed == "moved":
        return tick(case, row.at).case.standing
    actor, what = _asked(case.workflow, row)
    return fire(case, actor, what, row.at, reason="-", choice=_choice(row.data["choice"])).case.standing


def _asked(workflow: Workflow, row: HistoryRow) -> tuple[Actor, Do]:
    """Who did what: with every role of their side, for roles are not what a standing comes of."""
    person = row.data.get("person")
    scope = {"party": Scope(row.party), "person": Scope(row.party, person)}
    place = (row.step, scope.get(workflow.scope(row.step), SHARED) if row.step else SHARED)
    roles: set[tuple[str, int | None]] = set()
    for key, role in workflow.roles.items():
        if role.of == "party" and row.party is not None:
            roles.add((key, row.party))
            roles |= {(key, party) for party in range(10)} if place[1].party is not None else set()
        elif role.of == "network":
            roles.add((key, None))
    actor = Actor(person if person is not None else row.actor_id or 0, frozenset(roles))
    return actor, Do(row.data["action"], place, row.party if place[1].party is None else None)


def _choice(data: dict[str, Any]) -> Choice:
    place = data["place"]
    return Choice(
        data["step"],
        data["party"],
        (place[0], Scope(place[1], place[2])) if place else None,
        frozenset(data["finish"]),
        data.get("asks", False),
    )


def _seats(row: HistoryRow) -> tuple[Seat, ...]:
    return tuple(Seat(id, person, party, role) for id, person, party, role in row.data.get("seats", ()))


def _differs(standing: Standing, review: Review) -> str:
    """The first part in which the two are not the same."""
    told = standing.to_json()
    for key, value in json.loads(json.dumps(told)).items():
        there = review.standing.get(key)
        if value == there:
            continue
        if isinstance(value, list) and isinstance(there, list):
            extra = [part for part in there if part not in value] or [
                part for part in value if part not in there
            ]
            return f"{key} {extra[:2]}"
        return f"{key} is {there!r}, not {value!r}"
    return "it cannot be read"

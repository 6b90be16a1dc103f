"""Reviews that have an older definition than the newest, and what of them is kept by the name of a step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, union_all, update
from sqlalchemy.orm import Session

from ..artefacts.agreements import Agreement
from ..artefacts.evaluations import FormAnswer, Hours
from ..artefacts.examples import Example
from ..artefacts.questions import Question
from ..connection.database import Base
from ..mail.outbox import MailWish, PlannedMail
from ..review.reviews import Review
from ..review.rounds import Dialogue, Interest, Pairing

# Rows that belong to an artefact without naming it: a review has one of the kind.
OF_KIND: Mapping[str, type[Base]] = {
    "agreement": Agreement,
    "interest": Interest,
    "dialogue": Dialogue,
    "reviews": Pairing,
}
# What is kept of what was done, and not of what there is.
_HISTORY = "history"


def running(session: Session, workflow: str) -> list[tuple[int, str]]:
    """The reviews of a workflow that have not ended: (id, hash of their definition)."""
    query = (
        select(Review.id, Review.definition_hash)
        .where(Review.workflow == workflow, Review.ended.is_(None))
        .order_by(Review.id)
    )
    return [(id, hash) for id, hash in session.execute(query)]


def artefacts_with_rows(session: Session, review_id: int) -> set[str]:
    """The artefacts that any table at all has a row of, for this review."""
    tables = [
        table
        for table in Base.metadata.sorted_tables
        if {"review_id", "artefact"} <= set(table.columns.keys()) and table.name != _HISTORY
    ]
    asked = [select(table.c.artefact).where(table.c.review_id == review_id) for table in tables]
    return {name for (name,) in session.execute(union_all(*asked)) if name}


def kinds_with_rows(session: Session, review_id: int) -> set[str]:
    """The same of rows that do not name their artefact: its kind."""
    found = set()
    for kind, model in OF_KIND.items():
        column = model.__table__.c.review_id
        if session.execute(select(column).where(column == review_id).limit(1)).first():
            found.add(kind)
    return found


def perspectives_of_questions(session: Session, review_id: int) -> set[tuple[str, int, str]]:
    """(artefact, party, perspective), of those too that were taken away: they can be put back."""
    query = select(Question.artefact, Question.party, Question.perspective).where(
        Question.review_id == review_id, Question.perspective != ""
    )
    return {(artefact, party, one) for artefact, party, one in session.execute(query)}


def perspectives_of_examples(session: Session, review_id: int) -> set[tuple[str, int, str]]:
    query = select(Example.artefact, Example.party, Example.perspectives).where(
        Example.review_id == review_id
    )
    return {(artefact, party, one) for artefact, party, many in session.execute(query) for one in many}


def words_of_interests(session: Session, review_id: int) -> list[tuple[int, list[str], list[str]]]:
    """(party, themes and free words, perspectives) of the newest that each has said."""
    query = select(Interest.party, Interest.wants, Interest.offers, Interest.perspectives).where(
        Interest.review_id == review_id
    )
    newest = {party: (party, [*wants, *offers], many)
              for party, wants, offers, many in session.execute(query.order_by(Interest.number))}  # fmt: skip
    return list(newest.values())


def answers_of(session: Session, review_id: int) -> list[tuple[str, dict[str, Any]]]:
    """(artefact, answers by field) of each form, drafts too; whose it is is not told."""
    query = select(FormAnswer.artefact, FormAnswer.answers).where(FormAnswer.review_id == review_id)
    return [(artefact, answers or {}) for artefact, answers in session.execute(query)]


def functions_with_hours(session: Session, review_id: int) -> set[tuple[int, str]]:
    query = select(Hours.party, Hours.function).where(Hours.review_id == review_id, Hours.function != "")
    return {(party, function) for party, function in session.execute(query.distinct())}


def rename_steps(session: Session, review_id: int, names: Mapping[str, str]) -> None:
    """What was planned, sent, wished for and counted for a step is the renamed step's from now on."""
    _rename(session.scalars(select(PlannedMail).where(PlannedMail.review_id == review_id)).all(), names)
    _rename(session.scalars(select(MailWish).where(MailWish.review_id == review_id)).all(), names)
    for old, new in names.items():
        if old != new and "/" not in old:
            session.execute(
                update(Hours)
                .where(Hours.review_id == review_id, Hours.step == old)
                .values(step=new.partition("/")[0])
            )
    session.flush()


def _rename(rows: Sequence[PlannedMail | MailWish], names: Mapping[str, str]) -> None:
    taken = {_key(row, row.step) for row in rows}
    for row in rows:
        new = names.get(row.step, row.step)
        if new != row.step and _key(row, new) not in taken:
            taken.add(_key(row, new))
            row.step = new


def _key(row: PlannedMail | MailWish, step: str) -> tuple[Any, ...]:
    return (row.party, step, row.visit, row.rule, row.occurrence, row.seat_id)

"""What the lead wants of mails that are planned: held back, or with a line added (engine.md 27 and 30)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from ...engine.turns.planning import MailKey, Planned
from ...errors import N_
from ...rendering.mails import MailWords
from ...store.mail import planned as store
from ...store.mail.gathered_mail import Gathered
from ...store.mail.outbox import MailWish, PlannedMail
from ...store.review.rows import PlannedRow
from ..case.opening import OpenCase
from ..turns import wording

HELD = N_("the project lead has held it back").text


@dataclass(frozen=True)
class Wish:
    """`line` and `by`: the lead's words and whose they are."""

    held: bool = False
    line: str = ""
    by: str = ""


NONE = Wish()
Slot = tuple[int, MailKey]


def key_of(row: PlannedMail | PlannedRow | MailWish) -> MailKey:
    return MailKey(row.party, row.step, row.visit, row.rule, row.occurrence, row.seat_id)


def wishes(session: Session, reviews: Iterable[int]) -> Mapping[Slot, Wish]:
    """By review and key."""
    return {
        (row.review_id, key_of(row)): Wish(row.held, row.line, name)
        for row, name in store.wishes_of(session, reviews)
    }


def wish_of(row: Gathered) -> Wish:
    return Wish(row.held, row.line, row.writer.name if row.line and row.writer else "")


def of_row(session: Session, row: PlannedMail | Gathered) -> Wish:
    if isinstance(row, Gathered):
        return wish_of(row)
    return wishes(session, [row.review_id]).get((row.review_id, key_of(row)), NONE)


def words_with(case: OpenCase, planned: Planned, wish: Wish) -> MailWords:
    """The words of a reminder, with what the lead has added."""
    return added_to(wording.reminder_words(case, planned), wish)


def added_to(words: MailWords, wish: Wish) -> MailWords:
    return replace(words, note=wish.line, note_by=wish.by) if wish.line else words

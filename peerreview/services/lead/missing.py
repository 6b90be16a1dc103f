"""All who are missing: the reminders to those who have not answered an anonymous form, as one mail without names.

Whom they go to the worker knows, and nobody is shown (engine.md 48): the lead sees how many, holds them back, or adds a
line, for all at once. (To send one now is `reminding`.)"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from ...errors import Conflict, NotFound
from ...store.mail import mail_plan as store
from ...store.mail import planned as planned_store
from ...store.mail.mail_plan import Wanted
from ...store.mail.outbox import MailWish
from ..base.access import only_lead
from ..base.checks import Checks
from ..base.house import Account, House
from ..case.opening import OpenCase, opened
from ..deeds.change import changing
from ..mail.lead_wishes import wishes
from ..turns import wording
from . import mail_lists
from .change_planned_mail import GONE, MOST
from .mail_lists import MissingView

MANY = 1000


@dataclass(frozen=True)
class MissingPage:
    """`reminded_by`: the step and side by which they are reminded now."""

    mail: MissingView
    held: bool


def page(house: House, *, actor: Account, review_id: int, step: str, rule: str, now: datetime) -> MissingPage:
    """One reminder to all who are missing, for the lead. NotFound for others, and where nothing of it is planned."""
    only_lead(actor)
    with house.db.read() as session:
        case = opened(house, session, review_id=review_id, account=actor, now=now)
        for one in store.missing(session, Wanted(review_id=review_id), limit=MANY):
            if (one.row.step, one.row.rule) == (step, rule):
                wished = wishes(session, [review_id])
                names = {review_id: wording.title_of(case)}
                mail = mail_lists.missing_view(one, case.workflow, wished, names)
                return MissingPage(mail, mail.state == mail_lists.HELD_BACK[1])
    raise NotFound(f"{step} {rule} of review {review_id}")


def hold_back(
    house: House, *, actor: Account, review_id: int, step: str, rule: str, held: bool, now: datetime
) -> None:
    """The reminder shall not go to any of them, or may go again."""
    with _waiting(house, actor, review_id, step, rule, now) as (case, found):
        for wish in found:
            wish.held = held
        _note(case, "missing_held" if held else "missing_let_go", step)


def add_line(
    house: House, *, actor: Account, review_id: int, step: str, rule: str, line: str, now: datetime
) -> None:
    """What the lead says to all of them besides; "" takes it out. Raises Invalid."""
    checks = Checks()
    cleaned = checks.text("line", line, most=MOST)
    checks.stop()
    with _waiting(house, actor, review_id, step, rule, now) as (case, found):
        for wish in found:
            wish.line, wish.by = cleaned, actor.person_id
        _note(case, "missing_line_added" if cleaned else "missing_line_removed", step)


@contextmanager
def _waiting(
    house: House, actor: Account, review_id: int, step: str, rule: str, now: datetime
) -> Iterator[tuple[OpenCase, list[MailWish]]]:
    only_lead(actor)
    with changing(house, review_id=review_id, actor=actor, now=now, rounds="lead") as case:
        rows = planned_store.nameless_of(case.session, review_id, step, rule)
        if not rows:
            raise Conflict(GONE)
        found = []
        for row in rows:
            wish = planned_store.wish_on(case.session, row)
            wish.at = case.now
            if not wish.line:
                wish.by = actor.person_id
            found.append(wish)
        yield case, found


def _note(case: OpenCase, deed: str, step: str) -> None:
    """The lead alone reads of it: nobody is named as its reader."""
    case.note(deed, step=step, data={"mail_to": 0})

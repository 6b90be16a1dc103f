"""How tests declare conflicts of interest, decide on them and see what comes of it."""

from __future__ import annotations

from sqlalchemy import select

from peerreview.rendering.words import say
from peerreview.services.base.house import Account, House
from peerreview.services.conflicts import conflicts_page, declare_conflict
from peerreview.services.conflicts.conflicts_page import ConflictView
from peerreview.services.home import my_page
from peerreview.services.review import history_page, overview
from peerreview.store.mail.outbox import Outgoing

from .review_fixtures import Cast

WHY = "Min syster är verksamhetschef där."


def rows(house: House, cast: Cast, who: Account) -> list[ConflictView]:
    there = {"actor": who, "review_id": cast.review_id, "now": cast.now}
    return list(conflicts_page.review_conflicts(house, **there).rows)  # type: ignore[arg-type]


def declare(house: House, cast: Cast, who: Account, text: str = WHY, of: Account | None = None) -> None:
    person = of.person_id if of else None
    declare_conflict.declare(
        house, actor=who, review_id=cast.review_id, person_id=person, text=text, now=cast.now
    )


def decide(house: House, cast: Cast, who: Account, decision: str, note: str = "") -> None:
    [row] = [row for row in rows(house, cast, who) if not row.ended]
    declare_conflict.decide(
        house,
        actor=who,
        review_id=cast.review_id,
        conflict_id=row.id,
        decision=decision,
        note=note,
        seen=row.seen,
        now=cast.now,
    )


def subjects(house: House, who: Account) -> list[str]:
    with house.db.read() as session:
        query = select(Outgoing).where(Outgoing.person_id == who.person_id, Outgoing.kind == "conflict")
        return [row.subject for row in session.scalars(query.order_by(Outgoing.id))]


def tasks(house: House, cast: Cast, who: Account) -> list[str]:
    view = my_page.home(house, actor=who, now=cast.now, real_now=cast.now)
    return [say(task.title, "en") for task in view.tasks]


def lines(house: House, cast: Cast, who: Account) -> list[str]:
    view = history_page.history(house, actor=who, review_id=cast.review_id, now=cast.now)
    return [say(line.title, "en") + (line.text or "") for line in view.lines]


def page(house: House, cast: Cast, who: Account) -> overview.OverviewView:
    return overview.overview(house, actor=who, review_id=cast.review_id, now=cast.now)

"""How tests declare conflicts of interest, decide on them and see what comes of it."""

from __future__ import annotations

from sqlalchemy import select

from peerreview.rendering.words import say
from peerreview.services import conflict_pages, conflicts, histories, home, overview
from peerreview.services.conflict_pages import ConflictView
from peerreview.services.house import Account, House
from peerreview.store.outbox import Outgoing

from .review_fixtures import Cast

WHY = "Min syster är verksamhetschef där."


def rows(house: House, cast: Cast, who: Account) -> list[ConflictView]:
    there = {"actor": who, "review_id": cast.review_id, "now": cast.now}
    return list(conflict_pages.review_conflicts(house, **there).rows)  # type: ignore[arg-type]


def declare(house: House, cast: Cast, who: Account, text: str = WHY, of: Account | None = None) -> None:
    person = of.person_id if of else None
    conflicts.declare(house, actor=who, review_id=cast.review_id, person_id=person, text=text, now=cast.now)


def decide(house: House, cast: Cast, who: Account, decision: str, note: str = "") -> None:
    [row] = [row for row in rows(house, cast, who) if not row.ended]
    conflicts.decide(
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
    view = home.home(house, actor=who, now=cast.now, real_now=cast.now)
    return [say(task.title, "en") for task in view.tasks]


def lines(house: House, cast: Cast, who: Account) -> list[str]:
    view = histories.history(house, actor=who, review_id=cast.review_id, now=cast.now)
    return [say(line.title, "en") + (line.text or "") for line in view.lines]


def page(house: House, cast: Cast, who: Account) -> overview.OverviewView:
    return overview.overview(house, actor=who, review_id=cast.review_id, now=cast.now)

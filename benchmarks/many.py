"""Very many reviews at once: one that was played, copied by the database itself with all its people and mail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select, text, update

from config import Settings
from peerreview.services.base.house import House, furnish, upgrade
from peerreview.services.workflows import definitions
from peerreview.store.connection.database import Base
from peerreview.store.mail.outbox import Outgoing, PlannedMail
from tests.services.review_fixtures import Cast, advance, make_review

# Greater than any id of the one that is copied.
STRIDE = 10_000
OWN = "{column} + n.i * 10000"
PERSON = "CASE WHEN {column} = :lead THEN {column} ELSE {column} + n.i * 10000 END"
# By table: the columns whose value differs in each copy. All others are copied as they are.
COPIED: Mapping[str, Mapping[str, str]] = {
    "person": {
        "id": OWN,
        "email": "'p' || {column} || n.i",
        "email_folded": "'p' || {column} || n.i",
    },
    "review": {"id": OWN},
    "party": {"id": OWN, "review_id": OWN},
    "seat": {"id": OWN, "review_id": OWN, "person_id": PERSON},
    "artefact_state": {"id": OWN, "review_id": OWN},
    "agreement": {"id": OWN, "review_id": OWN},
    "agreement_confirmation": {"id": OWN, "agreement_id": OWN},
    "planned_mail": {
        "id": OWN,
        "review_id": OWN,
        "person_id": PERSON,
        "seat_id": "CASE WHEN seat_id > 0 THEN seat_id + n.i * 10000 ELSE seat_id END",
    },
}
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count)"


def furnished(folder: Path, **more: Any) -> House:
    """An empty house on SQLite, as durable as it comes."""
    settings = Settings(
        database_url=f"sqlite:///{folder}/bench.db",
        files_dir=folder / "files",
        sqlite_synchronous="FULL",
        secret_key="x" * 40,
        secure_cookies=False,
        **more,
    )
    upgrade(settings)
    return furnish(settings, definitions.read_all(settings.workflows_dir))


def one(folder: Path) -> tuple[House, Cast]:
    """A house with one review, in which the sides collect their documents and no mail waits."""
    house = furnished(folder)
    cast = advance(house, make_review(house), to="collect")
    with house.db.write() as session:
        session.execute(update(Outgoing).values(state="void"))
        session.execute(delete(PlannedMail).where(PlannedMail.state == "void"))
    return house, cast


def copied(house: House, cast: Cast, count: int) -> None:
    """`count` more reviews like that one, each with its own people; the lead is the same."""
    with house.db.write() as session:
        for table, changed in COPIED.items():
            columns = [column.name for column in Base.metadata.tables[table].columns]
            quoted = {name: f'"{name}"' for name in columns}
            values = ", ".join(changed.get(name, "{column}").format(column=quoted[name]) for name in columns)
            where = "WHERE id <> :lead" if table == "person" else ""
            into = f"INSERT INTO {table} ({', '.join(quoted.values())})"
            session.execute(
                text(f"{NUMBERS} {into} SELECT {values} FROM {table}, n {where}"),
                {"count": count, **({"lead": cast.lead.person_id} if ":lead" in values + where else {})},
            )
        session.execute(text("ANALYZE"))


def put_due(house: House, due: int, days: int) -> datetime:
    """Let `due` planned mails, of as many reviews and people, be due so many days before any other; tells when."""
    with house.db.write() as session:
        waiting = select(PlannedMail.id, PlannedMail.due_at).where(PlannedMail.state == "planned")
        rows = session.execute(
            waiting.where(PlannedMail.seat_id > 0).order_by(PlannedMail.due_at).limit(due)
        ).all()
        at = rows[0].due_at - timedelta(days=days)
        session.execute(
            update(PlannedMail).where(PlannedMail.id.in_([row.id for row in rows])).values(due_at=at)
        )
    return at


def waiting(house: House) -> int:
    """How many mails are planned and not sent."""
    with house.db.read() as session:
        query = select(func.count()).select_from(PlannedMail).where(PlannedMail.state == "planned")
        return session.scalar(query) or 0

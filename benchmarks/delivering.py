"""A thousand waiting mails to a local SMTP server, beside a bare smtplib loop that sends the same bytes.

Ours: looking for what is due, claiming, asking again, sending, writing down; SQLite WAL, synchronous=FULL. Theirs:
one connection, nothing kept. The server is aiosmtpd in a process of its own, which throws everything away.
"""

from __future__ import annotations

import multiprocessing
import smtplib
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from sqlalchemy import func, select, update

from benchmarks.many import furnished
from peerreview.errors import N_
from peerreview.rendering.mails import MailWords
from peerreview.services.base.house import House
from peerreview.services.mail import put_in_outbox, still_true
from peerreview.services.worker.deliver import deliver
from peerreview.store.mail.outbox import Outgoing
from peerreview.store.people.people import Person
from tests.mail.post import free_port
from tests.people import make_person

MAILS, ROUNDS = 1_000, 5
WORDS = MailWords(
    subject=N_("Soon: %(step)s – %(review)s", step="Lämna underlaget", review="Kalmar län – Gävleborg"),
    why=N_("You get this mail because you lead the review %(review)s.", review="Kalmar län – Gävleborg"),
    ask=(N_("It should have been done by %(due)s.", due="tis 3 mars"),) * 3,
    link="/reviews/1",
    button=N_("Open the review"),
)


class Sink:
    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        return "250 OK"


def serve(port: int, ready: Any) -> None:
    Controller(Sink(), hostname="127.0.0.1", port=port).start()
    ready.set()
    time.sleep(3600)


def filled(house: House) -> list[bytes]:
    """A thousand reminders to ten people in the outbox."""
    people = [make_person(house, f"Person {number}") for number in range(10)]
    now = datetime.now(UTC)
    with house.db.write() as session:
        rows = {row.id: row for row in session.scalars(select(Person))}
        for number in range(MAILS):
            person = rows[people[number % len(people)].person_id]
            put_in_outbox.enqueue(
                session,
                house,
                person=person,
                kind="reminder",
                words=WORDS,
                review_id=None,
                now=now,
                real_now=now,
            )
        return list(session.scalars(select(Outgoing.message).order_by(Outgoing.id)))


def ours(house: House) -> float:
    with house.db.write() as session:
        back = {"state": "waiting", "attempts": 0, "sent_at": None, "next_at": datetime.now(UTC)}
        session.execute(update(Outgoing).values(**back))
    begun = time.perf_counter()
    now = datetime.now(UTC)
    still_true.ask_again(house, now=now, real_now=now)
    deliver(house, real_now=now)
    seconds = time.perf_counter() - begun
    with house.db.read() as session:
        assert session.scalar(select(func.count()).where(Outgoing.state == "sent")) == MAILS
    return seconds


def theirs(port: int, messages: list[bytes]) -> float:
    begun = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for message in messages:
            server.sendmail("granskning@example.org", ["anna@example.org"], message)
    return time.perf_counter() - begun


def main() -> None:
    port, ready = free_port(), multiprocessing.Event()
    server = multiprocessing.Process(target=serve, args=(port, ready), daemon=True)
    server.start()
    ready.wait(30)
    with tempfile.TemporaryDirectory() as name:
        house = furnished(Path(name), mail_server="127.0.0.1", mail_port=port)
        messages = filled(house)
        pairs = [(ours(house), theirs(port, messages)) for _ in range(ROUNDS)]
        house.close()
    server.terminate()
    size = sum(map(len, messages)) / len(messages) / 1024
    a, b = (statistics.median(times) for times in zip(*pairs, strict=True))
    (a1, a2), (b1, b2) = ((min(times), max(times)) for times in zip(*pairs, strict=True))
    print(
        f"{MAILS:,} mails of {size:.1f} KiB: {a:.3f} s ({a1:.3f}-{a2:.3f}), bare smtplib {b:.3f} s ({b1:.3f}-{b2:.3f})"
    )
    print(f"ratio {a / b:.2f} (bar 1.5)")


if __name__ == "__main__":
    main()

"""Memory of a worker that plans anew the mails of 10,000 running reviews at once, in a process of its own.

All of them are woken in one tick, as after a night in which every clock in the house stood still, with nothing planned
yet; then the lead looks at what is planned for the whole network.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, update

from benchmarks import many
from config import Settings
from peerreview.services.base.house import Account, House, furnish
from peerreview.services.lead import mail_lists
from peerreview.services.worker import each_tick
from peerreview.services.workflows import definitions
from peerreview.store.mail.outbox import PlannedMail
from peerreview.store.people.people import Person
from peerreview.store.review.reviews import Review

REVIEWS = 10_000
BAR = 256


def prepared(folder: Path, count: int) -> None:
    house, cast = many.one(folder)
    many.copied(house, cast, count - 1)
    with house.db.write() as session:
        first = session.scalars(select(func.min(PlannedMail.due_at))).one()
        assert first is not None
        session.execute(update(Review).values(wake_at=first - timedelta(minutes=1)))
        # Nothing is planned yet, so that all of it has to be.
        session.execute(PlannedMail.__table__.delete())
    house.close()


def used() -> float:
    """MiB at the most so far. (What the system counts for a process holds its parent's too.)"""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def lead_of(house: House) -> Account:
    with house.db.read() as session:
        person = session.scalars(select(Person).where(Person.is_lead)).one()
        return Account(person.id, person.name, person.email, person.language, True)


def plan_all(folder: Path) -> None:
    settings = Settings(
        database_url=f"sqlite:///{folder}/bench.db",
        files_dir=folder / "files",
        sqlite_synchronous="OFF",
        secret_key="x" * 40,
        secure_cookies=False,
    )
    house = furnish(settings, definitions.read_all(settings.workflows_dir))
    with house.db.read() as session:
        at = session.scalars(select(func.max(Review.wake_at))).one()
    assert at is not None
    begin, begun = used(), time.perf_counter()
    each_tick.tick(house, now=at, real_now=at)
    planned = many.waiting(house)
    seconds, peak = time.perf_counter() - begun, used()
    mail_lists.network_mail(house, actor=lead_of(house))
    print(
        f"{planned:,} mails planned for all reviews in {seconds:.0f} s: {begin:.0f} MiB before, {peak:.0f} MiB at the "
        f"most, {used():.0f} MiB after the page of the network's plan (bar {BAR})"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["plan"]:
        plan_all(Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as name:
            count = int(sys.argv[1]) if sys.argv[1:] else REVIEWS
            prepared(Path(name), count)
            print(f"{count:,} running reviews")
            subprocess.run([sys.executable, "-m", "benchmarks.planning", "plan", name], check=True)

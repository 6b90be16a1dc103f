"""Servers on a bad day: mail that is refused, stalls or loses its line; a database that is gone."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from peerreview import create_app
from peerreview.scheduler import Worker
from peerreview.services.base.house import House
from peerreview.services.upkeep import heartbeats
from peerreview.services.worker.deliver import deliver
from peerreview.store.connection.database import Database
from peerreview.store.mail.outbox import Outgoing

from ..databases import PgServer
from ..mail.post import Post
from ..people import make_person
from ..services.mail.test_mailing import put
from ..web.caller import Caller
from .rude import CLOSED, DROPS_AFTER_DATA, DROPS_AT_MAIL, DROPS_IN_DATA, LATER, STALLS, Rude


def at(house: House, port: int, **more: Any) -> House:
    return replace(house, settings=house.settings.model_copy(update={"mail_port": port, **more}))


def states(house: House) -> dict[str, int]:
    with house.db.read() as session:
        query = select(Outgoing.state, func.count()).group_by(Outgoing.state)
        return dict(session.execute(query).all())


def until(what: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.05)


def test_a_mail_server_on_a_bad_day(house: House, now: Any) -> None:
    """Whatever it does: in the end all is sent, under one ID each, and what may have come goes again as it was."""
    anna = make_person(house, "Anna")
    outs = {put(house, anna, now).message_id for _ in range(8)}
    bad = [
        CLOSED,
        STALLS,
        DROPS_AT_MAIL,
        LATER,
        DROPS_IN_DATA,
        DROPS_AFTER_DATA,
        LATER,
        DROPS_AFTER_DATA,
        CLOSED,
    ]
    with Rude(list(bad)) as rude:
        house, tried = at(house, rude.port, mail_timeout=1), now
        while states(house) != {"sent": len(outs)}:
            deliver(house, real_now=tried)
            tried += timedelta(hours=8)
            assert tried < now + timedelta(days=5), states(house)
    assert set(bad) <= set(rude.went), "all of it has happened"
    came = defaultdict(set)
    for message_id, message in rude.taken:
        came[message_id].add(message)
    assert set(came) == outs
    assert {len(different) for different in came.values()} == {1}
    assert len(rude.taken) > len(outs), "the unclear ones came twice, under the same ID"


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
@pytest.mark.parametrize("away", [3, pytest.param(60, marks=pytest.mark.full)])
def test_the_database_is_gone_for_a_while(house: House, tmp_path: Path, smtp: Post, away: int) -> None:
    """PostgreSQL goes while mail is sent and somebody writes, and comes back: worker and web go on by themselves; what
    a server took in that time is written down and does not go again, what somebody wrote is sent once more."""
    with PgServer(tmp_path) as server, server.database() as url:
        house = at(replace(house, db=Database(url)), smtp.port, tick_seconds=1)
        anna = make_person(house, "Anna", is_lead=True, language="en")
        now, stopped = datetime.now(UTC), threading.Event()
        outs = {put(house, anna, now).message_id for _ in range(20)}
        web = Caller(create_app(house.settings, house))
        web.log_in(anna.email)
        typed = {"csrf_token": web.csrf("/me"), "name": "Anna Berg", "phone": "", "language": "en"}

        def stop() -> None:
            if len(smtp.taken) == 10 and not stopped.is_set():
                stopped.set()
                server.stop()

        smtp.on_data = stop
        worker = Worker(house)
        worker.start()
        try:
            until(stopped.is_set)
            end = time.monotonic() + away
            while time.monotonic() < end:
                _is_closed(web, typed)
                time.sleep(1)
            taken = len(smtp.taken)
            server.start()
            until(lambda: _quietly(states, house) == {"sent": 20})
            assert taken <= len(smtp.taken)
            again = web.page("/me", 303, "POST", data=typed)
            assert again.headers["Location"]
            assert "Anna Berg" in web.page("/me").text
            put(house, anna, now)
            until(lambda: len(smtp.taken) == 21)
            assert heartbeats.pulse(house, real_now=datetime.now(UTC)).silent is False
            assert web.client.get("/healthz").status_code == 200
        finally:
            worker.stop()
            house.db.dispose()
        ids = [str(message_from_bytes(message)["Message-ID"]) for _, message in smtp.taken]
        assert len(ids) == len(set(ids)) == 21
        assert outs <= set(ids)


def _is_closed(web: Caller, typed: dict[str, str]) -> None:
    """What the web says meanwhile: in the reader's language, what to do; what was typed stands in a form."""
    begun = time.monotonic()
    page = web.page("/", 503)
    assert page.headers["Retry-After"]
    assert "The service is closed for a moment" in page.text
    kept = web.page("/me", 503, "POST", data=typed).text
    assert "send it again" in kept
    for name, text in typed.items():
        assert f'<input type="hidden" name="{name}" value="{text}">' in kept
    told = web.client.get("/healthz")
    assert (told.status_code, told.json["status"]) == (503, "no database")
    said = web.page("/me", 503, "POST", data=typed, headers={"Accept": "application/json"})
    assert said.json == {"reason": "The service is closed for a moment. Nothing that was saved is lost."}
    assert time.monotonic() - begun < 20, "nobody waits long to hear it"


def _quietly(what: Callable[[House], Any], house: House) -> Any:
    try:
        return what(house)
    except DBAPIError:
        return None

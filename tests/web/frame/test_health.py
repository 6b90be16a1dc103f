"""What those who watch over servers are told: 200, or 503 when the worker is late or the database gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from peerreview.services.base.house import House
from peerreview.services.upkeep import health, heartbeats
from tests.services.review_cast import TODAY
from tests.services.review_fixtures import make_review


def beat(house: House, at: datetime, failure: str = "") -> None:
    for job in heartbeats.JOBS:
        heartbeats.beat(house, job=job, real_now=at, failure=failure)


def test_well_and_late(app: Flask, house: House) -> None:
    now = datetime.now(UTC)
    client = app.test_client()
    assert client.get("/healthz").status_code == 503, "no worker has ever been seen"
    beat(house, now)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json["status"]) == (200, "ok")
    assert answer.headers["Cache-Control"] == "no-store"
    beat(house, now - timedelta(minutes=5))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json["status"]) == (503, "late")


def test_mail_that_waits_and_jobs_that_fail_are_counted_not_named(app: Flask, house: House) -> None:
    cast = make_review(house, now=TODAY)
    beat(house, datetime.now(UTC), "550 anna@example.org is unknown")
    told = app.test_client().get("/healthz").json
    assert told["mail_waiting"] == len(cast.sides)
    assert told["mail_oldest_waiting"] is not None
    assert sorted(told["jobs_failing"]) == ["deliver", "tick"]
    assert "anna" not in str(told)


def test_without_a_database_it_still_answers(
    app: Flask, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*given: object, **more: object) -> None:
        raise OperationalError(
            "SELECT 1", {}, Exception("the server closed the connection"), connection_invalidated=True
        )

    monkeypatch.setattr(health, "pulse", gone)
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.json["status"]) == (503, "no database")
    assert unknown(answer.json), "0 mails would be good news"


def unknown(told: dict[str, object]) -> bool:
    """Whether all but the status is null: what is not known is not said to be nothing."""
    return all(value is None for name, value in told.items() if name != "status")


def test_tables_that_are_not_ours_are_told(app: Flask, house: House) -> None:
    beat(house, datetime.now(UTC))
    with house.db.write() as session:
        session.execute(text("DROP TABLE register_history"))
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.json["status"]) == (503, "other tables")
    assert unknown(answer.json)


def test_tables_that_change_under_a_running_house_are_told_at_once(app: Flask, house: House) -> None:
    beat(house, datetime.now(UTC))
    client = app.test_client()
    assert client.get("/healthz").status_code == 200
    with house.db.write() as session:
        session.execute(text("DROP TABLE heartbeat"))
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json["status"]) == (503, "other tables")


def test_bounces_are_not_counted_where_nobody_looks_for_them(app: Flask, house: House) -> None:
    beat(house, datetime.now(UTC))
    assert app.test_client().get("/healthz").json["bounces_strange"] is None

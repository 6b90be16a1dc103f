"""DBOS: a durable workflow waits for a person (`recv`); the person's deed is sent, and the next step recorded.

Timed from `send` until the step that follows has been recorded. `--step`: one durable step by itself, no person."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

from dbos import DBOS, DBOSConfig
from sqlalchemy import create_engine, event

from .line import Step, serve

waits, recorded = threading.Event(), threading.Event()


@DBOS.step()
def study(side: str) -> str:
    return f"{side} studies"


@DBOS.workflow()
def review() -> None:
    waits.set()
    DBOS.recv("collected", timeout_seconds=3600)
    study("a")
    recorded.set()


go, gone = threading.Semaphore(0), threading.Semaphore(0)


@DBOS.workflow()
def steps_alone(count: int) -> None:
    for _ in range(count):
        go.acquire()
        study("a")
        gone.release()


def launched(url: str, synchronous: str) -> None:
    config: DBOSConfig = {
        "name": "bench",
        "log_level": "ERROR",
        "system_database_url": url.replace("postgresql://", "postgresql+psycopg://"),
        # Its default looks each second where there is no LISTEN; this is the quickest that it allows.
        "notification_listener_polling_interval_sec": 0.001,
    }
    if url.startswith("sqlite"):
        engine = create_engine(url)

        @event.listens_for(engine, "connect")
        def set_up(connection: Any, record: Any) -> None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA synchronous={synchronous}")
            connection.execute("PRAGMA busy_timeout=30000")

        config["system_database_engine"] = engine
    DBOS(config=config)
    DBOS.launch()


def prepare(url: str, synchronous: str, steps: int) -> Iterator[Step]:
    launched(url, synchronous)
    if "--step" in sys.argv:
        DBOS.start_workflow(steps_alone, steps)
    for _ in range(steps):
        if "--step" in sys.argv:
            yield one_step
            continue
        waiting = DBOS.start_workflow(review)
        waits.wait()
        # It is on its way into recv(): it has to wait there when the person comes.
        time.sleep(0.05)
        yield partial(one_deed, waiting.get_workflow_id())
        waits.clear()
        recorded.clear()


def one_step() -> None:
    go.release()
    gone.acquire()


def one_deed(workflow: str) -> None:
    DBOS.send(workflow, "by person 1", topic="collected")
    recorded.wait()


if __name__ == "__main__":
    serve(prepare)

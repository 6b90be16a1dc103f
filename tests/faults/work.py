"""Workers as processes of their own, which can be killed, on a house that tests share with them."""

from __future__ import annotations

import logging
import multiprocessing
import time
from multiprocessing.process import BaseProcess
from typing import Any

from config import Settings
from peerreview.services.base.house import House, calendar_by
from peerreview.store.connection.database import Database
from peerreview.store.connection.files import FileStore

FORKS = multiprocessing.get_context("forkserver")


def worker(house: House, url: str) -> BaseProcess:
    """A process that ticks and delivers until it is killed."""
    FORKS.set_forkserver_preload(["tests.faults.warm"])
    process = FORKS.Process(target=work, args=(house.settings.model_dump(), url), daemon=True)
    process.start()
    return process


def work(settings: dict[str, Any], url: str) -> None:
    from peerreview.scheduler import Worker

    from .warm import WORKFLOWS

    logging.disable()
    made = Settings(**settings)
    files = FileStore(made.files_dir, max_upload=made.max_upload)
    house = House(
        db=Database(url), workflows=WORKFLOWS, calendar=calendar_by(made), files=files, settings=made
    )
    Worker(house).start()
    time.sleep(600)

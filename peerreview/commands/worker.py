"""The worker and the mail, from the command line."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from datetime import UTC, datetime

import click

from config import Settings

from .. import open_house
from ..errors import Message
from ..scheduler import Worker, run_once
from ..services.testmail import send_test


@click.command()
@click.option("--once", is_flag=True, help="Do what is due and end, for cron.")
def worker(once: bool) -> None:
    """Move what time moves, and send what is due. Any number of workers may run."""
    # The scheduler's own lines, one for each job and round, tell nobody anything.
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    house = open_house(Settings())
    if once:
        done = run_once(house)
        unsent = sum(one.state != "sent" for one in done)
        click.echo(f"Sent: {len(done) - unsent}. Not sent: {unsent}.")
        house.close()
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    working = Worker(house)
    working.start()
    click.echo("The worker is at work; Ctrl-C stops it.")
    stop.wait()
    working.stop()
    house.close()
    click.echo("The worker has stopped.")


@click.group()
def mail() -> None:
    """The mail that goes out."""


@mail.command("test")
@click.argument("address")
def mail_test(address: str) -> None:
    """Send a mail to ADDRESS, to see whether the settings are right; says what the server answered."""
    house = open_house(Settings())
    fate = send_test(house, address=address, real_now=datetime.now(UTC))
    server = f"{house.settings.mail_server}:{house.settings.mail_port}"
    house.close()
    if answer := fate.answer:
        said = answer.text if isinstance(answer, Message) else answer
        click.echo(f"{server} did not take it: {said}", err=True)
        sys.exit(1)
    click.echo(f"{server} took it for {address}.")

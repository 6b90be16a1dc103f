"""The worker and the mail, from the command line."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from ..errors import N_
from . import saying
from .saying import option


@click.command(cls=saying.Command)
@option("--once", is_flag=True, help="Do what is due and end, for cron.")
def worker(once: bool) -> None:
    """Move what time moves, and send what is due. Any number of workers may run."""
    import logging
    import signal
    import threading

    from config import Settings

    from .. import open_house
    from ..scheduler import Worker, run_once

    # The scheduler's own lines, one for each job and round, tell nobody anything.
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    house = open_house(Settings())
    if once:
        done = run_once(house)
        unsent = sum(one.state != "sent" for one in done)
        saying.tell(N_("Sent: %(sent)s. Not sent: %(unsent)s.", sent=len(done) - unsent, unsent=unsent))
        house.close()
        return
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    working = Worker(house)
    working.start()
    saying.tell(N_("The worker is at work; Ctrl-C stops it."))
    stop.wait()
    working.stop()
    house.close()
    saying.tell(N_("The worker has stopped."))


@click.group(cls=saying.Group)
def mail() -> None:
    """The mail that goes out."""


@mail.command("test")
@click.argument("address")
def mail_test(address: str) -> None:
    """Send a mail to ADDRESS, to see whether the settings are right; says what the server answered."""
    from config import Settings

    from .. import open_house
    from ..services.worker import send_test_mail

    house = open_house(Settings())
    fate = send_test_mail.send_test(house, address=address, real_now=datetime.now(UTC))
    server = f"{house.settings.mail_server}:{house.settings.mail_port}"
    house.close()
    if fate.answer:
        saying.stop([send_test_mail.told(fate, server=server)])
    saying.tell(N_("%(server)s took it for %(address)s.", server=server, address=address))

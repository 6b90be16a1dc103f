"""Mail that came back: reports in the bounce mailbox, matched to the outbox by Message-ID. On the real clock.

A report that holds no Message-ID at all is matched by the address alone, and says so wherever it is shown: where it is
about one recipient who takes no mail, and one mail went there lately.

A report is noted in one transaction and then removed from the mailbox; whoever is killed in between, or reads beside
another worker, notes the same once more. What is no such report stays, flagged, for a person to look at.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from ...mail.imap import ImapServer, Mailbox
from ...mail.reports import Report, read_report
from ...store.mail import outbox as store
from ...store.mail.outbox import Outgoing
from ...store.people.people import Person
from ..base.house import House
from ..mail.answers import BY_ADDRESS
from ..mail.put_in_outbox import OLD_ADDRESS, carried
from ..upkeep.heartbeats import leave

log = logging.getLogger(__name__)

JOB = "bounces"
# In one round; the rest waits for the next.
MOST = 500
# For how long a mail that a server took may come back: some try for five days.
LATELY = timedelta(days=6)


def _never() -> bool:
    return False


def read_bounces(house: House, *, real_now: datetime, stopping: Callable[[], bool] = _never) -> int:
    """Go through the mailbox, where there is one; gives how many reports were noted. Raises MailboxGone."""
    settings = house.settings
    if not settings.imap_server:
        return 0
    noted = 0
    with Mailbox(imap_server(house)) as box:
        for uid in box.new()[:MOST]:
            if stopping():
                break
            message = box.read(uid)
            report = read_report(message) if message is not None else None
            if report is not None and _note(house, report, real_now):
                box.remove(uid)
                noted += 1
            else:
                log.warning("message %s of the bounce mailbox is no report that we can place", uid)
                box.set_aside(uid)
        leave(house, job=JOB, left=box.aside(), real_now=real_now)
    return noted


def imap_server(house: House) -> ImapServer:
    settings = house.settings
    return ImapServer(
        settings.imap_server,
        settings.imap_port,
        username=settings.imap_username,
        password=settings.imap_password,
        folder=settings.imap_folder,
        starttls=settings.imap_starttls,
        timeout=settings.mail_timeout,
    )


def _note(house: House, report: Report, at: datetime) -> bool:
    """Write down what the report says; False where it is about no mail of ours."""
    with house.db.write() as session:
        row = _by_id(session, report) or _by_address(session, house, report, at)
        if row is None:
            return False
        said = report.words if report.ids else f"{BY_ADDRESS}{report.words}"
        about_old = bool(row.was_to) and row.was_to.casefold() in report.recipients
        if report.outcome == "arrived" or about_old or row.state == "void":
            return True
        row.report = said[:500]
        if report.outcome == "failed":
            row.state, row.claimed_at = "void" if row.kind == OLD_ADDRESS else "failed", None
            row.last_answer = row.report
            if report.permanent:
                _mark(session, row, at)
        log.warning("mail %s to person %s: %s: %s", row.message_id, row.person_id, report.outcome, row.report)
        return True


def _by_id(session: Session, report: Report) -> Outgoing | None:
    found = (store.outgoing_by_message_id(session, one) for one in report.ids)
    return next((row for row in found if row is not None), None)


def _by_address(session: Session, house: House, report: Report, at: datetime) -> Outgoing | None:
    """The latest mail that went there, where it cannot be another's: who names a mail of somebody else's, or may have
    been told of a redirected one, is not believed."""
    if report.ids or not report.permanent or not report.alone or house.settings.mail_test_address:
        return None
    return store.latest_sent_to(session, report.alone, since=at - LATELY)


def _mark(session: Session, row: Outgoing, at: datetime) -> None:
    """The address takes no mail: shown on the person until it is corrected, or the lead has the mail tried again."""
    if row.person_id is None:
        return
    person = session.get(Person, row.person_id, with_for_update=True)
    if person is not None and carried(person.email) == row.recipient:
        person.mail_problem, person.bounced_at = row.report, at

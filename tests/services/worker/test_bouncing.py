"""Mail that came back: from a real mailbox to the mail, the person and the lead; whatever else lies there stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from peerreview.errors import Refused
from peerreview.mail.imap import MailboxGone
from peerreview.rendering.words import say
from peerreview.scheduler import run_once
from peerreview.services.base.house import Account, House
from peerreview.services.lead.outbox import mail_status, retry
from peerreview.services.people import people_page
from peerreview.services.upkeep import health, heartbeats
from peerreview.services.worker.bounces import read_bounces
from peerreview.services.worker.deliver import deliver
from peerreview.store.mail.outbox import Outgoing
from peerreview.store.people.people import Person

from ...mail.imap import PASSWORD, USER, MailServer
from ...mail.post import Post
from ...mail.reports import report
from ...people import make_person
from ..mail.test_mailing import put

MINUTE = timedelta(minutes=1)
SAID = "550 5.1.1 <anna@example.org>: Recipient address rejected: User unknown"


@pytest.fixture
def house(house: House, smtp: Post, imap: MailServer) -> House:
    changes = {
        "mail_port": smtp.port,
        "imap_server": "localhost",
        "imap_port": imap.port,
        "imap_starttls": True,
        "imap_username": USER,
        "imap_password": PASSWORD,
    }
    return replace(house, settings=house.settings.model_copy(update=changes))


@pytest.fixture
def lead(house: House) -> Account:
    return make_person(house, "Projektledaren", is_lead=True)


@pytest.fixture
def anna(house: House) -> Account:
    return make_person(house, "Anna", "anna@example.org")


@pytest.fixture
def sent(house: House, anna: Account, now: datetime) -> Outgoing:
    row = put(house, anna, now)
    deliver(house, real_now=now)
    return row


def again(house: House, row: Outgoing) -> Outgoing:
    with house.db.read() as session:
        return session.get_one(Outgoing, row.id)


def problem(house: House, person: Account) -> str:
    with house.db.read() as session:
        return session.get_one(Person, person.person_id).mail_problem


def test_a_bounce_is_shown_on_the_mail_the_person_and_to_the_lead(
    house: House, imap: MailServer, lead: Account, anna: Account, sent: Outgoing, now: datetime
) -> None:
    imap.put(report(sent.message_id))
    assert read_bounces(house, real_now=now + MINUTE) == 1
    kept = again(house, sent)
    assert (kept.state, kept.report, kept.last_answer) == ("failed", SAID, SAID)
    assert problem(house, anna) == SAID
    [failed] = mail_status(house, actor=lead, real_now=now).failed
    assert (failed.person_name, failed.answer) == ("Anna", SAID)
    assert imap.there() == []


def test_a_server_that_takes_the_next_mail_does_not_take_a_bounce_back(
    house: House, imap: MailServer, lead: Account, anna: Account, sent: Outgoing, now: datetime
) -> None:
    imap.put(report(sent.message_id))
    read_bounces(house, real_now=now)
    put(house, anna, now)
    assert [one.state for one in deliver(house, real_now=now)] == ["sent"]
    assert problem(house, anna) == SAID
    retry(house, actor=lead, outgoing_id=sent.id, real_now=now)
    assert problem(house, anna) == ""
    assert [one.message_id for one in deliver(house, real_now=now)] == [sent.message_id]


@pytest.mark.parametrize(
    ("given", "state", "noted"),
    [
        ({"action": "delayed", "status": "4.4.1", "diagnostic": "smtp; 451 busy"}, "sent", "4.4.1 451 busy"),
        ({"action": "failed", "status": "4.4.7", "diagnostic": ""}, "failed", "4.4.7"),
        ({"action": "relayed", "status": "2.0.0", "diagnostic": ""}, "sent", ""),
    ],
)
def test_what_says_nothing_about_the_address_does_not_mark_it(
    house: House,
    imap: MailServer,
    anna: Account,
    sent: Outgoing,
    now: datetime,
    given: dict[str, str],
    state: str,
    noted: str,
) -> None:
    imap.put(report(sent.message_id, **given))
    assert read_bounces(house, real_now=now) == 1
    assert (again(house, sent).state, again(house, sent).report) == (state, noted)
    assert (problem(house, anna), imap.there()) == ("", [])


def test_what_cannot_be_placed_stays_and_is_counted(
    house: House, imap: MailServer, lead: Account, anna: Account, sent: Outgoing, now: datetime
) -> None:
    strange = [
        b"Subject: Semester\r\n\r\nJag \xe4r borta till den 10:e.\r\n",
        report("<never.ours@example.org>"),
        report(sent.message_id, action="explode"),
        b"Content-Type: multipart/report; boundary=a\r\n\r\n" + b"--a\r\n" * 500,
    ]
    for message in strange:
        imap.put(message)
    imap.put(report(sent.message_id))
    for _ in range(2):
        read_bounces(house, real_now=now)
        assert imap.there() == [(True, message) for message in strange]
        assert mail_status(house, actor=lead, real_now=now).pulse.strange == 4
    assert health.Watch(house).health(real_now=now).strange == 4
    assert again(house, sent).state == "failed"


def test_a_report_noted_twice_says_the_same(
    house: House, imap: MailServer, anna: Account, sent: Outgoing, now: datetime
) -> None:
    """As when a worker is killed between the note and the removal, or two workers read at once."""
    for _ in range(2):
        imap.put(report(sent.message_id))
        assert read_bounces(house, real_now=now) == 1
    assert (again(house, sent).state, problem(house, anna), imap.there()) == ("failed", SAID, [])


def test_a_late_report_about_the_old_address_says_nothing_about_the_new(
    house: House, imap: MailServer, lead: Account, anna: Account, sent: Outgoing, now: datetime
) -> None:
    imap.put(report(sent.message_id))
    read_bounces(house, real_now=now)
    with house.db.write() as session:
        session.get_one(Person, anna.person_id).email = "anna.ny@example.org"
    retry(house, actor=lead, outgoing_id=sent.id, real_now=now)
    deliver(house, real_now=now)
    imap.put(report(sent.message_id))
    assert read_bounces(house, real_now=now) == 1
    assert (again(house, sent).state, problem(house, anna)) == ("sent", "")


def test_a_secret_link_that_came_back_is_not_sent_again(
    house: House, imap: MailServer, lead: Account, anna: Account, now: datetime
) -> None:
    row = put(house, anna, now, kind="reset")
    deliver(house, real_now=now)
    imap.put(report(row.message_id))
    read_bounces(house, real_now=now)
    with pytest.raises(Refused):
        retry(house, actor=lead, outgoing_id=row.id, real_now=now)


def test_a_mailbox_that_cannot_be_reached_is_told(house: House, lead: Account, now: datetime) -> None:
    wrong = replace(house, settings=house.settings.model_copy(update={"imap_password": "fel"}))
    with pytest.raises(MailboxGone):
        read_bounces(wrong, real_now=now)
    run_once(wrong)
    [(job, _, said)] = heartbeats.pulse(house, real_now=now).failures
    assert (job, "AUTHENTICATIONFAILED" in said) == ("bounces", True)
    run_once(house)
    assert heartbeats.pulse(house, real_now=now).failures == ()


def test_a_report_without_any_id_is_tied_by_the_address_and_says_so(
    house: House, imap: MailServer, lead: Account, anna: Account, sent: Outgoing, now: datetime
) -> None:
    bare = report(sent.message_id).replace(b"Message-ID:\r\n " + sent.message_id.encode(), b"X-Nothing: here")
    others = (
        bare.replace(b"anna@example.org", b"somebody@example.org"),
        bare.replace(b"Status: 5.1.1", b"Status: 4.4.7").replace(b"550 5.1.1", b"450"),
        bare.replace(b"Action: failed", b"Action: delayed"),
    )
    for other in others:
        imap.put(other)
    assert read_bounces(house, real_now=now + MINUTE) == 0
    assert read_bounces(house, real_now=now + timedelta(days=9)) == 0
    imap.put(bare)
    assert read_bounces(house, real_now=now + timedelta(days=9)) == 0, "too long ago to be about that mail"
    tried_out = replace(
        house, settings=house.settings.model_copy(update={"mail_test_address": "test@example.org"})
    )
    imap.put(bare)
    assert read_bounces(tried_out, real_now=now + MINUTE) == 0, (
        "nothing has gone to her while mail is redirected"
    )
    imap.put(bare)
    assert read_bounces(house, real_now=now + MINUTE) == 1
    assert again(house, sent).state == "failed"
    [failed] = mail_status(house, actor=lead, real_now=now).failed
    assert say(failed.answer, "en") == f"Tied to the mail by the address alone: {SAID}"
    assert say(
        people_page.person(house, actor=lead, person_id=anna.person_id, real_now=now).mail_problem, "en"
    ).endswith(SAID)

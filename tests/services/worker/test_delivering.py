"""From the outbox to a real server: sent once, put off, refused, never lost; also by several workers at once."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from peerreview.errors import Conflict, NotFound, Refused
from peerreview.mail.addresses import LOCAL_PART
from peerreview.services.base.house import Account, House
from peerreview.services.lead.outbox import lay_aside, mail_status, retry
from peerreview.services.upkeep import heartbeats
from peerreview.services.worker.deliver import CLAIM, SMALL, deliver
from peerreview.services.worker.settle import PAUSES
from peerreview.store.mail.outbox import Outgoing, claim
from peerreview.store.people.people import Person

from ...mail.post import DROP, Post, free_port
from ...people import make_person
from ..mail.test_mailing import put

MINUTE = timedelta(minutes=1)


@pytest.fixture
def house(house: House, smtp: Post) -> House:
    return at(house, smtp.port)


def at(house: House, port: int) -> House:
    return replace(house, settings=house.settings.model_copy(update={"mail_port": port}))


@pytest.fixture
def lead(house: House) -> Account:
    return make_person(house, "Projektledaren", is_lead=True)


@pytest.fixture
def anna(house: House) -> Account:
    return make_person(house, "Anna", "anna@example.org")


def row(house: House, outgoing: Outgoing) -> Outgoing:
    with house.db.read() as session:
        return session.get_one(Outgoing, outgoing.id)


def problem(house: House, person: Account) -> str:
    with house.db.read() as session:
        return session.get_one(Person, person.person_id).mail_problem


def test_what_is_due_goes_once_as_it_was_written(
    house: House, smtp: Post, anna: Account, now: datetime
) -> None:
    out = put(house, anna, now)
    [sent] = deliver(house, real_now=now)
    assert (sent.outgoing_id, sent.state, sent.message_id) == (out.id, "sent", out.message_id)
    assert deliver(house, real_now=now + timedelta(days=9)) == ()
    assert smtp.taken == [(["anna@example.org"], out.message)]
    kept = row(house, out)
    assert (kept.state, kept.attempts, kept.claimed_at, kept.last_answer) == ("sent", 1, None, "")
    assert kept.sent_at is not None
    assert now <= kept.sent_at < now + MINUTE


def test_what_is_not_due_waits(house: House, smtp: Post, anna: Account, now: datetime) -> None:
    put(house, anna, now, real_now=now + MINUTE)
    assert deliver(house, real_now=now) == ()
    assert len(deliver(house, real_now=now + MINUTE)) == 1


def test_many_go_over_one_connection(house: House, smtp: Post, anna: Account, now: datetime) -> None:
    for _ in range(45):
        put(house, anna, now)
    assert len(deliver(house, real_now=now, limit=30)) == 30
    assert len(deliver(house, real_now=now)) == 15
    assert (len(smtp.taken), smtp.connections) == (45, 2)


def test_4xx_is_tried_again_with_growing_pauses_and_then_given_up(
    house: House, smtp: Post, anna: Account, now: datetime
) -> None:
    out, when, tries = put(house, anna, now), now, 0
    while row(house, out).state == "waiting":
        smtp.to_rcpt[:] = ["451 greylisted"]
        [one] = deliver(house, real_now=when)
        tries += 1
        if one.state == "waiting":
            pause = row(house, out).next_at - when
            assert timedelta() <= pause - PAUSES[tries - 1] < MINUTE
            assert deliver(house, real_now=row(house, out).next_at - MINUTE / 60) == ()
            when = row(house, out).next_at
    kept = row(house, out)
    assert (kept.state, kept.attempts, kept.last_answer) == ("failed", len(PAUSES) + 1, "451 greylisted")
    assert timedelta(days=2.5) < when - now < timedelta(days=3.5)
    assert smtp.taken == []
    # That a server was busy for days says nothing about the address.
    assert problem(house, anna) == ""


def test_4xx_and_then_250(house: House, smtp: Post, anna: Account, now: datetime) -> None:
    out = put(house, anna, now)
    smtp.to_data[:] = ["452 disk full"]
    assert [one.answer for one in deliver(house, real_now=now)] == ["452 disk full"]
    assert [one.state for one in deliver(house, real_now=now + 2 * MINUTE)] == ["sent"]
    assert [message for _, message in smtp.taken] == [out.message]


def test_5xx_fails_at_once_and_is_noted_on_the_person(
    house: House, smtp: Post, anna: Account, lead: Account, now: datetime
) -> None:
    out = put(house, anna, now)
    smtp.to_rcpt[:] = ["550 no such user"]
    assert [one.state for one in deliver(house, real_now=now)] == ["failed"]
    assert problem(house, anna) == "550 no such user"
    status = mail_status(house, actor=lead, real_now=now)
    assert [(r.id, r.person_name, r.answer, r.state) for r in status.failed] == [
        (out.id, "Anna", "550 no such user", "failed")
    ]
    assert status.alarming
    put(house, anna, now)
    deliver(house, real_now=now)
    assert problem(house, anna) == ""


def test_a_refused_sender_is_not_the_recipients_problem(
    house: House, smtp: Post, anna: Account, now: datetime
) -> None:
    put(house, anna, now)
    smtp.to_mail[:] = ["553 not yours"]
    assert [one.state for one in deliver(house, real_now=now)] == ["failed"]
    assert problem(house, anna) == ""


def test_a_refusal_of_an_old_address_is_not_noted_on_the_new(
    house: House, smtp: Post, anna: Account, now: datetime
) -> None:
    put(house, anna, now)
    with house.db.write() as session:
        session.get_one(Person, anna.person_id).email = "anna.a@example.org"
    smtp.to_rcpt[:] = ["550 no such user"]
    deliver(house, real_now=now)
    assert problem(house, anna) == ""


def test_an_address_that_smtp_cannot_carry_fails_in_words(
    house: House, smtp: Post, lead: Account, now: datetime
) -> None:
    asa = make_person(house, "Åsa", "åsa@example.org")
    put(house, asa, now)
    put(house, lead, now)
    assert {one.state for one in deliver(house, real_now=now)} == {"failed", "sent"}
    assert [r.answer for r in mail_status(house, actor=lead, real_now=now).failed] == [LOCAL_PART]


def test_smtp_down_the_mail_waits_the_lead_sees_it_and_later_it_goes(
    house: House, anna: Account, lead: Account, now: datetime
) -> None:
    port = free_port()
    down = at(house, port)
    outs = [put(down, anna, now) for _ in range(SMALL + 5)]
    done = deliver(down, real_now=now)
    assert {one.state for one in done} == {"waiting"}
    assert len(done) == SMALL
    late = now + timedelta(hours=1)
    status = mail_status(down, actor=lead, real_now=late)
    assert (status.waiting, status.oldest, status.late, len(status.putoff)) == (SMALL + 5, now, True, SMALL)
    assert "refused" in str(status.putoff[0].answer)
    with Post(port) as post:
        assert {one.state for one in deliver(down, real_now=late)} == {"sent"}
    assert sorted(message for _, message in post.taken) == sorted(out.message for out in outs)


def test_after_an_unclear_end_the_same_bytes_go_again(
    house: House, smtp: Post, anna: Account, now: datetime
) -> None:
    out = put(house, anna, now)
    smtp.to_data[:] = [DROP]
    assert [one.state for one in deliver(house, real_now=now)] == ["waiting"]
    assert [one.state for one in deliver(house, real_now=now + 2 * MINUTE)] == ["sent"]
    assert smtp.taken == [(["anna@example.org"], out.message)]


def test_several_workers_at_once_send_each_mail_once(
    house: House, smtp: Post, anna: Account, now: datetime
) -> None:
    outs = [put(house, anna, now) for _ in range(90)]
    begin = threading.Barrier(3)

    def work() -> None:
        begin.wait()
        while deliver(house, real_now=now, limit=10):
            pass

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(smtp.taken) == 90
    assert {message for _, message in smtp.taken} == {out.message for out in outs}
    assert smtp.connections > 3
    assert {row(house, out).state for out in outs} == {"sent"}


def test_a_claim_keeps_others_off_until_it_runs_out(
    house: House, smtp: Post, anna: Account, now: datetime
) -> None:
    """A worker that died in the middle: its message is due again by itself, under the same Message-ID."""
    out = put(house, anna, now)
    with house.db.write() as session:
        assert [r.id for r in claim(session, at=now, until=now + CLAIM, limit=9)] == [out.id]
    assert deliver(house, real_now=now + CLAIM - MINUTE / 60) == ()
    assert [one.message_id for one in deliver(house, real_now=now + CLAIM)] == [out.message_id]


def test_who_comes_back_late_changes_nothing(house: House, smtp: Post, anna: Account, now: datetime) -> None:
    """While we were sending, the claim ran out and somebody else took the message over."""
    out = put(house, anna, now)

    def taken_over() -> None:
        smtp.on_data = lambda: None
        with house.db.write() as session:
            claim(session, at=now + 2 * CLAIM, until=now + 3 * CLAIM, limit=9)

    smtp.on_data = taken_over
    smtp.to_data[:] = ["550 no"]
    deliver(house, real_now=now)
    assert (row(house, out).state, row(house, out).claimed_at) == ("sending", now + 2 * CLAIM)


@pytest.mark.parametrize("kind", ["invite", "reset"])
def test_a_token_is_not_kept_once_it_is_sent(
    house: House, smtp: Post, anna: Account, now: datetime, kind: str
) -> None:
    out = put(house, anna, now, kind=kind)
    smtp.to_rcpt[:] = ["451 later"]
    deliver(house, real_now=now)
    assert row(house, out).message == out.message
    deliver(house, real_now=now + 2 * MINUTE)
    assert (row(house, out).state, row(house, out).message) == ("sent", b"")
    assert smtp.taken == [(["anna@example.org"], out.message)]


def failed(house: House, smtp: Post, person: Account, now: datetime, **more: object) -> Outgoing:
    out = put(house, person, now, **more)
    smtp.to_rcpt[:] = ["550 no such user"]
    deliver(house, real_now=now)
    assert row(house, out).state == "failed"
    return out


def test_the_lead_has_it_tried_again_at_the_corrected_address(
    house: House, smtp: Post, anna: Account, lead: Account, now: datetime
) -> None:
    out = failed(house, smtp, anna, now)
    with house.db.write() as session:
        person = session.get_one(Person, anna.person_id)
        person.email, person.name = "anna.a@example.org", "Anna Å"
    retry(house, actor=lead, outgoing_id=out.id, real_now=now)
    [sent] = deliver(house, real_now=now)
    assert (sent.state, sent.recipient, sent.message_id) == ("sent", "anna.a@example.org", out.message_id)
    to = b"To: =?utf-8?q?Anna_=C3=85?= <anna.a@example.org>"
    assert smtp.taken == [
        (["anna.a@example.org"], out.message.replace(b"To: Anna <anna@example.org>", to, 1))
    ]


def test_a_token_never_goes_to_another_address(
    house: House, smtp: Post, anna: Account, lead: Account, now: datetime
) -> None:
    out = failed(house, smtp, anna, now, kind="invite")
    with house.db.write() as session:
        session.get_one(Person, anna.person_id).email = "other@example.org"
    with pytest.raises(Refused):
        retry(house, actor=lead, outgoing_id=out.id, real_now=now)
    assert row(house, out).recipient == "anna@example.org"


def test_a_mail_put_off_can_be_sent_now(
    house: House, smtp: Post, anna: Account, lead: Account, now: datetime
) -> None:
    out = put(house, anna, now)
    smtp.to_rcpt[:] = ["451 later"]
    deliver(house, real_now=now)
    retry(house, actor=lead, outgoing_id=out.id, real_now=now)
    assert [one.state for one in deliver(house, real_now=now)] == ["sent"]
    with pytest.raises(Conflict):
        retry(house, actor=lead, outgoing_id=out.id, real_now=now)


def test_what_the_lead_has_seen_to_no_longer_alarms(
    house: House, smtp: Post, anna: Account, lead: Account, now: datetime
) -> None:
    out = failed(house, smtp, anna, now)
    lay_aside(house, actor=lead, outgoing_id=out.id)
    assert mail_status(house, actor=lead, real_now=now).failed == ()
    assert deliver(house, real_now=now) == ()


def test_the_outbox_is_the_leads_alone(house: House, anna: Account, now: datetime) -> None:
    out = put(house, anna, now)
    with pytest.raises(NotFound):
        mail_status(house, actor=anna, real_now=now)
    with pytest.raises(NotFound):
        retry(house, actor=anna, outgoing_id=out.id, real_now=now)
    with pytest.raises(NotFound):
        lay_aside(house, actor=anna, outgoing_id=out.id)


def test_an_unknown_mail_is_not_found(house: House, lead: Account, now: datetime) -> None:
    with pytest.raises(NotFound):
        retry(house, actor=lead, outgoing_id=4711, real_now=now)


def test_the_heartbeat_says_whether_a_worker_is_at_work(house: House, lead: Account, now: datetime) -> None:
    assert mail_status(house, actor=lead, real_now=now).pulse == heartbeats.Pulse(None, silent=True)
    heartbeats.beat(house, job="tick", real_now=now)
    assert heartbeats.pulse(house, real_now=now).silent
    heartbeats.beat(house, job="deliver", real_now=now - MINUTE)
    assert heartbeats.pulse(house, real_now=now) == heartbeats.Pulse(now - MINUTE, silent=False)
    assert heartbeats.pulse(house, real_now=now + 2 * MINUTE).silent
    assert not mail_status(house, actor=lead, real_now=now).alarming


def test_a_job_that_fails_is_named_since_when_and_why(house: House, lead: Account, now: datetime) -> None:
    for minutes in (0, 1, 2):
        heartbeats.beat(house, job="tick", real_now=now + minutes * MINUTE, failure="x" * 900)
    assert heartbeats.pulse(house, real_now=now).failures == (("tick", now, "x" * 500),)
    heartbeats.beat(house, job="tick", real_now=now)
    assert heartbeats.pulse(house, real_now=now).failures == ()


def test_two_first_heartbeats_at_once(house: House, now: datetime) -> None:
    begin, errors = threading.Barrier(4), []

    def first() -> None:
        begin.wait()
        try:
            heartbeats.beat(house, job="tick", real_now=now)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=first) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []

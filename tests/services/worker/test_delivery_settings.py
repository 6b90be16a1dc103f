"""Settings of delivery: so many a minute, and everything to a test address."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from peerreview.errors import Invalid
from peerreview.services.base.house import House
from peerreview.services.lead.outbox import mail_status
from peerreview.services.worker.deliver import deliver
from peerreview.services.worker.send_test_mail import send_test
from peerreview.store.people.people import Person

from ...mail.post import DROP, Post, free_port
from ...people import make_person
from ..mail.test_mailing import put


def by(house: House, smtp: Post, **settings: object) -> House:
    return replace(house, settings=house.settings.model_copy(update={"mail_port": smtp.port, **settings}))


def test_no_more_than_so_many_go_in_a_minute_and_none_is_forgotten(
    house: House, smtp: Post, now: datetime
) -> None:
    house = by(house, smtp, mail_per_minute=25)
    anna = make_person(house, "Anna", "anna@example.org")
    for _ in range(60):
        put(house, anna, now)
    went = [len(deliver(house, real_now=now + timedelta(seconds=30 * n))) for n in range(7)]
    assert went[0] == 25
    assert went[1] == 0
    assert sum(went) == len(smtp.taken) == 60
    assert all(first + second <= 25 for first, second in pairwise(went))


def test_with_a_test_address_nobody_else_gets_anything(house: House, smtp: Post, now: datetime) -> None:
    house = by(house, smtp, mail_test_address="test@example.org")
    lead = make_person(house, "Projektledaren", is_lead=True)
    anna = make_person(house, "Anna", "anna@example.org")
    out = put(house, anna, now)
    deliver(house, real_now=now)
    assert smtp.taken == [(["test@example.org"], out.message)]
    assert b"anna@example.org" in out.message, "it still says whom it is for"
    assert mail_status(house, actor=lead, real_now=now).only_to == "test@example.org"
    smtp.to_rcpt[:] = ["550 no such user"]
    put(house, anna, now)
    deliver(house, real_now=now)
    with house.db.read() as session:
        assert session.get_one(Person, anna.person_id).mail_problem == "", "not her address that was refused"


def test_a_test_mail_says_what_the_server_answered(house: House, smtp: Post, now: datetime) -> None:
    house = by(house, smtp)
    assert send_test(house, address="anna@example.org", real_now=now).answer == ""
    assert [recipients for recipients, _ in smtp.taken] == [["anna@example.org"]]
    smtp.to_rcpt[:] = ["550 no such user"]
    assert send_test(house, address="anna@example.org", real_now=now).answer == "550 no such user"
    smtp.to_data[:] = [DROP]
    assert send_test(house, address="anna@example.org", real_now=now).answer
    nowhere = replace(house, settings=house.settings.model_copy(update={"mail_port": free_port()}))
    assert send_test(nowhere, address="anna@example.org", real_now=now).answer
    for address in ("anna", "åsa@example.org", "a@b.se\nBcc: c@d.se"):
        with pytest.raises(Invalid, match="address"):
            send_test(house, address=address, real_now=now)
    assert len(smtp.taken) == 1

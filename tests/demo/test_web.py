"""The demo's own pages, through HTTP, with a real mail server between outbox and mailbox."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from peerreview import create_app
from peerreview.demo.mailbox import Mailbox, folder_beside, serve
from peerreview.services.base.clock import method_now, start_at
from peerreview.services.base.house import Account, House
from peerreview.services.worker.deliver import deliver
from peerreview.store.mail.outbox import Outgoing, PlannedMail

from ..mail.post import free_port
from ..people import make_person
from ..services.mail.test_mailing import make_review, put
from ..web.caller import Caller
from .test_mailbox import message

PAGES = ("/demo/mailbox", "/demo/clock", "/demo/switch")


@pytest.fixture
def house(house: House) -> House:
    changes = {"demo": True, "mail_port": free_port()}
    return replace(house, settings=house.settings.model_copy(update=changes))


@pytest.fixture
def mailbox(house: House) -> Iterator[Mailbox]:
    mailbox = Mailbox(folder_beside(house.settings.files_dir))
    server = serve(mailbox, house.settings.mail_port)
    server.start()
    yield mailbox
    server.stop()


@pytest.fixture
def app(house: House) -> Flask:
    app = create_app(house.settings, house)
    app.testing = True
    return app


@pytest.fixture
def lead(house: House) -> Account:
    return make_person(house, "Projektledaren", "lead@example.org", is_lead=True)


@pytest.fixture
def caller(app: Flask, lead: Account) -> Caller:
    caller = Caller(app)
    caller.log_in(lead.email)
    return caller


def test_outside_of_the_demo_there_is_none_of_it(house: House) -> None:
    plain = replace(house, settings=house.settings.model_copy(update={"demo": False}))
    caller = Caller(create_app(plain.settings, plain))
    for page in (*PAGES, "/demo/mailbox/x", "/demo/mailbox/x/html"):
        caller.page(page, 404)
    for page in ("/demo/clock", "/demo/switch"):
        caller.send(page, 404, email="lead@example.org")
    assert "/demo/" not in caller.page("/login").text


def test_mails_are_read_newest_first_and_by_recipient(app: Flask, mailbox: Mailbox) -> None:
    """Without logging in: who was invited has no account yet."""
    for to, subject in (("anna@example.org", "<Först>"), ("bo@example.org", "Sedan")):
        mailbox.put(message(to, subject))
    caller = Caller(app)
    page = caller.page("/demo/mailbox").text
    assert page.index("Sedan") < page.index("&lt;Först&gt;")
    assert page.count("Oläst") == 2
    assert "Sedan" not in caller.page("/demo/mailbox?to=anna@example.org").text
    assert "Inga mejl än" in caller.page("/demo/mailbox?to=nobody@example.org").text
    link = re.search(r'href="(/demo/mailbox/\d[^"]+)"', page)
    assert link
    opened = caller.page(link[1]).text
    assert "http://127.0.0.1:5000/reviews/3".replace("127.0.0.1:5000", "localhost") in opened
    assert "Därför att." in opened
    assert "bo@example.org" in opened
    assert caller.page("/demo/mailbox").text.count("Oläst") == 1


@pytest.mark.parametrize("page", ["0", "-1", "999", "x"])
def test_a_page_that_is_not_there_is_the_nearest(app: Flask, mailbox: Mailbox, page: str) -> None:
    mailbox.put(message())
    assert "Lämna in" in Caller(app).page(f"/demo/mailbox?page={page}").text


@pytest.mark.parametrize("key", ["x", "20260303T080000000000-00000000", "..%2fkey"])
def test_an_unknown_mail_is_not_found(app: Flask, key: str) -> None:
    Caller(app).page(f"/demo/mailbox/{key}", 404)
    Caller(app).page(f"/demo/mailbox/{key}/html", 404)


def test_the_html_part_can_do_nothing_but_lead_out(app: Flask, mailbox: Mailbox) -> None:
    answer = Caller(app).page(f"/demo/mailbox/{mailbox.put(message())}/html")
    assert answer.headers["Content-Security-Policy"].startswith(
        "sandbox allow-top-navigation-by-user-activation; default-src 'none'"
    )
    assert '<base target="_top">' in answer.text
    assert 'href="http://localhost/reviews/3"' in answer.text


def test_a_mail_without_html_is_shown_all_the_same(app: Flask, mailbox: Mailbox) -> None:
    key = mailbox.put(b"To: a@example.org\r\nSubject: \r\n\r\nbara text\r\n")
    page = Caller(app).page(f"/demo/mailbox/{key}").text
    assert "bara text" in page
    assert "<iframe" not in page
    Caller(app).page(f"/demo/mailbox/{key}/html", 404)


def test_the_clock_is_shown_to_all_who_are_logged_in_and_moved_by_the_lead(app: Flask, house: House) -> None:
    Caller(app).page("/demo/clock", 303)
    anna = make_person(house, "Anna", "anna@example.org")
    caller = Caller(app)
    caller.log_in(anna.email)
    page = caller.page("/demo/clock").text
    assert "Bara projektledaren får flytta klockan." in page
    assert 'name="by"' not in page
    caller.send("/demo/clock", 403, form_at="/demo/switch", by="1")


def days_ahead(house: House) -> int:
    real_now = datetime.now(UTC)
    return round((method_now(house, real_now) - real_now).total_seconds() / 86400)


def test_the_lead_moves_the_clock(house: House, caller: Caller, mailbox: Mailbox) -> None:
    for by, days in (("1", 1), ("7", 8)):
        answer = caller.send("/demo/clock", form_at="/demo/clock", by=by)
        assert "Inget mejl skickades på vägen." in caller.page(answer.location).text
        assert days_ahead(house) == days
    today = house.calendar.day(method_now(house, datetime.now(UTC)))
    caller.send("/demo/clock", form_at="/demo/clock", by="day", to=(today + timedelta(days=30)).isoformat())
    assert house.calendar.day(method_now(house, datetime.now(UTC))) == today + timedelta(days=30)


@pytest.mark.parametrize("to", ["", "i morgon", "2020-01-01", "0001-01-01", "9999-12-31", "2026-02-30"])
def test_a_day_that_cannot_be_is_said_beside_its_field(caller: Caller, house: House, to: str) -> None:
    answer = caller.send("/demo/clock", 422, form_at="/demo/clock", by="day", to=to)
    assert 'href="#f-to"' in answer.text
    assert f'value="{to}"' in answer.text
    assert days_ahead(house) == 0


def test_to_the_next_thing_when_there_is_none(caller: Caller) -> None:
    caller.send("/demo/clock", 422, form_at="/demo/clock", by="next")


def test_what_the_move_brings_is_listed(
    house: House, caller: Caller, lead: Account, mailbox: Mailbox
) -> None:
    """A mail that was put off a while ago, and comes due while the clock is being moved."""
    mailbox.put(message(subject="Från förr"))
    start_at(house, at=datetime(2026, 3, 3, 8, 0, tzinfo=UTC), real_now=datetime.now(UTC))
    put(house, lead, method_now(house, datetime.now(UTC)), real_now=datetime.now(UTC))
    answer = caller.send("/demo/clock", form_at="/demo/clock", by="1")
    page = caller.page(answer.location).text
    assert "1 mejl skickades på vägen:" in page
    assert "lead@example.org" in page
    assert "Från förr" not in page
    assert f'<time datetime="{date(2026, 3, 4)}' in page


def test_the_next_thing_is_named(house: House, caller: Caller, lead: Account, mailbox: Mailbox) -> None:
    now = method_now(house, datetime.now(UTC))
    due = (now + timedelta(days=5)).replace(microsecond=0)
    review = make_review(house, lead, now)
    with house.db.write() as session:
        row = PlannedMail(review_id=review, party=0, step="s", visit=1, rule="r", seat_id=1, kind="reminder")
        row.person_id, row.due_at = lead.person_id, due
        session.add(row)
    assert (
        f'datetime="{due.astimezone(house.calendar.zone).isoformat(timespec="minutes")}"'
        in caller.page("/demo/clock").text
    )


def test_being_somebody_else_is_a_session_like_any_other(app: Flask, house: House, caller: Caller) -> None:
    make_person(house, "Anna", "anna@example.org")
    before = caller.cookie()
    caller.send("/demo/switch", form_at="/demo/switch", email="anna@example.org")
    page = caller.page("/me").text
    assert "anna@example.org" in page
    assert "Nu är du Anna." in page
    stale = Caller(app)
    stale.client.set_cookie("peerreview", before)
    stale.page("/me", 303)


def test_switching_goes_on_to_a_page_of_ours_alone(caller: Caller, lead: Account) -> None:
    for asked, gone in (("/me", "/me"), ("//evil.example", "/"), ("https://evil.example/", "/")):
        answer = caller.send("/demo/switch", form_at="/demo/switch", email=lead.email, next=asked)
        assert answer.location == gone


@pytest.mark.parametrize("email", ["", "nobody@example.org", "invited@example.org", "å" * 300])
def test_nobody_is_who_has_no_account(house: House, caller: Caller, email: str) -> None:
    make_person(house, "Inbjuden", "invited@example.org", password=None)
    answer = caller.send("/demo/switch", 422, form_at="/demo/switch", email=email)
    assert 'href="#f-email"' in answer.text
    assert "lead@example.org" in caller.page("/me").text


def test_the_outbox_ends_in_the_mailbox(house: House, mailbox: Mailbox, lead: Account) -> None:
    now = datetime.now(UTC)
    out: Outgoing = put(house, lead, now)
    deliver(house, real_now=now)
    [letter] = mailbox.letters()
    assert (letter.to, letter.subject) == (out.recipient, out.subject)


def test_pages_are_valid_in_english_too(app: Flask, house: House, mailbox: Mailbox) -> None:
    make_person(house, "Jo", "jo@example.org", language="en", is_lead=True)
    caller = Caller(app)
    caller.log_in("jo@example.org")
    mailbox.put(message())
    for page in (*PAGES, f"/demo/mailbox/{mailbox.keys()[0]}"):
        assert 'lang="en"' in caller.page(page).text


def test_the_mailbox_lies_beside_the_files(tmp_path: Path) -> None:
    assert folder_beside(tmp_path / "files") == tmp_path / "mailbox"

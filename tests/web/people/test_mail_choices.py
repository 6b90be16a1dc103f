"""How I want my mail, through HTTP; and the link in a mail, for which nobody logs in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from peerreview.services.base.house import Account, House
from peerreview.services.mail.off_keys import off_path
from peerreview.services.people import mail_preferences
from tests.people import make_person
from tests.web.caller import Caller, valid


@pytest.fixture
def anna(house: House) -> Account:
    return make_person(house, "Anna", "anna@example.org")


@pytest.fixture
def caller(app: Flask, anna: Account) -> Caller:
    caller = Caller(app)
    caller.log_in(anna.email)
    return caller


def wanted(house: House, who: Account) -> frozenset[str]:
    return mail_preferences.mail_choices(house, actor=who, now=datetime.now(UTC)).wanted


def test_my_choices_are_kept_and_shown(house: House, caller: Caller, anna: Account) -> None:
    page = caller.page("/me").text
    assert "De här mejlen går inte att stänga av" in page
    answer = caller.send("/me/mail", form_at="/me", rhythm="weekly", wanted="late")
    page = caller.page(answer.location).text
    valid(page)
    assert 'value="weekly" checked' in page
    assert wanted(house, anna) == {"late"}
    assert "Välj ett av alternativen" in caller.send("/me/mail", 422, form_at="/me", rhythm="hourly").text


def test_i_pause_and_come_back(house: House, caller: Caller, anna: Account) -> None:
    typed = {"form_at": "/me", "until": "2026-13-01"}
    assert "2026-13-01" in caller.send("/me/away", 422, **typed).text  # type: ignore[arg-type]
    until = datetime.now(UTC).date() + timedelta(days=9)
    answer = caller.send("/me/away", form_at="/me", until=until.isoformat())
    assert "Jag är tillbaka" in caller.page(answer.location).text
    caller.send("/me/back", form_at="/me")
    assert mail_preferences.mail_choices(house, actor=anna, now=datetime.now(UTC)).away_until is None


def test_one_click_turns_off_without_a_login_and_a_look_changes_nothing(
    house: House, app: Flask, anna: Account
) -> None:
    path, outsider = off_path(house.settings.secret_key, anna.person_id, "news"), app.test_client()
    page = outsider.get(path)
    assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "no-referrer")
    valid(page.text)
    assert "Vill du stänga av" in page.text
    assert "Anna" not in page.text
    assert wanted(house, anna) == {"news", "late"}
    # As Gmail and others send it (RFC 8058, 3.2): no cookie, no form of ours.
    for _ in range(2):
        done = outsider.post(path, data={"List-Unsubscribe": "One-Click"})
        assert (done.status_code, "avstängda" in done.text) == (200, True)
        assert wanted(house, anna) == {"late"}
    assert outsider.post(path[:-1] + "!").status_code == 404
    assert outsider.get("/mail/off/1.late.x").status_code == 404
    # Only this one: every other form wants the session's own key.
    assert outsider.post("/me/mail", data={"rhythm": "daily"}).status_code in (400, 401)

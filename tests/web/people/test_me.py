"""My settings, through HTTP."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from peerreview.services.base.house import Account, House
from peerreview.web.people.me import device
from tests.people import PASSWORD, make_organisation, make_person
from tests.web.caller import Caller, valid

NEW = "en helt ny mening"


@pytest.fixture
def anna(house: House) -> Account:
    kalmar = make_organisation(house, "Region Kalmar län")
    return make_person(house, "Anna", "anna@example.org", in_organisation=kalmar)


@pytest.fixture
def caller(app: Flask, anna: Account) -> Caller:
    caller = Caller(app)
    caller.log_in(anna.email)
    return caller


def test_me_shows_what_i_am(caller: Caller) -> None:
    page = caller.page("/me").text
    for text in (
        "Anna",
        "anna@example.org",
        "Processledare, Region Kalmar län",
        "Firefox, Linux",
        "här och nu",
    ):
        assert text in page


def test_me_is_changed_and_speaks_the_chosen_language(caller: Caller) -> None:
    answer = caller.send("/me", form_at="/me", name="Åsa (Öst)", phone="070-1 23", language="en")
    page = caller.page(answer.location).text
    assert "What you changed is saved." in page
    assert "Åsa (Öst)" in page
    assert 'value="070-1 23"' in page
    assert 'lang="en"' in page


def test_faults_keep_what_was_typed(caller: Caller) -> None:
    answer = caller.send("/me", 422, form_at="/me", name="x" * 201, phone="ring", language="en")
    assert re.findall(r'href="#f-(\w+)"', answer.text) == ["name", "phone"]
    assert "x" * 201 in answer.text
    assert 'value="ring"' in answer.text
    assert "Anna" in caller.page("/me").text


def test_new_password_ends_the_others(app: Flask, anna: Account, caller: Caller) -> None:
    other = Caller(app)
    other.log_in(anna.email)
    path = "/me/password"
    answer = caller.send(path, 422, form_at="/me", present_password="fel", new_password="kort")
    assert re.findall(r'href="#f-(\w+)"', answer.text) == ["present_password", "new_password"]
    assert 'value="fel"' not in answer.text
    other.page("/me")
    caller.send(path, form_at="/me", present_password=PASSWORD, new_password=NEW)
    caller.page("/me")
    other.page("/me", 303)
    other.log_in(anna.email, NEW)


def test_my_sessions_are_ended_one_by_one_and_all(
    app: Flask, house: House, anna: Account, caller: Caller
) -> None:
    others = [Caller(app, "Mozilla/5.0 (iPhone) Safari/605"), Caller(app), Caller(app, "curl/8")]
    for other in others:
        other.log_in(anna.email)
    page = caller.page("/me").text
    ends = re.findall(r'action="(/me/sessions/\d+/end)"', page)
    assert len(ends) == 3
    assert "Safari, iPhone" in page
    assert "Okänd webbläsare" in page
    caller.send(ends[0], form_at="/me")
    others[2].page("/me", 303)
    caller.send(ends[0], 404, form_at="/me")
    make_person(house, "Bo", "bo@example.org")
    stranger = Caller(app)
    stranger.log_in("bo@example.org")
    stranger.send(ends[1], 404, form_at="/me")
    others[1].page("/me")
    caller.send("/me/sessions/end-others", form_at="/me")
    for other in others:
        other.page("/me", 303)
    caller.page("/me")
    stranger.page("/me")


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge, Windows",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605 Version/18 Safari/605",
            "Safari, macOS",
        ),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537 Chrome/140.0 Mobile Safari/537", "Chrome, Android"),
        ("curl/8.1", ""),
        ("", ""),
    ],
)
def test_browsers_have_names_that_people_know(agent: str, said: str) -> None:
    assert device(agent) == said


def test_a_private_calendar_address_is_shown_once_and_works_without_a_login(
    app: Flask, caller: Caller
) -> None:
    page = caller.send("/me/calendar", 200, form_at="/me")
    valid(page.text)
    found = re.search(r'value="http://127\.0\.0\.1:5000(/calendar/[^"]+\.ics)"', page.text)
    assert found
    assert found[1] not in caller.page("/me").text
    answer = app.test_client().get(found[1])
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    assert answer.get_data().startswith(b"BEGIN:VCALENDAR")
    assert "METHOD" not in answer.text
    assert "no-store" not in answer.headers["Cache-Control"]
    again = app.test_client().get(found[1], headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    caller.send("/me/calendar/end", form_at="/me")
    assert app.test_client().get(found[1]).status_code == 404
    assert "Skapa en adress" in caller.page("/me").text

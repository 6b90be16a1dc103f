"""Behind proxies that are set up wrong: no visitor is locked out or blamed, and whoever runs the house is told."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from config import Settings
from peerreview import create_app
from peerreview.errors import in_english
from peerreview.services.base.house import Account, House
from peerreview.services.upkeep import fitness
from peerreview.store.people.people import LoginFailure
from peerreview.store.upkeep.remarks import Remark
from tests.people import PASSWORD, make_person
from tests.web.caller import Caller

HERE = "https://review.example.org:8443"


@pytest.fixture
def anna(house: House) -> Account:
    return make_person(house, "Anna", "anna@example.org")


def built(house: House, **other: Any) -> tuple[Flask, House]:
    """The application behind https, by other settings."""
    assert isinstance(house.settings, Settings)
    settings = house.settings.model_copy(update={"secure_cookies": True, "base_url": HERE, **other})
    house = replace(house, settings=settings)
    app = create_app(settings, house)
    app.testing = True
    return app, house


def form(client: FlaskClient, **how: Any) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login", **how).text)
    assert found
    return found[1]


def remarks(house: House) -> dict[str, str]:
    with house.db.read() as session:
        return {row.name: in_english(fitness.noted(row.data)) for row in session.scalars(select(Remark))}


def told(house: House, at: datetime | None = None) -> list[str]:
    return list(map(in_english, fitness.look_through(house, real_now=at or datetime.now(UTC)).remarks))


def log_in(client: FlaskClient, at: str, sent_from: str = HERE, **typed: str) -> Any:
    """`at`: how the proxy says that we are reached; `sent_from`: where the browser is."""
    data = {
        "csrf_token": form(client, base_url=at),
        "email": "anna@example.org",
        "password": PASSWORD,
        **typed,
    }
    headers = {"Origin": sent_from, "Referer": f"{sent_from}/login"}
    return client.post("/login", base_url=at, headers=headers, data=data)


# --- where tries come from


def test_behind_a_proxy_that_is_not_trusted_nobody_locks_out_everybody(house: House, anna: Account) -> None:
    app, house = built(house, trusted_proxies=0, secure_cookies=False, base_url="http://127.0.0.1:5000")
    client = app.test_client()
    through = {
        "headers": {"X-Forwarded-For": "203.0.113.7"},
        "environ_overrides": {"REMOTE_ADDR": "10.0.0.5"},
    }
    token = form(client, **through)
    for number in range(110):
        data = {"csrf_token": token, "email": f"{number}@example.org", "password": "fel"}
        assert client.post("/login", data=data, **through).status_code == 422
    data = {"csrf_token": token, "email": "anna@example.org", "password": PASSWORD}
    assert client.post("/login", data=data, **through).status_code == 303


def test_made_up_header_does_not_hide_a_stranger_from_the_count(house: House, anna: Account) -> None:
    app, house = built(house, trusted_proxies=0, secure_cookies=False, base_url="http://127.0.0.1:5000")
    client = app.test_client()
    through = {
        "headers": {"X-Forwarded-For": "203.0.113.7"},
        "environ_overrides": {"REMOTE_ADDR": "93.184.216.34"},
    }
    token = form(client, **through)
    client.post("/login", data={"csrf_token": token, "email": "x@example.org", "password": "fel"}, **through)
    with house.db.read() as session:
        assert session.scalar(select(func.count()).select_from(LoginFailure)) == 3


def test_header_that_is_not_trusted_is_told_in_the_log_and_by_check(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    app, house = built(house, trusted_proxies=0)
    for _ in range(3):
        app.test_client().get("/login", headers={"X-Forwarded-For": "203.0.113.7"})
    said = [line for line in caplog.messages if "PEERREVIEW_TRUSTED_PROXIES is 0" in line]
    assert len(said) == 1, "not with every request"
    assert "a request from 127.0.0.1 says in X-Forwarded-For" in said[0]
    assert [line for line in told(house) if line.startswith(said[0])]
    assert not [line for line in told(house, datetime.now(UTC) + timedelta(days=8)) if said[0] in line]
    mended = replace(house, settings=house.settings.model_copy(update={"trusted_proxies": 1}))
    assert not [line for line in told(mended) if said[0] in line], "what was met before is no news"


def test_trusted_proxy_is_no_remark_and_its_word_counts(house: House, anna: Account) -> None:
    app, house = built(house, trusted_proxies=1)
    client = app.test_client()
    client.get("/login", headers={"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"})
    assert remarks(house) == {}


def test_fewer_proxies_than_trusted_and_a_path_before_us_are_told(house: House) -> None:
    app, house = built(house, trusted_proxies=2)
    app.test_client().get("/login", headers={"X-Forwarded-For": "203.0.113.7"})
    assert "came by fewer" in remarks(house)["fewer"]
    app.test_client().get("/login", headers={"X-Forwarded-Prefix": "/granskning"})
    assert "under a path" in remarks(house)["prefix"]


# --- how we are reached


def test_proxy_that_drops_the_port_does_no_harm_where_the_setting_has_it(house: House, anna: Account) -> None:
    app, _ = built(house)
    for at in ("https://review.example.org", "http://review.example.org", HERE):
        assert log_in(app.test_client(), at).status_code == 303


def test_proxy_that_drops_the_port_is_the_operators_fault_and_not_the_users(
    house: House, anna: Account, caplog: pytest.LogCaptureFixture
) -> None:
    app, house = built(house, base_url="https://review.example.org")
    answer = log_in(app.test_client(), "https://review.example.org", next="/reviews/3/questions?page=2")
    assert answer.status_code == 400
    assert "Tjänsten är fel inställd" in answer.text
    assert "det är inte ditt fel" in answer.text
    assert "/reviews/3/questions?page=2" in answer.text, "what was sent is not lost"
    (said,) = [line for line in caplog.messages if "a form was sent from" in line]
    assert HERE in said
    assert "proxy_set_header Host $http_host" in said
    assert [line for line in told(house) if line.startswith(said)]


def test_form_from_elsewhere_is_refused_though_its_token_is_right(house: House, anna: Account) -> None:
    app, _ = built(house)
    for elsewhere in (
        "https://evil.example",
        "https://review.example.org.evil.example",
        "http://review.example.org:8443",
    ):
        assert log_in(app.test_client(), HERE, sent_from=elsewhere).status_code == 400


def test_form_over_https_without_a_word_of_where_from_is_refused(house: House, anna: Account) -> None:
    app, _ = built(house)
    client = app.test_client()
    data = {"csrf_token": form(client, base_url=HERE), "email": "anna@example.org", "password": PASSWORD}
    assert client.post("/login", base_url=HERE, data=data).status_code == 400
    for headers in (
        {"Referer": f"{HERE}/login"},
        {"Origin": HERE},
        {"Origin": "null", "Referer": f"{HERE}/login"},
    ):
        data["csrf_token"] = form(client, base_url=HERE)
        assert client.post("/login", base_url=HERE, data=data, headers=headers).status_code == 303
        client = app.test_client()
        data["csrf_token"] = form(client, base_url=HERE)


def test_house_reached_by_http_whose_cookies_want_https_is_told(house: House, anna: Account) -> None:
    app, house = built(house)
    client = app.test_client()
    data = {"csrf_token": "x", "email": "anna@example.org", "password": PASSWORD}
    answer = client.post("/login", data=data, headers={"Origin": "http://review.example.org"})
    assert "Tjänsten är fel inställd" in answer.text
    assert "PEERREVIEW_SECURE_COOKIES" in remarks(house)["cookies"]


def test_browser_without_cookies_is_told_so_and_an_old_form_that(
    app: Flask, house: House, anna: Account
) -> None:
    caller = Caller(app)
    answer = caller.page("/login", 400, "POST", data={"csrf_token": "x", "email": "anna@example.org"})
    assert "Webbläsaren skickade ingen kaka" in answer.text
    caller.log_in("anna@example.org")
    answer = caller.page("/me", 400, "POST", data={"csrf_token": "x", "name": "Anna"})
    assert "Formuläret var för gammalt" in answer.text
    assert remarks(house) == {}

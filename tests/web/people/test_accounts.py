"""Getting in, through HTTP: log-in, log-out, links, throttling, CSRF, where one is sent afterwards."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from flask import Flask
from sqlalchemy import select, update

from peerreview.services.base.house import Account, House
from peerreview.services.people import accounts
from peerreview.store.mail.outbox import Outgoing
from peerreview.store.people.people import Link, LoginFailure, LoginSession, Person
from peerreview.web.frame.security import own_path
from tests.people import PASSWORD, make_person
from tests.web.caller import Caller


@pytest.fixture
def anna(house: House) -> Account:
    return make_person(house, "Anna", "anna@example.org")


@pytest.fixture
def browser_of_anna(app: Flask, anna: Account) -> Caller:
    caller = Caller(app)
    caller.log_in(anna.email)
    return caller


def invite(house: House, email: str = "ny@example.org") -> str:
    """Invite somebody, and give the link's path out of the mail."""
    now = datetime.now(UTC)
    with house.db.write() as session:
        accounts.invite_in(session, house, name="Ny Person", email=email, now=now, real_now=now)
    return last_link(house)


def last_link(house: House) -> str:
    with house.db.read() as session:
        row = session.scalars(select(Outgoing).order_by(Outgoing.id.desc()).limit(1)).one()
    body = message_from_bytes(row.message, policy=policy.default).get_body(("plain",))  # type: ignore[attr-defined]
    found = re.search(r"(/(?:invite|reset)/[\w-]{43})\b", body.get_content())
    assert found
    return found[1]


# --- log-in and log-out ------------------------------------------------------------------------------


def test_login_goes_to_the_first_page(app: Flask, anna: Account) -> None:
    caller = Caller(app)
    assert caller.log_in(anna.email).location == "/"
    assert "Anna" in caller.page("/me").text
    assert caller.page("/login", 303).location == "/"


def test_pages_ask_for_a_login_and_come_back(app: Flask, anna: Account) -> None:
    caller = Caller(app)
    answer = caller.page("/me?x=%C3%A5", 303)
    assert answer.location == "/login?next=/me?x%3D%25C3%25A5"
    form = caller.page(answer.location).text
    assert 'name="next" value="/me?x=%C3%A5"' in form
    assert caller.log_in(anna.email, next="/me?x=%C3%A5").location == "/me?x=%C3%A5"


def test_wrong_login_keeps_the_address_and_never_the_password(app: Flask, anna: Account) -> None:
    caller = Caller(app)
    texts = []
    for email in (anna.email, "ingen@example.org"):
        answer = caller.send("/login", 422, email=email, password="fel lösenord helt", next="/me")
        assert 'href="#f-email"' in answer.text
        assert 'name="next" value="/me"' in answer.text
        assert "fel lösenord helt" not in answer.text
        texts.append(re.sub(r'name="csrf_token" value="[^"]*"', "", answer.text).replace(email, "ADDRESS"))
    assert texts[0] == texts[1]


def test_login_cookie_is_shut_in(app: Flask, anna: Account) -> None:
    cookie = Caller(app).log_in(anna.email).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires=" in cookie


def test_login_throws_away_what_the_browser_had(app: Flask, anna: Account) -> None:
    caller = Caller(app)
    before = caller.csrf("/login")
    with caller.client.session_transaction() as session:
        session["planted"] = "by somebody else"
    caller.log_in(anna.email)
    with caller.client.session_transaction() as session:
        assert "planted" not in session
    assert caller.csrf("/me") != before


def test_logout_ends_on_the_server(app: Flask, house: House, browser_of_anna: Caller) -> None:
    stolen = browser_of_anna.cookie()
    answer = browser_of_anna.send("/logout", form_at="/me")
    assert "Du är utloggad." in browser_of_anna.page(answer.location).text
    browser_of_anna.page("/me", 303)
    thief = Caller(app)
    thief.client.set_cookie("peerreview", stolen)
    thief.page("/me", 303)
    with house.db.read() as session:
        assert session.scalars(select(LoginSession.ended_at)).one() is not None


def test_logout_wants_a_form(browser_of_anna: Caller) -> None:
    browser_of_anna.page("/logout", 405)
    browser_of_anna.page("/logout", 400, "POST")
    browser_of_anna.page("/me")


def test_forged_cookie_is_nobody(app: Flask, browser_of_anna: Caller) -> None:
    value = browser_of_anna.cookie()
    for forged in (value[:-2], "x" + value, "", value.split(".")[0]):
        caller = Caller(app)
        caller.client.set_cookie("peerreview", forged)
        caller.page("/me", 303)


def test_closed_account_is_out_at_once(app: Flask, house: House, browser_of_anna: Caller) -> None:
    with house.db.write() as session:
        session.execute(update(Person).values(closed_at=datetime.now(UTC)))
    browser_of_anna.page("/me", 303)
    Caller(app).send("/login", 422, email="anna@example.org", password=PASSWORD)


def test_session_runs_out(house: House, browser_of_anna: Caller) -> None:
    def seen(days: float) -> None:
        with house.db.write() as session:
            session.execute(update(LoginSession).values(seen_at=datetime.now(UTC) - timedelta(days=days)))

    seen(29.9)
    assert "Set-Cookie" in browser_of_anna.page("/me").headers
    with house.db.read() as session:
        assert session.scalars(select(LoginSession.seen_at)).one() > datetime.now(UTC) - timedelta(minutes=1)
    assert "Set-Cookie" not in browser_of_anna.page("/me").headers
    seen(30.1)
    browser_of_anna.page("/me", 303)


def test_form_sent_after_the_logout_shows_what_was_written(house: House, browser_of_anna: Caller) -> None:
    token = browser_of_anna.csrf("/me")
    with house.db.write() as session:
        session.execute(update(LoginSession).values(ended_at=datetime.now(UTC)))
    typed = {"csrf_token": token, "name": "Ett långt namn som tog tid att skriva", "new_password": "x" * 40}
    answer = browser_of_anna.page("/me", 401, "POST", data=typed)
    assert "Ett långt namn som tog tid att skriva" in answer.text
    assert "x" * 40 not in answer.text
    accepts = {"Accept": "application/json"}
    answer = browser_of_anna.page("/preview", 401, "POST", data={"csrf_token": token}, headers=accepts)
    assert answer.json == {
        "reason": "Du är utloggad. Logga in igen. Det du har skrivit finns kvar på den här sidan.",
        "again": True,
    }


@pytest.mark.parametrize(
    "next",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "\t//evil.example",
        "/\n/evil.example",
        " //evil.example",
        "///evil.example",
        "/a//evil.example",
        "javascript:alert(1)",
        "/me\r\nSet-Cookie: a=b",
        "evil.example",
        "/" + "a" * 600,
        "http:/evil.example",
        "/å",
    ],
)
def test_login_leads_nowhere_else(app: Flask, anna: Account, next: str) -> None:
    caller = Caller(app)
    assert "evil" not in caller.page("/login", query_string={"next": next}).text
    assert caller.log_in(anna.email, next=next).location == "/"
    assert caller.page("/login", 303, query_string={"next": next}).location == "/"


def test_own_path_takes_long_hostile_addresses_in_no_time() -> None:
    assert own_path("/" + "a" * 400 + "\\") == ""
    assert own_path("/" + "a/" * 200 + "\\") == ""
    assert own_path("/reviews/3/questions?page=2&x=a%20b") == "/reviews/3/questions?page=2&x=a%20b"


# --- guesses -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("email", ["anna@example.org", "ingen@example.org"])
def test_too_many_guesses_have_to_wait(app: Flask, anna: Account, house: House, email: str) -> None:
    caller = Caller(app)
    for _ in range(10):
        caller.send("/login", 422, email=email, password="fel lösenord")
    answer = caller.send("/login", 429, email=email, password=PASSWORD)
    assert "Du kan försöka igen från" in answer.text
    assert "GMT" in answer.headers["Retry-After"]
    with house.db.write() as session:
        for row in session.scalars(select(LoginFailure)):
            row.at = row.at - timedelta(minutes=15)
    if email == anna.email:
        caller.log_in(email)


# --- CSRF and headers --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/login", "/logout", "/reset", "/me", "/me/password", "/lead/people/new"])
def test_form_without_token_does_nothing(browser_of_anna: Caller, path: str) -> None:
    answer = browser_of_anna.page(path, 400, "POST", data={"name": "Något långt som var skrivet här"})
    assert "Något långt som var skrivet här" in answer.text
    browser_of_anna.page(path, 400, "POST", data={"csrf_token": "forged"})


def test_token_of_another_browser_does_not_do(app: Flask, browser_of_anna: Caller) -> None:
    browser_of_anna.page("/me", 400, "POST", data={"csrf_token": Caller(app).csrf("/login"), "name": "x"})


def test_headers_shut_the_page_in(app: Flask, browser_of_anna: Caller) -> None:
    for answer in (
        browser_of_anna.page("/me"),
        browser_of_anna.page("/nowhere", 404),
        Caller(app).page("/login"),
    ):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Strict-Transport-Security" not in answer.headers
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", answer.text)
    sheet = browser_of_anna.page("/static/frame.css")
    assert "no-store" not in sheet.headers["Cache-Control"]
    assert "Set-Cookie" not in sheet.headers


def test_secure_house_has_secure_cookies(settings: object, house: House) -> None:
    from dataclasses import replace

    from config import Settings
    from peerreview import create_app

    assert isinstance(settings, Settings)
    secure = settings.model_copy(update={"secure_cookies": True, "base_url": "https://review.example.org"})
    app = create_app(secure, replace(house, settings=secure))
    make_person(house, "Anna", "anna@example.org")
    client = app.test_client()
    text = client.get("/login", base_url="https://review.example.org").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert token
    answer = client.post(
        "/login",
        base_url="https://review.example.org",
        headers={"Referer": "https://review.example.org/login"},
        data={"csrf_token": token[1], "email": "anna@example.org", "password": PASSWORD},
    )
    assert answer.status_code == 303
    cookies = answer.headers.getlist("Set-Cookie")
    assert [cookie.split("=")[0] for cookie in cookies] == ["__Host-known", "__Host-peerreview"]
    for cookie in cookies:
        assert "Secure" in cookie
        assert "HttpOnly" in cookie
        assert "Path=/" in cookie
        assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


# --- links -------------------------------------------------------------------------------------------


def test_invitation_outlives_a_mail_scanner_and_works_once(app: Flask, house: House) -> None:
    link = invite(house)
    scanner = Caller(app, "SafeLinks")
    for method in ("HEAD", "GET", "OPTIONS", "GET"):
        scanner.page(link, method=method)
    caller = Caller(app)
    page = caller.page(link).text
    assert 'value="Ny Person"' in page
    assert "ny@example.org" in page
    typed = {"name": "Åsa Ny", "language": "en", "password": PASSWORD}
    assert caller.send(link, form_at=link, **typed).location == "/"
    assert "Åsa Ny" in caller.page("/me").text
    assert "My settings" in caller.page("/me").text
    late = Caller(app)
    assert "Länken är redan använd" in late.page(link, 410).text
    late.send(link, 410, form_at="/login", **typed)
    Caller(app).log_in("ny@example.org")


def test_invitation_form_says_what_is_wrong_and_keeps_what_was_typed(app: Flask, house: House) -> None:
    link = invite(house)
    caller = Caller(app)
    answer = caller.send(link, 422, form_at=link, name="Åsa\u202e", language="de", password="kort")
    assert re.findall(r'href="#f-(\w+)"', answer.text) == ["name", "language", "password"]
    assert "kort" not in re.findall(r'value="([^"]*)"', answer.text)
    assert caller.send(link, 422, form_at=link).status_code == 422
    assert caller.send(link, form_at=link, name="Åsa", language="sv", password=PASSWORD).location == "/"


def test_form_can_make_nobody_a_lead(app: Flask, house: House) -> None:
    link = invite(house)
    caller = Caller(app)
    forged = {"is_lead": "true", "person_id": "1", "email": "x@example.org", "closed_at": ""}
    caller.send(link, form_at=link, name="Ny", language="sv", password=PASSWORD, **forged)
    caller.send("/me", form_at="/me", name="Ny", phone="", language="sv", **forged)
    caller.page("/lead/people", 404)
    with house.db.read() as session:
        person = session.scalars(select(Person)).one()
    assert (person.is_lead, person.email) == (False, "ny@example.org")


def test_expired_link_says_what_to_do(app: Flask, house: House) -> None:
    link = invite(house)
    with house.db.write() as session:
        session.execute(update(Link).values(expires_at=datetime.now(UTC)))
    caller = Caller(app)
    page = caller.page(link, 410)
    assert 'href="/reset"' in page.text
    caller.send(link, 410, name="Ny", language="sv", password=PASSWORD)
    caller.send("/reset", email="ny@example.org")
    caller.page(last_link(house))


@pytest.mark.parametrize("kind", ["invite", "reset"])
def test_cut_off_link_says_what_to_do(app: Flask, house: House, kind: str) -> None:
    link = invite(house)
    caller = Caller(app)
    for path in (link[:-3].replace("invite", kind), f"/{kind}/x", f"/{kind}/%00", f"/{kind}/{'å' * 300}"):
        assert "Länken är inte fullständig" in caller.page(path, 404).text
        caller.send(path, 404, password=PASSWORD)


def test_new_password_by_mail(app: Flask, house: House, browser_of_anna: Caller) -> None:
    caller = Caller(app)
    assert caller.send("/reset", form_at="/reset", email="ANNA@example.org").location == "/reset/sent"
    caller.page("/reset/sent")
    link = last_link(house)
    caller.page(link, method="HEAD")
    assert "minst 12 tecken" in caller.send(link, 422, form_at=link, password="kort").text
    answer = caller.send(link, form_at=link, password="en helt ny mening")
    assert "Ditt nya lösenord är sparat." in caller.page(answer.location).text
    browser_of_anna.page("/me", 303)
    caller.log_in("anna@example.org", "en helt ny mening")
    Caller(app).page(link, 410)


def test_asking_for_a_new_password_tells_nobody_who_exists(app: Flask, house: House, anna: Account) -> None:
    caller = Caller(app)
    for email in (anna.email, "ingen@example.org"):
        assert caller.send("/reset", form_at="/reset", email=email).location == "/reset/sent"
    answer = caller.send("/reset", 422, form_at="/reset", email="kjellåke@example.org")
    assert "Bokstaven å" in answer.text
    assert 'value="kjellåke@example.org"' in answer.text
    with house.db.read() as session:
        assert session.scalars(select(Outgoing.recipient)).all() == [anna.email]


def test_login_page_in_both_languages(app: Flask) -> None:
    caller = Caller(app)
    assert 'lang="sv"' in caller.page("/login").text
    assert "I have forgotten my password" in caller.page("/login?lang=en").text
    assert 'lang="en"' in caller.page("/login").text

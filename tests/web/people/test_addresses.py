"""Another address, through HTTP: asked for under My settings, confirmed and objected to by links; and the history."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from peerreview.services.base.house import Account, House
from tests.people import PASSWORD, make_organisation, make_person
from tests.services.account_play import NEW, OLD, address, mails, token
from tests.web.caller import Caller


@pytest.fixture
def anna(house: House) -> Account:
    return make_person(house, "Anna", OLD)


@pytest.fixture
def caller(app: Flask, anna: Account) -> Caller:
    caller = Caller(app)
    caller.log_in(OLD)
    return caller


def ask(caller: Caller) -> None:
    caller.send("/me/address", form_at="/me", email=NEW, address_password=PASSWORD)


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_address_is_asked_for_and_confirmed_where_one_is_logged_in(
    house: House, anna: Account, caller: Caller
) -> None:
    answer = caller.send("/me/address", 422, form_at="/me", email=NEW, address_password="fel")
    assert "Det här är inte ditt nuvarande lösenord." in answer.text
    ask(caller)
    page = words(caller.page("/me").text)
    assert f"Väntar på att bekräftas: {NEW}" in page
    path = f"/address/{token(house, 'address', NEW)}"
    for _ in range(2):
        assert 'name="password"' not in caller.page(path).text
    assert address(house, anna) == OLD
    assert caller.send(path, form_at=path).location == "/me"
    assert address(house, anna) == NEW
    page = words(caller.page("/me").text)
    assert "Väntar på att bekräftas" not in page
    assert f"Bekräftade adressen {NEW}" in page
    assert "Bad om adressen" in words(caller.page("/me/history").text)
    assert "Länken är redan använd" in caller.page(path, 410).text


def test_address_is_confirmed_elsewhere_with_the_password(app: Flask, house: House, caller: Caller) -> None:
    ask(caller)
    path, elsewhere = f"/address/{token(house, 'address', NEW)}", Caller(app)
    answer = elsewhere.send(path, 422, form_at=path, password="fel")
    assert "Det är inte lösenordet till kontot." in answer.text
    assert elsewhere.send(path, form_at=path, password=PASSWORD).location == "/login"
    elsewhere.log_in(NEW)


def test_wish_is_forgotten(house: House, caller: Caller) -> None:
    ask(caller)
    caller.send("/me/address/forget", form_at="/me")
    assert "Din adress är kvar" in caller.page("/me").text
    caller.page(f"/address/{token(house, 'address', NEW)}", 410)
    caller.send("/me/address/forget", 404, form_at="/me")


def test_old_address_stops_the_change_and_chooses_a_new_password(
    app: Flask, house: House, anna: Account, caller: Caller
) -> None:
    ask(caller)
    path, owner = f"/address/stop/{token(house, 'address/stop', OLD)}", Caller(app)
    assert "Stoppa adressändringen?" in owner.page(path).text
    reset = owner.send(path, form_at=path).location
    assert reset.startswith("/reset/")
    assert "alla är utloggade" in owner.page(reset).text
    caller.page("/me", 303)
    owner.send(reset, form_at=reset, password="ny och lång mening")
    owner.log_in(OLD, "ny och lång mening")
    assert "Vilken adress som gäller" in owner.page(path, 410).text
    owner.page("/address/stop/nonsense", 404)
    owner.page("/address/nonsense", 404)


def test_lead_asks_and_forgets_and_reads_the_history(app: Flask, house: House, anna: Account) -> None:
    make_person(house, "Lena", "lena@example.org", is_lead=True)
    kalmar = make_organisation(house, "Kalmar")
    caller, path = Caller(app), f"/lead/people/{anna.person_id}"
    caller.log_in("lena@example.org")
    caller.send(f"{path}/address", form_at=path, email=NEW)
    page = words(caller.page(path).text)
    assert f"Väntar på att bekräftas: {NEW} Lena skrev den" in page
    assert f"Bad om adressen {NEW}" in page
    caller.send(f"{path}/address/forget", form_at=path)
    assert "Stoppade adressändringen" in words(caller.page(f"{path}/history").text)
    caller.send(f"{path}/memberships", form_at=path, organisation=kalmar, role="member", title="")
    assert "Anna : Gav funktionen" in words(caller.page(f"/lead/organisations/{kalmar}").text)
    assert "Gav funktionen" in caller.page(f"/lead/organisations/{kalmar}/history?page=99").text
    caller.page("/lead/people/999/history", 404)
    caller.page("/lead/organisations/999/history", 404)


def test_history_of_others_is_nobodys(caller: Caller, house: House) -> None:
    bo, kalmar = make_person(house, "Bo"), make_organisation(house, "Kalmar")
    caller.page(f"/lead/people/{bo.person_id}/history", 404)
    caller.page(f"/lead/organisations/{kalmar}/history", 404)


def test_known_browser_gets_in_while_strangers_guess(app: Flask, house: House, caller: Caller) -> None:
    caller.send("/logout", form_at="/me")
    stranger = Caller(app)
    for _ in range(10):
        stranger.send("/login", 422, email=OLD, password="fel lösenord")
    page = stranger.send("/login", 429, email=OLD, password=PASSWORD).text
    assert "stoppas inte av vad andra försöker" in page
    assert caller.log_in(OLD).location == "/"


def test_asked_for_too_many_links_the_page_says_where_they_are(
    app: Flask, house: House, anna: Account
) -> None:
    caller = Caller(app)
    for _ in range(5):
        caller.send("/reset", form_at="/reset", email=OLD)
    page = caller.send("/reset", 429, form_at="/reset", email=OLD).text
    assert "har länkar redan skickats dit" in page
    assert len([kind for _, kind, _ in mails(house) if kind == "reset"]) == 5

"""The lead's registers, through HTTP: who gets in, what they show, what a refused form keeps."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from peerreview.services.base.house import Account, House
from peerreview.store.mail.outbox import Outgoing
from peerreview.store.people.people import Person
from tests.people import make_organisation, make_person
from tests.web.caller import Caller

NAMES = ["Örebro", "Kalmar", "Åland", "Ärla", "Zeta"]
IN_ORDER = ["Kalmar", "Zeta", "Åland", "Ärla", "Örebro"]


@pytest.fixture
def lead(house: House) -> Account:
    return make_person(house, "Lead", "lead@example.org", is_lead=True)


@pytest.fixture
def caller(app: Flask, lead: Account) -> Caller:
    caller = Caller(app)
    caller.log_in(lead.email)
    return caller


def rows(text: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', text)


def addresses(house: House) -> list[str]:
    with house.db.read() as session:
        return list(session.scalars(select(Outgoing.recipient).order_by(Outgoing.id)))


def test_registers_do_not_exist_for_others(app: Flask, house: House, lead: Account) -> None:
    kalmar = make_organisation(house, "Kalmar")
    anna = make_person(house, "Anna", "anna@example.org", in_organisation=kalmar)
    caller = Caller(app)
    caller.page("/lead/people", 303)
    caller.log_in(anna.email)
    theirs, own = f"/lead/people/{lead.person_id}", f"/lead/people/{anna.person_id}"
    pages = ["/lead/people", "/lead/people/new", theirs, own, f"{theirs}/close", f"{own}/close"]
    pages += ["/lead/organisations", "/lead/organisations/new", f"/lead/organisations/{kalmar}"]
    for path in pages:
        caller.page(path, 404)
    posts = ["/lead/people/new", own, "/lead/organisations/new", f"/lead/organisations/{kalmar}"]
    posts += [f"{theirs}/{deed}" for deed in ("close", "reopen", "invite", "address", "memberships")]
    for path in [*posts, f"{own}/memberships/1/remove"]:
        caller.send(path, 404, form_at="/me", name="x", email="x@example.org", is_lead="1")


def test_lists_come_in_swedish_order_and_are_searched(house: House, caller: Caller) -> None:
    for name in NAMES:
        organisation = make_organisation(house, name)
        make_person(house, f"Person {name}", in_organisation=organisation)
    assert rows(caller.page("/lead/organisations").text) == IN_ORDER
    assert rows(caller.page("/lead/people").text) == ["Lead", *(f"Person {name}" for name in IN_ORDER)]
    assert rows(caller.page("/lead/people?search=pers+ÄR").text) == ["Person Ärla"]
    assert rows(caller.page(f"/lead/people?organisation={organisation}").text) == ["Person Zeta"]
    assert rows(caller.page("/lead/organisations?search=åland").text) == ["Åland"]
    assert "Ingen hittades" in caller.page("/lead/people?search=%25&state=closed").text
    for query in (
        "organisation=x",
        "organisation=99999999999999",
        "page=0",
        "page=999",
        "page=-1",
        "state=x",
        "search=%00",
    ):
        assert len(rows(caller.page(f"/lead/people?{query}").text)) == 6


def test_long_list_is_paged_and_keeps_what_was_asked(house: House, caller: Caller) -> None:
    for number in range(60):
        make_person(house, f"Bo {number:02}", f"{number}@example.org", password=None)
    page = caller.page("/lead/people?search=bo").text
    assert len(rows(page)) == 50
    (following,) = re.findall(r'rel="next" href="([^"]+)"', page)
    assert len(rows(caller.page(following.replace("&amp;", "&")).text)) == 10


def test_adding_a_person(house: House, caller: Caller) -> None:
    kalmar = make_organisation(house, "Kalmar")
    page = caller.page(f"/lead/people/new?organisation={kalmar}").text
    assert f'value="{kalmar}" selected' in page
    typed = {
        "name": "Åsa",
        "email": "åsa",
        "language": "sv",
        "organisation": "",
        "role": "boss",
        "title": "Chef",
    }
    answer = caller.send("/lead/people/new", 422, form_at="/lead/people/new", **typed)
    assert re.findall(r'href="#f-(\w+)"', answer.text) == ["email", "role", "organisation"]
    for kept in ('value="Åsa"', 'value="åsa"', 'value="Chef"'):
        assert kept in answer.text
    typed |= {"email": "asa@example.org", "organisation": str(kalmar), "role": "contact", "is_lead": "yes"}
    answer = caller.send("/lead/people/new", form_at="/lead/people/new", **typed)
    page = caller.page(answer.location).text
    assert "En inbjudan är på väg till asa@example.org." in page
    assert "Ledningskontakt" in page
    assert "Inbjuden" in page
    assert addresses(house) == ["asa@example.org"]
    with house.db.read() as session:
        assert session.scalars(select(Person.is_lead).where(Person.name == "Åsa")).one() is False
    again = caller.send("/lead/people/new", form_at="/lead/people/new", **{**typed, "role": "member"})
    assert again.location == answer.location
    assert "Det fanns redan en person" in caller.page(again.location).text


def test_invitation_again_and_to_the_right_address(house: House, caller: Caller) -> None:
    bo = make_person(house, "Bo", "fel@example.org", password=None)
    path = f"/lead/people/{bo.person_id}"
    with house.db.write() as session:
        session.get_one(Person, bo.person_id).mail_problem = "550 <no> such user"
    page = caller.page(path).text
    assert "550 &lt;no&gt; such user" in page
    assert "Mejl kommer inte fram" in caller.page("/lead/people?state=mail").text
    caller.send(f"{path}/invite", form_at=path)
    answer = caller.send(f"{path}/address", 422, form_at=path, email="lead@example.org")
    assert "Lead har redan den här adressen." in answer.text
    assert 'value="lead@example.org"' in answer.text
    caller.send(f"{path}/address", form_at=path, email="ratt@example.org")
    # The wrong one is told that it was a mistake.
    assert addresses(house) == ["fel@example.org", "fel@example.org", "ratt@example.org"]
    assert "550" not in caller.page(path).text


def test_account_is_closed_and_opened_again(app: Flask, house: House, caller: Caller) -> None:
    anna = make_person(house, "Anna", "anna@example.org")
    theirs = Caller(app)
    theirs.log_in(anna.email)
    path = f"/lead/people/{anna.person_id}"
    page = caller.page(f"{path}/close").text
    assert "Personen är inte med i någon pågående granskning." in page
    theirs.page("/me")
    caller.send(f"{path}/close", form_at=f"{path}/close")
    theirs.page("/me", 303)
    assert "Stängt konto" in caller.page(path).text
    assert rows(caller.page("/lead/people").text) == ["Lead"]
    assert rows(caller.page("/lead/people?state=all").text) == ["Anna", "Lead"]
    refused = caller.send(f"{path}/invite", 403, form_at="/me")
    assert "Kontot är stängt." in refused.text
    caller.send(f"{path}/reopen", form_at=path)
    theirs.log_in(anna.email)
    theirs.page("/me")


def test_lead_does_not_close_themselves(lead: Account, caller: Caller) -> None:
    caller.send(f"/lead/people/{lead.person_id}/close", 403, form_at="/me")
    caller.page("/lead/people")


def test_person_is_changed_and_given_functions(house: House, caller: Caller) -> None:
    kalmar = make_organisation(house, "Kalmar")
    anna = make_person(house, "Anna", "anna@example.org")
    path = f"/lead/people/{anna.person_id}"
    caller.send(
        path, form_at=path, name="Anna Ö", phone="08-1", language="en", email="x@example.org", is_lead="1"
    )
    page = caller.page(path).text
    assert "Anna Ö" in page
    assert "anna@example.org" in page
    assert "Projektledare" not in page
    answer = caller.send(path, 422, form_at=path, name="", phone="x", language="en")
    assert re.findall(r'href="#f-(\w+)"', answer.text) == ["name", "phone"]
    caller.send(f"{path}/memberships", 422, form_at=path, organisation="x", role="", title="")
    caller.send(f"{path}/memberships", form_at=path, organisation=str(kalmar), role="coordinator", title="")
    page = caller.page(path).text
    (remove,) = re.findall(r'action="(/lead/people/\d+/memberships/\d+/remove)"', page)
    caller.send(f"{path}/memberships", 422, form_at=path, organisation=str(kalmar), role="coordinator")
    assert "Anna Ö" in caller.page(f"/lead/organisations/{kalmar}").text
    caller.send(remove, form_at=path)
    caller.send(remove, 404, form_at=path)


def test_organisation_is_added_and_changed(caller: Caller) -> None:
    path = "/lead/organisations/new"
    answer = caller.send(
        path, 422, form_at=path, name="", code="å", population="många", university_hospital="yes"
    )
    assert re.findall(r'href="#f-(\w+)"', answer.text) == ["name", "code", "population"]
    assert 'value="många"' in answer.text
    assert re.search(r'name="university_hospital"[^>]* checked', answer.text)
    typed = {
        "name": "Region Kalmar län",
        "code": "H",
        "healthcare_region": "Sydöstra",
        "population": "247 000",
    }
    answer = caller.send(path, form_at=path, **typed)
    page = caller.page(answer.location).text
    assert "Region Kalmar län är tillagd." in page
    assert 'value="247000"' in page
    there = answer.location
    caller.send(there, form_at=there, **{**typed, "name": "Region Kalmar", "hospitals": "3"})
    assert rows(caller.page("/lead/organisations").text) == ["Region Kalmar"]
    twin = caller.send(path, 422, form_at=path, name="REGION KALMAR", code="h")
    assert re.findall(r'href="#f-(\w+)"', twin.text) == ["name", "code"]


@pytest.mark.parametrize("path", ["people", "organisations"])
@pytest.mark.parametrize("number", ["0", "9", "2147483648", "9" * 30, "-1", "x"])
def test_what_does_not_exist(caller: Caller, path: str, number: str) -> None:
    caller.page(f"/lead/{path}/{number}", 404)


def test_english_is_complete(house: House, caller: Caller, lead: Account) -> None:
    make_person(house, "Bo", "bo@example.org", password=None)
    caller.send("/me", form_at="/me", name="Lead", phone="", language="en")
    for path in (
        "/me",
        "/lead/people",
        "/lead/people/new",
        f"/lead/people/{lead.person_id}",
        "/lead/organisations/new",
    ):
        assert not re.search("[åäöÅÄÖ]", re.sub(r"<[^>]*>|Nätverket för", "", caller.page(path).text))

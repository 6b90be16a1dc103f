"""The register's history: every deed with people, accounts and organisations leaves a line; the chain is verified."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Delete, Update, delete, select, update

from peerreview.errors import NotFound
from peerreview.rendering.words import say
from peerreview.services.base.house import Account, House
from peerreview.services.lead import verify_histories
from peerreview.services.mail import put_in_outbox
from peerreview.services.organisations import edit_organisations, profiles, self_assessments
from peerreview.services.organisations.edit_organisations import OrganisationForm
from peerreview.services.organisations.self_assessments import AssessmentForm
from peerreview.services.people import accounts, edit_people, me_page, operating, prove_address
from peerreview.services.register import register_pages
from peerreview.store.mail.outbox import Outgoing
from peerreview.store.people.people import Membership, Person
from peerreview.store.people.register import RegisterHead, RegisterRow
from tests.people import PASSWORD, make_organisation, make_person

FORM = OrganisationForm(name="Region Kalmar län", code="H", healthcare_region="Sydöstra", population="247000")


@pytest.fixture
def lead(house: House) -> Account:
    return make_person(house, "Lena", "lena@example.org", is_lead=True)


@pytest.fixture
def anna(house: House) -> Account:
    return make_person(house, "Anna", "anna@example.org")


def lines(house: House, actor: Account, person: Account) -> list[str]:
    """As they are read, oldest first: who, and what."""
    page = register_pages.history_of_person(house, actor=actor, person_id=person.person_id)
    return [f"{say(one.who, 'sv')}: {say(one.what, 'sv')}" for one in page.lines][::-1]


def of_organisation(house: House, lead: Account, organisation_id: int) -> list[str]:
    page = register_pages.history_of_organisation(house, actor=lead, organisation_id=organisation_id)
    return [f"{one.about}: {say(one.what, 'sv')}".removeprefix(": ") for one in page.lines][::-1]


def test_deeds_with_a_person_are_told_in_words(house: House, lead: Account, now: datetime) -> None:
    kalmar = make_organisation(house, "Kalmar")
    there: dict[str, Any] = {"actor": lead, "real_now": now}
    typed = {"name": "Anna", "email": "anna@example.org", "language": "sv", "role": "member", "title": ""}
    id, _ = edit_people.add_person(house, organisation_id=kalmar, now=now, **typed, **there)  # type: ignore[arg-type]
    anna = Account(id, "Anna", "anna@example.org", "sv", False)
    edit_people.change_person(house, person_id=id, name="Anna Berg", phone="070-1", language="sv", **there)
    membership = me_page.me(house, actor=anna, real_now=now).memberships[0].id
    edit_people.remove_membership(house, person_id=id, membership_id=membership, **there)
    accounts.correct_address(house, person_id=id, email="berg@example.org", now=now, **there)
    accounts.close_account(house, person_id=id, now=now, **there)
    accounts.reopen_account(house, person_id=id, now=now, **there)
    assert lines(house, lead, anna) == [
        "Lena: Lade till Anna, anna@example.org",
        "Lena: Skickade en inbjudan till anna@example.org",
        "Lena: Gav funktionen Granskare, Kalmar",
        "Lena: Ändrade namnet från ”Anna” till ”Anna Berg” och även: telefonnumret",
        "Lena: Tog bort funktionen Granskare, Kalmar",
        "Lena: Rättade adressen från anna@example.org till berg@example.org",
        "Lena: Skickade en inbjudan till berg@example.org",
        "Lena: Stängde kontot",
        "Lena: Öppnade kontot igen",
        "Lena: Skickade en inbjudan till berg@example.org",
    ]
    assert of_organisation(house, lead, kalmar) == [
        "Anna Berg: Gav funktionen Granskare, Kalmar",
        "Anna Berg: Tog bort funktionen Granskare, Kalmar",
    ]
    assert verify_histories.verify(house) == []


def test_lead_who_lifts_their_own_conflict_of_interest_leaves_a_trace(
    house: House, lead: Account, now: datetime
) -> None:
    kalmar = make_organisation(house, "Kalmar")
    there: dict[str, Any] = {"actor": lead, "person_id": lead.person_id, "real_now": now}
    for role in ("member", "contact"):
        edit_people.add_membership(house, organisation_id=kalmar, role=role, title="", **there)
    for one in me_page.me(house, actor=lead, real_now=now).memberships:
        edit_people.remove_membership(house, membership_id=one.id, **there)
    assert lines(house, lead, lead)[2] == "Lena: Tog bort funktionen Granskare, Kalmar"
    assert "och därmed sitt eget jäv" in lines(house, lead, lead)[3]


def test_deeds_with_an_organisation_are_told(house: House, lead: Account, now: datetime) -> None:
    there: dict[str, Any] = {"actor": lead, "now": now, "real_now": now}
    made = edit_organisations.create_organisation(house, form=FORM, **there)
    form = replace(FORM, name="Region Kalmar", population="250000")
    edit_organisations.change_organisation(house, organisation_id=made, form=form, **there)
    edit_organisations.change_organisation(house, organisation_id=made, form=form, **there)
    content = b"organisation;hospitals\r\nRegion Kalmar;3\r\n"
    profiles.import_profiles(house, content=content, **there)
    assessment = AssessmentForm("Enkäten", "2025", {"theme.food": "3"}, {})
    self_assessments.save(house, organisation_id=made, number=None, form=assessment, **there)
    assert of_organisation(house, lead, made) == [
        "Lade till Region Kalmar län",
        "Ändrade namnet från ”Region Kalmar län” till ”Region Kalmar” och även: invånarantalet",
        "Ändrade: antalet sjukhus",
        "Ändrade: resultaten av självskattningar",
    ]


def test_account_events_of_ones_own_are_told_to_the_owner(house: House, anna: Account, now: datetime) -> None:
    prove_address.change_my_address(
        house, actor=anna, email="ny@example.org", present=PASSWORD, now=now, real_now=now
    )
    with house.db.read() as session:
        row = session.scalars(select(Outgoing).where(Outgoing.kind == "address")).one()
    token = re.findall(r"/address/([\w-]{43})", put_in_outbox.text_of(row.message))[0]
    given = {"token": token, "actor": anna, "password": "", "client": "", "device": ""}
    prove_address.prove(house, now=now, real_now=now, **given)  # type: ignore[arg-type]
    operating.set_password(
        house, email="ny@example.org", password="ny och lång mening", now=now, real_now=now
    )
    assert lines(house, anna, anna) == [
        "Anna: Bad om adressen ny@example.org i stället för anna@example.org",
        "Anna: Bekräftade adressen ny@example.org, som nu gäller i stället för anna@example.org",
        "Den som sköter programmet: Gav kontot ett nytt lösenord",
    ]
    assert say(me_page.me(house, actor=anna, real_now=now).history[0].what, "sv").startswith("Gav kontot")


def test_history_is_for_the_lead_and_for_oneself(house: House, lead: Account, anna: Account) -> None:
    kalmar = make_organisation(house, "Kalmar")
    assert lines(house, anna, anna) == []
    with pytest.raises(NotFound):
        lines(house, anna, lead)
    with pytest.raises(NotFound):
        of_organisation(house, anna, kalmar)
    with pytest.raises(NotFound):
        of_organisation(house, lead, 99)


# --- verified


def some_deeds(house: House, lead: Account, anna: Account, now: datetime) -> None:
    there: dict[str, Any] = {"actor": lead, "person_id": anna.person_id, "real_now": now}
    for name in ("Anna Berg", "Anna Ek", "Anna Lund"):
        edit_people.change_person(house, name=name, phone="", language="sv", **there)
    accounts.close_account(house, now=now, **there)


def _row(number: int, **values: Any) -> Update:
    return update(RegisterRow).where(RegisterRow.number == number).values(**values)


def _without(number: int) -> Delete:
    return delete(RegisterRow).where(RegisterRow.number == number)


TAMPERED: dict[str, tuple[Update | Delete, str]] = {
    "changed": (_row(2, deed="x"), "row 2: it was changed"),
    "words": (_row(2, words={"name": ["a", "b"]}), "row 2: its words were changed"),
    "hole": (_without(2), "row 3: row 2 is missing"),
    "tail": (_without(4), "the last 1 of 4 rows are missing"),
    "head": (update(RegisterHead).values(hash="x"), "row 4: the last row is another"),
    "name": (update(Person).where(Person.name == "Anna Lund").values(name="Ann"), "row 3: person"),
    "open": (update(Person).values(closed_at=None), "row 4: the account of person"),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_tampering_is_found(house: House, lead: Account, anna: Account, now: datetime, how: str) -> None:
    some_deeds(house, lead, anna, now)
    assert verify_histories.verify(house) == []
    deed, says = TAMPERED[how]
    with house.db.write() as session:
        session.execute(deed)
    found = [str(one) for one in verify_histories.verify(house)]
    assert [one for one in found if says in one and one.startswith("the register")], found


def test_names_can_be_pseudonymised_without_breaking_the_chain(
    house: House, lead: Account, anna: Account, now: datetime
) -> None:
    some_deeds(house, lead, anna, now)
    with house.db.write() as session:
        session.execute(update(RegisterRow).values(words={}))
    assert verify_histories.verify(house) == []


def test_anchor_holds_the_register_too(house: House, lead: Account, anna: Account, now: datetime) -> None:
    some_deeds(house, lead, anna, now)
    anchor = verify_histories.anchored(house)
    assert anchor.startswith("register 4 ")
    accounts.reopen_account(house, actor=lead, person_id=anna.person_id, now=now, real_now=now)
    assert verify_histories.verify(house, anchor) == []
    with house.db.write() as session:
        session.execute(delete(RegisterRow))
        session.execute(delete(RegisterHead))
    assert [str(one) for one in verify_histories.verify(house, anchor)] == [
        "the register, row 4: the row is missing, which the anchor holds"
    ]


def test_deed_that_fails_leaves_no_line(house: House, lead: Account, anna: Account, now: datetime) -> None:
    kalmar = make_organisation(house, "Kalmar")
    with pytest.raises(RuntimeError), house.db.write() as session:
        row = session.get_one(Person, anna.person_id)
        edit_people.join_in(session, row, Membership(organisation_id=kalmar, role="member"), by=lead, at=now)
        raise RuntimeError
    assert lines(house, lead, anna) == []

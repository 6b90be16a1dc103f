"""The lead's registers of people and organisations, and what each keeps of themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import event, func, select

from peerreview.errors import Invalid, NotFound
from peerreview.services.base.house import Account, House
from peerreview.services.organisations import edit_organisations, organisations_page
from peerreview.services.organisations.edit_organisations import OrganisationForm
from peerreview.services.people import edit_people, me_page, people_page
from peerreview.store.mail.outbox import Outgoing
from tests.people import make_organisation, make_person

KALMAR = OrganisationForm("Region Kalmar län", "H", "Sydöstra", "247 000", "3", False)


@pytest.fixture
def lead(house: House) -> Account:
    return make_person(house, "Lead", "lead@example.org", is_lead=True)


def add(house: House, lead: Account, now: datetime, **typed: object) -> tuple[int, bool]:
    form = {
        "name": "Ny",
        "email": "ny@example.org",
        "language": "sv",
        "role": "coordinator",
        "title": "",
        **typed,
    }
    return edit_people.add_person(house, actor=lead, now=now, real_now=now, **form)  # type: ignore[arg-type]


def test_adding_a_person_invites_them_and_gives_them_their_function(
    house: House, lead: Account, now: datetime
) -> None:
    kalmar = make_organisation(house, "Kalmar")
    person_id, is_new = add(house, lead, now, organisation_id=kalmar, title=" Utvecklingschef ")
    assert is_new
    view = people_page.person(house, actor=lead, person_id=person_id, real_now=now)
    assert (view.name, view.standing, view.running_reviews, view.is_lead) == ("Ny", "invited", 0, False)
    ((membership),) = view.memberships
    assert (membership.organisation, membership.role, membership.title) == (
        "Kalmar",
        "coordinator",
        "Utvecklingschef",
    )
    assert add(house, lead, now, organisation_id=kalmar, role="contact", name="Other") == (person_id, False)
    assert add(house, lead, now, organisation_id=kalmar, role="contact") == (person_id, False)
    view = people_page.person(house, actor=lead, person_id=person_id, real_now=now)
    assert [one.role for one in view.memberships] == ["coordinator", "contact"]
    with house.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Outgoing)) == 1


def test_adding_a_person_says_all_faults_and_does_nothing(house: House, lead: Account, now: datetime) -> None:
    with pytest.raises(Invalid) as caught:
        add(
            house,
            lead,
            now,
            name="",
            email="x",
            language="de",
            organisation_id=999,
            role="lead",
            title="x" * 201,
        )
    assert sorted(caught.value.errors) == ["email", "language", "name", "organisation", "role", "title"]
    with pytest.raises(Invalid) as caught:
        add(house, lead, now, organisation_id=None)
    assert list(caught.value.errors) == ["organisation"]
    assert people_page.people(house, actor=lead).total == 1


def test_memberships_come_and_go(house: House, lead: Account, now: datetime) -> None:
    kalmar = make_organisation(house, "Kalmar")
    anna = make_person(house, "Anna")
    form = {
        "actor": lead,
        "person_id": anna.person_id,
        "organisation_id": kalmar,
        "role": "member",
        "title": "",
        "real_now": now,
    }
    edit_people.add_membership(house, **form)  # type: ignore[arg-type]
    with pytest.raises(Invalid) as caught:
        edit_people.add_membership(house, **form)  # type: ignore[arg-type]
    assert list(caught.value.errors) == ["role"]
    (one,) = me_page.me(house, actor=anna, real_now=now).memberships
    with pytest.raises(NotFound):
        edit_people.remove_membership(
            house, actor=lead, person_id=lead.person_id, membership_id=one.id, real_now=now
        )
    edit_people.remove_membership(
        house, actor=lead, person_id=anna.person_id, membership_id=one.id, real_now=now
    )
    assert me_page.me(house, actor=anna, real_now=now).memberships == ()


def test_list_is_paged_and_asks_the_database_as_often_for_many_as_for_few(
    house: House, lead: Account
) -> None:
    kalmar = make_organisation(house, "Kalmar")

    def queries() -> int:
        asked: list[str] = []

        def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
            asked.append(statement)

        event.listen(house.db.engine, "before_cursor_execute", note)
        people_page.people(house, actor=lead)
        event.remove(house.db.engine, "before_cursor_execute", note)
        return len(asked)

    make_person(house, "Anna", in_organisation=kalmar)
    few = queries()
    for number in range(60):
        make_person(
            house, f"Person {number:02}", f"{number}@example.org", password=None, in_organisation=kalmar
        )
    assert queries() == few
    view = people_page.people(house, actor=lead, page=2)
    assert (view.total, view.page, view.pages, len(view.rows)) == (62, 2, 2, 12)
    assert people_page.people(house, actor=lead, page=99).page == 2
    assert people_page.people(house, actor=lead, page=-1).page == 1
    assert people_page.people(house, actor=lead, search="person 07").total == 1
    assert people_page.people(house, actor=lead, search="\x00").total == 62


def test_registers_do_not_exist_for_others(house: House, lead: Account, now: datetime) -> None:
    anna = make_person(house, "Anna")
    kalmar = make_organisation(house, "Kalmar")
    for deed in (
        lambda: people_page.people(house, actor=anna),
        lambda: people_page.person(house, actor=anna, person_id=anna.person_id, real_now=now),
        lambda: people_page.choices(house, actor=anna),
        lambda: add(house, anna, now, organisation_id=kalmar),
        lambda: edit_people.change_person(
            house, actor=anna, person_id=lead.person_id, name="x", phone="", language="sv", real_now=now
        ),
        lambda: edit_people.add_membership(
            house,
            actor=anna,
            person_id=anna.person_id,
            organisation_id=kalmar,
            role="member",
            title="",
            real_now=now,
        ),
        lambda: edit_people.remove_membership(
            house, actor=anna, person_id=anna.person_id, membership_id=1, real_now=now
        ),
        lambda: organisations_page.organisations(house, actor=anna),
        lambda: organisations_page.organisation(house, actor=anna, organisation_id=kalmar),
        lambda: edit_organisations.may_keep(actor=anna),
        lambda: edit_organisations.create_organisation(house, actor=anna, form=KALMAR, now=now, real_now=now),
        lambda: edit_organisations.change_organisation(
            house, actor=anna, organisation_id=kalmar, form=KALMAR, now=now, real_now=now
        ),
    ):
        with pytest.raises(NotFound):
            deed()


def test_organisation_is_made_and_changed(house: House, lead: Account, now: datetime) -> None:
    made = edit_organisations.create_organisation(house, actor=lead, form=KALMAR, now=now, real_now=now)
    view = organisations_page.organisation(house, actor=lead, organisation_id=made)
    assert (view.name, view.code, view.healthcare_region) == ("Region Kalmar län", "H", "Sydöstra")
    assert (view.population, view.hospitals, view.university_hospital) == (247000, 3, False)
    changed = replace(KALMAR, name="Region Kalmar", population="", university_hospital=True)
    edit_organisations.change_organisation(
        house, actor=lead, organisation_id=made, form=changed, now=now, real_now=now
    )
    view = organisations_page.organisation(house, actor=lead, organisation_id=made)
    assert (view.name, view.population, view.university_hospital) == ("Region Kalmar", None, True)


@pytest.mark.parametrize(
    ("form", "faults"),
    [
        (OrganisationForm(), ["code", "name"]),
        (replace(KALMAR, code="å b", population="many", hospitals="-1"), ["code", "hospitals", "population"]),
        (
            replace(KALMAR, name="x" * 201, code="x" * 21, healthcare_region="x" * 101),
            ["code", "healthcare_region", "name"],
        ),
        (replace(KALMAR, name="REGION GOTLAND", code="i"), ["code", "name"]),
    ],
)
def test_organisation_that_will_not_do(
    house: House, lead: Account, now: datetime, form: OrganisationForm, faults: list[str]
) -> None:
    make_organisation(house, "Region Gotland", "I")
    with pytest.raises(Invalid) as caught:
        edit_organisations.create_organisation(house, actor=lead, form=form, now=now, real_now=now)
    assert sorted(caught.value.errors) == faults
    assert len(organisations_page.organisations(house, actor=lead)) == 1


def test_organisation_may_keep_its_own_name(house: House, lead: Account, now: datetime) -> None:
    made = edit_organisations.create_organisation(house, actor=lead, form=KALMAR, now=now, real_now=now)
    edit_organisations.change_organisation(
        house,
        actor=lead,
        organisation_id=made,
        form=replace(KALMAR, name="REGION Kalmar län"),
        now=now,
        real_now=now,
    )
    assert [row.name for row in organisations_page.organisations(house, actor=lead)] == ["REGION Kalmar län"]


def test_me(house: House, now: datetime) -> None:
    anna = make_person(house, "Anna", "anna@example.org")
    me_page.change_me(house, actor=anna, name=" Åsa Öberg ", phone="070-1 23", language="en", real_now=now)
    view = me_page.me(house, actor=anna, real_now=now)
    assert (view.name, view.phone, view.language, view.email) == (
        "Åsa Öberg",
        "070-1 23",
        "en",
        "anna@example.org",
    )
    with pytest.raises(Invalid) as caught:
        me_page.change_me(house, actor=anna, name="", phone="ring", language="de", real_now=now)
    assert sorted(caught.value.errors) == ["language", "name", "phone"]

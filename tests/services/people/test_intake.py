"""Organisations and people from one file into an empty house: looked at first, then all that is right comes in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from peerreview.errors import NotFound
from peerreview.matching.cells import BadTable
from peerreview.services.base.house import Account, House
from peerreview.services.deeds import begin_reviews as review_service
from peerreview.services.lead import first_steps
from peerreview.services.organisations import organisations_page
from peerreview.services.people import bring_in, intake_table, people_page, uninvited
from peerreview.services.people.bring_in import Preview
from peerreview.services.upkeep import heartbeats
from peerreview.store.mail.outbox import Outgoing
from peerreview.store.people import people as store
from tests.people import make_organisation, make_person

SWEDISH = """Organisation;Sjukvårdsregion;Befolkning;Förnamn;Efternamn;E-post;Funktion;Befattning;Telefon;Språk
Region Kalmar län;Sydöstra;247 000;Anna;Ek;anna.ek@example.org;Processledare;Chefssjuksköterska;0480-1;
Region Kalmar län;;;Bo;Alm;bo.alm@example.org;Granskare;;;engelska
Region Gävleborg;;;Cia;Dal;cia.dal@example.org;processledare;;;
Region Örebro län;;;;;;;;;
"""


@pytest.fixture
def lead(house: House) -> Account:
    return make_person(house, "Lisa Lind", "lisa@example.org", is_lead=True)


def look(house: House, lead: Account, text: str) -> Preview:
    return bring_in.look(house, actor=lead, text=text)


def bring(house: House, lead: Account, text: str, now: datetime, seal: str = "") -> tuple[Preview, bool]:
    found = seal or look(house, lead, text).seal
    return bring_in.take_in(house, actor=lead, text=text, seal=found, now=now, real_now=now)


def rows_of(house: House, table: Any) -> list[Any]:
    with house.db.read() as session:
        return list(session.query(table))


def test_a_whole_network_comes_in_from_one_file_and_nobody_is_mailed_before_the_lead_says_so(
    house: House, lead: Account, now: datetime
) -> None:
    seen = look(house, lead, SWEDISH)
    assert [one.form.name for one in seen.organisations] == [
        "Region Kalmar län", "Region Gävleborg", "Region Örebro län",
    ]  # fmt: skip
    assert [one.form.code for one in seen.organisations] == ["kalmar-lan", "gavleborg", "orebro-lan"]
    assert (seen.people, seen.others, seen.wrong, seen.left) == (3, 0, (), "")
    assert organisations_page.organisations(house, actor=lead) == (), "a look writes nothing"

    brought, done = bring(house, lead, SWEDISH, now)
    assert done
    assert brought == seen
    kalmar = next(o for o in organisations_page.organisations(house, actor=lead) if "Kalmar" in o.name)
    view = organisations_page.organisation(house, actor=lead, organisation_id=kalmar.id)
    assert (view.healthcare_region, view.population) == ("Sydöstra", 247_000)
    assert [(m.name, m.role, m.title) for m in view.members] == [
        ("Anna Ek", "coordinator", "Chefssjuksköterska"), ("Bo Alm", "member", ""),
    ]  # fmt: skip
    assert {row.email: row.language for row in rows_of(house, store.Person)}["bo.alm@example.org"] == "en"
    assert rows_of(house, Outgoing) == [], "nobody is mailed"
    assert view.history, "and it is written down"

    waiting = uninvited.uninvited(house, actor=lead)
    assert [one.name for one in waiting] == ["Anna Ek", "Bo Alm", "Cia Dal"]
    assert uninvited.invite_all(house, actor=lead, now=now, real_now=now) == 3
    assert sorted(row.recipient for row in rows_of(house, Outgoing)) == [
        "anna.ek@example.org", "bo.alm@example.org", "cia.dal@example.org",
    ]  # fmt: skip
    assert uninvited.uninvited(house, actor=lead) == ()
    assert uninvited.invite_all(house, actor=lead, now=now, real_now=now) == 0


def test_the_same_file_again_brings_nothing_and_changes_nothing(
    house: House, lead: Account, now: datetime
) -> None:
    bring(house, lead, SWEDISH, now)
    again = look(house, lead, SWEDISH.replace("247 000", "250 000"))
    assert not again.brings
    assert not again.wrong
    assert any("left as it is here" in one.what.text for one in again.known)
    assert bring(house, lead, SWEDISH, now)[1] is False


def test_rows_that_are_wrong_are_told_and_handed_back_and_hold_up_no_other(
    house: House, lead: Account, now: datetime
) -> None:
    make_organisation(house, "Region Norrbotten", "BD")
    closed = make_person(house, "Stig Sten", "stig@example.org")
    with house.db.write() as session:
        session.get_one(store.Person, closed.person_id).closed_at = now
    text = """region,kod,namn,epost,roll
Region Kalmar län,BD,Anna Ek,anna@example.org,coordinator
Region Kalmar län,,Bo Alm,bo@example.org,member
Region Norrbotten,,Cia Dal,cia.example.org,member
Region Norrbotten,,Projektledaren,p@example.org,member
Region Norrbotten,,David Ed,david@example.org,konsult
Region Norrbotten,,Stig Sten,stig@example.org,member
,,Eva Fors,eva@example.org,member
Region Norrbotten,,Gun Holm,gun@example.org,member
Region Norrbotten,,Annan Holm,gun@example.org,contact
Region Norrbotten,,Ida Jung,ida@example.org,member,mer
"""
    seen = look(house, lead, text)
    assert [one.line for one in seen.wrong] == [2, 3, 4, 5, 6, 7, 8, 10, 11]
    assert [one.email for one in seen.functions] == ["gun@example.org"]
    brought, done = bring(house, lead, text, now)
    assert done
    assert brought.left.splitlines()[0] == "region;kod;namn;epost;roll"
    assert len(brought.left.splitlines()) == 1 + 9
    mended = look(house, lead, brought.left.replace(";BD;", ";H;").replace("cia.example", "cia@example"))
    assert [one.name for one in mended.functions] == ["Anna Ek", "Bo Alm", "Cia Dal", "Gun Holm"]
    assert ["Annan Holm" in dict(one.what.params).values() for one in mended.known] == [False, True], (
        "and it says so"
    )
    assert [one.form.code for one in mended.organisations] == ["H"]


def test_what_the_page_showed_is_what_is_brought_in(house: House, lead: Account, now: datetime) -> None:
    seal = look(house, lead, SWEDISH).seal
    make_organisation(house, "Region Gävleborg", "X")
    found, done = bring(house, lead, SWEDISH, now, seal)
    assert not done
    assert len(found.organisations) == 2
    assert bring(house, lead, SWEDISH + "Region Skåne;;;;;;;;;\n", now, found.seal)[1] is False
    assert bring(house, lead, SWEDISH, now, found.seal)[1] is True


def test_what_is_no_table_says_what_would_be_one(house: House, lead: Account) -> None:
    for text, part in (
        ("", "nothing here yet"),
        ("Anna Ek;anna@example.org\n", "no column says which organisation"),
        ("Organisation;E-post;mejl\nA;b;c\n", "there twice"),
        ("Organisation\n" + "A\n" * 1001, "more than"),
    ):
        with pytest.raises(BadTable, match=part):
            look(house, lead, text)
    with pytest.raises(BadTable, match="workbook"):
        intake_table.text_of(b"PK\x03\x04\x14")
    unread = look(house, lead, "Organisation;Befolknning;Skostorlek\nRegion Dalarna;1;2\n")
    assert [dict(one.message.params).get("near") for one in unread.remarks] == ["befolkning", None]


def test_the_name_column_is_an_organisations_where_there_is_no_other(house: House, lead: Account) -> None:
    assert [one.form.name for one in look(house, lead, "Namn\nRegion Dalarna\n").organisations] == [
        "Region Dalarna"
    ]
    pasted = "Kommun\tNamn\tE-post\tRoll\nSolna\tEva Ek\teva@example.org\tledningskontakt\n"
    (one,) = look(house, lead, pasted).functions
    assert (one.organisation, one.name, one.role) == ("Solna", "Eva Ek", "contact")


def test_whoever_is_here_gets_the_function_and_keeps_the_name(
    house: House, lead: Account, now: datetime
) -> None:
    make_person(house, "Anna Ek", "anna.ek@example.org")
    brought, done = bring(house, lead, SWEDISH, now)
    assert done
    assert (brought.people, brought.others) == (2, 1)
    (anna,) = people_page.people(house, actor=lead, search="anna.ek").rows
    assert [(one.role, one.organisation) for one in anna.memberships] == [
        ("coordinator", "Region Kalmar län")
    ]
    assert [one.name for one in uninvited.uninvited(house, actor=lead)] == ["Bo Alm", "Cia Dal"]


def test_the_first_steps_tick_themselves_off_and_are_gone_when_a_review_has_begun(
    house: House, lead: Account, now: datetime
) -> None:
    def done() -> list[bool]:
        return [one.done for one in first_steps.first_steps(house, actor=lead, real_now=now)]

    assert done() == [False, False, False, False]
    for job in heartbeats.JOBS:
        heartbeats.beat(house, job=job, real_now=now)
    bring(house, lead, SWEDISH, now)
    assert done() == [True, True, False, False]
    uninvited.invite_all(house, actor=lead, now=now, real_now=now)
    assert done()[1:] == [True, True, False]
    sides = [o.id for o in organisations_page.organisations(house, actor=lead)][:2]
    kalmar = [o.id for o in organisations_page.organisations(house, actor=lead) if o.people]
    review_service.begin_review(
        house, actor=lead, organisations=kalmar or sides, now=now + timedelta(hours=1)
    )
    assert done() == []


def test_all_this_is_the_leads(house: House, lead: Account, now: datetime) -> None:
    anna = make_person(house, "Anna Ek", "anna@example.org")
    for deed in (
        lambda: look(house, anna, SWEDISH),
        lambda: bring_in.take_in(house, actor=anna, text=SWEDISH, seal="", now=now, real_now=now),
        lambda: uninvited.uninvited(house, actor=anna),
        lambda: uninvited.invite_all(house, actor=anna, now=now, real_now=now),
        lambda: first_steps.first_steps(house, actor=anna, real_now=now),
    ):
        with pytest.raises(NotFound):
            deed()

"""Organisations and people from one file, through HTTP, from an empty house to the invitations."""

from __future__ import annotations

import io

from flask import Flask

from peerreview.services.base.house import House
from tests.people import make_person
from tests.web.caller import Caller

PATH, WAITING = "/lead/people/from-file", "/lead/people/uninvited"
FILE = "Organisation;Namn;E-post;Funktion\nRegion Kalmar län;Anna Ek;anna.ek@example.org;Processledare\n"
WRONG = "Region Gävleborg;Bo Alm;bo.example.org;Granskare\n"


def test_a_file_is_looked_at_mended_brought_in_and_its_people_invited(app: Flask, house: House) -> None:
    lead = make_person(house, "Lisa Lind", "lisa@example.org", is_lead=True)
    caller = Caller(app)
    caller.log_in(lead.email)
    assert "Kom igång" in caller.page("/").text
    assert "Kom igång" in caller.page("/lead").text
    assert "Välj en fil eller klistra in raderna." in caller.send(PATH, 422, form_at=PATH).text

    file = (io.BytesIO((FILE + WRONG).encode("cp1252")), "natverk.csv")
    page = caller.send(PATH, 200, form_at=PATH, file=file, do="look").text
    assert "Region Kalmar län" in page
    assert "Det saknas ett @ i adressen." in page
    seal = page.partition('name="seal" value="')[2].partition('"')[0]
    stale = caller.send(PATH, 409, form_at=PATH, rows=FILE, do="write", seal=seal).text
    assert "Inget har lagts in." in stale

    left = caller.send(PATH, 200, form_at=PATH, rows=FILE + WRONG, do="write", seal=seal).text
    assert "bo.example.org" in left
    assert "anna.ek@example.org" not in left.partition("<textarea")[2]
    mended = "Organisation;Namn;E-post;Funktion\n" + WRONG.replace("bo.ex", "bo@ex")
    page = caller.send(PATH, 200, form_at=PATH, rows=mended, do="look").text
    seal = page.partition('name="seal" value="')[2].partition('"')[0]
    answer = caller.send(PATH, 303, form_at=PATH, rows=mended, do="write", seal=seal)
    assert answer.location == WAITING

    page = caller.page(WAITING).text
    assert "Bjud in alla 2 personer" in page
    make_person(house, "Cia Dal", "cia@example.org", password=None)
    stale = caller.seal(WAITING, WAITING)
    make_person(house, "David Ed", "david@example.org", password=None)
    assert "David Ed" in caller.send(WAITING, 409, form_at=WAITING, seal=stale).text
    caller.send(WAITING, 303, form_at=WAITING)
    assert "Alla är inbjudna" in caller.page(WAITING).text
    assert caller.page("/lead/people?state=invited").text.count("@example.org") >= 4


def test_a_file_that_is_no_table_says_why_and_keeps_what_was_pasted(app: Flask, house: House) -> None:
    lead = make_person(house, "Lisa Lind", "lisa@example.org", is_lead=True)
    caller = Caller(app)
    caller.log_in(lead.email)
    book = (io.BytesIO(b"PK\x03\x04" + bytes(60)), "natverk.xlsx")
    assert "arbetsbok" in caller.send(PATH, 422, form_at=PATH, file=book).text
    kept = caller.send(PATH, 422, form_at=PATH, rows="Anna;anna@example.org", do="look").text
    assert "Anna;anna@example.org" in kept
    assert caller.page(f"{PATH}/template.csv").data.decode("utf-8-sig").startswith("Organisation;Kod;")


def test_the_pages_are_the_leads_alone(app: Flask, house: House) -> None:
    anna = make_person(house, "Anna Ek", "anna@example.org")
    caller = Caller(app)
    caller.log_in(anna.email)
    for path in (PATH, WAITING, f"{PATH}/template.csv"):
        caller.page(path, 404)
    for path in (PATH, WAITING):
        caller.send(path, 404, form_at="/me")

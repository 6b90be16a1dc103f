"""Profiles from and to a file, through HTTP."""

from __future__ import annotations

import io

from flask import Flask

from peerreview.services.base.house import House
from tests.people import make_organisation, make_person
from tests.web.caller import Caller

PATH = "/lead/profiles"


def test_a_file_is_refused_with_its_places_and_then_taken_in(app: Flask, house: House) -> None:
    make_organisation(house, "Region Kalmar län", "H")
    lead = make_person(house, "Lead", "lead@example.org", is_lead=True)
    caller = Caller(app)
    caller.log_in(lead.email)

    def send(text: str, status: int) -> str:
        file = (io.BytesIO(text.encode("cp1252")), "profiler.csv")
        return caller.send(PATH, status, form_at=PATH, file=file).text

    assert "Välj en fil." in caller.send(PATH, 422, form_at=PATH).text
    page = send("organisation;population\r\nRegion <Kalmer>;-1\r\n", 422)
    assert "profiler.csv" in page
    assert "Region &lt;Kalmer&gt; finns inte i registret" in page
    assert page.count('<td class="number">2</td>') == 2
    send("organisation;population\r\nRegion Kalmar län;247 000\r\n", 303)
    answer = caller.page(f"{PATH}/profiles.csv")
    assert answer.headers["Content-Disposition"] == "attachment; filename=profiles.csv"
    assert "Region Kalmar län;247000;;no;;" in answer.data.decode("utf-8-sig")


def test_the_pages_are_the_leads(app: Flask, house: House) -> None:
    anna = make_person(house, "Anna", "anna@example.org")
    caller = Caller(app)
    caller.log_in(anna.email)
    caller.page(PATH, 404)
    caller.page(f"{PATH}/profiles.csv", 404)
    caller.send(PATH, 404, form_at="/me")

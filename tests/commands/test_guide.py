"""The guide says what the program says, from the empty file on; and its process runs in the application."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from functools import cache
from uuid import uuid4

from flask import Flask

from peerreview.engine.language.reader import read
from peerreview.services.base.house import House
from peerreview.services.deeds.begin_reviews import begin_review
from peerreview.services.workflows.definitions import read_one
from tests.people import make_organisation, make_person
from tests.web.caller import Caller

from .guide import EXAMPLE, FILE, GUIDE, Told, read_along

PROGRAMME = "Vi börjar klockan nio. Kaffe och besök på avdelningen, sedan ett samtal med ledningen."
PAGES = ("", "team", "questions", "report", "report/0", "meetings", "follow-up", "history", "mail")


@cache
def read_through() -> tuple[str, list[Told]]:
    return read_along(GUIDE.read_text(encoding="utf-8"))


def test_every_command_of_the_guide_says_what_the_guide_says() -> None:
    _, told = read_through()
    assert len(told) > 12
    differing = [
        f"{GUIDE.name}:{one.line}: {one.command} says now:\n{one.program}" for one in told if not one.agree
    ]
    mend = "python -m tests.commands.guide writes it; read what it says"
    assert not differing, mend + "\n" + "\n".join(differing)


def test_the_guide_ends_in_silence_and_in_the_example_beside_it() -> None:
    written, told = read_through()
    assert [one.program for one in told if " check " in one.command][-1] == ""
    first, _, rest = EXAMPLE.read_text(encoding="utf-8").partition("\n")
    schema = EXAMPLE.parent / first.rpartition("$schema=")[2]
    assert schema.resolve() == (GUIDE.parents[1] / FILE.parent / "workflow.schema.json").resolve()
    assert rest == written.partition("\n")[2]
    assert read_one(EXAMPLE).name == "study-visit"


def test_the_process_of_the_guide_runs_in_the_application(app: Flask, house: House, now: datetime) -> None:
    visit = read(EXAMPLE.read_bytes(), EXAMPLE.name)
    app.extensions["house"] = house = replace(house, workflows={**house.workflows, visit.name: visit})
    lead = make_person(house, "Projektledare", "lead@example.org", is_lead=True)
    sides = [make_organisation(house, name) for name in ("Region Nord", "Region Syd")]
    for number, side in enumerate(sides):
        for role in ("coordinator", "contact"):
            make_person(
                house, f"{role} {number}", f"{role}{number}@example.org", in_organisation=side, role=role
            )
    review = begin_review(house, actor=lead, organisations=sides, workflow=visit.name, now=now)
    for name in ("lead", "coordinator0"):
        assert pages_open(app, review, name) >= {"", "team", "questions", "meetings", "history", "mail"}
    assert not {"team", "meetings"} & pages_open(app, review, "contact1")
    for side in ("0", "1"):
        caller = logged_in(app, f"coordinator{side}")
        _names_a_visitor(caller, f"/reviews/{review}/team")
        questions = f"/reviews/{review}/questions"
        asked = {"perspective": "", "document": "general", "page": "", "text": "Hur gör ni?"}
        caller.send(questions, form_at=questions, **asked)
        _does(caller, f"/reviews/{review}/actions/send?step=questions&party={side}")
    assert "Lämna över programmet" in caller.page(f"/reviews/{review}").text, "the next step is under way"
    caller.send(
        f"/reviews/{review}/report/1", form_at=f"/reviews/{review}/report/1", text=PROGRAMME, version="0"
    )
    _does(caller, f"/reviews/{review}/actions/hand_over?step=programme&party=1")
    assert "Kaffe och besök" in logged_in(app, "coordinator0").page(f"/reviews/{review}/report/1").text


def _names_a_visitor(caller: Caller, team: str) -> None:
    one = {
        "person": "",
        "name": "Lovisa Gästman",
        "email": f"{uuid4()}@example.org",
        "role": "member",
        "function": "care",
    }
    caller.send(f"{team}/appoint", form_at=f"{team}/appoint", **one)
    assert "Lovisa Gästman" in caller.page(team).text


def _does(caller: Caller, action: str) -> None:
    seen = re.search(r'name="seen" value="(\d+)"', caller.page(action).text)
    assert seen
    caller.send(action, form_at=action, seen=seen[1])


def logged_in(app: Flask, name: str) -> Caller:
    caller = Caller(app)
    caller.log_in(f"{name}@example.org")
    return caller


def pages_open(app: Flask, review: int, name: str) -> set[str]:
    caller = logged_in(app, name)
    found = {
        page: caller.client.get(f"/reviews/{review}/{page}".rstrip("/"), headers={"User-Agent": caller.agent})
        for page in PAGES
    }
    assert {answer.status_code for answer in found.values()} <= {200, 403, 404}
    return {page for page, answer in found.items() if answer.status_code == 200}

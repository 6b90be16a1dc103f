"""The house's own acts: each form says what its page listed, and nothing else than that is done."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from peerreview.services.base.house import House
from peerreview.services.foresight.acts import ACTS
from peerreview.store.artefacts.materials import Material
from tests.services.material_helpers import on
from tests.services.review_fixtures import put_materials

from ..caller import Caller
from ..saving_scenes import SAVING
from ..scenes import SCENES, Scene, collected, done, first, held, move_dates, put_aside
from .test_reviews import as_, words

# Why a form needs no fingerprint: it does no more than what stands in it; it says itself which version it is of, and
# one that does not is asked again; it is about the person's own account or way of reading; or it has one already.
BRINGS, OWN_VERSION, ONESELF, HAS = "brings all", "is of a version", "about oneself", "has one"
# What its page is about is a row that nobody can change, but for being answered: then it is a Conflict.
FIXED = "is fixed"
DECIDED = {
    **dict.fromkeys(("actions.do", "intake.take_in", "letters.send", "report.mark_ready"), HAS),
    **dict.fromkeys(
        (
            "agreement.save",
            "conflicts.change",
            "conflicts.decide",
            "evaluation.autosave",
            "evaluation.save",
            "examples.change",
            "follow_up.autosave",
            "follow_up.change",
            "follow_up.remove",
            "interests.save",
            "meetings.autosave",
            "meetings.do_plan",
            "meetings.save_notes",
            "meetings.take_date_away",
            "network_conflicts.answer_towards",
            "questions.answer",
            "questions.change",
            "questions.note",
            "questions.save_text",
            "report.autosave",
            "report.save",
            "rounds.save_talk",
            "team.change",
            "versions.migrate",
        ),
        OWN_VERSION,
    ),
    **dict.fromkeys(
        (
            "conflicts.declare",
            "examples.draft",
            "examples.write",
            "follow_up.add",
            "hours.log",
            "interests.draft",
            "letters.preview",
            "materials.add_file",
            "materials.add_link",
            "materials.comment",
            "materials.say_absent",
            "naming.name",
            "network_conflicts.declare_towards",
            "pages.preview",
            "pairing.keep",
            "people.correct_address",
            "people.create",
            "people.create_organisation",
            "people.join",
            "profiles.take_in",
            "questions.write",
            "report.comment",
            "team.address",
            "team.deputy",
            "team.do_appoint",
        ),
        BRINGS,
    ),
    **dict.fromkeys(("seat_requests.answer", "team.withdraw"), FIXED),
    **dict.fromkeys(("examples.forget", "interests.forget"), ONESELF),
}
# Whoever acts there acts on their own account, or is nobody yet.
OWN_ROOMS = ("accounts.", "me.", "mail_choices.")


def test_every_form_there_is_has_been_decided_on(app: Flask) -> None:
    posted = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    undecided = {
        one for one in posted if one not in ACTS and one not in DECIDED and not one.startswith(OWN_ROOMS)
    }
    assert not undecided, (
        f"{undecided}: what does its page list? An act that opens, sends, locks, presents, confirms, hands over, "
        "publishes or ends something has a line in services/foresight/acts.py; for any other say here why not"
    )
    assert set(ACTS) <= posted
    assert set(DECIDED) <= posted


@pytest.mark.parametrize("scene", [*SCENES, *SAVING], ids=lambda scene: scene.__name__)
@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_old_form_does_nothing_and_the_page_that_asks_again_does_it(
    app: Flask, house: House, scene: Callable[[House], Scene]
) -> None:
    found = scene(house)
    caller = as_(app, found.who)
    old = {**held(caller.page(found.page).text, found.form), **found.typed}
    assert old["seal"]
    before = done(house)
    bare = {name: value for name, value in old.items() if name != "seal"}
    assert "Formuläret säger inte vad sidan visade" in words(_sent(caller, found.form, bare, 409))
    assert done(house) == before
    found.change()
    before = done(house)
    text = _sent(caller, found.form, old, 409)
    assert "Något har ändrats sedan du öppnade sidan. Ingenting har gjorts." in words(text)
    assert done(house) == before
    again = {**found.typed, **held(text, found.form)}
    for name, value in found.typed.items():
        assert name in again or not value, "what was typed goes along"
    _sent(caller, found.form, again, 303)
    assert done(house) != before or scene is put_aside


def _sent(caller: Caller, path: str, data: dict[str, Any], status: int) -> str:
    return caller.page(path, status, "POST", data=data).text


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_dates_are_looked_at_again_where_something_has_changed(app: Flask, house: House) -> None:
    found = move_dates(house)
    caller = as_(app, found.who)
    text = caller.page(found.page).text
    fields = dict(re.findall(r'<input type="date" id="f-\w+" name="(date_\w+)"[^>]* value="([^"]*)"', text))
    later = {name: _later(house, day) for name, day in fields.items() if day}
    looked = _sent(caller, found.form, {**held(text, found.form), **later, "look": "yes"}, 200)
    old = {**held(looked, found.form), **later, "propose": "yes", "reason": "Vi behöver tid."}
    found.change()
    before = done(house)
    again = _sent(caller, found.form, old, 409)
    assert "Något har ändrats sedan du öppnade sidan" in words(again)
    assert done(house) == before
    assert "Vi behöver tid." in again
    _sent(
        caller,
        found.form,
        {**held(again, found.form), **later, "propose": "yes", "reason": "Vi behöver tid."},
        303,
    )


def _later(house: House, day: str) -> str:
    from datetime import date

    return house.calendar.on_or_after(date.fromisoformat(day) + timedelta(weeks=4)).isoformat()


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_who_may_not_is_told_so_and_learns_nothing_of_what_is_listed(app: Flask, house: House) -> None:
    cast, document = collected(house)
    put_materials(house, cast, 0)
    at = f"/reviews/{cast.review_id}/materials/{document}"
    for who, status in (
        (cast.coordinator(1), 404),
        (cast.contact(0), 404),
        (cast.outsider, 404),
        (cast.lead, 404),
    ):
        text = as_(app, who).send(f"{at}/withdraw", status, form_at="/me").text
        assert "Bilaga" not in text
    on(house, cast, cast.member(0), "share_draft", document, number=1)
    assert first(house, Material)

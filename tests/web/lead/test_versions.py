"""The page of a workflow's versions: what moving means is shown, and what was not shown is not moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from config import Settings
from peerreview import create_app
from peerreview.engine.language.reader import read
from peerreview.services.base.house import House
from peerreview.services.lead import verify_histories
from peerreview.store.review.reviews import Review
from tests.services.review_fixtures import Cast, advance, do, make_review
from tests.web.caller import Caller

NAME = "collegial-review"
PAGE = f"/lead/workflows/{NAME}/versions"


@pytest.fixture
def cast(house: House) -> Cast:
    # A page is asked for now: mails are to lie ahead.
    begun = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    return advance(house, make_review(house, now=begun), to="teams")


def app_of(house: House, settings: Settings, *changes: tuple[str, str]) -> tuple[Flask, str]:
    """The application started again with another definition, and that one's hash."""
    text = house.workflows[NAME].text
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    newest = read(text, "newer.yaml")
    app = create_app(settings, replace(house, workflows={NAME: newest}))
    app.testing = True
    return app, newest.hash


RENAMED = ("\n  teams:\n    each: party", "\n  crews:\n    was: teams\n    each: party")
GONE = ("\n  teams:\n    each: party", "\n  crews:\n    each: party")


def caller(app: Flask, email: str) -> Caller:
    found = Caller(app)
    found.log_in(email)
    return found


def hash_of(house: House, cast: Cast) -> str:
    with house.db.read() as session:
        review = session.get(Review, cast.review_id)
        assert review is not None
        return review.definition_hash


def version_of(house: House, cast: Cast) -> int:
    with house.db.read() as session:
        review = session.get(Review, cast.review_id)
        assert review is not None
        return review.version


def test_what_it_means_is_shown_and_then_done(house: House, settings: Settings, cast: Cast) -> None:
    later = ("due: {after: begin, working_days: 15}", "due: {after: begin, working_days: 20}")
    app, newest = app_of(house, settings, RENAMED, later)
    lead = caller(app, cast.lead.email)
    assert "Kalmar län – Gävleborg" in lead.page(PAGE).text
    shown = lead.page(f"{PAGE}?review={cast.review_id}").text
    assert "hette <code>teams</code> och heter nu <code>crews</code> (pågår)" in shown
    assert "Datum som ändras" in shown
    assert "Påminnelser som tillkommer" in shown
    assert hash_of(house, cast) == house.workflows[NAME].hash
    fields: dict[str, Any] = {
        "review": str(cast.review_id),
        f"version_{cast.review_id}": str(version_of(house, cast)),
        "newest": newest,
    }
    assert all(f'name="{name}" value="{value}"' in shown for name, value in fields.items())
    lead.send(PAGE, form_at=f"{PAGE}?review={cast.review_id}", **fields)
    assert hash_of(house, cast) == newest
    after = lead.page(PAGE).text
    assert "Ingen pågående granskning har en äldre definition" in after
    assert "nyaste definition" in lead.page(f"/reviews/{cast.review_id}/history").text
    assert verify_histories.verify(app.extensions["house"]) == []


def test_a_review_without_a_place_is_shown_with_the_reason(
    house: House, settings: Settings, cast: Cast
) -> None:
    app, newest = app_of(house, settings, GONE)
    lead = caller(app, cast.lead.email)
    shown = lead.page(f"{PAGE}?review={cast.review_id}").text
    assert "Region Kalmar län står i <code>teams</code>, som inte finns i den nya definitionen" in shown
    assert 'name="newest"' not in shown, "there is nothing to press"
    fields = {
        "review": str(cast.review_id),
        f"version_{cast.review_id}": str(version_of(house, cast)),
        "newest": newest,
    }
    refused = lead.send(PAGE, 422, form_at="/me", **fields).text
    assert f'href="#f-review_{cast.review_id}"' in refused
    assert hash_of(house, cast) == house.workflows[NAME].hash


def test_what_was_not_seen_is_not_moved(house: House, settings: Settings, cast: Cast) -> None:
    app, newest = app_of(house, settings, RENAMED)
    lead = caller(app, cast.lead.email)
    seen = version_of(house, cast)
    do(house, cast, cast.lead, "hold", reason="Paus")
    id = cast.review_id
    for fields in (
        {"review": str(id), f"version_{id}": str(seen), "newest": newest},
        {"review": str(id), "newest": newest},
        {"review": str(id), f"version_{id}": str(version_of(house, cast)), "newest": "another"},
    ):
        lead.send(PAGE, 303, form_at="/me", **fields)
        assert hash_of(house, cast) == house.workflows[NAME].hash
        assert "flash" in lead.page(PAGE).text
    lead.send(PAGE, 422, form_at="/me", newest=newest)


def test_it_is_there_for_the_lead_alone_and_forged_ids_are_nobodys(
    house: House, settings: Settings, cast: Cast
) -> None:
    app, newest = app_of(house, settings, RENAMED)
    fields = {"review": str(cast.review_id), f"version_{cast.review_id}": "1", "newest": newest}
    for account in (cast.coordinator(0), cast.contact(1), cast.outsider):
        other = caller(app, account.email)
        other.page(PAGE, 404)
        other.page(f"{PAGE}?review={cast.review_id}", 404)
        other.send(PAGE, 404, form_at="/me", **fields)
    lead = caller(app, cast.lead.email)
    for forged in ("999", "abc", "-1", "1" * 40, "²"):
        lead.page(f"{PAGE}?review={forged}", 404)
        lead.send(PAGE, 404, form_at="/me", review=forged, newest=newest)
    lead.page("/lead/workflows/nothing/versions", 404)
    assert hash_of(house, cast) == house.workflows[NAME].hash

"""Examples to learn from, through forms: written, consented to, found by others."""

from __future__ import annotations

from flask import Flask

from peerreview.services.base.house import Account, House
from tests.services.review_fixtures import advance, make_review
from tests.web.caller import Caller

TEXT = {
    "title": "Rökfria möten",
    "summary": "Vi frågar alla.",
    "did": "- Två dagar\n- <script>x</script>",
    "lessons": "Region Gävleborg visade hur.",
    "contact": "Processledare",
    "version": "0",
}


def test_an_example_goes_from_draft_to_the_library(app: Flask, house: House) -> None:
    cast = advance(house, make_review(house), to="evaluation")
    here = f"/reviews/{cast.review_id}/examples"

    def as_(who: Account) -> Caller:
        caller = Caller(app)
        caller.log_in(who.email)
        return caller

    writer, other, outsider = as_(cast.coordinator(0)), as_(cast.coordinator(1)), as_(cast.outsider)
    page = writer.send(f"{here}/new", 422, form_at=f"{here}/new", **TEXT).text
    assert 'href="#f-about"' in page
    assert "Vi frågar alla." in page
    made = writer.send(f"{here}/new", form_at=f"{here}/new", **TEXT, about="1").location
    other.page(made, 404)
    clash = writer.send(made, 409, form_at=made, **{**TEXT, "did": "Något annat"}, about="1").text
    assert "Något annat" in clash
    assert "- Två dagar" in clash
    outsider.page(here, 404)
    writer.send(f"{made}/publish", form_at=made, version="1")
    assert "0 exempel" in outsider.page("/library?search=rök").text
    assert "Ja, det får publiceras" in other.page(made).text
    other.send(f"{made}/refuse", 422, form_at=made, reason="")
    other.send(f"{made}/consent", form_at=made, version="1")
    assert "1 exempel" in outsider.page("/library?search=RÖK+gäv&perspective=").text
    page = outsider.page("/library/1").text
    assert "<script>x" not in page
    assert here not in page
    assert here in other.page("/library/1").text
    other.send(f"{made}/unpublish", form_at=made, reason="Fel siffra.")
    outsider.page("/library/1", 404)
    assert "Fel siffra." in writer.page(made).text

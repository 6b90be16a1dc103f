"""Conflicts of interest through HTTP: declared and decided on, refused with the reason, asked back before proposing."""

from __future__ import annotations

from flask import Flask

from peerreview.services.base.house import House
from tests.people import make_person
from tests.services.review_cast import TODAY
from tests.services.review_fixtures import advance, make_review

from ..caller import Caller
from .test_reviews import as_, words

WHY = "Min syster är verksamhetschef där."


def test_member_declares_lead_decides_and_each_page_says_so(app: Flask, house: House) -> None:
    cast = advance(house, make_review(house, now=TODAY), to="first_meeting")
    member, lead, other = (as_(app, who) for who in (cast.member(0), cast.lead, cast.member(1)))
    here = f"/reviews/{cast.review_id}/conflicts"
    assert f'href="{here}"' in member.page(f"/reviews/{cast.review_id}").text
    assert "Beskriv jävet." in member.send(here, 422, form_at=here, text="").text
    member.send(here, 303, form_at=here, text=WHY)
    assert "Du har anmält jäv" in member.page(f"/reviews/{cast.review_id}").text
    assert f"{here}#conflict-1" in lead.page("/").text
    seen = _seen(lead, here)
    asked = lead.send(f"{here}/1/decision", 422, form_at=here, seen=seen, decision_1="replaced")
    assert "Skriv vad som ska göras och av vem." in asked.text
    typed = {"decision_1": "taken_over", "note_1": "Anna läser i stället."}
    lead.send(f"{here}/1/decision", 303, form_at=here, seen=seen, **typed)
    assert "Anna läser i stället." in member.page(here).text
    for path in (here, f"/reviews/{cast.review_id}", f"/reviews/{cast.review_id}/team"):
        text = other.page(path).text
        assert "Någon annan tar över det som jävet gäller" in words(text), path
        assert WHY not in text
    assert WHY in lead.page("/lead/conflicts").text
    old = member.send(f"{here}/1", 303, form_at=here, do="end", seen="2026-01-01T00:00:00+00:00")
    assert WHY in lead.page("/lead/conflicts").text, "what another page showed is not taken back"
    assert "sedan du läste" in member.page(old.location).text
    member.send(f"{here}/1", 303, form_at=here, do="end", seen=_seen(member, here))
    assert WHY not in lead.page("/lead/conflicts").text
    other.send(f"{here}/1", 404, form_at="/me", do="end")
    as_(app, cast.coordinator(0)).page("/lead/conflicts", 404)


def _seen(caller: Caller, path: str) -> str:
    return caller.page(path).text.partition('name="seen" value="')[2].partition('"')[0]


def test_lead_of_a_side_is_told_refused_with_the_reason_and_asked_back(app: Flask, house: House) -> None:
    cast = advance(house, make_review(house, now=TODAY), to="first_meeting")
    own = make_person(
        house,
        "Jana Jävig",
        "jana@example.org",
        is_lead=True,
        in_organisation=cast.sides[0].organisation,
        role="member",
    )
    jana = Caller(app)
    jana.log_in(own.email)
    review = f"/reviews/{cast.review_id}"
    for page in ("", "/team", "/agreement", "/meetings", "/history", "/conflicts"):
        assert "Du är jävig i den här granskningen" in jana.page(review + page).text, page
    for page in ("/agreement/edit", "/dates"):
        assert "Du är jävig här" in words(jana.page(review + page, 403).text), page
    assert "Du är jävig här" in jana.page("/lead").text
    assert "är du jävig" in jana.page("/me").text
    assert "(du är jävig)" in jana.page("/lead/reviews/new").text
    chosen = {f"organisation_{n}": str(side.organisation) for n, side in enumerate(cast.sides, start=1)}
    asked = jana.send("/lead/reviews/new", 422, form_at="/lead/reviews/new", **chosen).text
    assert cast.lead.name in words(asked)
    token = asked.partition('name="meant"')[2].partition('value="')[2].partition('"')[0]
    jana.send("/lead/reviews/new", 303, form_at="/lead/reviews/new", **chosen, meant=token)
    towards = {"organisation": str(cast.sides[1].organisation), "text": WHY}
    jana.send("/lead/conflicts", 303, form_at="/lead/conflicts", **towards)
    lead = as_(app, cast.lead)
    assert WHY in lead.page("/lead/conflicts").text
    old = {"form_at": "/lead/conflicts", "seen": _seen(lead, "/lead/conflicts")}
    jana.send("/lead/conflicts/1", 303, **old, do="change", text_1="Min bror är chef där.")
    assert "Min bror är chef där." in lead.page("/lead/conflicts").text
    # What was read is another by now: no decision, and both texts where somebody rewords it.
    lead.send("/lead/conflicts/1", 303, **old, decision_1="no_hindrance")
    assert "Inget hinder" not in jana.page("/lead/conflicts").text
    assert "Min syster." in jana.send("/lead/conflicts/1", 409, **old, do="change", text_1="Min syster.").text
    new = {**old, "seen": _seen(lead, "/lead/conflicts")}
    lead.send("/lead/conflicts/1", 303, **new, decision_1="no_hindrance")
    assert "Inget hinder" in jana.page("/lead/conflicts").text
    jana.send("/lead/conflicts/1", 303, **new, do="end")

"""My page, the pages of a review and the lead's pages, as a browser meets them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from peerreview.engine.language.reader import read
from peerreview.services.base.house import Account, House
from peerreview.store.mail.outbox import Outgoing
from peerreview.store.people.people import Person
from peerreview.store.review.reviews import Review
from tests.people import make_organisation
from tests.services.review_cast import TODAY
from tests.services.review_fixtures import Cast, advance, do, make_review, put_materials

from ..caller import Caller

ROOT = Path(__file__).parents[3]


@pytest.fixture
def cast(house: House) -> Cast:
    return make_review(house, now=TODAY - timedelta(days=1))


def as_(app: Flask, who: Account) -> Caller:
    caller = Caller(app)
    caller.log_in(who.email)
    return caller


def words(text: str) -> str:
    main = text[text.index("<main") : text.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).strip()


def links(text: str) -> set[str]:
    return {href.replace("&amp;", "&") for href in re.findall(r'href="(/reviews/\d+/actions/[^"]+)"', text)}


@pytest.mark.parametrize(
    ("parties", "step"),
    [(2, "acceptance"), (3, "work"), (2, "second_meeting"), (2, "closing_meeting"), (2, "closed")],
)
def test_every_page_is_whole_for_everybody_and_absent_for_the_outsider(
    app: Flask, house: House, cast: Cast, parties: int, step: str
) -> None:
    if parties == 3:
        cast = make_review(house, parties=3, lead=cast.lead, now=cast.now)
    advance(house, cast, to=step)
    at = f"/reviews/{cast.review_id}"
    some = {"lead", "coordinator 0", "member 1.0", "contact 1", "outsider"}
    for name, who in cast.everyone().items():
        if name not in some:
            continue
        caller, there = as_(app, who), 404 if name == "outsider" else 200
        caller.page("/")
        caller.page("/reviews?state=")
        for path in (at, f"{at}/history", f"{at}/mail", f"{at}/actions/accept?step=acceptance&party=0"):
            status = 403 if "/actions/" in path and there == 200 and name != "coordinator 0" else there
            if "/actions/" in path and name == "coordinator 0":
                status = 200 if step == "acceptance" else 403
            caller.page(path, status)
        if name != "outsider":
            for href in links(caller.page(at).text):
                caller.page(href)
        for path in ("/lead", "/lead/mail", "/lead/reviews/new"):
            caller.page(path, 200 if name == "lead" else 404)


def test_my_page_leads_straight_to_the_thing(app: Flask, house: House, cast: Cast) -> None:
    advance(house, cast, to="collect")
    text = as_(app, cast.coordinator(0)).page("/").text
    assert "Att göra nu (1)" in words(text)
    assert f'href="/reviews/{cast.review_id}/materials"' in text


def test_nothing_to_do_says_what_comes_next(app: Flask, house: House, cast: Cast) -> None:
    do(house, cast, cast.coordinator(0), "accept", "acceptance", conflict="none")
    text = words(as_(app, cast.coordinator(0)).page("/").text)
    assert "Du har inget att göra just nu." in text
    assert "Härnäst i Kalmar län – Gävleborg: Utse granskningsteam" in text
    assert "Väntar på andra Region Gävleborg (processledare)" in text


def test_pages_speak_english_to_those_who_read_it(app: Flask, house: House, cast: Cast) -> None:
    advance(house, cast, to="collect")
    with house.db.write() as session:
        person = session.get(Person, cast.coordinator(0).person_id)
        assert person is not None
        person.language = "en"
    text = words(as_(app, cast.coordinator(0)).page(f"/reviews/{cast.review_id}").text)
    assert "Now: compile the materials." in text
    assert "2 of 2 agreed documents of Region Kalmar län are missing." in text


def test_reason_for_declining_stands_on_top_for_the_lead(app: Flask, house: House, cast: Cast) -> None:
    do(house, cast, cast.coordinator(0), "decline", "acceptance", reason="Vi byter <chef> i vår.")
    at = f"/reviews/{cast.review_id}"
    assert "Vi byter &lt;chef&gt; i vår." in as_(app, cast.lead).page(at).text
    for path in (at, f"{at}/history", f"{at}/mail"):
        assert "Vi byter" not in as_(app, cast.coordinator(1)).page(path).text


def test_search_with_odd_words_is_only_a_search(app: Flask, cast: Cast) -> None:
    caller = as_(app, cast.lead)
    for search in ("%", "_", "å", "'; drop table review", "x" * 500, "\x00"):
        caller.page("/reviews", query_string={"search": search, "state": "nonsense", "page": "-3"})
    assert "Kalmar län – Gävleborg" in caller.page("/reviews?search=kalmar").text


def test_numbers_that_are_none_are_pages_that_do_not_exist(app: Flask, cast: Cast) -> None:
    caller = as_(app, cast.lead)
    for path in (
        "/reviews/0",
        "/reviews/999999999999",
        "/reviews/x",
        "/lead/mail/999",
        "/reviews/1/receipts/99",
        "/reviews/1/receipts/0123456789abcdef",
        "/reviews/1/receipts/%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25",
    ):
        caller.page(path, 404)


# ---- actions


def act(cast: Cast, action: str, **asked: object) -> str:
    query = "&".join(f"{key}={value}" for key, value in asked.items())
    return f"/reviews/{cast.review_id}/actions/{action}?{query}"


def version(house: House, cast: Cast) -> int:
    with house.db.read() as session:
        review = session.get(Review, cast.review_id)
        assert review is not None
        return review.version


def test_accepting_through_the_page_gives_a_receipt(app: Flask, house: House, cast: Cast) -> None:
    caller, path = as_(app, cast.coordinator(0)), act(cast, "accept", step="acceptance", party=0)
    assert "Tacka ja för Region Kalmar län" in caller.page(path).text
    answer = caller.send(path, form_at=path, seen=version(house, cast), conflict="none")
    receipt = caller.page(answer.location).text
    assert "Tackade ja till att delta" in receipt
    assert "Processledare, Region Kalmar län" in receipt
    as_(app, cast.outsider).page(answer.location, 404)


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_is_kept(
    app: Flask, house: House, cast: Cast
) -> None:
    caller, path = as_(app, cast.coordinator(0)), act(cast, "accept", step="acceptance", party=0)
    typed = {"conflict_text": "En av oss var anställd där 2024.\r\nSlutade i december."}
    answer = caller.send(path, 422, form_at=path, seen=version(house, cast), **typed)
    assert "Svara på om det finns något jäv." in words(answer.text)
    assert "En av oss var anställd där 2024.\nSlutade i december.</textarea>" in answer.text
    decline = act(cast, "decline", step="acceptance", party=0)
    answer = caller.send(decline, 422, form_at=decline, seen=version(house, cast), reason="x" * 2001)
    assert "x" * 2001 in answer.text


def test_second_of_two_is_told_and_loses_nothing(app: Flask, house: House, cast: Cast) -> None:
    caller, path = as_(app, cast.coordinator(0)), act(cast, "decline", step="acceptance", party=0)
    seen = version(house, cast)
    do(house, cast, cast.coordinator(1), "accept", "acceptance", conflict="none")
    answer = caller.send(path, 409, form_at=path, seen=seen, reason="Vi byter ledning i vår.")
    assert "Någon annan hann före" in words(answer.text)
    assert "Vi byter ledning i vår.</textarea>" in answer.text
    assert "Tackade ja till att delta" in words(answer.text)
    fresh = re.search(r'name="seen" value="(\d+)"', answer.text)
    assert fresh
    assert int(fresh[1]) == version(house, cast) > seen
    caller.send(path, form_at=path, seen=fresh[1], reason="Vi byter ledning i vår.")


def test_signs_that_no_database_takes_are_left_out_of_a_reason(app: Flask, house: House, cast: Cast) -> None:
    caller, path = as_(app, cast.coordinator(0)), act(cast, "decline", step="acceptance", party=0)
    answer = caller.send(path, form_at=path, seen=version(house, cast), reason="Ont\x00 om\x0c tid.\rI vår.")
    assert "Ont om tid.\nI vår." in caller.page(answer.location).text


def test_conflict_over_what_can_no_longer_be_done_shows_what_was_typed(
    app: Flask, house: House, cast: Cast
) -> None:
    caller, path = as_(app, cast.coordinator(0)), act(cast, "accept", step="acceptance", party=0)
    seen = version(house, cast)
    form = caller.csrf(path)
    do(house, cast, cast.coordinator(1), "decline", "acceptance", reason="Vi hinner inte i år.")
    typed = {"conflict": "some", "conflict_text": "En av oss var anställd där 2024."}
    answer = caller.page(path, 409, "POST", data={"csrf_token": form, "seen": seen, **typed})
    assert "En av oss var anställd där 2024." in answer.text


def test_refusal_says_why_and_shows_what_was_typed(app: Flask, house: House, cast: Cast) -> None:
    caller = as_(app, cast.member(0))
    path = act(cast, "decline", step="acceptance", party=0)
    caller.page(path, 403)
    answer = caller.send(
        path, 403, form_at="/me", seen=version(house, cast), reason="Jag har ändå skrivit en hel del här."
    )
    assert "Det görs av: processledare" in words(answer.text)
    assert "Jag har ändå skrivit en hel del här." in answer.text


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"step": "acceptance", "party": 1}, 403),
        ({"step": "acceptance", "party": "x"}, 404),
        ({"step": "acceptance", "party": "-1"}, 404),
        ({"step": "acceptance", "party": 9999999999}, 404),
        ({"step": "acceptance", "party": 77}, 403),
        ({"step": "teams", "party": 0}, 404),
        ({"step": "nowhere", "party": 0}, 404),
        ({"party": 0}, 404),
        ({"step": "acceptance", "party": 0, "person": 3}, 200),
    ],
)
def test_forged_addresses_lead_nowhere(
    app: Flask, house: House, cast: Cast, asked: dict[str, object], status: int
) -> None:
    caller, path = as_(app, cast.coordinator(0)), act(cast, "accept", **asked)
    caller.page(path, status)
    if status != 200:
        caller.send(path, status, form_at="/me", conflict="none")
        assert version(house, cast) == 1


def test_handing_in_lists_the_documents_on_page_and_receipt(app: Flask, house: House, cast: Cast) -> None:
    advance(house, cast, to="collect")
    put_materials(house, cast, 0)
    caller, path = as_(app, cast.coordinator(0)), act(cast, "hand_in", step="exchange/collect", party=0)
    text = caller.page(path).text
    assert "Lämna in 2 dokument till Region Gävleborg" in text
    assert "Verksamhetsplan 2025" in text
    answer = caller.send(path, form_at=path, seen=version(house, cast))
    assert "Verksamhetsplan 2025" in caller.page(answer.location).text
    assert "Verksamhetsplan 2025" not in as_(app, cast.coordinator(1)).page(answer.location).text


def test_going_back_is_chosen_first_and_then_done(app: Flask, house: House, cast: Cast) -> None:
    advance(house, cast, to="second_meeting")
    caller, path = as_(app, cast.lead), act(cast, "back")
    assert 'value="1:exchange/collect"' in caller.page(path).text
    caller.page(path + "target=forged", 422)
    chosen = act(cast, "back", target="1:exchange/collect")
    assert "Region Gävleborg: tillbaka till steget Sammanställ underlaget" in words(caller.page(chosen).text)
    target = {"target": "1:exchange/collect"}
    answer = caller.send(path, 422, form_at=chosen, seen=version(house, cast), **target)
    assert "Skriv ett skäl." in answer.text
    answer = caller.send(path, form_at=chosen, seen=version(house, cast), reason="Fel period.", **target)
    assert "Fel period." in caller.page(answer.location).text
    for who in (cast.coordinator(0), cast.contact(1)):
        as_(app, who).page(path, 403)


# ---- the lead's pages


def test_lead_proposes_a_pair_by_hand(app: Flask, house: House, cast: Cast) -> None:
    caller, path = as_(app, cast.lead), "/lead/reviews/new"
    first, second = cast.organisations
    alone = make_organisation(house, "Region Örebro län", "18")
    same = caller.send(path, 422, form_at=path, organisation_1=first, organisation_2=first)
    assert "Välj olika organisationer" in same.text
    assert same.text.count(f'<option value="{first}" selected>') == 2
    few = caller.send(path, 422, form_at=path, organisation_1=first)
    assert "Välj 2 till 3 organisationer" in few.text
    nobody = caller.send(path, 422, form_at=path, organisation_1=first, organisation_2=alone)
    assert "Region Örebro län har ingen processledare än" in nobody.text
    caller.send(path, 422, form_at=path, organisation_1="x", organisation_2=second)
    answer = caller.send(path, form_at=path, organisation_1=second, organisation_2=first)
    assert "Region Gävleborg – Region Kalmar län" in caller.page(answer.location).text


def test_lead_chooses_the_workflow_where_there_are_several(app: Flask, house: House, cast: Cast) -> None:
    text = (ROOT / "workflows/collegial-review.yaml").read_text(encoding="utf-8")
    text = text.replace("workflow: collegial-review", "workflow: pair-talk", 1)
    text = text.replace("title: {sv: Kollegial granskning,", "title: {sv: Parsamtal,", 1)
    text = text.replace("parties: {min: 2, max: 3}", "parties: {min: 2, max: 2}", 1)
    other = {"pair-talk": read(text, "pair-talk.yaml")}
    app.extensions["house"] = replace(house, workflows={**house.workflows, **other})
    caller, path = as_(app, cast.lead), "/lead/reviews/new"
    offered = words(caller.page(path).text)
    assert "Kollegial granskning För 2 till 3 organisationer. Parsamtal För 2 organisationer." in offered
    assert "Omgång" not in offered
    typed = {f"organisation_{n}": id for n, id in enumerate(cast.organisations, 1)}
    for workflow in ("round", "nothing"):
        caller.send(path, 422, form_at=path, workflow=workflow, **typed)
    third = make_organisation(house, "Region Örebro län", "18")
    many = caller.send(path, 422, form_at=path, workflow="pair-talk", **typed, organisation_3=third)
    assert "Välj 2 organisationer." in many.text
    answer = caller.send(path, form_at=path, workflow="pair-talk", **typed)
    with house.db.read() as session:
        begun = session.get_one(Review, int(answer.location.rpartition("/")[2]))
        assert begun.workflow == "pair-talk"


def test_lead_reminds_with_one_press(app: Flask, house: House, cast: Cast) -> None:
    caller = as_(app, cast.lead)
    path = f"/lead/reviews/{cast.review_id}/remind"
    caller.send(path, form_at="/lead", step="acceptance", party="1")
    assert "Antal påminda: 1." in caller.page("/lead").text
    caller.send(path, form_at="/lead", step="acceptance", party="1")
    assert "De har redan blivit påminda i dag" in caller.page("/lead").text
    caller.send(path, 404, form_at="/lead", step="acceptance", party="x")
    for who in (cast.coordinator(0), cast.outsider):
        as_(app, who).send(path, 404, form_at="/me", step="acceptance", party="1")
    with house.db.read() as session:
        assert session.query(Outgoing).filter_by(kind="by_hand").count() == 1


def test_mail_that_failed_is_an_alarm_and_can_be_tried_again(app: Flask, house: House, cast: Cast) -> None:
    with house.db.write() as session:
        mail = session.query(Outgoing).first()
        assert mail is not None
        mail.state, mail.attempts, mail.last_answer = "failed", 3, "550 no such user"
        number = mail.id
    caller = as_(app, cast.lead)
    assert "550 no such user" in caller.page("/lead").text
    assert "550 no such user" in caller.page("/lead/mail?state=failed").text
    caller.send(f"/lead/mail/{number}/retry", form_at="/lead/mail")
    assert "550 no such user" not in caller.page("/lead").text
    as_(app, cast.coordinator(0)).send(f"/lead/mail/{number}/retry", 404, form_at="/me")


def test_mail_that_failed_is_laid_aside(app: Flask, house: House, cast: Cast) -> None:
    with house.db.write() as session:
        mail = session.query(Outgoing).first()
        assert mail is not None
        mail.state, mail.attempts, mail.last_answer = "failed", 3, "550 no such user"
        number = mail.id
    caller = as_(app, cast.lead)
    as_(app, cast.coordinator(0)).send(f"/lead/mail/{number}/lay-aside", 404, form_at="/me")
    assert "550 no such user" in caller.page("/lead").text
    caller.send(f"/lead/mail/{number}/lay-aside", form_at="/lead/mail")
    assert "550 no such user" not in caller.page("/lead").text
    caller.send(f"/lead/mail/{number}/lay-aside", form_at="/lead/mail")
    assert "Mejlet har skickats under tiden" in caller.page("/lead/mail").text


@pytest.mark.parametrize("step", ["collect", "work", "evaluation"])
def test_day_that_has_passed_is_told_as_such_to_everybody(app: Flask, house: House, step: str) -> None:
    """Also to those whose turn it is not: nobody is asked to do something "by" a day that has been."""
    cast = advance(house, make_review(house, now=TODAY - timedelta(days=400)), to=step)
    at, told = f"/reviews/{cast.review_id}", False
    for who in (cast.lead, cast.coordinator(0), cast.member(0), cast.contact(1)):
        caller = as_(app, who)
        there = re.findall(
            rf'href="({at}/(?:materials|questions|evaluation|meetings))"', caller.page(at).text
        )
        for path in ("/", at, *dict.fromkeys(there)):
            text = words(caller.page(path).text)
            assert not re.search(r"[Ss]enast [^.]{,40}\((för .{,20} sedan|i går)\)", text), (path, text)
            assert not re.search(r"ska (hållas|lämnas in|vara klart) senast|Svara senast", text), (path, text)
            told |= "skulle ha" in text
    assert told

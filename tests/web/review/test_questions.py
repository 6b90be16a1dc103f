"""Questions through HTTP: written in place, saved while one writes, sent, answered one by one with the cursor ahead."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from peerreview.services.base.house import Account, House
from peerreview.store.connection.database import Database
from tests.databases import quick_database
from tests.services.review_cast import TODAY
from tests.services.review_fixtures import Cast, advance, do, make_review, put_questions, put_report
from tests.web.caller import Caller

STUDY = "exchange/work/study"


@pytest.fixture
def db(sqlite_url: str) -> Iterator[Database]:
    """One database: what these pages ask of it, the tests of the services ask of both."""
    database = quick_database(sqlite_url)
    yield database
    database.dispose()


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house, now=TODAY), to="work")


def caller(app: Flask, who: Account) -> Caller:
    made = Caller(app)
    made.log_in(who.email)
    return made


def at(cast: Cast, path: str = "") -> str:
    return f"/reviews/{cast.review_id}/questions{path}"


def write(who: Caller, cast: Cast, status: int = 303, **typed: str) -> Any:
    form = {"perspective": "staff", "document": "general", "page": "", "text": "Hur gör ni?", **typed}
    return who.send(at(cast), status, form_at=at(cast), **form)


def version(page: str, action: str) -> str:
    found = re.search(rf'action="{action}".*?name="version" value="([^"]*)"', page, re.DOTALL)
    assert found, action
    return found[1]


def autosave(who: Caller, cast: Cast, path: str, status: int, **fields: str) -> dict[str, Any]:
    headers = {"Accept": "application/json", "X-CSRFToken": who.csrf(at(cast))}
    answer = who.page(at(cast, path), status, "POST", data=fields, headers=headers)
    found: dict[str, Any] = json.loads(answer.text)
    return found


def send(house: House, cast: Cast, *parties: int) -> None:
    for party in parties:
        put_questions(house, cast, party)
        do(house, cast, cast.coordinator(party), "send", STUDY)


def meet(house: House, cast: Cast) -> None:
    """On to the second meeting."""
    send(house, cast, *cast.parties)
    for party in cast.parties:
        put_report(house, cast, party)
        do(house, cast, cast.coordinator(party), "finish", "exchange/work/draft")


def test_question_is_written_in_place_and_shown_with_its_document(app: Flask, cast: Cast) -> None:
    anna = caller(app, cast.member(0))
    document = re.findall(r'<option value="(\d+)">', anna.page(at(cast)).text)[0]
    answer = write(anna, cast, document=document, page="12", text="Varför <inte>?\nOch när?")
    assert answer.headers["Location"] == at(cast, f"?perspective=staff&document={document}#f-text")
    page = anna.page(answer.headers["Location"]).text
    assert "Varför &lt;inte&gt;?\nOch när?" in page
    assert f'href="/materials/{document}/1"' in page
    assert "sidan 12" in page
    assert '<option value="staff" selected>' in page, "the next question begins where this one ended"
    assert "Varför" not in caller(app, cast.member(1)).page(at(cast)).text


def test_faulty_question_comes_back_as_it_was_typed(app: Flask, cast: Cast) -> None:
    anna = caller(app, cast.member(0))
    page = write(
        anna, cast, 422, perspective="", document="999", page="s" * 51, text="Kvar\r\n" + "å" * 4000
    ).text
    for words in (
        "Välj ett perspektiv.",
        "Välj vilket dokument frågan gäller.",
        "högst 50 tecken",
        "högst 4000 tecken",
    ):
        assert words in page
    assert "Kvar\r\nå" in page
    assert 'href="#f-text"' in page
    assert "Skriv en fråga." in write(anna, cast, 422, text=" ").text


def test_two_who_change_one_question_see_both_texts(app: Flask, cast: Cast) -> None:
    anna, bo = caller(app, cast.member(0, 0)), caller(app, cast.member(0, 1))
    write(anna, cast)
    page = anna.page(at(cast, "?edit=1")).text
    began = version(page, at(cast, "/1"))
    form = {"perspective-1": "staff", "document-1": "general", "page-1": "", "version": began}
    bo.send(at(cast, "/1"), form_at=at(cast), **form, **{"text-1": "Bos text"})
    page = anna.send(at(cast, "/1"), 409, form_at=at(cast), **form, **{"text-1": "Annas text"}).text
    assert "Bos text" in page
    assert "Annas text</textarea>" in page
    form["version"] = version(page, at(cast, "/1"))
    answer = anna.send(at(cast, "/1"), form_at=at(cast), **form, **{"text-1": "Bådas text"})
    assert answer.headers["Location"] == at(cast, "#q-1")
    assert "Bådas text" in bo.page(at(cast)).text


def test_faulty_change_opens_that_question_again(app: Flask, cast: Cast) -> None:
    anna = caller(app, cast.member(0))
    write(anna, cast)
    began = version(anna.page(at(cast, "?edit=1")).text, at(cast, "/1"))
    form = {"perspective-1": "", "document-1": "general", "page-1": "7", "text-1": "Nytt", "version": began}
    page = anna.send(at(cast, "/1"), 422, form_at=at(cast), **form).text
    assert 'href="#f-perspective-1"' in page
    assert "Nytt</textarea>" in page


def test_text_saves_itself_and_a_clash_leads_to_both_texts(app: Flask, cast: Cast) -> None:
    anna, bo = caller(app, cast.member(0, 0)), caller(app, cast.member(0, 1))
    write(anna, cast)
    began = version(anna.page(at(cast, "?edit=1")).text, at(cast, "/1"))
    told = autosave(anna, cast, "/1/text", 200, **{"text-1": "Halvvägs", "version": began})
    assert set(told) == {"version", "saved", "saved_at"}
    told = autosave(bo, cast, "/1/text", 409, **{"text-1": "Annat", "version": began})
    assert (told["theirs"], told["href"]) == ("Halvvägs", at(cast, "?edit=1#q-1"))
    page = bo.page(told["href"]).text
    assert "Halvvägs" in page
    told = autosave(bo, cast, "/1/text", 422, **{"text-1": " ", "version": version(page, at(cast, "/1"))})
    assert told == {"reason": "Skriv en fråga."}
    autosave(caller(app, cast.member(1)), cast, "/1/text", 404, **{"text-1": "x", "version": began})


def test_draft_is_removed_and_put_back(app: Flask, cast: Cast) -> None:
    anna = caller(app, cast.member(0))
    write(anna, cast)
    anna.send(at(cast, "/1/remove"), form_at=at(cast))
    assert "Borttagna (1)" in anna.page(at(cast)).text
    anna.send(at(cast, "/1/put-back"), form_at=at(cast))
    assert "Borttagna" not in anna.page(at(cast)).text


def test_words_typed_too_late_are_shown_to_be_kept(app: Flask, house: House, cast: Cast) -> None:
    anna = caller(app, cast.member(0))
    write(anna, cast)
    token = anna.csrf(at(cast))
    do(house, cast, cast.coordinator(0), "send", STUDY)
    typed = {"csrf_token": token, "perspective": "staff", "document": "general", "text": "En lång tanke"}
    page = anna.page(at(cast), 403, "POST", data=typed).text
    assert "En lång tanke</textarea>" in page
    page = anna.page(at(cast, "/1"), 403, "POST", data={**typed, "text-1": "En ändrad tanke"}).text
    assert "En ändrad tanke</textarea>" in page


def test_answers_are_given_one_by_one_with_the_cursor_ahead(app: Flask, house: House, cast: Cast) -> None:
    meet(house, cast)
    bo, anna = caller(app, cast.member(1)), caller(app, cast.member(0))
    page = bo.page(at(cast)).text
    assert page.index("Frågor till er från Region Kalmar län") < page.index("Era frågor till")
    assert page.count('autofocus="autofocus"') == 1
    ids = re.findall(r'id="f-answer-(\d+)"', page)
    first = re.search(r'id="f-answer-(\d+)"[^>]*autofocus', page)
    assert first, "the first empty answer has the cursor"
    assert first[1] == ids[0]
    began = version(page, at(cast, f"/{ids[0]}/answer"))
    assert (
        "Skriv ett svar." in bo.send(at(cast, f"/{ids[0]}/answer"), 422, form_at=at(cast), version=began).text
    )
    form = {"version": began, f"answer-{ids[0]}": "Varje kvartal."}
    answer = bo.send(at(cast, f"/{ids[0]}/answer"), form_at=at(cast), **form)
    assert answer.headers["Location"] == at(cast, f"#f-answer-{ids[1]}")
    assert f'id="f-answer-{ids[1]}"' in bo.page(at(cast)).text
    assert f'id="f-answer-{ids[0]}"' not in bo.page(at(cast)).text
    page = anna.page(at(cast)).text
    assert "Varje kvartal." in page
    assert cast.member(1).name in page
    note = version(page, at(cast, f"/{ids[0]}/note"))
    form = {"version": note, f"note-{ids[0]}": "Be om mallen"}
    answer = anna.send(at(cast, f"/{ids[0]}/note"), form_at=at(cast), **form)
    assert answer.headers["Location"] == at(cast, f"#f-note-{ids[1]}")
    assert "Be om mallen" not in bo.page(at(cast)).text


def test_answer_saves_itself_unseen_and_a_clash_keeps_both(app: Flask, house: House, cast: Cast) -> None:
    send(house, cast, 0)
    bo, eva, anna = (caller(app, who) for who in (cast.member(1), cast.member(1, 1), cast.member(0)))
    began = version(bo.page(at(cast)).text, at(cast, "/1/answer"))
    autosave(bo, cast, "/1/answer", 200, **{"answer-1": "Halva svaret", "version": began})
    assert "Halva svaret" not in anna.page(at(cast)).text
    page = eva.send(
        at(cast, "/1/answer"), 409, form_at=at(cast), version=began, **{"answer-1": "Mitt svar"}
    ).text
    assert "Halva svaret" in page
    assert "Mitt svar</textarea>" in page
    eva.send(
        at(cast, "/1/answer"),
        form_at=at(cast),
        version=version(page, at(cast, "/1/answer")),
        **{"answer-1": "Mitt svar"},
    )
    assert "Mitt svar" in anna.page(at(cast)).text
    changed = eva.page(at(cast, "?edit=1")).text
    form = {"version": version(changed, at(cast, "/1/answer")), "answer-1": "Ändrat svar"}
    autosave(eva, cast, "/1/answer", 403, **form)
    eva.send(at(cast, "/1/answer"), form_at=at(cast), **form)
    assert "Ändrat svar" in anna.page(at(cast)).text


def test_forged_forms_are_not_found_or_refused(app: Flask, house: House, cast: Cast) -> None:
    anna = caller(app, cast.member(0))
    write(anna, cast)
    bo = caller(app, cast.member(1))
    deeds = ("", "/text", "/remove", "/put-back", "/answer", "/note")
    for who in (bo, caller(app, cast.contact(0)), caller(app, cast.lead), caller(app, cast.outsider)):
        for deed in deeds:
            who.send(at(cast, f"/1{deed}"), 404, form_at="/me", version="", text="x")
    for deed in deeds:
        anna.send(at(cast, f"/99{deed}"), 404, form_at="/me")
        anna.page(at(cast, f"/1{deed}"), 400, "POST")
    caller(app, cast.outsider).page(at(cast), 404)
    anna.send(at(cast, "/1/answer"), 403, form_at="/me", **{"answer-1": "Före tiden"})


def test_nothing_of_a_draft_reaches_anybody_else(app: Flask, house: House) -> None:
    cast = advance(house, make_review(house, 3, now=TODAY), to="work")
    write(caller(app, cast.member(0)), cast, text="Alldeles hemlig")
    others = [account for name, account in cast.everyone().items() if "0" not in name.split()[-1][0]]
    for who in (*others, cast.contact(0)):
        if who != cast.outsider:
            page = caller(app, who).page(at(cast)).text
            assert "Alldeles hemlig" not in page
            assert "utkast som bara ert team" not in page


def test_page_is_english_too(app: Flask, house: House, cast: Cast) -> None:
    send(house, cast, 0, 1)
    anna = caller(app, cast.member(0))
    anna.send("/me", form_at="/me", name=cast.member(0).name, phone="", language="en")
    page = anna.page(at(cast)).text
    for words in ("Questions to you from Region Gävleborg", "Your answer", "Only your team reads it."):
        assert words in page
    assert "fråga" not in re.sub(r"<p class=\"typed-text.*?</p>", "", page, flags=re.DOTALL).lower()

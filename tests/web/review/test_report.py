"""Reports through HTTP: the page, saving, two at once, versions, comments, paper, and what must not be seen."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from flask import Flask

from peerreview.services.base import previews
from peerreview.services.base.house import Account, House
from peerreview.services.report.report_page import report
from tests.services.review_cast import TODAY
from tests.services.review_fixtures import Cast, advance, do, make_review, put_questions
from tests.web.caller import Caller

# What the two databases could do differently is tried in tests/store; here a review is played far for each test.
pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)

SECRET = "Det här är ännu hemligt för den andra sidan."


def cast_at(house: House, step: str, parties: int = 2, **agreement: object) -> Cast:
    return advance(house, make_review(house, parties, now=TODAY), to=step, agreement=agreement)


def caller(app: Flask, who: Account) -> Caller:
    made = Caller(app)
    made.log_in(who.email)
    return made


def token(house: House, cast: Cast, who: Account, key: str = "0") -> str:
    return report(house, review_id=cast.review_id, actor=who, key=key, now=cast.now).token


def test_a_text_is_written_saved_and_read_again(app: Flask, house: House) -> None:
    cast = cast_at(house, "work")
    anna, at = caller(app, cast.member(0)), f"/reviews/{cast.review_id}/report"
    page = anna.page(at).text
    assert "Vår rapport om Region Gävleborg" in page
    assert "## Iakttagelser" in page
    answer = anna.send(f"{at}/0", form_at=at, version="0", text="## Styrkor\r\n\r\nTydligt & <b>bra</b>.")
    assert answer.headers["Location"] == at
    page = anna.page(at).text
    assert "Texten är sparad." in page
    assert "Version 1, sparad" in page
    assert "<b>bra</b>" not in page
    assert '<h3 id="text-styrkor">Styrkor</h3>' in page


def test_an_overlong_text_comes_back_with_what_was_typed(app: Flask, house: House) -> None:
    cast = cast_at(house, "work")
    anna, at = caller(app, cast.member(0)), f"/reviews/{cast.review_id}/report"
    typed = "å" * 200_001
    page = anna.send(f"{at}/0", 422, form_at=at, version="0", text=typed).text
    assert typed in page
    assert "högst 200000 tecken, nu är det 200001" in page
    assert 'href="#f-text"' in page


def test_two_at_once_see_both_texts_and_the_second_can_save(app: Flask, house: House) -> None:
    cast = cast_at(house, "work")
    anna, bo = caller(app, cast.member(0, 0)), caller(app, cast.member(0, 1))
    at = f"/reviews/{cast.review_id}/report"
    anna.send(f"{at}/0", form_at=at, version="0", text="Annas text, som står först.")
    page = bo.send(f"{at}/0", 409, form_at=at, version="0", text="Bos text, som kom sedan.").text
    assert "Två har skrivit samtidigt" in page
    for words in ("Annas", "Bos"):
        assert words in page
    begun = page.split('name="version" value="')[1].split('"')[0]
    bo.send(f"{at}/0", form_at=at, version=begun, text="Båda")
    assert "Båda" in anna.page(at).text
    assert "Annas text, som står först." in anna.page(f"{at}/0?version=1").text


def test_a_step_left_meanwhile_keeps_what_was_typed(app: Flask, house: House) -> None:
    cast = cast_at(house, "work")
    anna, at = caller(app, cast.member(0)), f"/reviews/{cast.review_id}/report"
    do(house, cast, cast.lead, "hold", reason="Semester")
    page = anna.send(f"{at}/0", 403, form_at="/me", version="0", text="Det jag hann skriva").text
    assert "Det jag hann skriva" in page
    assert "Texten kunde inte sparas" in page


def test_the_script_saves_while_one_writes(app: Flask, house: House) -> None:
    cast = cast_at(house, "work")
    anna, at = caller(app, cast.member(0)), f"/reviews/{cast.review_id}/report"

    def autosave(text: str, version: str, status: int = 200) -> dict[str, str]:
        data = {"csrf_token": anna.csrf(at), "text": text, "version": version}
        headers = {"Accept": "application/json"}
        answer = anna.page(f"{at}/0/autosave", status, "POST", data=data, headers=headers)
        found: dict[str, str] = json.loads(answer.text)
        return found

    first = autosave("En", "0")
    second = autosave("En mening", first["version"])
    assert second["version"].startswith("1.")
    assert second["saved"].count(".") == 1
    assert "Du har sparat en annan text" in autosave("Annat", "0", 409)["reason"]
    assert "högst" in autosave("x" * 200_001, second["version"], 422)["reason"]
    do(house, cast, cast.lead, "hold", reason="Semester")
    assert autosave("En mening till", second["version"], 403)["reason"]


def test_preview_without_a_script_saves_nothing(app: Flask, house: House) -> None:
    cast = cast_at(house, "work")
    anna, at = caller(app, cast.member(0)), f"/reviews/{cast.review_id}/report"
    page = anna.send(f"{at}/0", 200, form_at=at, version="0", text="**Fett**", preview="yes").text
    assert "<strong>Fett</strong>" in page
    assert "**Fett**" in page
    assert token(house, cast, cast.member(0)) == "0"


def test_while_a_preview_has_to_wait_what_was_typed_is_kept_and_a_save_is_taken(
    app: Flask, house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    cast = cast_at(house, "work")
    anna, at = caller(app, cast.member(0)), f"/reviews/{cast.review_id}/report"
    with previews.turn(house, cast.member(0)):
        page = anna.send(f"{at}/0", 429, form_at=at, version="0", text="**Fett**", preview="yes").text
        assert "Förhandsvisningen är upptagen just nu." in page
        assert "**Fett**" in page
        assert "<strong>Fett</strong>" not in page
        anna.send(f"{at}/0", 303, form_at=at, version="0", text="**Fett**")
    assert "<strong>Fett</strong>" in anna.page(at).text


def test_a_finding_is_put_into_the_text_with_what_was_typed(app: Flask, house: House) -> None:
    cast = cast_at(house, "work")
    put_questions(house, cast, 0)
    anna, at = caller(app, cast.member(0)), f"/reviews/{cast.review_id}/report"
    finding = anna.page(at).text.split('name="finding" value="')[1].split('"')[0]
    typed = "## Iakttagelser\n\nDet jag hade skrivit.\n"
    anna.send(f"{at}/0", form_at=at, version="0", text=typed, finding=finding)
    page = anna.page(at).text
    assert "Det jag hade skrivit." in page
    assert "### Fråga 1" in page
    anna.send(f"{at}/0", 404, form_at=at, version="0", text=typed, finding="99999")


def test_versions_stand_side_by_side(app: Flask, house: House) -> None:
    cast = cast_at(house, "work")
    anna, at = caller(app, cast.member(0)), f"/reviews/{cast.review_id}/report"
    assert "Inget är sparat än." in anna.page(f"{at}/0/versions").text
    for text in ("Ett stycke", "Ett annat stycke"):
        anna.send(f"{at}/0", form_at=at, version=token(house, cast, cast.member(0)), text=text)
    page = anna.page(f"{at}/0/versions?left=1&right=2").text
    assert "<ins>annat </ins>" in page
    anna.page(f"{at}/0/versions?left=7", 404)
    anna.page(f"{at}/0?version=7", 404)
    anna.page(f"{at}/0?version=x", 404)


def test_a_comment_is_left_and_a_refused_one_is_kept(app: Flask, house: House) -> None:
    cast = cast_at(house, "second_meeting")
    do(house, cast, cast.lead, "present", "second_meeting")
    bo, at = caller(app, cast.member(1)), f"/reviews/{cast.review_id}/report/0"
    page = bo.send(f"{at}/comments", 422, form_at=at, comment="å" * 5001).text
    assert "å" * 5001 in page
    bo.send(f"{at}/comments", form_at=at, comment="Rätt *siffra* är <i>fyra</i>.")
    page = caller(app, cast.member(0)).page(f"/reviews/{cast.review_id}/report").text
    assert "Rätt <em>siffra</em> är &lt;i&gt;fyra&lt;/i&gt;." in page


def test_paper_and_file_are_the_text_that_was_handed_over(app: Flask, house: House) -> None:
    cast = cast_at(house, "closing_meeting")
    do(house, cast, cast.coordinator(0), "hand_over", "closing_meeting")
    contact, at = caller(app, cast.contact(1)), f"/reviews/{cast.review_id}/report"
    assert "Rapporten om oss från Region Kalmar län" in contact.page(at).text
    page = contact.page(f"{at}/0/print").text
    assert "Region Kalmar län om Region Gävleborg" in page
    assert "SHA-256" in page
    answer = contact.page(f"{at}/0/download")
    assert answer.mimetype == "text/markdown"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.text.startswith("## Styrkor")


def forge(house: House, cast: Cast, caller: Caller, mine: str) -> list[str]:
    """Everything that somebody could try on side 0's report; gives what came back."""
    base = f"/reviews/{cast.review_id}/report"
    found = []
    for path in ("", "/0", "/0?version=1", "/0?version=2", "/0?version=presented", "/0?version=handed_over",
                 "/0/versions", "/0/versions?left=1&right=2", "/0/print", "/0/print?version=2", "/0/download",
                 "/0/download?version=2", "/joint", "/2", "/-1"):  # fmt: skip
        answer = caller.client.get(base + path)
        found.append(f"{path} {answer.status_code} {answer.text}")
    token = caller.csrf("/me")
    for path, typed in (
        ("/0", {"text": mine, "version": "0"}),
        ("/0", {"text": mine, "version": "0", "preview": "yes"}),
        ("/0", {"text": mine, "version": "2.x", "finding": "1"}),
        ("/0/autosave", {"text": mine, "version": "0"}),
        ("/0/comments", {"comment": mine}),
    ):
        answer = caller.client.post(base + path, data={"csrf_token": token, **typed})
        assert answer.status_code in (200, 303, 403, 404), (path, answer.status_code)
        found.append(f"{path} {answer.status_code} {answer.text}")
    return found


@pytest.mark.parametrize("presented", [False, True])
def test_no_address_and_no_forged_form_shows_what_is_secret(
    app: Flask, house: House, presented: bool
) -> None:
    """The secret is in an unpresented draft, or in what was written after presenting."""
    cast = cast_at(house, "second_meeting", 3)
    if presented:
        do(house, cast, cast.lead, "present", "second_meeting")
    anna, at = caller(app, cast.member(0)), f"/reviews/{cast.review_id}/report"
    anna.send(f"{at}/0", form_at=at, version=token(house, cast, cast.member(0)), text=SECRET)
    others = [cast.member(1), cast.contact(1), cast.member(2), cast.contact(0), cast.lead, cast.outsider]
    for who in others:
        mine = f"Inskrivet av {who.name}"
        for answer in forge(house, cast, caller(app, who), mine):
            assert SECRET not in answer
            assert "Version 2" not in answer
    assert anna.page(f"{at}/0/download").text == SECRET
    # What has been written since is no presented version.
    assert ("Version 1 presenterades" in anna.page(at).text) is presented


def test_an_outsider_gets_404_everywhere(app: Flask, house: House) -> None:
    cast = cast_at(house, "closing_meeting")
    do(house, cast, cast.coordinator(0), "hand_over", "closing_meeting")
    for answer in forge(house, cast, caller(app, cast.outsider), "Hej"):
        assert answer.split()[0 if answer.startswith(" ") else 1] == "404"


def test_a_joint_report_is_written_by_all_teams(app: Flask, house: House) -> None:
    cast = cast_at(house, "final_report", report="joint")
    at = f"/reviews/{cast.review_id}/report"
    for party in (0, 1):
        who = cast.member(party)
        writer = caller(app, who)
        writer.send(f"{at}/joint", form_at=at, version=token(house, cast, who, "joint"), text=f"Sida {party}")
    assert "Sida 1" in caller(app, cast.coordinator(0)).page(at).text
    assert "Sida 1" not in caller(app, cast.contact(0)).page(at).text
    assert "Sida 1" not in caller(app, cast.lead).page(at).text

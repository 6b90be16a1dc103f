"""Materials through HTTP: the list, forms that come back, uploads with strange names, downloads, forged addresses."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from peerreview.services.base.house import Account, House
from peerreview.store.connection.database import Database
from tests.databases import quick_database
from tests.services.material_helpers import add_file, on, say_absent, set_of
from tests.services.review_cast import TODAY
from tests.services.review_fixtures import Cast, advance, do, make_review, put_materials
from tests.web.caller import Caller


@pytest.fixture
def db(sqlite_url: str) -> Iterator[Database]:
    """One database: what these pages ask of it, the tests of the services ask of both."""
    database = quick_database(sqlite_url)
    yield database
    database.dispose()


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house, now=TODAY), to="collect")


def caller(app: Flask, who: Account) -> Caller:
    made = Caller(app)
    made.log_in(who.email)
    return made


def at(cast: Cast, path: str = "") -> str:
    return f"/reviews/{cast.review_id}/materials{path}"


def upload(
    who: Caller, cast: Cast, query: str, status: int, content: bytes, name: str = "plan.pdf", **typed: str
) -> Any:
    data = {"csrf_token": who.csrf(at(cast)), **typed, "file": (io.BytesIO(content), name)}
    return who.page(at(cast, f"/add-file{query}"), status, "POST", data=data)


def test_row_is_filled_by_an_upload_from_the_list(app: Flask, house: House, cast: Cast) -> None:
    anna = caller(app, cast.member(0))
    page = anna.page(at(cast)).text
    assert "Saknas" in page
    assert "2 av 2 överenskomna dokument saknas." in page
    answer = upload(anna, cast, "?wish=w00", 303, b"Plan", "Årets plan.pdf")
    assert answer.headers["Location"] == at(cast, "#row-w00")
    page = anna.page(at(cast)).text
    assert "Årets plan.pdf" in page
    assert "Filen är sparad. Bara ert team ser den." in page
    assert "4 byte" in page


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("den %22nya%22.pdf", "den &#34;nya&#34;.pdf"),
        ("<b>x</b>.pdf", "b&gt;.pdf"),
    ],
)
def test_strange_name_is_shown_and_sent_as_what_it_is(
    app: Flask, house: House, cast: Cast, name: str, kept: str
) -> None:
    anna = caller(app, cast.member(0))
    upload(anna, cast, "?wish=w00", 303, b"Plan", name)
    assert kept in anna.page(at(cast)).text
    assert anna.page("/materials/1/1").data == b"Plan"


@pytest.mark.parametrize(
    ("content", "name", "typed", "says"),
    [
        (b"", "tom.pdf", {}, "Filen är tom"),
        (b"x", "..", {}, "inget namn"),
        (b"x", "x.pdf", {"title": "t" * 201}, "högst 200 tecken"),
        (b"x", "x.pdf", {"marking": "rad\nrad"}, "på en rad"),
    ],
)
def test_faulty_upload_comes_back_with_what_was_typed(
    app: Flask, house: House, cast: Cast, content: bytes, name: str, typed: dict[str, str], says: str
) -> None:
    anna = caller(app, cast.member(0))
    page = upload(
        anna, cast, "", 422, content, name, **{"title": "Min rubrik", "marking": "OSL 25:1", **typed}
    ).text
    assert says in page
    assert typed.get("title", "Min rubrik") in page
    assert 'class="error-summary"' in page
    assert not [file for file in house.files.folder.rglob("*") if file.is_file()]


def test_no_file_chosen_is_said(app: Flask, cast: Cast) -> None:
    anna = caller(app, cast.member(0))
    data = {"csrf_token": anna.csrf(at(cast)), "title": "Min rubrik", "file": (io.BytesIO(b""), "")}
    page = anna.page(at(cast, "/add-file"), 422, "POST", data=data).text
    assert "Välj en fil." in page
    assert "Min rubrik" in page
    anna.page(at(cast, "/add-file"), 422, "POST", data={"csrf_token": anna.csrf(at(cast))})


def test_too_large_file_gets_a_page_with_what_was_typed(app: Flask, house: House, cast: Cast) -> None:
    anna, limit = caller(app, cast.member(0)), house.files.max_upload
    for size in (limit + 1, 2 * limit, 4 * limit):
        page = upload(anna, cast, "", 413, b"x" * size, title="Min rubrik", marking="OSL 25:1").text
        assert "Filen är för stor: den får vara högst 1 MB" in page
        assert 'value="Min rubrik"' in page
        assert 'value="OSL 25:1"' in page
    upload(anna, cast, "", 303, b"x" * limit, title="Lagom")


def test_upload_needs_a_token_a_log_in_and_a_right(app: Flask, house: House, cast: Cast) -> None:
    anna = caller(app, cast.member(0))
    kept = anna.page(
        at(cast, "/add-file"),
        400,
        "POST",
        data={"title": "En rubrik som är ganska lång", "file": (io.BytesIO(b"x"), "x.pdf")},
    )
    assert "En rubrik som är ganska lång" in kept.text
    stranger = Caller(app)
    data = {
        "csrf_token": stranger.csrf("/login"),
        "title": "En rubrik som är ganska lång",
        "file": (io.BytesIO(b"x"), "x.pdf"),
    }
    assert "En rubrik som är ganska lång" in stranger.page(at(cast, "/add-file"), 401, "POST", data=data).text
    for who, status in ((cast.contact(0), 403), (cast.lead, 403), (cast.outsider, 404)):
        sender = caller(app, who)
        data = {"csrf_token": sender.csrf("/me"), "file": (io.BytesIO(b"x"), "x.pdf")}
        sender.page(at(cast, "/add-file"), status, "POST", data=data)
    assert not [file for file in house.files.folder.rglob("*") if file.is_file()]


def test_broken_form_is_no_server_error(app: Flask, house: House, cast: Cast) -> None:
    anna = caller(app, cast.member(0))
    token = anna.csrf(at(cast))
    field = f'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
    file = '--b\r\nContent-Disposition: form-data; name="file"; filename="x.pdf"\r\n\r\nhalva'
    for body in ("", "--b", field + file, field + "--b\r\n\r\n"):
        anna.page(
            at(cast, "/add-file"),
            400,
            "POST",
            data=body.encode(),
            content_type="multipart/form-data; boundary=b",
        )
    anna.page(at(cast, "/add-file"), 400, "POST", data=b"x", content_type="multipart/form-data")
    assert not [path for path in house.files.folder.rglob("*") if path.is_file()]


def test_link_and_absence_by_their_forms(app: Flask, cast: Cast) -> None:
    anna = caller(app, cast.member(0))
    page = anna.send(
        at(cast, "/add-link?wish=w00"), 422, form_at=at(cast), url="javascript:alert(1)", marking="M"
    ).text
    assert "börjar med https://" in page
    assert 'value="javascript:alert(1)"' in page
    anna.send(at(cast, "/add-link?wish=w00"), form_at=at(cast), url="https://example.org/plan")
    page = anna.send(at(cast, "/say-absent?wish=w01"), 422, form_at=at(cast), reason=" ").text
    assert "Skriv varför dokumentet inte finns" in page
    anna.send(at(cast, "/say-absent?wish=w01"), form_at=at(cast), reason="Vi har ingen <plan>.")
    page = anna.page(at(cast)).text
    assert "Vi har ingen &lt;plan&gt;." in page
    assert "/actions/hand_in" in caller(app, cast.coordinator(0)).page(at(cast)).text
    assert anna.page("/materials/1/1", 303).headers["Location"] == "https://example.org/plan"


def test_turn_that_passed_while_writing_says_so_and_keeps_the_words(
    app: Flask, house: House, cast: Cast
) -> None:
    anna = caller(app, cast.member(0))
    token = anna.csrf(at(cast))
    put_materials(house, cast, 0)
    do(house, cast, cast.coordinator(0), "hand_in", "exchange/collect")
    data = {"csrf_token": token, "url": "https://example.org", "title": "Min rubrik"}
    page = anna.page(at(cast, "/add-link"), 403, "POST", data=data).text
    assert "ta tillbaka det först" in page


def test_download_is_an_attachment_that_nothing_runs(app: Flask, house: House, cast: Cast) -> None:
    add_file(
        house, cast, cast.member(0), wish="w00", name='Års"plan" 50%.html', content=b"<script>x</script>" * 9
    )
    answer = caller(app, cast.member(0)).page("/materials/1/1")
    assert answer.data == b"<script>x</script>" * 9
    headers = answer.headers
    assert headers["Content-Disposition"] == (
        "attachment; filename=\"Ars_plan_ 50_.html\"; filename*=UTF-8''%C3%85rs%22plan%22%2050%25.html"
    )
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Length"] == str(18 * 9)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Cache-Control"] == "private, no-store"


def test_forged_addresses_are_not_found(app: Flask, house: House, cast: Cast) -> None:
    secret = add_file(house, cast, cast.member(0), wish="w00")
    absent = say_absent(house, cast, cast.member(0), "w01")
    own, other = caller(app, cast.member(0)), caller(app, cast.member(1))
    own.page(f"/materials/{absent}/1", 404)
    own.page(f"/materials/{secret}/2", 404)
    for who in (other, caller(app, cast.contact(0)), caller(app, cast.lead), caller(app, cast.outsider)):
        who.page(f"/materials/{secret}/1", 404)
        for deed in ("describe", "share", "comments"):
            who.page(at(cast, f"/{secret}/{deed}"), 404)
            who.send(at(cast, f"/{secret}/{deed}"), 404, form_at="/me", number="1", body="x", title="x")
        for deed in ("withdraw", "put-back", "end-sharing"):
            who.send(at(cast, f"/{secret}/{deed}"), 404, form_at="/me")
        who.page(at(cast, "/later"), 404)
    caller(app, cast.outsider).page(at(cast), 404)
    own.page(at(cast, "/add?wish=w10"), 404)
    own.page(at(cast, "/add?material=999"), 404)


def test_draft_is_shared_after_its_consequence_was_read(app: Flask, house: House, cast: Cast) -> None:
    material = add_file(house, cast, cast.member(0), wish="w00", name="hemlig.pdf")
    own, other = caller(app, cast.member(0)), caller(app, cast.member(1))
    assert "hemlig.pdf" not in other.page(at(cast)).text
    page = own.page(at(cast, f"/{material}/share")).text
    assert "Dela med Region Gävleborg" in page
    assert "inkommen handling" in page
    own.send(at(cast, f"/{material}/share"), form_at=at(cast, f"/{material}/share"), number="1")
    assert "hemlig.pdf" in other.page(at(cast)).text
    comments = at(cast, f"/{material}/comments")
    assert "Skriv en synpunkt." in other.send(comments, 422, form_at=comments, body="").text
    other.send(comments, form_at=comments, body="Bra <så>.")
    assert "Bra &lt;så&gt;." in own.page(at(cast)).text
    own.send(at(cast, f"/{material}/end-sharing"), form_at=at(cast))
    assert "hemlig.pdf" not in other.page(at(cast)).text
    own.send(at(cast, f"/{material}/withdraw"), form_at=at(cast))
    own.send(at(cast, f"/{material}/put-back"), form_at=at(cast))
    describe = at(cast, f"/{material}/describe")
    own.send(describe, form_at=describe, marking="OSL 21:1")
    assert "OSL 21:1" in own.page(at(cast)).text


def test_what_came_later_is_handed_in_and_leaves_a_receipt(app: Flask, house: House, cast: Cast) -> None:
    for party in cast.parties:
        put_materials(house, cast, party)
        do(house, cast, cast.coordinator(party), "hand_in", "exchange/collect")
    material = add_file(house, cast, cast.member(0), title="Tillägg")
    own, other = caller(app, cast.coordinator(0)), caller(app, cast.member(1))
    assert "Tillägg" not in other.page(at(cast)).text
    assert "Lämna in 1 dokument till Region Gävleborg" in own.page(at(cast, "/later")).text
    own.send(at(cast, "/later"), 409, form_at=at(cast, "/later"), item=f"{material}.2")
    answer = own.send(at(cast, "/later"), form_at=at(cast, "/later"), item=f"{material}.1")
    assert answer.headers["Location"] == at(cast, "/receipt")
    page = own.page(at(cast, "/receipt")).text
    assert set_of(house, cast, cast.member(0), 0).extras[0].newest.sha256 in page
    assert "Tillägg" in other.page(at(cast)).text
    assert "Allt är redan inlämnat." in own.page(at(cast, "/later")).text
    log = own.page(at(cast, "/log")).text
    assert cast.member(1).name in log
    caller(app, cast.member(0)).send(at(cast, "/later"), 403, form_at="/me", item="1.1")


def test_locked_side_says_why_and_by_when(app: Flask, house: House, cast: Cast) -> None:
    page = caller(app, cast.member(0)).page(at(cast)).text
    assert "underlag" in page
    assert "Region Gävleborg" in page
    assert "Alla underlag öppnas samtidigt" in page
    assert "Låst" in page


def test_every_page_is_english_too(app: Flask, house: House, cast: Cast) -> None:
    material = add_file(house, cast, cast.member(0), wish="w00", marking="OSL 25:1")
    on(house, cast, cast.member(0), "share_draft", material, number=1)
    anna = caller(app, cast.member(0))
    anna.send("/me", form_at="/me", name=cast.member(0).name, phone="", language="en")
    for path in (
        "",
        "/add?wish=w01&kind=file",
        "/add?wish=w01&kind=link",
        "/add?wish=w01&kind=absent",
        "/add",
        f"/add?material={material}",
        f"/{material}/describe",
        f"/{material}/comments",
        "/log",
    ):
        page = anna.page(at(cast, path)).text
        assert "Materials" in page
        assert "underlag" not in page.lower()

"""The pages of teams, meetings and the agreement, as a browser meets them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from peerreview.services.base.house import Account, House
from peerreview.store.artefacts.agreements import Agreement
from peerreview.store.people.people import Person
from peerreview.store.review.reviews import Seat
from tests.services.review_cast import TODAY
from tests.services.review_fixtures import Cast, advance, make_review, plan_meeting, put_agreement

from ..caller import Caller


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house, now=TODAY), to="teams")


def as_(app: Flask, who: Account) -> Caller:
    caller = Caller(app)
    caller.log_in(who.email)
    return caller


def in_english(house: House, *people: Account) -> None:
    with house.db.write() as session:
        for person in people:
            row = session.get(Person, person.person_id)
            assert row is not None
            row.language = "en"


def seat_of(house: House, cast: Cast, who: Account) -> int:
    with house.db.read() as session:
        query = select(Seat.id).where(Seat.review_id == cast.review_id, Seat.person_id == who.person_id)
        return session.scalars(query).one()


def later(house: House, cast: Cast, **span: int) -> str:
    return house.calendar.on_or_after(cast.now.date() + timedelta(**span)).isoformat()


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


# ---- teams


def test_a_coordinator_appoints_by_the_page(app: Flask, house: House, cast: Cast) -> None:
    caller, at = as_(app, cast.coordinator(0)), f"/reviews/{cast.review_id}/team"
    typed = {"person": "", "name": "Folkhälsostrateg", "email": "folk@example.org", "role": "member"}
    caller.send(f"{at}/appoint", form_at=f"{at}/appoint", function="public_health", **typed)
    page = caller.page(at).text
    assert "Folkhälsostrateg" in page
    assert "folk@example.org" in words(page)


def test_a_refused_form_keeps_what_was_typed(app: Flask, house: House, cast: Cast) -> None:
    caller, at = as_(app, cast.coordinator(0)), f"/reviews/{cast.review_id}/team/appoint"
    typed = {"person": "", "name": "<b>Å</b>", "email": "inte en adress", "role": "contact", "function": ""}
    page = caller.send(at, 422, form_at=at, **typed).text
    assert 'value="&lt;b&gt;Å&lt;/b&gt;"' in page
    assert 'value="inte en adress"' in page
    assert 'href="#f-email"' in page
    assert 'id="f-email-error"' in page


@pytest.mark.parametrize("deed", ["", "/remove", "/invite", "/address", "/deputy", "/deputy/end"])
def test_forged_seats_do_not_exist(app: Flask, house: House, cast: Cast, deed: str) -> None:
    other = make_review(house, lead=cast.lead, now=cast.now)
    caller, at = as_(app, cast.coordinator(0)), f"/reviews/{cast.review_id}/team"
    for seat in (seat_of(house, cast, cast.member(1)), seat_of(house, other, other.member(0)), 10**6):
        caller.send(f"{at}/seats/{seat}{deed}", 404, form_at=at, role="member", function="hr", email="a@b.se")
    caller.send(
        f"/reviews/{other.review_id}/team/seats/{seat_of(house, other, other.member(0))}{deed}",
        404,
        form_at=at,
    )


def test_the_pages_of_one_seat(app: Flask, house: House, cast: Cast) -> None:
    caller = as_(app, cast.coordinator(0))
    seat = f"/reviews/{cast.review_id}/team/seats/{seat_of(house, cast, cast.member(0))}"
    caller.page(seat)
    caller.send(seat, 422, form_at=seat, role="member", function="", seen="member/medical")
    caller.send(seat, 409, form_at=seat, role="member", function="manager", seen="member/hr")
    caller.send(seat, form_at=seat, role="member", function="manager", seen="member/medical")
    own = f"/reviews/{cast.review_id}/team/seats/{seat_of(house, cast, cast.coordinator(0))}"
    caller.send(f"{own}/remove", 403, form_at=own)
    answer = caller.send(f"{seat}/remove", form_at=seat)
    assert answer.location == f"/reviews/{cast.review_id}/team"


def test_a_member_names_a_deputy(app: Flask, house: House, cast: Cast) -> None:
    caller = as_(app, cast.member(0))
    seat = f"/reviews/{cast.review_id}/team/seats/{seat_of(house, cast, cast.member(0))}"
    days = {"since": later(house, cast, days=1), "until": later(house, cast, days=9)}
    caller.send(f"{seat}/deputy", 422, form_at=seat, person="x", **days)
    caller.send(f"{seat}/deputy", form_at=seat, person=str(cast.member(0, 1).person_id), **days)
    assert cast.member(0, 1).name in caller.page(seat).text
    caller.send(f"{seat}/deputy/end", form_at=seat)


# ---- who gets in


@pytest.mark.parametrize("page", ["team", "meetings", "agreement"])
def test_pages_for_everybody_in_the_review_and_nobody_else(
    app: Flask, house: House, cast: Cast, page: str
) -> None:
    in_english(house, cast.lead, cast.coordinator(1))
    for who in (cast.lead, cast.coordinator(0), cast.coordinator(1), cast.member(0), cast.contact(1)):
        as_(app, who).page(f"/reviews/{cast.review_id}/{page}")
    as_(app, cast.outsider).page(f"/reviews/{cast.review_id}/{page}", 404)
    assert Caller(app).page(f"/reviews/{cast.review_id}/{page}", 303).location.startswith("/login")


WRITING = (
    "team/appoint",
    "meetings/first_meeting/plan",
    "meetings/first_meeting/notes",
    "meetings/first_meeting/notes/autosave",
    "agreement/edit",
    "agreement/confirm",
    "agreement/drop",
)


@pytest.mark.parametrize("path", WRITING)
def test_a_contact_reads_and_writes_nothing(app: Flask, house: House, cast: Cast, path: str) -> None:
    advance(house, cast, to="first_meeting")
    put_agreement(house, cast)
    caller = as_(app, cast.contact(0))
    caller.send(f"/reviews/{cast.review_id}/{path}", 403, form_at="/me", version="1", notes="Hej", date="")
    outside = as_(app, cast.outsider)
    outside.send(f"/reviews/{cast.review_id}/{path}", 404, form_at="/me", version="1", notes="Hej", date="")


def test_a_meeting_whose_day_does_not_hold(app: Flask, house: House, cast: Cast) -> None:
    """Taken away on its page, by a form of its own; who has looked at an older plan is shown what stands now."""
    advance(house, cast, to="first_meeting")
    plan_meeting(house, cast, "first_meeting")
    caller, path = as_(app, cast.coordinator(0)), f"/reviews/{cast.review_id}/meetings"
    page, away = f"{path}/first_meeting/plan", f"{path}/first_meeting/no-date"
    assert "Ta bort dagen" in caller.page(page).text
    caller.send(away, 409, form_at="/me", seen="7")
    caller.send(away, 303, form_at="/me", seen="0")
    told = caller.page(path).text
    assert "De som var kallade får veta det." in told
    assert "Ta bort dagen" not in caller.page(page).text


def test_another_sides_team_is_not_on_the_page_before_it_is_confirmed(
    app: Flask, house: House, cast: Cast
) -> None:
    for who in (cast.coordinator(0), cast.member(0), cast.contact(0)):
        text = as_(app, who).page(f"/reviews/{cast.review_id}/team").text
        for theirs in (cast.member(1), cast.member(1, 1), cast.coordinator(1)):
            assert theirs.name not in text
            assert theirs.email not in text


# ---- meetings


@pytest.fixture
def meeting(house: House, cast: Cast) -> str:
    advance(house, cast, to="first_meeting")
    return f"/reviews/{cast.review_id}/meetings/first_meeting"


def test_a_meeting_is_planned_moved_and_taken_into_a_calendar(
    app: Flask, house: House, cast: Cast, meeting: str
) -> None:
    caller = as_(app, cast.coordinator(0))
    typed = {"date": later(house, cast, weeks=1), "time": "09:00", "until": "", "place": "Kalmar", "link": ""}
    caller.page(f"{meeting}.ics", 404)
    caller.send(f"{meeting}/plan", form_at=f"{meeting}/plan", seen="0", **typed)
    answer = as_(app, cast.member(1)).page(f"{meeting}.ics")
    assert answer.mimetype == "text/calendar"
    assert "METHOD" not in answer.text + answer.content_type
    assert answer.headers["Content-Disposition"].startswith("attachment")
    other = as_(app, cast.coordinator(1))
    typed["place"] = "Gävle"
    page = other.send(f"{meeting}/plan", 409, form_at=f"{meeting}/plan", seen="0", **typed).text
    assert 'value="Gävle"' in page
    assert "Kalmar" in words(page)
    assert 'name="seen" value="1"' in page
    other.send(f"{meeting}/plan", form_at=f"{meeting}/plan", seen="1", **typed)
    assert "Gävle" in words(caller.page(f"/reviews/{cast.review_id}/meetings").text)


def test_a_day_that_has_been_needs_a_tick(app: Flask, house: House, cast: Cast, meeting: str) -> None:
    caller = as_(app, cast.lead)
    typed = {"date": (cast.now.date() - timedelta(days=3)).isoformat(), "link": "javascript:1", "seen": "0"}
    page = caller.send(f"{meeting}/plan", 422, form_at=f"{meeting}/plan", **typed).text
    assert f'value="{typed["date"]}"' in page
    assert 'value="javascript:1"' in page
    typed["link"] = ""
    caller.send(f"{meeting}/plan", form_at=f"{meeting}/plan", held="yes", **typed)
    assert "actions/held?step=first_meeting" in caller.page(f"/reviews/{cast.review_id}/meetings").text


def test_notes_clash_with_both_texts(app: Flask, house: House, cast: Cast, meeting: str) -> None:
    plan_meeting(house, cast, "first_meeting")
    caller, at = as_(app, cast.coordinator(0)), f"{meeting}/notes"
    caller.send(at, form_at=at, version="0", notes="Vi <script>började</script>.")
    page = as_(app, cast.lead).send(at, 409, form_at=at, version="0", notes="Vi slutade.").text
    assert "Vi slutade." in page
    assert "började" in page
    assert "<script>började" not in caller.page(f"/reviews/{cast.review_id}/meetings").text
    preview = caller.send(at, 200, form_at=at, version="0", notes="## Rubrik", preview="yes").text
    assert "Rubrik</h" in preview


def test_notes_save_themselves(app: Flask, house: House, cast: Cast, meeting: str) -> None:
    caller, at = as_(app, cast.coordinator(0)), f"{meeting}/notes"
    saved = caller.send(f"{at}/autosave", 200, form_at=at, version="0", notes="Vi")
    assert set(saved.json) == {"version", "saved"}
    assert caller.send(f"{at}/autosave", 409, form_at=at, version="0", notes="De").json["reason"]


# ---- the agreement


def form_of(caller: Caller, at: str) -> dict[str, str]:
    """What a browser would send of the form as it stands: values of fields, what is ticked."""
    text = caller.page(at).text
    fields = {}
    for tag in re.findall(r"<input[^>]+>", text):
        given = dict(re.findall(r'(\w[\w-]*)="([^"]*)"', tag))
        if given.get("type") in ("radio", "checkbox") and " checked" not in tag:
            continue
        if "name" in given:
            fields[given["name"]] = given.get("value", "")
    return fields


def test_the_agreement_is_written_confirmed_and_amended(app: Flask, house: House, cast: Cast) -> None:
    advance(house, cast, to="first_meeting")
    one, other = as_(app, cast.coordinator(0)), as_(app, cast.coordinator(1))
    at = f"/reviews/{cast.review_id}/agreement"
    typed = form_of(one, f"{at}/edit")
    assert typed["date_second_meeting"]
    for side in cast.parties:
        typed[f"wish-{side}-0-title"] = f"Verksamhetsplan {side}"
    one.page(f"{at}/edit", 303, "POST", data=typed)
    assert "Verksamhetsplan 1" in words(other.page(at).text)
    for caller in (one, other):
        caller.send(f"{at}/confirm", form_at=at, version="1")
    amended = form_of(other, f"{at}/edit")
    assert (amended["version"], amended["wish-0-0-id"]) == ("1", "w1")
    amended["follow_up"] = "6"
    other.page(f"{at}/edit", 303, "POST", data=amended)
    page = words(one.page(at).text)
    assert "Verksamhetsplan 0" in page
    assert one.page(f"{at}/versions/1").status_code == 200
    one.page(f"{at}/versions/9", 404)
    one.send(f"{at}/confirm", 409, form_at=at, version="1")
    one.send(f"{at}/confirm", 404, form_at=at, version="77")
    # Whose proposal it is takes it back; the other side says no to it, and why.
    one.send(f"{at}/drop", 403, form_at=at, version="2")
    other.send(f"{at}/drop", form_at=at, version="2")
    with house.db.read() as session:
        assert len(session.scalars(select(Agreement)).all()) == 3


def test_rows_and_dates_come_without_a_script_and_nothing_is_saved(
    app: Flask, house: House, cast: Cast
) -> None:
    advance(house, cast, to="first_meeting")
    caller, at = as_(app, cast.lead), f"/reviews/{cast.review_id}/agreement/edit"
    typed = {
        **form_of(caller, at),
        "wish-0-1-title": "Budget",
        "date_second_meeting": later(house, cast, weeks=20),
    }
    page = caller.page(at, 200, "POST", data={**typed, "more": "0"}).text
    assert "wish-0-6-title" in page
    assert 'value="Budget"' in page
    page = caller.page(at, 200, "POST", data={**typed, "propose": "yes"}).text
    assert typed["date_second_meeting"] in page
    assert typed["date_materials"] not in page
    page = caller.page(at, 422, "POST", data={**typed, "propose": "yes", "date_second_meeting": "snart"}).text
    assert 'value="snart"' in page
    with house.db.read() as session:
        assert session.scalars(select(Agreement)).all() == []


def test_a_faulty_agreement_comes_back_as_it_was_typed(app: Flask, house: House, cast: Cast) -> None:
    advance(house, cast, to="first_meeting")
    caller, at = as_(app, cast.coordinator(0)), f"/reviews/{cast.review_id}/agreement/edit"
    typed = {
        **form_of(caller, at),
        "date_materials": "2020-01-01",
        "wish-1-2-note": "Bara varför",
        "report": "joint",
    }
    page = caller.page(at, 422, "POST", data=typed).text
    assert 'value="2020-01-01"' in page
    assert 'value="Bara varför"' in page
    assert 'href="#f-date_materials"' in page
    assert 'href="#f-wish-1-2-title"' in page
    assert re.search(r'value="joint" checked', page)


def test_two_forms_at_once_lose_nothing(app: Flask, house: House, cast: Cast) -> None:
    advance(house, cast, to="first_meeting")
    put_agreement(house, cast)
    one, other = as_(app, cast.coordinator(0)), as_(app, cast.coordinator(1))
    at = f"/reviews/{cast.review_id}/agreement/edit"
    mine, theirs = form_of(one, at), form_of(other, at)
    theirs["wish-0-0-title"] = "Deras"
    other.page(at, 303, "POST", data=theirs)
    mine |= {"wish-0-0-title": "Min", "follow_up": "12"}
    page = one.page(at, 409, "POST", data=mine).text
    assert 'value="Min"' in page
    assert "Deras" in words(page)
    assert 'name="version" value="2"' in page
    # From the page as it came back it can be saved.
    again = {**mine, "version": "2", "confirmed": ""}
    one.page(at, 303, "POST", data=again)

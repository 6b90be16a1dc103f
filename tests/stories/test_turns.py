"""What does not go by the book: the lead's moves, a server that is down, two who act at once."""

from __future__ import annotations

import pytest

from peerreview.services.base.house import House
from tests.mail.post import Post

from .stage import drama as play
from .stage.drama import Drama
from .stage.play_http import Player

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)
WHY = "Teamen behöver mer tid, och det är vi överens om."


@pytest.fixture
def drama(house: House, smtp: Post, monkeypatch: pytest.MonkeyPatch) -> Drama:
    """A pair that has accepted."""
    begun = play.begin(house, smtp, monkeypatch, 2)
    play.propose(begun)
    play.accept(begun)
    return begun


def test_no_server_and_the_mail_waits(house: House, smtp: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    drama = play.begin(house, smtp, monkeypatch, 2)
    smtp.to_mail = ["451 later"] * 2
    play.propose(drama)
    assert drama.post() == [], "put off by the server"
    page = drama.lead.get("/lead/mail?state=unsent")
    assert all(person.email in page.said for person in drama.coordinators)
    assert {mail.to for mail in drama.wait(hours=1)} == {person.email for person in drama.coordinators}
    page = drama.lead.get("/lead/mail?state=unsent")
    assert not any(person.email in page.said for person in drama.coordinators)


def test_hold_and_resume(drama: Drama) -> None:
    drama.post()
    drama.lead.act(drama.review, "hold", reason=WHY)
    assert {mail.to for mail in drama.post()} >= {person.email for person in drama.coordinators}
    assert drama.wait(days=90) == [], "no reminder goes while it is on hold"
    for person in (drama.lead, *drama.coordinators):
        person.enter()
        assert WHY in person.get(f"{drama.address}/history").said
    drama.lead.act(drama.review, "resume", reason=WHY)
    play.appoint(drama)
    play.confirm_teams(drama)


def test_cancelled_with_a_reason(drama: Drama) -> None:
    drama.post()
    page = drama.lead.act(drama.review, "cancel", then=422, reason="")
    assert page.by_id("f-reason").get("aria-invalid") == "true"
    drama.lead.act(drama.review, "cancel", reason=WHY)
    assert {mail.to for mail in drama.post()} >= {person.email for person in drama.coordinators}
    for person in drama.coordinators:
        assert WHY in person.get(f"{drama.address}/history").said
    assert drama.wait(days=90) == []


def test_a_side_withdraws_and_a_pair_ends(drama: Drama) -> None:
    drama.post()
    drama.coordinators[1].act(drama.review, "withdraw", reason=WHY)
    assert {mail.to for mail in drama.post()} >= {drama.lead.email, drama.coordinators[0].email}
    page = drama.coordinators[0].get(f"{drama.address}/history")
    assert WHY in page.said
    assert drama.wait(days=90) == []


def test_a_side_declines_and_only_the_lead_is_told_why(
    house: House, smtp: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    drama = play.begin(house, smtp, monkeypatch, 2)
    play.propose(drama)
    drama.post()
    drama.coordinators[0].act(drama.review, "decline", "acceptance", reason=WHY)
    told = {mail.to: mail for mail in drama.post()}
    assert {drama.lead.email, drama.coordinators[1].email} <= set(told)
    assert WHY in drama.lead.get(f"{drama.address}/history").said
    assert WHY not in drama.coordinators[1].get(f"{drama.address}/history").said
    assert not any(WHY in mail.text for mail in drama.mails)


def _press_at_once(first: Player, second: Player, path: str, at: str, **filled: str) -> None:
    """Both have the page open; the first sends it, then the second."""
    first.get(path)
    second.get(path)
    first.press("", at=at, **{key: f"Först. {value}" for key, value in filled.items()})
    page = second.press("", at=at, then=409, **filled)
    for value in filled.values():
        assert value in page.text, "what was typed is lost"


def test_two_leads_move_at_once(drama: Drama) -> None:
    """One gets through; the other is told, and keeps what they wrote."""
    second = Player(drama.app, drama.lead.email)
    second.enter()
    path = f"{drama.address}/actions/hold"
    drama.lead.get(path)
    second.get(path)
    drama.lead.press("", at="/actions/hold", reason="Först. " + WHY)
    page = second.press("", at="/actions/hold", then=409, reason=WHY)
    assert WHY in page.text


def test_two_plan_the_same_meeting_at_once(drama: Drama) -> None:
    play.appoint(drama)
    play.confirm_teams(drama)
    path = f"{drama.address}/meetings/first_meeting/plan"
    one, other = drama.coordinators
    one.get(path)
    other.get(path)
    days = [drama.day(weeks=n).isoformat() for n in (1, 2)]
    one.use("Save the meeting", date=days[0], place="Rådhuset")
    page = other.use("Save the meeting", then=409, date=days[1], place="Residenset")
    assert "Residenset" in page.text
    assert "Rådhuset" in page.said
    assert page.by_id("f-date").get("value") == days[1]


def test_two_write_the_notes_at_once(drama: Drama) -> None:
    play.appoint(drama)
    play.confirm_teams(drama)
    play.plan_meeting(drama, "first_meeting")
    path = f"{drama.address}/meetings/first_meeting/notes"
    _press_at_once(*drama.coordinators, path, "/notes", notes="Det som vi skrev själva.")

"""The story of a pair, from the proposal to the end: separate reports, sets that open all at once."""

from __future__ import annotations

from datetime import timedelta

from . import drama as play
from .drama import Drama, to


def pair(drama: Drama) -> None:
    """Two regions get through a whole review; by HTTP (tests/stories) or in a browser (tests/browser)."""
    play.propose(drama)
    play.accept(drama)
    play.appoint(drama)
    play.confirm_teams(drama)
    told = drama.post()
    teams = [person.email for side in drama.sides for person in drama.people(side)[:3]]
    assert set(to(told)) == {*teams, drama.lead.email}
    play.first_meeting(drama)
    drama.post()
    other = drama.members[1][0]
    play.gather(drama, 0)
    page = other.get(f"{drama.address}/materials")
    assert "plan 0.txt" not in page.text
    play.gather(drama, 1)
    page = other.get(f"{drama.address}/materials")
    assert "plan 0.txt" in page.text
    drama.post()
    for side in drama.sides:
        play.question(drama, side)
        page = other.get(f"{drama.address}/questions")
        assert ("Hur följer ni upp planen?" in page.said) is (side in (0, 1))
        play.write_report(drama, side, f"Eget för {side}.")
        drama.coordinators[side].act(drama.review, "finish", "exchange/work/draft")
    told = drama.post()
    assert {mail.to for mail in told} >= set(teams)
    play.second_meeting(drama)
    presented = drama.post()
    assert {mail.to for mail in presented if "presenter" in mail.subject or "presented" in mail.subject} == {
        email for email in teams if email != drama.coordinators[0].email
    }, "all but the one who did it"
    for side in drama.sides:
        play.write_report(drama, side, f"Slutligt för {side}.")
        assert (
            "Slutligt" not in drama.members[drama.about(side)][0].get(f"{drama.address}/report/{side}").text
        )
        drama.coordinators[side].act(drama.review, "finish", "final_report")
    drama.post()
    play.closing_meeting(drama)
    told = drama.post()
    assert drama.contacts[1].email in to(told)
    assert "Slutligt för 0." in drama.contacts[1].get(f"{drama.address}/report/0").text
    play.evaluate(drama)
    drama.wait(weeks=4)
    drama.wait(days=190)
    play.follow_up(drama)
    told = drama.post()
    everyone = {person.email for person in drama.everyone()} | {drama.lead.email}
    assert {mail.to for mail in told if "avslutad" in mail.subject or "closed" in mail.subject} == everyone
    play.ended(drama)
    assert len({mail.id for mail in drama.mails}) == len(drama.mails), "no mail twice"
    assert drama.wait(days=60) == [], "nobody is reminded of what is over"
    assert drama.now - play.START > timedelta(days=200)

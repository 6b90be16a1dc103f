"""A ring of three, sets that open each as it comes: who reads whom is not who is read by whom."""

from __future__ import annotations

import pytest

from peerreview.services.base.house import House
from tests.mail.post import Post

from .stage import drama as play

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)


def test_three_regions_get_through_a_whole_review(
    house: House, smtp: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    drama = play.begin(house, smtp, monkeypatch, 3)
    play.propose(drama)
    play.accept(drama)
    play.appoint(drama)
    play.confirm_teams(drama)
    play.first_meeting(drama, opening="each")
    for side in drama.sides:
        play.gather(drama, side)
        # Open at once, for the side that reviews this one, and for no other.
        for reader in drama.sides:
            page = drama.members[reader][1].get(f"{drama.address}/materials")
            assert (f"plan {side}.txt" in page.text) is (reader in (side, drama.reviewer(side)))
    for side in drama.sides:
        play.question(drama, side)
        play.write_report(drama, side, f"Eget för {side}.")
        drama.coordinators[side].act(drama.review, "finish", "exchange/work/draft")
    play.second_meeting(drama)
    for side in drama.sides:
        third = drama.members[drama.reviewer(side)][0]
        assert third.client.get(f"{drama.address}/report/{side}").status_code in (403, 404)
        play.write_report(drama, side, f"Slutligt för {side}.")
        drama.coordinators[side].act(drama.review, "finish", "final_report")
    play.closing_meeting(drama)
    for side in drama.sides:
        assert (
            f"Slutligt för {side}."
            in drama.contacts[drama.about(side)].get(f"{drama.address}/report/{side}").text
        )
    play.evaluate(drama)
    drama.wait(weeks=4)
    drama.wait(days=190)
    play.follow_up(drama)
    drama.post()
    play.ended(drama)
    assert len({mail.id for mail in drama.mails}) == len(drama.mails), "no mail twice"

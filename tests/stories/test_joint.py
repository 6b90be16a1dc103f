"""A joint report: one text of the review that all teams write, acknowledged by each side."""

from __future__ import annotations

import pytest

from peerreview.services.base.house import House
from tests.mail.post import Post

from .stage import drama as play
from .stage.drama import REPORT

pytestmark = pytest.mark.parametrize("db", ["sqlite"], indirect=True)


def test_a_joint_report_is_written_by_all(house: House, smtp: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    drama = play.begin(house, smtp, monkeypatch, 2)
    play.propose(drama)
    play.accept(drama)
    play.appoint(drama)
    play.confirm_teams(drama)
    play.first_meeting(drama, report="joint")
    for side in drama.sides:
        play.gather(drama, side)
    for side in drama.sides:
        play.question(drama, side)
    play.second_meeting(drama, joint=True)
    for side in drama.sides:
        writer = drama.members[side][0]
        page = writer.get(f"{drama.address}/report")
        assert side == 0 or "Från sida 0" in page.text, "no secret draft"
        writer.use("Save", at="/report/joint", text=f"{REPORT}\nFrån sida {side}\n")
        if side == 0:
            contact = drama.contacts[0].client.get(f"{drama.address}/report/joint")
            assert "Från sida 0" not in contact.text
    for side in drama.sides:
        drama.coordinators[side].act(drama.review, "finish", "joint_report")
    play.closing_meeting(drama, joint=True)
    for side in drama.sides:
        assert "Från sida 1" in drama.contacts[side].get(f"{drama.address}/report/joint").text
    play.evaluate(drama)
    drama.wait(weeks=4)
    drama.wait(days=190)
    play.follow_up(drama)
    drama.post()
    play.ended(drama)

"""A pair, from the proposal to the end, through forms and mails."""

from __future__ import annotations

import pytest

from peerreview.services.base.house import House
from tests.mail.post import Post

from .stage import drama as play
from .stage.pair import pair


def test_two_regions_get_through_a_whole_review(
    house: House, smtp: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair(play.begin(house, smtp, monkeypatch, 2))

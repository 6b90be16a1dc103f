"""The lead's letters of a round: the text and the dates beside it are kept together, or not at all."""

from __future__ import annotations

from datetime import date

import pytest

from peerreview.errors import Conflict, Invalid
from peerreview.services.base.house import House
from peerreview.services.rounds import round_letters_page, send_round_letters
from peerreview.services.rounds.round_case import looking_in
from peerreview.services.terms.round_days import dates_of

from ..round_cast import NOW, RoundCast, make_round

DATES = {"answers": "2026-05-20", "pairing": "2026-06-03"}


def save(house: House, cast: RoundCast, body: str, seen: int, **dates: str) -> None:
    who = {"actor": cast.lead, "round_id": cast.id, "key": "invitation", "now": NOW}
    send_round_letters.save_letter(house, body=body, seen=seen, dates={**DATES, **dates}, **who)  # type: ignore[arg-type]


def kept(house: House, cast: RoundCast) -> tuple[str | None, dict[str, date | None]]:
    with looking_in(house, round_id=cast.id, actor=cast.lead, now=NOW) as case:
        row = round_letters_page.newest(case, "invitation")
        return row.body if row else None, dates_of(case)


def test_a_text_that_another_has_changed_keeps_no_dates_either(house: House) -> None:
    cast = make_round(house)
    save(house, cast, "Välkomna.", 0)
    before = kept(house, cast)
    assert before == ("Välkomna.", {"answers": date(2026, 5, 20), "pairing": date(2026, 6, 3)})
    with pytest.raises(Conflict):
        save(house, cast, "Kom!", 0, answers="2026-05-27")
    with pytest.raises(Invalid):
        save(house, cast, "Kom!", 1, pairing="2026-05-04")
    assert kept(house, cast) == before

"""A round of five organisations through forms: invited, heard, a pair and a ring of three begun and accepted, closed.

Beside the way the pages of an organisation are looked through for what is another's."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from peerreview.services.base.house import House
from peerreview.services.worker.each_tick import tick
from peerreview.store.mail.outbox import Outgoing
from tests.services.round_cast import NOW, RoundCast, end_review, finish_review, make_people

from .stage.play_http import Browserlike, set_clock

# Planted in forms; whoever may not read one must meet it nowhere.
AIMS = [f"zqaims{party}z" for party in range(5)]
NOTES = [f"zqnote{party}z" for party in range(5)]
AGREED = [f"zqagreed{party}z" for party in range(5)]
WHY = "zqwhyz"
SYNTHESIS = "zqsynthesisz: vi lärde oss mycket av varandra."


def test_five_organisations_get_from_an_invitation_to_accepted_reviews(
    app: Flask, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(monkeypatch, NOW)
    cast = make_people(house)
    lead, sides = Browserlike(app), [Browserlike(app) for _ in range(5)]
    lead.log_in(cast.lead)
    for browser, side in zip(sides, cast.invited, strict=True):
        browser.log_in(side.coordinator)
    here = _invite(lead, cast)
    cast = RoundCast(int(here.rpartition("/")[2]), cast.lead, cast.invited, cast.outsider)
    for party, browser in enumerate(sides):
        _answer(browser, here, cast, party)
    _look_through(sides, cast)
    _talk(lead, here)
    pair, ring = _begin(lead, here)
    for number, parties in ((pair, (0, 1)), (ring, (2, 3, 4))):
        for party in parties:
            page = sides[party].get(here)
            assert {href for _, href in page.links() if "/reviews/" in href} == {f"/reviews/{number}"}
            _accept(sides[party], number, party - parties[0])
    assert "Utan part" not in lead.get(here).said
    _close(lead, here, house, cast, pair, ring)
    for browser in sides:
        assert "zqsynthesisz" in browser.get(here).said
    _look_through(sides, cast)
    _mails_say_nothing(house)


def _invite(lead: Browserlike, cast: RoundCast) -> str:
    lead.get("/")
    lead.click("Omgångar")
    lead.click("Öppna en omgång")
    page = lead.press("Öppna omgången", then=422, name="", year="26", organisations=[])
    assert {"#f-name", "#f-year", "#f-organisations"} <= {href for _, href in page.links()}
    chosen = [str(id) for id in cast.organisations]
    lead.press("Öppna omgången", name="Omgång 2026", year="2026", organisations=chosen)
    page = lead.press(
        "Spara och se över", body="Välkommen med i omgången, den börjar i höst.", answers="2026-04-01"
    )
    assert "5 organisationer" in page.said
    page = lead.press("Skicka till 5 organisationer")
    assert "5 har inte svarat" in page.said
    assert page.url.startswith("/rounds/")
    return page.url


def _answer(browser: Browserlike, here: str, cast: RoundCast, party: int) -> None:
    """From the first page on: it says that it is to be answered, and leads there."""
    others = cast.organisations
    page = browser.get("/")
    assert "Svara på inbjudan" in page.said
    browser.click("Öppna ert svar")
    wrong = browser.press("Anmäl intresse", then=422, aims=AIMS[party])
    assert AIMS[party] in wrong.text
    browser.press(
        "Anmäl intresse",
        unit_level="region",
        wants=["alcohol", "food"],
        perspectives=["patient"],
        aims=AIMS[party],
        not_months=["2026-07"],
        # Each wishes for the next, who must not know.
        wishes=[str(others[(party + 1) % 5])],
        excludes=[str(cast.outsider.organisation)] if party == 0 else [],
    )
    assert "Ni har anmält intresse." in browser.get(here).said
    browser.get(f"{here}/interest")
    browser.press("Spara ändringarna", expectations="Att lära")


def _talk(lead: Browserlike, here: str) -> None:
    for party in range(5):
        page = lead.get(f"{here}/organisations/{party}")
        assert AIMS[party] in page.said
        assert "Önskar sig" in page.said
        lead.press("Spara, samtalet är klart", note=NOTES[party], expectations=AGREED[party])


def _begin(lead: Browserlike, here: str) -> tuple[int, int]:
    found = []
    for parties in (["0", "1"], ["2", "3", "4"]):
        lead.get(here)
        page = lead.press("Börja granskningen", parties=parties)
        found += [int(n) for n in re.findall(r"/reviews/(\d+)", page.text) if int(n) not in found]
    numbers = sorted({n for n in found if f"/rounds/{n}" != here})
    assert len(numbers) == 2
    return numbers[0], numbers[1]


def _accept(browser: Browserlike, review_id: int, party: int) -> None:
    browser.get(f"/reviews/{review_id}/actions/accept?step=acceptance&party={party}")
    browser.press("Tacka ja", conflict="none")


def _close(lead: Browserlike, here: str, house: House, cast: RoundCast, pair: int, ring: int) -> None:
    finish_review(house, cast, pair)
    end_review(house, cast, ring)
    lead.get("/")
    lead.click("Öppna sammanfattningen")
    lead.press("Spara och se över", body=SYNTHESIS)
    page = lead.press("Skicka till 5 organisationer")
    assert "Omgången är slut" in page.said


# ---- the side door


def _look_through(sides: list[Browserlike], cast: RoundCast) -> None:
    """Every page that an organisation could try: none says anything of another's part in the round."""
    here = f"/rounds/{cast.id}"
    pages = ["/", "/reviews", "/reviews?search=Kalmar&state=", "/me", here, f"{here}/interest"]
    shut = [
        "/rounds", "/rounds/new", f"{here}/invitation", f"{here}/invitation/send", f"{here}/synthesis",
        *(f"{here}/organisations/{party}" for party in (0, 1, 9)),
        *(f"/reviews/{cast.id}/{page}" for page in ("history", "mail", "team", "forecast", "drawing", "agreement")),
        f"/reviews/{cast.id}/actions/withdraw?step=", f"/reviews/{cast.id}/actions/decline?step=x&party=2",
    ]  # fmt: skip
    # Two of them: whom another one wishes for (1) and the last of the ring (4), who is wished for too.
    for party, browser in ((1, sides[1]), (4, sides[4])):
        for path in shut:
            assert browser._open(path, "GET").status_code == 404, path
        for path in pages:
            page = browser.get(path)
            foreign = [*AIMS, *NOTES, *AGREED]
            for word in (AIMS[party], AGREED[party]):
                foreign.remove(word)
            assert not [word for word in foreign if word in page.text], path
            if "/interest" not in path and not any("/reviews/" in href for _, href in page.links()):
                # Where it meets nobody in a review of its own it reads no other organisation's name.
                names = [side.name for n, side in enumerate(cast.invited) if n != party]
                assert not [name for name in names if name in page.said], (path, page.said)


def _mails_say_nothing(house: House) -> None:
    """Who is in the round stands in no mail of it, nor what anybody wrote."""
    tick(house, now=NOW, real_now=NOW)
    with house.db.read() as session:
        mails = [row for row in session.query(Outgoing) if row.review_id == 1]
        assert mails
        for mail in mails:
            text = mail.message.decode("utf-8", "replace")
            assert "zq" not in text

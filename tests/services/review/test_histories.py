"""The history in words, and each line for those alone who may notice what it is about."""

from __future__ import annotations

import ast
from pathlib import Path

from peerreview.rendering.words import say
from peerreview.services.base.house import Account, House
from peerreview.services.register import register_pages
from peerreview.services.review import history_page, history_words
from peerreview.services.review.history_page import Line
from tests.services.review_fixtures import Cast, advance, do, make_review

SERVICES = Path(history_page.__file__).parents[1]


def lines(house: House, cast: Cast, who: Account) -> list[Line]:
    view = history_page.history(house, actor=who, review_id=cast.review_id, now=cast.now)
    return list(view.lines)


def said(house: House, cast: Cast, who: Account) -> list[str]:
    names = {party: side.name for party, side in enumerate(cast.sides)}
    return [say(line.title, "en", names) for line in lines(house, cast, who)]


def test_line_says_who_by_function_and_organisation_what_and_when(house: House) -> None:
    cast = make_review(house)
    do(house, cast, cast.coordinator(1), "accept", "acceptance", conflict="none")
    line = lines(house, cast, cast.member(0))[0]
    names = {1: "Region Gävleborg"}
    assert say(line.who, "en", names) == "Coordinator, Region Gävleborg"
    assert say(line.title, "en") == "Accepted to take part"
    assert line.at == cast.now


def test_reason_for_declining_is_for_the_lead_and_the_own_side(house: House) -> None:
    cast = make_review(house)
    do(house, cast, cast.coordinator(0), "decline", "acceptance", reason="Vi byter chef i vår.")
    texts = {
        name: [line.text for line in lines(house, cast, who) if line.text] for name, who in _in(cast).items()
    }
    reads = {"lead", "coordinator 0", "contact 0", "member 0.0", "member 0.1"}
    assert texts == {name: ["Vi byter chef i vår."] if name in reads else [] for name in texts}


def test_reason_of_the_lead_is_for_all(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    do(house, cast, cast.lead, "hold", reason="Sommarstängt.")
    for who in _in(cast).values():
        assert lines(house, cast, who)[0].text == "Sommarstängt."


def test_opened_documents_are_named_to_both_sides_but_not_to_the_lead_or_the_third_side(house: House) -> None:
    cast = advance(house, make_review(house, parties=3), to="work")
    named = {
        name: sorted({text for text in said(house, cast, who) if "was opened to" in text})
        for name, who in _in(cast).items()
        if name in ("lead", "coordinator 0", "contact 1", "member 2.0")
    }
    # 0 reviews 1, 1 reviews 2, 2 reviews 0.
    assert [text for text in named["lead"] if "Verksamhetsplan" in text] == []
    assert "A document was opened to Region Kalmar län" in named["lead"]
    own, read = (
        "“Verksamhetsplan 2025” was opened to Region Dalarna",
        "“Verksamhetsplan 2025” was opened to Region Kalmar län",
    )
    assert own in named["coordinator 0"]
    assert read in named["coordinator 0"]
    assert "“Verksamhetsplan 2025” was opened to Region Gävleborg" not in named["coordinator 0"]
    assert "“Verksamhetsplan 2025” was opened to Region Dalarna" not in named["contact 1"]
    assert "“Verksamhetsplan 2025” was opened to Region Gävleborg" in named["member 2.0"]


def test_nobody_but_the_person_sees_that_a_form_was_handed_in(house: House) -> None:
    cast = advance(house, make_review(house), to="follow_up")
    assert "Handed in: Evaluation" in said(house, cast, cast.member(0))
    own = [text for text in said(house, cast, cast.member(0)) if text == "Handed in: Evaluation"]
    assert len(own) == 1
    assert "Handed in: Evaluation" not in said(house, cast, cast.lead)


def test_history_comes_in_pages(house: House) -> None:
    cast = advance(house, make_review(house), to="collect")
    for number in range(30):
        do(house, cast, cast.lead, "hold", reason=f"Paus {number}")
        do(house, cast, cast.lead, "resume", reason="Vidare")
    first = history_page.history(house, actor=cast.lead, review_id=cast.review_id, now=cast.now)
    assert (len(first.lines), first.page) == (history_page.PAGE, 1)
    last = history_page.history(house, actor=cast.lead, review_id=cast.review_id, page=999, now=cast.now)
    assert (last.page, last.pages) == (first.pages, first.pages)
    assert say(last.lines[-1].title, "en") == "Proposed the review"


def test_every_deed_that_is_noted_has_words() -> None:
    # The register's history has words of its own (services/register_pages).
    noted = {deed for path in SERVICES.rglob("*.py") for deed in _noted(path)} - register_pages.WORDED
    assert {"begun", "opened", "added", "seated"} <= noted
    assert noted - {"action", "moved"} - set(history_words.DEEDS) == set()


def _noted(path: Path) -> set[str]:
    """The texts that stand where a function called note (or _note, note_of) takes its deed."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("note", "_note", "note_of"):
                texts = [c for a in node.args[:2] for c in ast.walk(a) if isinstance(c, ast.Constant)]
                found |= {text.value for text in texts if isinstance(text.value, str)}
    return found


def _in(cast: Cast) -> dict[str, Account]:
    return {name: who for name, who in cast.everyone().items() if name != "outsider"}

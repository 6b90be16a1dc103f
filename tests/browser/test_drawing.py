"""The drawing with real letters: words stand in their boxes, one drawing is shown, and paper gets all of it."""

from __future__ import annotations

import pytest

from .conftest import Serve

pytestmark = pytest.mark.browser
# Words that leave their box, of the drawing that is shown.
OUTSIDE = """() => {
  const groups = [...document.querySelectorAll('.drawing > svg')].filter(svg => svg.checkVisibility())
    .flatMap(svg => [...svg.querySelectorAll('g[class^="b-"]')]);
  const leaves = (box, words) => words.left < box.left - 1 || words.right > box.right + 1
    || words.top < box.top - 1 || words.bottom > box.bottom + 1;
  return groups.flatMap(group => {
    const box = group.querySelector('rect').getBoundingClientRect();
    return [...group.querySelectorAll('text')].filter(text => leaves(box, text.getBoundingClientRect()))
      .map(text => text.textContent);
  });
}"""
SHOWN = """() => [...document.querySelectorAll('.drawing > svg')].filter(svg => svg.checkVisibility())
  .map(svg => svg.classList[0])"""
# How high the smallest letters are, in pixels of the screen.
LETTERS = """(kind) => {
  const svg = document.querySelector(kind);
  return 13 * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
}"""
INK = "() => getComputedStyle(document.querySelector('.drawing-wide .b-lane rect')).fill"
SLICES = "[...document.querySelectorAll('.drawing-slice')].map(svg => svg.viewBox.baseVal.height)"
WHOLE = "document.querySelector('.drawing-wide').viewBox.baseVal.height"


@pytest.mark.parametrize("language", ["sv", pytest.param("en", marks=pytest.mark.full)])
def test_the_drawing_that_there_is_room_for_can_be_read(served: Serve, language: str) -> None:
    here = served("ring-each", "opened", language)
    page = here.page(here.planted.cast.lead, language=language)
    for path in (f"/reviews/{here.planted.review_id}/drawing", "/lead/workflows/collegial-review?parties=3"):
        for width, shown in ((1280, "drawing-wide"), (700, "drawing-narrow"), (390, "drawing-narrow")):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(here.origin + path)
            assert page.evaluate(SHOWN) == [shown]
            assert page.evaluate(OUTSIDE) == []
            assert page.evaluate(LETTERS, f".{shown}") >= 12.9
            assert page.evaluate("document.scrollingElement.scrollWidth") <= width


def test_paper_gets_every_slice_with_its_looks(served: Serve) -> None:
    here = served("ring-each", "opened", "sv")
    page = here.page(here.planted.cast.lead)
    page.goto(f"{here.origin}/reviews/{here.planted.review_id}/drawing")
    assert page.evaluate(INK) != "rgb(0, 0, 0)"
    page.emulate_media(media="print")
    shown = page.evaluate(SHOWN)
    assert len(shown) > 5
    assert set(shown) == {"drawing-slice"}
    assert page.evaluate(f"{SLICES}.reduce((a, b) => a + b)") == page.evaluate(WHOLE)
    # A copy sees no rule that hangs on what stands around it: then it would be black.
    rules = "[...document.styleSheets].find(sheet => sheet.href.includes('drawing.css')).cssRules"
    colours = (
        f"[...{rules}].filter(r => /fill|stroke/.test(r.cssText) && r.selectorText).map(r => r.selectorText)"
    )
    assert [rule for rule in page.evaluate(colours) if not rule.startswith(".drawn ")] == []

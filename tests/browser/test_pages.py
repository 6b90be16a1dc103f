"""Every kind of page in a real browser: in both languages, narrow and wide, with and without the script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from peerreview.services.base.house import Account
from tests.stories.stage.planted import ids_of
from tests.web.caller import valid

from .conftest import WIDTHS, Serve, Served

pytestmark = pytest.mark.browser
SCENES = ("collect", "opened", "presented", "follow_up")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
# What stands out of the page to the right, but for tables and drawings, which scroll in a frame of their own.
SIDEWAYS = """() => {
  const wide = document.scrollingElement.scrollWidth - document.documentElement.clientWidth;
  if (wide <= 0) return [];
  const out = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > innerWidth + 1);
  return [`${wide} px`, ...out.slice(0, 5).map(e => e.tagName + '.' + e.className)];
}"""


def pages(served: Served, scene: str) -> Iterator[tuple[Account | None, str]]:
    """By reader, the addresses of this scene that show something of their own kind."""
    cast, ids = served.planted.cast, ids_of(served.planted)
    ours = f"/reviews/{served.planted.review_id}"
    if scene in SCENES[:2]:
        yield from _networks(served)
    for path in ("", "/mail", "/history", "/forecast", "/team"):
        yield cast.lead, ours + path
    for action in ("back", "go_on", "hold", "cancel"):
        yield cast.lead, f"{ours}/actions/{action}"
    who = cast.coordinator(0)
    for path in ("/", "/me", "/reviews", "/nowhere"):
        yield who, path
    for path in _ours(scene, ids.seats[0][0], ids.materials):
        yield who, ours + path
    for key in ids.receipts[-1:]:
        yield who, f"{ours}/receipts/{key}"


def _networks(served: Served) -> Iterator[tuple[Account | None, str]]:
    """What looks much the same wherever a review stands."""
    cast, ids = served.planted.cast, ids_of(served.planted)
    person = ids.people[0][0]
    for path in ("login", "reset", "reset/sent", "help", "privacy", "accessibility"):
        yield None, f"/{path}"
    for path in (
        *("", "?page=2", "/mail", "/mail/1", "/mail/planned/1", "/mail/write", "/reviews/new", "/workflows"),
        *("/people", "/people/new", f"/people/{person}", f"/people/{person}/close"),
        *("/organisations", "/organisations/new", f"/organisations/{cast.sides[0].organisation}"),
        *(f"/workflows/collegial-review{page}" for page in ("", "/rights", "/rehearsal")),
    ):
        yield cast.lead, f"/lead{path}"


def _ours(scene: str, seat: int, materials: list[tuple[int, int]]) -> list[str]:
    found = [
        "",
        "/team",
        "/team/appoint",
        f"/team/seats/{seat}",
        "/agreement",
        "/agreement/edit",
        "/agreement/versions/1",
    ]
    found += [
        "/meetings",
        "/meetings/first_meeting/plan",
        "/meetings/first_meeting/notes",
        "/materials",
        "/history",
        "/drawing",
    ]
    found += [
        "/materials/log",
        "/materials/receipt",
        "/questions",
        "/report",
        "/report/1",
        "/report/0/versions",
    ]
    found += ["/report/0/print", "/evaluation", "/follow-up", "/hours", "/actions/withdraw"]
    if materials:
        first = materials[0][0]
        found += [f"/materials/{first}/describe", f"/materials/{first}/share", f"/materials/{first}/comments"]
    if scene == "collect":
        found += ["/materials/add?wish=w00", "/materials/add", "/actions/hand_in?step=exchange/collect"]
    if scene == "opened":
        found += ["/actions/send?step=exchange/work/study", "/materials/later"]
    if scene == "presented":
        found += ["/actions/held?step=second_meeting"]
    return found


# What one of the two everyday scenes alone shows.
OWN = ("/materials/", "/actions/", "/questions", "/report", "/team")


def _in_both(path: str) -> bool:
    return not any(part in path for part in OWN)


def looked_over(page: Page, axe: Axe, width: int) -> Iterator[str]:
    where = page.url.split("/", 3)[-1]
    for found in axe.run(page, options=OPTIONS).response["violations"]:
        nodes = "; ".join(node["html"][:160] for node in found["nodes"][:3])
        yield f"{where} at {width}: {found['id']}: {nodes}"
    if out := page.evaluate(SIDEWAYS):
        yield f"{where} at {width}: scrolls sideways: {out}"


# Most pages stand in several scenes: an everyday run takes two, each in one language, and a page that both have in one
# of them; `--full` takes all in both.
VIEWS = [
    pytest.param(
        scene, language, marks=[] if number < 2 and (number + shift) % 2 == 0 else [pytest.mark.full]
    )
    for number, scene in enumerate(SCENES)
    for shift, language in enumerate(("sv", "en"))
]


@pytest.mark.parametrize(("scene", "language"), VIEWS)
def test_pages_are_for_everybody(
    served: Serve, scene: str, language: str, request: pytest.FixtureRequest
) -> None:
    """WCAG 2.2 A and AA as far as axe-core can tell; nothing scrolls sideways; nothing comes from elsewhere."""
    here, faults, axe = served("pair-all", scene, language), [], Axe()
    open_pages: dict[int, Page] = {}
    # Everyday: Swedish wide and narrow, English wide and narrow; the other four with `--full`.
    width = WIDTHS[(SCENES.index(scene) // 2 + (language == "en")) % 2]
    for number, (who, path) in enumerate(pages(here, scene)):
        if not request.config.getoption("--full") and number % 2 == SCENES.index(scene) and _in_both(path):
            continue
        key = who.person_id if who else 0
        if key not in open_pages:
            open_pages[key] = here.page(who, width=width, language=language)
        page = open_pages[key]
        answer = page.goto(here.origin + path)
        assert answer is not None
        if answer.status >= 500:
            faults.append(f"{path}: {answer.status}")
            continue
        if page.locator("html").get_attribute("lang") != language and who is not None:
            faults.append(f"{path}: not in {language}")
        valid(answer.text())
        faults += looked_over(page, axe, width)
    assert not here.foreign, "something was asked of another host"
    assert not here.broken, "the script broke"
    assert not faults, f"{len(faults)} faults\n" + "\n".join(faults[:50])


BARS = """() => [...document.querySelectorAll('.tabs a')].flatMap(link => {
  const is = getComputedStyle(link), ground = getComputedStyle(document.body).backgroundColor;
  const below = link.hasAttribute('aria-current') ? ground : is.borderBottomColor;
  return is.borderTopColor === ground && below === ground ? [] : [link.textContent.trim()];
})"""


def test_the_reader_s_own_colours_and_paper_show_all_and_no_more(served: Serve) -> None:
    """No lines that are transparent otherwise; the widest table there is, whole and with its words whole."""
    here = served("pair-all", "opened", "sv")
    page = here.page(here.planted.cast.lead, width=1280, language="sv")
    page.emulate_media(forced_colors="active")
    page.goto(f"{here.origin}/reviews/{here.planted.review_id}")
    assert page.locator(".tabs a").count() > 3
    assert page.evaluate(BARS) == []
    page.goto(f"{here.origin}/me")
    chosen = (
        "getComputedStyle(document.querySelector('[type=radio]:checked + label'), '::after').borderTopWidth"
    )
    assert page.evaluate(chosen) == "7px"
    page.emulate_media(forced_colors="none", media="print")
    # What A4 leaves between its margins.
    page.set_viewport_size({"width": 658, "height": 900})
    page.goto(f"{here.origin}/lead/workflows/collegial-review/rights")
    assert page.evaluate(SIDEWAYS) == []
    assert page.evaluate("document.querySelector('.rights tbody th').offsetWidth") > 80
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 900})
    # The steps are a list to choose from, and the table of a chosen one has room for all its columns.
    assert page.evaluate("document.documentElement.scrollHeight") < 2500
    page.locator("details.rights-step summary").first.click()
    frame = "document.querySelector('.rights-step[open] .table-frame')"
    assert page.evaluate(f"{frame}.scrollWidth <= {frame}.clientWidth")

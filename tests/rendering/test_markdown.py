"""Markdown to safe HTML: what it keeps, and what it never lets through."""

from __future__ import annotations

import re
import time

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from peerreview.rendering.markdown import Heading, outline, to_html

TAGS = {
    "h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul",
    "ol", "li", "a", "table", "thead", "tbody", "tr", "th", "td", "div", "html", "head", "body",
}  # fmt: skip
ATTRIBUTES = {"href", "title", "rel", "start", "id", "class", "role", "tabindex", "aria-label"}

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[l](javascript:alert(1))",
    "[l](JaVaScRiPt:alert(1))",
    "[l](java\tscript:alert(1))",
    "[l](&#106;avascript:alert(1))",
    "[l](data:text/html,<script>alert(1)</script>)",
    "[l](vbscript:x)",
    "[a]: javascript:alert(1)\n\n[a]",
    "<javascript:alert(1)>",
    '[l](https://a.se "x\\" onclick=\\"alert(1)")',
    "![x](javascript:alert(1))",
    "# <a id=x onclick=alert(1)>h</a>",
    "| a |\n|:-:|\n| <b style=x>c</b> |",
    "`</code><script>alert(1)</script>`",
    "    </pre><script>alert(1)</script>",
    "<style>*{display:none}</style>",
    "<form action=//x><input></form>",
    "<!-- --><iframe src=//x>",
    '<a href="x" style="position:fixed">x</a>',
    "&lt;script&gt;alert(1)&lt;/script&gt;",
]


def dangers(html: str) -> list[str]:
    """What a browser would find in `html` that has no business there."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    found = []
    for element in tree.iter():
        if element.tag not in TAGS:
            found.append(str(element.tag))
        found += [name for name in element.attrib if name not in ATTRIBUTES]
        address = element.get("href", "")
        if re.match(r"\s*[a-z][a-z0-9+.-]*:", address, re.I) and not re.match("(https?|mailto):", address):
            found.append(address)
    return found


@pytest.mark.parametrize("text", ATTACKS)
def test_nothing_active_comes_through(text: str) -> None:
    assert dangers(to_html(text)) == []


@given(
    st.lists(st.sampled_from([*ATTACKS, *"<>[]()!`*_#|&;:\"'= \n\t/", "a", "å"]), max_size=30).map("".join)
)
def test_nothing_active_comes_through_whatever_is_typed(text: str) -> None:
    assert dangers(to_html(text, prefix="t")) == []


def test_raw_html_is_shown_as_it_was_typed() -> None:
    assert to_html("Mål < 5 och <b>fet</b>") == "<p>Mål &lt; 5 och &lt;b&gt;fet&lt;/b&gt;</p>"


def test_headings_stand_below_the_pages_own() -> None:
    assert to_html("# Styrkor") == "<h3>Styrkor</h3>"
    assert to_html("# Styrkor", shift=1) == "<h2>Styrkor</h2>"
    assert to_html("##### Långt ner") == "<h6>Långt ner</h6>"


def test_outline_names_the_headings_and_their_ids() -> None:
    text = "# Styrkor\n\ntext\n\n## Mål *och* mått\n\n# Styrkor\n"
    assert outline(text, prefix="r") == [
        Heading(1, "Styrkor", "r-styrkor"),
        Heading(2, "Mål och mått", "r-mål-och-mått"),
        Heading(1, "Styrkor", "r-styrkor_1"),
    ]
    html = to_html(text, prefix="r")
    assert re.findall(r'id="([^"]+)"', html) == [heading.id for heading in outline(text, prefix="r")]


def test_links_tell_the_other_side_nothing() -> None:
    assert to_html("[a](https://a.se)") == '<p><a href="https://a.se" rel="noopener noreferrer">a</a></p>'


def test_an_image_becomes_a_link() -> None:
    assert to_html("![en bild](https://a.se/b.png)") == (
        '<p><a href="https://a.se/b.png" rel="noopener noreferrer">en bild</a></p>'
    )


def test_a_table_stands_in_a_frame_that_scrolls_by_keyboard() -> None:
    html = to_html("| a | b |\n|---|--:|\n| 1 | 2 |", label="Mått & <mål>")
    assert html.startswith(
        '<div class="table-frame" role="region" tabindex="0" aria-label="Mått &amp; &lt;mål&gt;"><table>'
    )
    assert html.endswith("</table></div>")
    assert '<td class="number">2</td>' in html


def test_lists_do_not_mix() -> None:
    assert to_html("1. a\n2. b\n\n- c").count("<ol>") == 1


def test_empty() -> None:
    assert to_html("") == ""


@pytest.mark.parametrize(
    "text", [">" * 5000, "[" * 20_000, "![" * 8000, "*a_" * 5000, "[a](" * 3000, "<" * 20_000]
)
def test_no_text_holds_the_house_up(text: str) -> None:
    begun = time.perf_counter()
    to_html(text)
    assert time.perf_counter() - begun < 5

"""Markdown to safe HTML: what it keeps, and what it never lets through."""

from __future__ import annotations

import re

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension

from peerreview.rendering.markdown import Heading, _convert, outline, to_html

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
    assert to_html("##### Långt ner") == "<h3>Långt ner</h3>"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ([2, 3, 2, 4], [3, 4, 3, 4]),
        ([4, 2, 3, 1], [3, 3, 4, 3]),
        ([1, 2, 3, 4, 5, 6], [3, 4, 5, 6, 6, 6]),
        ([1, 4, 2, 3], [3, 4, 4, 5]),
    ],
)
def test_headings_stand_under_each_other_without_gaps_however_they_were_written(
    written: list[int], shown: list[int]
) -> None:
    html = to_html("\n\n".join("#" * level + " Rubrik" for level in written))
    assert [int(level) for level in re.findall(r"<h(\d)", html)] == shown


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
        '<div class="table-frame" role="group" tabindex="0" aria-label="Mått &amp; &lt;mål&gt;"><table>'
    )
    assert html.endswith("</table></div>")
    assert '<td class="number">2</td>' in html


def test_lists_do_not_mix() -> None:
    assert to_html("1. a\n2. b\n\n- c").count("<ol>") == 1


def test_empty() -> None:
    assert to_html("") == ""


@given(
    st.lists(
        st.sampled_from(
            [
                *"#-=_*[]()`<&;:|! \n",
                "a",
                "\n\n",
                "1. ",
                "    ",
                "> ",
                "[a](b)",
                "**",
                "| a |\n|---|\n",
                "[a]: b\n",
            ]
        ),
        max_size=40,
    ).map("".join)
)
def test_what_the_library_can_do_quickly_looks_as_it_makes_it(text: str) -> None:
    md = Markdown(
        extensions=[TableExtension(use_align_attribute=True), SaneListExtension()], output_format="html"
    )
    md.preprocessors.deregister("html_block")
    md.inlinePatterns.deregister("html")
    theirs = re.sub(r' align="[a-z]+"', "", md.convert(text))
    ours = re.sub(r' (id|class)="[^"]*"', "", _convert(text, 0, "")[0])
    # Headings of ours stand without gaps, whatever was typed.
    levels = re.compile(r"(</?h)[1-6]")
    assert levels.sub(r"\1", ours) == levels.sub(r"\1", theirs)


REMARKED = '<p class="as-written">Så här står det.</p>'
HEADINGS = "# a\n" * 3000


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (HEADINGS, f'{REMARKED}\n<pre class="as-written">{HEADINGS.strip()}</pre>'),
        ("[" * 20_000, f"{REMARKED}\n<p>{'[' * 20_000}</p>"),
        ("\\*" * 9000, f"{REMARKED}\n<p>{chr(92)}{('*' + chr(92)) * 8999}*</p>"),
    ],
    ids=["blocks", "words", "escapes"],
)
def test_what_would_take_long_is_shown_as_written_and_the_rest_as_ever(text: str, html: str) -> None:
    shown = to_html(f"Ett **stycke**.\n\n{text}\n\n- ett till", remark="Så här står det.")
    assert shown == f"<p>Ett <strong>stycke</strong>.</p>\n{html}\n<ul>\n<li>ett till</li>\n</ul>"


def test_what_follows_one_another_as_written_has_one_remark() -> None:
    tangled = "[" * 9000
    shown = to_html(f"{tangled}\n\n{HEADINGS}\n\n{tangled}\n\nord\n\n{tangled}", remark="Så här står det.")
    assert shown.count(REMARKED) == 2


def test_a_block_that_is_refused_takes_nothing_from_the_list_before_it() -> None:
    refused = "- b\n" + "# c\n" * 3000
    shown = to_html(f"- a\n\n{refused}\n\nsist")
    assert shown.startswith("<ul>\n<li>a</li>\n</ul>\n")
    assert shown.count("<li>") == 1
    assert shown.endswith("<p>sist</p>")


def test_an_entity_in_a_heading_is_read_as_its_letter() -> None:
    assert outline("# Mål &amp; mått", prefix="r") == [Heading(1, "Mål & mått", "r-mål-mått")]


def test_as_many_headings_of_one_name_as_there_may_be_have_ids_of_their_own() -> None:
    found = [heading.id for heading in outline("# a\n\n" * 500 + "# a_7\n", prefix="r")]
    assert found[:3] == ["r-a", "r-a_1", "r-a_2"]
    assert len(set(found)) == 501

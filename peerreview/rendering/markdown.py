"""Markdown to safe HTML, in this one place.

Raw HTML in the text is shown as text, the result is sanitised all the same (two locks, one of them
not ours). An image becomes a link to it: fetched, it would tell another host who reads.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

import markdown
import nh3
from markdown.extensions import Extension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.extensions.toc import slugify_unicode, unique
from markdown.treeprocessors import Treeprocessor
from markupsafe import Markup, escape

_HEADING = re.compile(r"h([1-6])")
_TAGS = {
    "h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "em", "strong", "code", "pre", "blockquote",
    "ul", "ol", "li", "a", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, **{f"h{n}": {"id"} for n in range(1, 7)}}
_CLASSES = {"th": {"number", "center"}, "td": {"number", "center"}}
_LINKS = ("link", "reference", "short_reference", "image_link", "image_reference", "short_image_ref")
# Steps of a search for "]"; 4 million take about a second, a report of 100 pages some ten thousand.
_MOST_STEPS = 4_000_000
_ALIGNED = {"right": "number", "center": "center"}


class Heading(NamedTuple):
    """A heading of a text: its level as written (1-6), its words, and its id in the HTML."""

    level: int
    text: str
    id: str


class _House(Treeprocessor):
    """Headings moved below the page's own and given ids, images as links, alignment as classes."""

    def __init__(self, md: markdown.Markdown, shift: int, prefix: str):
        super().__init__(md)
        self.shift, self.prefix = shift, prefix
        self.headings: list[Heading] = []

    def run(self, root: Element) -> None:
        ids: set[str] = set()
        for element in root.iter():
            if match := _HEADING.fullmatch(element.tag):
                self._heading(element, int(match[1]), ids)
            elif element.tag == "img":
                element.tag, element.text = "a", element.get("alt") or element.get("src", "")
                element.set("href", element.get("src", ""))
            elif (align := element.attrib.pop("align", "")) in _ALIGNED:
                element.set("class", _ALIGNED[align])

    def _heading(self, element: Element, level: int, ids: set[str]) -> None:
        words = "".join(element.itertext()).strip()
        slug = unique(slugify_unicode(words, "-") or "text", ids)
        if self.prefix:
            element.set("id", f"{self.prefix}-{slug}")
        element.tag = f"h{min(level + self.shift, 6)}"
        self.headings.append(Heading(level, words, f"{self.prefix}-{slug}"))


class _Closed(Extension):
    """Markdown without raw HTML and, for a text that would take minutes, without links."""

    def __init__(self, links: bool):
        super().__init__()
        self.links = links

    def extendMarkdown(self, md: markdown.Markdown) -> None:
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        if not self.links:
            for pattern in _LINKS:
                md.inlinePatterns.deregister(pattern)


def to_html(text: str, *, shift: int = 2, prefix: str = "", label: str = "") -> Markup:
    """Safe HTML for `text`. A `#` heading becomes <h3> with shift=2.

    With `prefix` headings get ids ("report-styrkor") that :func:`outline` names too. Tables stand in a frame
    that scrolls by keyboard; `label` names it for those who cannot see it.
    """
    dirty, _ = _convert(text, shift, prefix)
    clean = nh3.clean(
        dirty,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
    frame = Markup('<div class="table-frame" role="region" tabindex="0" aria-label="{}"><table>').format(
        label or "Tabell"
    )
    return Markup(clean.replace("<table>", frame).replace("</table>", "</table></div>"))


def outline(text: str, *, prefix: str) -> list[Heading]:
    """The headings of `text` in order, with the ids that to_html(text, prefix=prefix) gives them."""
    return _convert(text, 0, prefix)[1]


def _convert(text: str, shift: int, prefix: str) -> tuple[str, list[Heading]]:
    md = _machine(text)
    house = _House(md, shift, prefix)
    # After "inline" (20), so that a heading's words are those that are read.
    md.treeprocessors.register(house, "house", 5)
    try:
        return md.convert(text), house.headings
    except RecursionError:
        # Thousands of nested quotes or lists: nobody's text, but it must not take the page down.
        return str(Markup("<pre>{}</pre>").format(escape(text))), []


def _machine(text: str) -> markdown.Markdown:
    extensions: list[Any] = [
        TableExtension(use_align_attribute=True),
        SaneListExtension(),
        _Closed(not _crowded(text)),
    ]
    return markdown.Markdown(extensions=extensions, output_format="html")


def _crowded(text: str) -> bool:
    """Python-Markdown looks from each "[" to the end of its paragraph: 20,000 of them held it for a minute."""
    return sum(block.count("[") * len(block) for block in text.split("\n\n")) > _MOST_STEPS

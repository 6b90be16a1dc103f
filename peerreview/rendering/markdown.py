"""Markdown to safe HTML, in this one place.

Raw HTML in the text is shown as text, the result is sanitised all the same (two locks, one of them
not ours). An image becomes a link to it: fetched, it would tell another host who reads.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from typing import NamedTuple
from xml.etree.ElementTree import Element

import markdown
import nh3
from markdown.extensions import Extension
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.extensions.toc import slugify_unicode
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER_RE
from markupsafe import Markup

from . import metered, metered_words
from .metered import AS_WRITTEN

_HEADING = re.compile(r"h([1-6])")
_TAGS = {
    "h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "em", "strong", "code", "pre", "blockquote",
    "ul", "ol", "li", "a", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}, **{f"h{n}": {"id"} for n in range(1, 7)}}
_CLASSES = {"th": {"number", "center"}, "td": {"number", "center"}, "p": {AS_WRITTEN}, "pre": {AS_WRITTEN}}
REMARK = (
    "Här visas texten precis som den är skriven, för den har fler formateringstecken än vad som går att visa. "
    "Texten själv är oförändrad."
)
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
        self.ids: dict[str, int] = {}
        # The headings that the next one may stand under: their levels as written, the highest first.
        self.above: list[int] = []

    def run(self, root: Element) -> None:
        for element in root.iter():
            if match := _HEADING.fullmatch(element.tag):
                self._heading(element, int(match[1]))
            elif element.tag == "img":
                element.tag, element.text = "a", element.get("alt") or element.get("src", "")
                element.set("href", element.get("src", ""))
            elif (align := element.attrib.pop("align", "")) in _ALIGNED:
                element.set("class", _ALIGNED[align])

    def _heading(self, element: Element, level: int) -> None:
        words = HTML_PLACEHOLDER_RE.sub(self._entity, "".join(element.itertext())).strip()
        slug = self._own(slugify_unicode(words, "-") or "text")
        if self.prefix:
            element.set("id", f"{self.prefix}-{slug}")
        element.tag = f"h{min(self._depth(level) + self.shift, 6)}"
        self.headings.append(Heading(level, words, f"{self.prefix}-{slug}"))

    def _depth(self, level: int) -> int:
        """How deep a heading stands, 1 and on: people write #### for its size, and nobody may land in a gap."""
        self.above = [above for above in self.above if above < level] + [level]
        return len(self.above)

    def _entity(self, match: re.Match[str]) -> str:
        """What an entity stands for, as a letter: "Mål &amp; mått" is read so in the outline too."""
        stash = self.md.htmlStash.rawHtmlBlocks
        return unescape(str(stash[int(match[1])])) if int(match[1]) < len(stash) else ""

    def _own(self, slug: str) -> str:
        """The slug, numbered where a heading before has the same: "styrkor", "styrkor_1". Each count is kept."""
        own = slug
        while own in self.ids:
            self.ids[slug] += 1
            own = f"{slug}_{self.ids[slug]}"
        self.ids.setdefault(own, 0)
        return own


class _Closed(Extension):
    """Markdown without raw HTML, in time that grows with the text and no faster."""

    def __init__(self, remark: str):
        super().__init__()
        self.remark = remark

    def extendMarkdown(self, md: markdown.Markdown) -> None:
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        meter = metered.Meter()
        md.parser = metered.Blocks(md, meter)
        metered_words.put(md, meter, self.remark)


def to_html(text: str, *, shift: int = 2, prefix: str = "", label: str = "", remark: str = REMARK) -> Markup:
    """Safe HTML for `text`, to stand under a heading of the level `shift`: its own begin one below, without gaps.

    With `prefix` headings get ids ("report-styrkor") that :func:`outline` names too. Tables stand in a frame
    that scrolls by keyboard; `label` names it for those who cannot see it.
    """
    dirty, _ = _convert(text, shift, prefix, remark)
    clean = nh3.clean(
        dirty,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )
    frame = Markup('<div class="table-frame" role="group" tabindex="0" aria-label="{}"><table>').format(
        label or "Tabell"
    )
    return Markup(clean.replace("<table>", frame).replace("</table>", "</table></div>"))


def outline(text: str, *, prefix: str) -> list[Heading]:
    """The headings of `text` in order, with the ids that to_html(text, prefix=prefix) gives them."""
    return list(_convert(text, 0, prefix)[1])


@lru_cache(maxsize=32)
def _convert(text: str, shift: int, prefix: str, remark: str = REMARK) -> tuple[str, list[Heading]]:
    """A page names a text's headings and shows it; and a report is read by a team at once."""
    md = markdown.Markdown(
        extensions=[TableExtension(use_align_attribute=True), SaneListExtension(), _Closed(remark)],
        output_format="html",
    )
    house = _House(md, shift, prefix)
    # After "inline" (20), so that a heading's words are those that are read.
    md.treeprocessors.register(house, "house", 5)
    return md.convert(text), house.headings

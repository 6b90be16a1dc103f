"""The words of Markdown within a budget of steps (see :mod:`.metered`): brackets, backticks, stars and their like.

What the library looks for letter by letter, once for each sign that opens something, is looked for here in one go
through the words, or counted as far as it goes.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import islice
from operator import itemgetter
from xml.etree.ElementTree import Element, SubElement

import markdown
from markdown import inlinepatterns as patterns
from markdown.treeprocessors import InlineProcessor
from markdown.util import AtomicString

from .metered import AS_WRITTEN, Meter, Tangled

# Steps for each letter of a run of words; ordinary ones take less than one.
_EACH = 60
# Each of these may cost a copy of all the words around it.
_COPYING = "\\&<`*_[!\n"
_MOST_COPIES = 6000
# Of a run of stars that closes nothing each star is tried as a beginning, to the end of the run.
_LONG_RUN = "*" * 60
_SIGNS = re.compile(r"[\\`\[<&*_]|  \n")
_BRACKETS = re.compile(r"[\[\]]")
_TICKS = re.compile(r"`+")


def put(md: markdown.Markdown, meter: Meter, remark: str) -> None:
    """Take the house's own in place of the library's."""
    emphasis = _Emphasis("*", "strong,em", md)
    emphasis.add("_", "strong,em", smart=True)
    words: list[tuple[_Metered, str, int]] = [
        (_Ticks(patterns.BACKTICK_RE), "backtick", 190),
        (_Reference(patterns.REFERENCE_RE, md), "reference", 170),
        (_Link(patterns.LINK_RE, md), "link", 160),
        (_Image(patterns.IMAGE_LINK_RE, md), "image_link", 150),
        (_ImageReference(patterns.IMAGE_REFERENCE_RE, md), "image_reference", 140),
        (_Short(patterns.REFERENCE_RE, md), "short_reference", 130),
        (_ShortImage(patterns.IMAGE_REFERENCE_RE, md), "short_image_ref", 125),
        (emphasis, "em_strong", 60),
    ]
    seen = _Seen(meter)
    for pattern, name, priority in words:
        pattern.seen = seen
        md.inlinePatterns.register(pattern, name, priority)
    md.treeprocessors.register(Words(md, meter, remark), "inline", 20)


class Words(InlineProcessor):
    """Each run of words by itself. One beyond its budget stands as it was written, and its block gets a remark."""

    def __init__(self, md: markdown.Markdown, meter: Meter, remark: str):
        super().__init__(md)
        self.meter, self.remark = meter, remark

    def run(self, tree: Element, ancestors: list[str] | None = None) -> Element:
        blocks: list[Element] = []
        below = False
        for block in tree:
            whole = block.get("class") != AS_WRITTEN
            for element in list(block.iter()):
                whole = self._laid_out_in(element) and whole
            if not whole and not below:
                above = Element("p", {"class": AS_WRITTEN})
                above.text = AtomicString(self.remark)
                blocks.append(above)
            below = not whole
            blocks.append(block)
        tree[:] = blocks
        return tree

    def _laid_out_in(self, element: Element) -> bool:
        """Whether all that stands directly in `element`, and between what it holds, could be laid out."""
        children, whole = list(element), True
        for child in children:
            if child.tail and (found := self._laid_out(child.tail, child.tag)) is not None:
                at = list(element).index(child) + 1
                element[at:at] = list(found)
                child.tail = found.text
            elif child.tail:
                child.tail, whole = AtomicString(child.tail), False
        if element.text and not isinstance(element.text, AtomicString):
            if (found := self._laid_out(element.text, element.tag)) is not None:
                element.text = found.text
                element[0:0] = list(found)
            else:
                element.text, whole = AtomicString(element.text), False
        return whole

    def _laid_out(self, text: str, tag: str) -> Element | None:
        root = Element(self.md.doc_tag)
        words = SubElement(root, tag)
        words.text = text
        if not _SIGNS.search(text):
            return words
        self.meter.allow(len(text), _EACH)
        if sum(map(text.count, _COPYING)) > _MOST_COPIES or _LONG_RUN in text:
            return None
        try:
            super().run(root)
        except (Tangled, RecursionError):
            return None
        return words


class _Seen:
    """What stands where in the words that are looked through just now: they change with each thing laid out."""

    def __init__(self, meter: Meter):
        self.meter = meter
        self._brackets_of = self._ticks_of = ""
        self._closing: dict[int, int] = {}
        self._ticks: list[tuple[int, int]] = []

    def closing(self, text: str, at: int) -> int | None:
        """Where the bracket at `at` is closed."""
        if text is not self._brackets_of:
            self._brackets_of, self._closing = text, {}
            opened: list[int] = []
            for match in _BRACKETS.finditer(text):
                if match[0] == "[":
                    opened.append(match.start())
                elif opened:
                    self._closing[opened.pop()] = match.start()
            self.meter.spend(8 * len(self._closing) + 4 * len(opened) + len(text) // 16)
        return self._closing.get(at)

    def ticks(self, text: str) -> list[tuple[int, int]]:
        """Where backticks stand, from and to."""
        if text is not self._ticks_of:
            self._ticks_of, self._ticks = text, [match.span() for match in _TICKS.finditer(text)]
            self.meter.spend(4 * len(self._ticks) + len(text) // 16)
        return self._ticks


class _Metered(patterns.InlineProcessor):
    seen: _Seen


class _Ticks(_Metered, patterns.BacktickInlineProcessor):
    """Code between backticks: as many after it as before it, or else the most there are."""

    def find_code_spans(self, start: int, text: str) -> tuple[int, int | None]:  # type: ignore[override]
        runs = self.seen.ticks(text)
        at = bisect_right(runs, start, key=itemgetter(0))
        end = runs[at - 1][1]
        ticks, longest, last = end - start, 0, 0
        for one, other in islice(runs, at, None):
            self.seen.meter.spend(1)
            if other - one == ticks:
                return end, one
            if other - one > longest:
                longest, last = other - one, other
        return (end - (ticks - longest), last - longest) if 0 < longest < ticks else (end, None)


class _Bracketed(_Metered, patterns.LinkInlineProcessor):
    """What stands between brackets, and the address after it."""

    def getText(self, data: str, index: int) -> tuple[str, int, bool]:
        end = self.seen.closing(data, index - 1)
        if end is None:
            return "", len(data), False
        self.seen.meter.spend((end - index) // 4)
        return data[index:end], end + 1, True

    def getLink(self, data: str, index: int) -> tuple[str, str | None, int, bool]:
        href, title, end, handled = super().getLink(data, index)
        quoted = title is None and ('"' in href or "'" in href)
        self.seen.meter.spend((len(data) if quoted or not handled else end) - index)
        return href, title, end, handled


class _Link(_Bracketed):
    pass


class _Image(_Bracketed, patterns.ImageInlineProcessor):
    pass


class _Reference(_Bracketed, patterns.ReferenceInlineProcessor):
    pass


class _ImageReference(_Bracketed, patterns.ImageReferenceInlineProcessor):
    pass


class _Short(_Bracketed, patterns.ShortReferenceInlineProcessor):
    pass


class _ShortImage(_Bracketed, patterns.ShortImageReferenceInlineProcessor):
    pass


class _Emphasis(_Metered, patterns.DelimiterProcessor):
    """Stars and underscores, paired as far as the search for the other one goes."""

    def search(self, data: str, start: int) -> re.Match[str] | None:
        found = super().search(data, start)
        open_ones = sum(len(delimiter.stack) for delimiter in self.delimiters.values())
        self.seen.meter.spend((found.end() if found else len(data)) - start + open_ones)
        return found

"""Markdown whose work is counted: a text is laid out in time that grows with its length, whatever it holds.

Python-Markdown goes through a block once for each heading in it, and through a paragraph once for each bracket,
backtick or star that nothing closes: 25,000 headings in a row held a server for minutes. Here each block and each
run of words has a budget of steps, so many for each of its letters. What would cost more is shown as it was written:
that block alone, under a remark, and the rest as ever. Steps are counted, not time, so that a text always looks the
same. Blocks are laid out here, words in :mod:`.metered_words`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element, ElementTree, SubElement

import markdown
from markdown.blockparser import BlockParser
from markdown.blockprocessors import (
    BlockProcessor,
    CodeBlockProcessor,
    EmptyBlockProcessor,
    OListProcessor,
    ReferenceProcessor,
)
from markdown.extensions.sane_lists import SaneOListProcessor, SaneUListProcessor
from markdown.extensions.tables import TableProcessor
from markdown.util import AtomicString

# Steps for each letter of a block. Ordinary ones take one to five; a step takes some 30 nanoseconds.
_EACH = 120
_FOR_EVERYTHING = 2000
_DEEPEST = 60
# A longer code block goes on in a second one: each empty line in it would copy all that stands before.
_LONGEST_CODE = 20_000
# What defines an address, or nearly: it may go on below for two lines.
_DEFINITION = re.compile(r"^[ ]{0,3}\[[^\[\]]*\]:[^\n]*(?:\n[^\n]*){0,2}", re.MULTILINE)
AS_WRITTEN = "as-written"


class Tangled(Exception):
    """What is laid out would take more steps than its length allows."""


class Meter:
    """The steps that are left for what is being laid out, and how many all has taken."""

    def __init__(self) -> None:
        self.left = self.spent = 0

    def allow(self, letters: int, each: int) -> None:
        self.left = letters * each + _FOR_EVERYTHING

    def spend(self, steps: int) -> None:
        self.left -= steps
        self.spent += steps
        if self.left < 0:
            raise Tangled


class Blocks(BlockParser):
    """One block at a time, within its budget. (Here no block processor looks at the blocks that follow.)"""

    def __init__(self, md: markdown.Markdown, meter: Meter):
        super().__init__(md)
        self.meter, self._depth = meter, 0
        self.blockprocessors = md.parser.blockprocessors
        for processor in self.blockprocessors:
            processor.parser = self
        self.blockprocessors.register(_Empty(self), "empty", 100)
        self.blockprocessors.register(_Code(self), "code", 80)
        self.blockprocessors.register(_Table(self, meter), "table", 75)
        self.blockprocessors.register(_Numbers(self), "olist", 40)
        self.blockprocessors.register(_Bullets(self), "ulist", 30)
        self.blockprocessors.register(_Reference(self, meter), "reference", 15)

        self._plain: list[tuple[Element, list[str]]] = []

    def parseDocument(self, lines: Iterable[str]) -> ElementTree:
        root = self.root = Element(self.md.doc_tag)
        for block in "\n".join(lines).split("\n\n"):
            follows = bool(self._plain) and root[-1] is self._plain[-1][0]
            if follows and not block.strip("\n"):
                self._plain[-1][1].append(block)
            elif not self._laid_out(root, block):
                if not follows:
                    self._plain.append((SubElement(root, "pre", {"class": AS_WRITTEN}), []))
                self._plain[-1][1].append(block)
        for element, blocks in self._plain:
            element.text = AtomicString("\n\n".join(blocks).strip("\n"))
        return ElementTree(root)

    def _laid_out(self, root: Element, block: str) -> bool:
        """Whether `block` now stands in the tree; where it costs too much, the tree is as it was before."""
        before = list(_last_ones(root))
        self.meter.allow(len(block), _EACH)
        try:
            self.parseBlocks(root, [block])
            if sum(1 for _ in _last_ones(root)) <= _DEEPEST:
                return True
        except Tangled:
            del self.state[:]
            self._depth = 0
        for one in before:
            one.again()
        return False

    def parseBlocks(self, parent: Element, blocks: list[str]) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Tangled
        for block in blocks:
            waiting = [block]
            while waiting:
                self.meter.spend(len(waiting[0]) + 1)
                self._one(parent, waiting)
        self._depth -= 1

    def _one(self, parent: Element, waiting: list[str]) -> None:
        for processor in self.blockprocessors:
            if processor.test(parent, waiting[0]) and processor.run(parent, waiting) is not False:
                break


class _Last(NamedTuple):
    """The last of its siblings as it was, before a block was added to it. (A list's item may get a paragraph first.)"""

    element: Element
    children: int
    first: Element | None
    text: str | None
    tail: str | None

    def again(self) -> None:
        element = self.element
        if self.first is not None and element[0] is not self.first:
            del element[0]
        del element[self.children :]
        element.text, element.tail = self.text, self.tail


def _last_ones(element: Element) -> Iterator[_Last]:
    """The element, the last child in it, the last in that one..."""
    while True:
        first = element[0] if len(element) else None
        yield _Last(element, len(element), first, element.text, element.tail)
        if first is None:
            return
        element = element[-1]


class _ShortCode(BlockProcessor):
    """Code goes on after an empty line, as long as it is not very long."""

    def lastChild(self, parent: Element) -> Element | None:
        last = super().lastChild(parent)
        long = (
            last is not None and last.tag == "pre" and len(last) and len(last[0].text or "") > _LONGEST_CODE
        )
        return None if long else last


class _Code(_ShortCode, CodeBlockProcessor):
    pass


class _Empty(_ShortCode, EmptyBlockProcessor):
    pass


class _Items(OListProcessor):
    """The items of a list, each with the lines that go on in it: put together once, and not anew for each line."""

    def get_items(self, block: str) -> list[str]:
        items: list[list[str]] = []
        for line in block.split("\n"):
            if found := self.CHILD_RE.match(line):
                if not items and self.TAG == "ol":
                    self.STARTSWITH = found[1].rstrip(".")  # type: ignore[misc]
                items.append([found[3]])
            elif self.INDENT_RE.match(line) and not items[-1][0].startswith(" " * self.tab_length):
                items.append([line])
            else:
                items[-1].append(line)
        return ["\n".join(lines) for lines in items]


class _Numbers(_Items, SaneOListProcessor):
    pass


class _Bullets(_Items, SaneUListProcessor):
    pass


class _Table(TableProcessor):
    """A table is one by its first two rows: those are looked at, and not all the lines of every block."""

    def __init__(self, parser: BlockParser, meter: Meter):
        super().__init__(parser, {"use_align_attribute": True})
        self.meter = meter

    def test(self, parent: Element, block: str) -> bool:
        below = block.find("\n") + 1
        end = block.find("\n", below)
        between = block[below : None if end < 0 else end]
        if "|" not in block[:below] or not set(between) <= set("|:- "):
            return False
        self.meter.spend(4 * block.count("\n"))
        return super().test(parent, block)

    def _split(self, row: str) -> list[str]:
        ticks = row.count("`")
        self.meter.spend(ticks * (ticks + row.count("|")))
        return super()._split(row)  # type: ignore[misc, no-any-return]


class _Reference(ReferenceProcessor):
    """A definition of an address: its title is looked for from each quotation mark to the end of the line."""

    def __init__(self, parser: BlockParser, meter: Meter):
        super().__init__(parser)
        self.meter = meter

    def run(self, parent: Element, blocks: list[str]) -> bool | None:
        for match in _DEFINITION.finditer(blocks[0]):
            quotes = match[0].count('"') + match[0].count("'")
            self.meter.spend(32 + quotes * len(match[0]) // 8)
        return super().run(parent, blocks)

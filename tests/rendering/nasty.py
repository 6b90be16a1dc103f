"""Texts that make a careless renderer work for minutes: of any length, each shape by its name."""

from __future__ import annotations

from collections.abc import Callable

Shape = Callable[[int], str]


def repeated(unit: str, before: str = "", after: str = "") -> Shape:
    """`unit` again and again, about `letters` letters of it."""
    return lambda letters: before + unit * max(1, letters // len(unit)) + after


def nested(unit: str, between: str = "") -> Shape:
    """Blocks that go one step deeper each: the text grows with the square of their number."""

    def text(letters: int) -> str:
        depth = max(1, int((letters / 2) ** 0.5))
        return "\n\n".join(" " * 4 * n + unit for n in range(depth)) + between

    return text


UNITS = {
    "headings": "# a\n",
    "headings apart": "# a\n\n",
    "headings numbered": "# a_1\n\n# a\n\n",
    "headings without words": "#\n\n",
    "setext": "a\n=\n",
    "setext apart": "a\n-\n\n",
    "hashes": "#",
    "hashes and letters": "#a",
    "rules": "---\n",
    "rules and words": "a\n***\n",
    "table rows": "| a | b |\n",
    "tables": "| a | b |\n|---|---|\n| 1 | 2 |\n\n",
    "pipes": "|",
    "pipes and backticks": "`|`",
    "pipes in one line": "a | b ",
    "dashes and pipes": "-|",
    "stars": "*",
    "stars apart": "* ",
    "stars and letters": "*a",
    "stars that begin": " *a",
    "stars that end": "a* ",
    "two stars": "**a ",
    "three stars": "***a*b ",
    "stars and underscores": "*a_",
    "underscores": "_",
    "underscores that begin": " _a",
    "emphasis": "*a* ",
    "strong in emphasis": "*a **b** c* ",
    "brackets": "[",
    "brackets closed": "]",
    "brackets in brackets": "[a",
    "brackets and brackets": "[]",
    "pairs of brackets": "[a][b]",
    "links": "[a](b) ",
    "links that do not end": "[a](",
    "links with a title that does not end": '[a](b "c ',
    "links of quotes": "[a](b'\"",
    "images": "![a](b) ",
    "images that do not end": "![",
    "references": "[a] ",
    "references apart": "[a]\n\n",
    "definitions": "[a]: b\n",
    "definitions apart": "[a]: b\n\n",
    "definitions with quotes": '[a]: b "c" d\n',
    "words and a definition": "a\n[a]: b\n",
    "addresses": "<http://a.se> ",
    "addresses that do not end": "<http://a.se ",
    "mail addresses": "<a@b.se> ",
    "mail addresses that do not end": "<a@b",
    "less than": "<",
    "tags": "<b>a</b>",
    "comments": "<!-- ",
    "entities": "&amp;",
    "entities that do not end": "&a",
    "entities in headings": "# &lt;\n\n",
    "backslashes": "\\",
    "escapes": "\\*",
    "escapes and letters": "\\*a",
    "backslashes and backticks": "\\`",
    "backticks": "`",
    "backticks apart": "` ",
    "code": "`a` ",
    "code that does not end": "``a` ",
    "fences": "```\na\n```\n",
    "fences apart": "```\n\n",
    "items": "- a\n",
    "items apart": "- a\n\n",
    "items without words": "- \n",
    "numbers": "1. a\n",
    "numbers apart": "1. a\n\n",
    "items of both kinds": "- a\n\n1. b\n\n",
    "items in one line": "- ",
    "items of two signs in one line": "- + ",
    "items that go on": "- a\n    b\n",
    "items with items": "- a\n    - b\n",
    "items with headings": "- # a\nb\n",
    "items with code": "- a\n\n        b\n\n",
    "quotes": ">",
    "quotes apart": "> ",
    "quotes and lines": "> a\n",
    "quotes and paragraphs": "> a\n\n",
    "quotes with headings": "> # a\n",
    "quotes with empty lines": "> a\n>\n",
    "quotes and items": "> - ",
    "code blocks": "    a\n",
    "code blocks apart": "    a\n\n",
    "code and words": "    a\nb\n",
    "lines": "a\n",
    "paragraphs": "a\n\n",
    "breaks": "a  \n",
    "empty lines": "\n",
    "empty lines and blanks": "\n  \n",
    "blanks": " ",
    "tabs": "\t",
    "one word": "å",
    "words": "och ",
    "line feeds": "\r",
    "null signs": "\0",
    "control signs": "\2\3",
    "marks on a letter": "\u0316\u0301",
    "right to left": "\u202e",
    "letters of four bytes": "😀",
}

SHAPES: dict[str, Shape] = {
    **{name: repeated(unit) for name, unit in UNITS.items()},
    "one heading": repeated("a", "# "),
    "hashes after words": repeated("#", "# a"),
    "a heading of backslashes": repeated("\\", "# ", "#"),
    "a long line before a rule": repeated("a ", "", "\n---"),
    "a table of one row": repeated("`|", "| a |\n|---|\n| "),
    "a wide table": lambda n: "|a" * (n // 8) + "|\n" + "|-" * (n // 8) + "|\n" + "|b" * (n // 8) + "|\n",
    "a table's head of backticks": repeated("`|", "", "\n|-|-|"),
    "a definition of quotes": repeated("\"'", "[a]: b "),
    "a definition of colons": repeated(':"', "[a]: /b", "1. *"),
    "a definition of brackets": repeated("(", "[a]: b "),
    "an address of blanks": repeated(" ", "[a](", ")"),
    "an address of parentheses": repeated("(", "[a]("),
    "a star and much that closes nothing": repeated(" a_", "*"),
    "a title of quotes": repeated("'", "[a](b '"),
    "one item": repeated("a\n", "- "),
    "one quote": repeated("a\n", "> "),
    "brackets that all close": lambda n: "[" * (n // 2) + "]" * (n // 2),
    "links in links": lambda n: "[a" * (n // 6) + "](b)" * (n // 6),
    "images in images": lambda n: "![a" * (n // 7) + "](b)" * (n // 7),
    "code in one more backtick each": lambda n: " ".join("`" * k for k in range(1, int((2 * n) ** 0.5))),
    "stars that close": lambda n: "*a " * (n // 6) + "a* " * (n // 6),
    "strong that closes": lambda n: "**a " * (n // 8) + "a** " * (n // 8),
    "stars that rise": lambda n: "".join("*" * k + "a " for k in range(1, int((2 * n) ** 0.5))),
    "different headings": lambda n: "".join(f"# {k}\n\n" for k in range(n // 8)),
    "different references": lambda n: "".join(f"[{k}]: a\n\n[{k}]\n\n" for k in range(n // 20)),
    "items that go deeper": nested("- a"),
    "numbers that go deeper": nested("1. a"),
    "quotes that go deeper": lambda n: "\n\n".join("> " * k + "a" for k in range(int(n**0.5))),
    "quotes in items that go deeper": lambda n: "\n".join(
        "> - " * k + "a" for k in range(int((n / 2) ** 0.5))
    ),
    "items that go deeper in one block": lambda n: "\n".join(
        "    " * k + "- a" for k in range(int((n / 2) ** 0.5))
    ),
}

"""Weights from a file: a feature and a number a line (`population = 2`, `wishes;0,5`), or a JSON object."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable

from ..errors import N_
from .cells import BadTable, Fault, text_of
from .profiles import key

LINE = re.compile(r"""\s*["']?(?P<name>[^"'=:;,\t#]+?)["']?\s*[=:;,\t]\s*(?P<number>[^\s#]+)\s*(#.*)?""")
# A longer line is no feature and a number; each blank in it would be looked through again.
_LONGEST = 1000
SECTION = re.compile(r"\s*\[[^\W\d][^\[\],=:]*\]\s*(#.*)?")
HEADING = {"weight", "weights", "vikt"}


def read_weights(content: bytes, features: Iterable[str]) -> dict[str, float]:
    """Weights of some of `features`; BadTable with every fault where there is one."""
    text = text_of(content)
    known = {key(feature): feature for feature in features}
    found = _from_json(text) if text.lstrip().startswith("{") else _from_lines(text)
    faults, weights = [], {}
    for line, column, name, number in found:
        weight = _number(number)
        if key(name) not in known:
            there = ", ".join(sorted(known.values()))
            message = N_("%(name)s is no feature; these are: %(features)s", name=name, features=there)
            faults.append(Fault(line, column, message))
        elif weight is None:
            faults.append(
                Fault(
                    line, column, N_("the weight of %(name)s is not a number from -1000 to 1000", name=name)
                )
            )
        elif known[key(name)] in weights:
            faults.append(Fault(line, column, N_("%(name)s has two weights; keep one", name=name)))
        else:
            weights[known[key(name)]] = weight
    if faults:
        raise BadTable(faults)
    return weights


def _number(text: object) -> float | None:
    """Up to three decimals, so that shares are the same on every machine."""
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        return None
    try:
        number = float(str(text).replace(",", ".").replace("\N{MINUS SIGN}", "-"))
    except ValueError:
        return None
    return round(number, 3) if math.isfinite(number) and abs(number) <= 1000 else None


def _from_lines(text: str) -> list[tuple[int, int, str, object]]:
    found: list[tuple[int, int, str, object]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#") or SECTION.fullmatch(line):
            continue
        match = LINE.fullmatch(line) if len(line) <= _LONGEST else None
        if match is None:
            raise BadTable(
                [Fault(number, 1, N_("this is not a feature and a number, such as: population = 2"))]
            )
        if not found and match["number"].casefold() in HEADING:
            continue
        found.append((number, match.start("name") + 1, match["name"].strip(), match["number"]))
    return found


def _from_json(text: str) -> list[tuple[int, int, str, object]]:
    try:
        pairs = json.loads(text, object_pairs_hook=list)
    except json.JSONDecodeError as error:
        message = N_("this is not JSON: %(why)s", why=error.msg)
        raise BadTable([Fault(error.lineno, error.colno, message)]) from error
    except RecursionError as error:
        message = N_("this is not JSON: %(why)s", why="it is nested too deeply")
        raise BadTable([Fault(1, 1, message)]) from error
    found: list[tuple[int, int, str, object]] = []
    at, line = 0, 1
    for name, weight in pairs:
        # Where the name stands, as far as it is written plainly: after the one before it.
        there = max(at, text.find(json.dumps(name, ensure_ascii=False), at))
        line += text.count("\n", at, there)
        at = there
        found.append((line, at - text.rfind("\n", 0, at), name, weight))
    return found

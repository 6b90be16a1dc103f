"""Two versions of an agreement beside each other, in words; and two people's changes of one put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...errors import N_, Message
from ..base.free_days import said
from ..case.facts import DATES
from ..terms.agreement_terms import LABELS, READS

CHOICES: Mapping[str, Message] = {
    "separate": N_("One report by each side"),
    "joint": N_("One joint report"),
    "each": N_("Each set as soon as it is handed in"),
    "all": N_("All sets at once, when the last is in"),
    "6": N_("After 6 months"),
    "12": N_("After 12 months"),
    "True": N_("Yes"),
    "False": N_("No"),
}


@dataclass(frozen=True)
class Change:
    """A difference between two versions, in words: `before` and `after` may be dates, Messages or text."""

    label: Message
    before: Any
    after: Any


def _flat(fields: Mapping[str, Any]) -> dict[str, Any]:
    """By path ("dates.report", "wish.w3"), each value; new wishes are told apart by what they say."""
    flat = {key: fields.get(key) for key in ("period_from", "period_to", "report", "opening", "follow_up")}
    flat |= {key: bool(fields.get(key)) for key in READS}
    flat |= {f"dates.{key}": fields.get("dates", {}).get(key, "") for key in DATES}
    for wish in fields.get("wishes", []):
        name = wish["id"] or f"new {wish['party']} {wish['title']} {wish['note']}"
        flat[f"wish.{name}"] = wish
    return {key: value for key, value in flat.items() if value not in (None, "", 0)}


def merged(
    base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """`mine` and `theirs`, two changes of `base`, put together, and the paths that both have changed
    differently (there mine stands)."""
    b, m, t = _flat(base), _flat(mine), _flat(theirs)
    both: dict[str, Any] = {}
    clashes = []
    for path in dict.fromkeys((*t, *m, *b)):
        if m.get(path) == b.get(path):
            both[path] = t.get(path)
        else:
            both[path] = m.get(path)
            if t.get(path) not in (b.get(path), m.get(path)):
                clashes.append(path)
    return _unflat(both), tuple(clashes)


def _unflat(flat: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {
        key: flat.get(key) or "" for key in ("period_from", "period_to", "report", "opening")
    }
    fields["follow_up"] = flat.get("follow_up") or 0
    fields |= {key: bool(flat.get(key)) for key in READS}
    fields["dates"] = {key: flat.get(f"dates.{key}") or "" for key in DATES}
    fields["wishes"] = [wish for path, wish in flat.items() if path.startswith("wish.") and wish]
    return fields


def changed_paths(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    b, a = _flat(before), _flat(after)
    return tuple(path for path in dict.fromkeys((*b, *a)) if b.get(path) != a.get(path))


def changes(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    names: Mapping[int, str],
    only: Iterable[str] | None = None,
) -> tuple[Change, ...]:
    """What differs, in words; `only`: of these paths alone."""
    b, a = _flat(before), _flat(after)
    found = []
    for path in changed_paths(before, after) if only is None else only:
        if path.startswith("wish."):
            wish = a.get(path) or b[path]
            label = N_("Document of %(party)s", party=names[wish["party"]])
            found.append(Change(label, _wish_said(b.get(path)), _wish_said(a.get(path))))
        else:
            found.append(Change(LABELS[path], value_said(path, b.get(path)), value_said(path, a.get(path))))
    return tuple(found)


def _wish_said(wish: Mapping[str, Any] | None) -> Any:
    if not wish:
        return N_("not on the list")
    return f"{wish['title']} ({wish['note']})" if wish.get("note") else wish["title"]


def value_said(path: str, value: Any) -> Any:
    """A field's value as it is said on a page."""
    if path in READS:
        return CHOICES[str(bool(value))]
    if not value:
        return N_("not decided")
    if path.startswith(("dates.", "period_")):
        return said(value)
    return CHOICES[str(value)]

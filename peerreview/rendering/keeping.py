"""A mail's words as JSON and back, for words that wait to be said."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ..errors import Message, PartyName, RoughDay, Text
from .mails import MailWords


def to_json(words: MailWords) -> dict[str, Any]:
    """All that the words hold. (What is for a calendar goes at once, and is never kept.)"""
    assert words.invitation is None
    return {
        "subject": _kept(words.subject),
        "why": _kept(words.why),
        "ask": [_kept(part) for part in words.ask],
        "link": words.link,
        "button": _kept(words.button),
        "next": [_kept(part) for part in words.next],
        "names": {str(party): name for party, name in words.names.items()},
        "order": words.order,
    }


def from_json(kept: dict[str, Any]) -> MailWords:
    return MailWords(
        subject=_said(kept["subject"]),
        why=_said(kept["why"]),
        ask=tuple(_said(part) for part in kept["ask"]),
        link=kept["link"],
        button=_said(kept["button"]),
        next=tuple(_said(part) for part in kept["next"]),
        names={int(party): name for party, name in kept["names"].items()},
        order=kept.get("order", "2"),
    )


def _kept(value: Any) -> Any:
    if isinstance(value, Message):
        return {"say": value.text, "with": [[name, _kept(part)] for name, part in value.params]}
    if isinstance(value, Text):
        return {"text": dict(value.translations)}
    if isinstance(value, PartyName):
        return {"party": value.party}
    if isinstance(value, datetime):
        return {"time": value.isoformat()}
    if isinstance(value, RoughDay) and value.said is not None:
        return {"day": value.isoformat(), "roughly": _kept(value.said), "kept": value.kept}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if value is None or isinstance(value, (str, int, float)):
        return value
    raise TypeError(f"a mail cannot keep {type(value).__name__}")


def _said(kept: Any) -> Any:
    if not isinstance(kept, dict):
        return kept
    if "say" in kept:
        return Message(kept["say"], tuple((name, _said(part)) for name, part in kept["with"]))
    if "text" in kept:
        return Text.of(kept["text"])
    if "party" in kept:
        return PartyName(kept["party"])
    if "time" in kept:
        return datetime.fromisoformat(kept["time"])
    day = date.fromisoformat(kept["day"])
    return RoughDay.of(day, _said(kept["roughly"]), kept["kept"]) if "roughly" in kept else day

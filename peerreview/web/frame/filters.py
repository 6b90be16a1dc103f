"""What templates print with: dates, messages, sizes and Markdown in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from flask import Flask, current_app, g, has_request_context
from flask_babel import gettext
from markupsafe import Markup, escape

from peerreview.rendering import markdown, tongues, words
from peerreview.rendering.pictures import marks

from .locale import language

_DAY = re.compile(r"\b\d{4}-\d\d-\d\d\b")


def register(app: Flask) -> None:
    for name, show in FILTERS.items():
        app.add_template_filter(show, name)
    app.add_template_test(is_past, "past")
    app.add_template_global(marks.mark, "state_mark")
    app.add_template_global(marks.STATE_WORDS, "state_words")  # type: ignore[arg-type]
    app.add_template_global(as_record)
    app.context_processor(_frame)


def today() -> date:
    """The method's day in Sweden: `g.now`, which the demo can move, is read once at the door."""
    now = g.get("now") if has_request_context() else None
    return words.day_of(now or datetime.now(UTC))


def as_record() -> str:
    """From here on this page is one that is kept or printed: its days are told with the year, as ISO 8601 has them."""
    g.record = True
    return ""


def _told_on() -> date:
    """What days are told by: today, or that they are kept."""
    return words.RECORD if has_request_context() and g.get("record") else today()


def say(value: Any) -> Any:
    """Message, Text, PartyName, date or plain text in the reader's language; Markup stays what it is."""
    if value is None or isinstance(value, str):
        return value or ""
    return words.say(value, language(), g.get("names") if has_request_context() else None, _told_on())


def sentence(value: Any) -> str:
    return words.sentence(str(say(value)))


def with_whole_days(value: Any) -> Markup:
    """Words in which a day in figures (2026-04-16) stays on one line: its hyphens are no places to part at."""
    return Markup(_DAY.sub(r'<span class="nowrap">\g<0></span>', str(escape(say(value)))))


def coded(value: Any) -> Markup:
    """A sentence in which names of a definition stand between backticks: `exchange/collect`."""
    parts = sentence(value).split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 and number < len(parts) - 1 else part
        for number, part in enumerate(parts)
    )


def day(value: date, week: bool = True) -> str:
    return words.day(value, language(), today=_told_on(), week=week)


def month(value: str) -> str:
    return words.month(value, language())


def brief_day(value: date) -> str:
    return words.brief_day(value, language(), today=_told_on())


def day_time(value: datetime, week: bool = False) -> str:
    return words.day_time(value, language(), today=_told_on(), week=week)


def on_paper(value: date, time: bool = False) -> str:
    """As it is printed, where the screen leaves out the year; "" where it stands already."""
    if _told_on() == words.RECORD:
        return ""
    if time and isinstance(value, datetime):
        return words.day_time(value, language(), today=words.RECORD)
    return words.day(value, language(), today=words.RECORD, week=False)


def clock(value: datetime) -> str:
    return words.clock(value, language())


def iso(value: date | str) -> str:
    """A date for machines; what somebody typed into a date field comes back as it was typed."""
    return value if isinstance(value, str) else words.iso(value)


def relative(value: date) -> str:
    return words.relative(value, language(), today=today())


def is_past(value: Any) -> bool:
    """Whether a day has been; what is no date tells nothing of that."""
    return isinstance(value, date) and words.day_of(value) < today()


def size(value: int) -> str:
    return words.size(value, language())


def to_html(text: str | None, shift: int = 2, prefix: str = "") -> Markup:
    remark = gettext(
        "Here the text is shown just as it was written, as it has more formatting characters than can be shown. "
        "The text itself is unchanged."
    )
    return markdown.to_html(text or "", shift=shift, prefix=prefix, label=gettext("Table"), remark=remark)


def tongue(text: Any) -> Markup:
    """The attribute that says which language a person wrote in, where it is not the page's own."""
    if not isinstance(text, str) or not text:
        return Markup("")
    found = tongues.language_of(str(text), _house_language())
    return Markup("") if found == language() else Markup(' lang="{}"').format(found)


def written(text: str | None) -> Markup:
    """What a person wrote, within words of ours."""
    said = tongue(text)
    return Markup("<span{}>{}</span>").format(said, text) if said else escape(text or "")


def _house_language() -> str:
    """What people write in here, where nothing tells."""
    return str(current_app.extensions["house"].settings.default_language)


FILTERS: dict[str, Callable[..., Any]] = {
    "say": say,
    "sentence": sentence,
    "coded": coded,
    "with_whole_days": with_whole_days,
    "day": day,
    "day_time": day_time,
    "month": month,
    "clock": clock,
    "on_paper": on_paper,
    "iso": iso,
    "relative": relative,
    "size": size,
    "markdown": to_html,
    "tongue": tongue,
    "written": written,
}


def _frame() -> dict[str, Any]:
    """What base.html needs on every page."""
    settings = current_app.extensions["house"].settings
    return {
        "language": language(),
        "network": settings.network_name,
        "contact": {"email": settings.mail_reply_to},
    }

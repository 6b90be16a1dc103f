"""A mail's words to its bytes: subject, one text part and one HTML part that say the same (pages.md, "Mail").

Whatever stands in the words, the bytes are ASCII in short lines, the headers are the ones written here, and
there is one recipient: names come from people, and a line break in one must not become a header.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date as Date
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..errors import N_, Message, Text
from .calendars import Method
from .headers import POLICY, address, one_line
from .words import Say, local, say, sayer

Words = Message | Text | str

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "mail"
WIDTH = 72
# Lists of mail on a telephone show about so much.
MOST_SUBJECT = 70
# Less of a case's name says nothing.
LEAST_NAME = 12


@dataclass(frozen=True)
class MailWords:
    """What a mail says, before it is said in somebody's language.

    `subject` what and by when; `why` one sentence on why you get this; `ask` what is asked; `link` an own
    path ("/reviews/3") and its `button`; `next` what comes then. `note` is what the lead has added to a mail of
    ours, `note_by` whose it is; that and a mail that a lead writes are the only free text. `names`: what a
    PartyName in the words is called. `invitation`: what the reader's calendar is to do, for it to read. `order`: where
    it stands in a mail of several (`order_of`)."""

    subject: Words
    why: Words
    ask: tuple[Words, ...] = ()
    link: str = ""
    button: Words = ""
    next: tuple[Words, ...] = ()
    note: str = ""
    note_by: str = ""
    names: Mapping[int, str] = field(default_factory=dict)
    invitation: tuple[Method, bytes] | None = None
    order: str = "2"

    @property
    def is_own(self) -> bool:
        """Whether it asks its reader for something."""
        return self.order.startswith("0")


def order_of(*, own: bool, late: bool = False, due: Date | None = None) -> str:
    """One's own before what others have to do, what is late before what is not, then by the day, then news."""
    return f"{0 if own else 1}{0 if late else 1} {due.isoformat() if due else ''}"


@dataclass(frozen=True)
class Digest:
    """Several mails due to one person on one day, as one."""

    sections: tuple[MailWords, ...]

    @property
    def asks(self) -> bool:
        """Whether the first of them asks its reader for something."""
        return self.sections[0].is_own


def digest(sections: Iterable[MailWords]) -> MailWords | Digest:
    """One mail of several, in their order; of one, that one itself. What says the very same is said once."""
    different: list[MailWords] = []
    for words in sections:
        if words not in different:
            different.append(words)
    different.sort(key=lambda words: words.order)
    return different[0] if len(different) == 1 else Digest(tuple(different))


@dataclass(frozen=True)
class Foot:
    """What a mail says of itself at its end: `turns_off`, that `link` turns such mails off."""

    words: Message
    link: str = ""
    turns_off: bool = False


@dataclass(frozen=True)
class _Section:
    """A mail's words, said."""

    title: str
    why: str
    ask: tuple[str, ...]
    link: str
    button: str
    next: tuple[str, ...]
    note: tuple[str, ...]
    note_by: str


def subject_of(words: MailWords | Digest, language: str, today: Date) -> str:
    """The subject, on one line of at most `MOST_SUBJECT` characters: what and by when come first, and what the case is
    called is what gives way."""
    if isinstance(words, MailWords):
        return _fitted(words.subject, language, words.names, today, MOST_SUBJECT)
    if not words.asks:
        return say(N_("%(count)s news for you", count=len(words.sections)), language)
    first, more = words.sections[0], sum(section.is_own for section in words.sections) - 1
    tail = N_("(and one more)") if more == 1 else N_("(and %(count)s more)", count=more)
    end = say(tail, language)
    # By when is said before how many more there are.
    if not more or len(_bare(first.subject, language, first.names, today)) + 1 + len(end) > MOST_SUBJECT:
        return _fitted(first.subject, language, first.names, today, MOST_SUBJECT)
    return f"{_fitted(first.subject, language, first.names, today, MOST_SUBJECT - len(end) - 1)} {end}"


def _bare(subject: Words, language: str, names: Mapping[int, str], today: Date) -> str:
    """The subject without what the case is called."""
    if isinstance(subject, Message):
        nameless = tuple((key, "" if key in ("review", "round") else value) for key, value in subject.params)
        subject = Message(subject.text, nameless)
    return one_line(say(subject, language, names, today)).strip(" –")


def _fitted(subject: Words, language: str, names: Mapping[int, str], today: Date, most: int) -> str:
    """The subject in at most `most` characters."""
    said = one_line(say(subject, language, names, today))
    if len(said) <= most or not isinstance(subject, Message):
        return _cut(said, most)
    for name in ("review", "round"):
        called = dict(subject.params).get(name)
        if not isinstance(called, str) or not called:
            continue
        others = tuple((key, value) for key, value in subject.params if key != name)
        bare = one_line(say(Message(subject.text, (*others, (name, ""))), language, names, today))
        if len(bare) + LEAST_NAME > most:
            return _cut(bare.strip(" –"), most)
        shorter = Message(subject.text, (*others, (name, _cut(called, most - len(bare) - 1))))
        return _cut(one_line(say(shorter, language, names, today)), most)
    return _cut(said, most)


def _cut(text: str, most: int) -> str:
    """`text`, or what fits of its whole words and a mark that there was more."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    whole, space, _ = kept.rpartition(" ")
    return (whole if space and len(whole) > most // 2 else kept).rstrip(" –,;:") + "…"


def compose(
    words: MailWords | Digest,
    *,
    to_name: str,
    to_address: str,
    sender: tuple[str, str],
    reply_to: tuple[str, str],
    message_id: str,
    date: datetime,
    language: str,
    in_reply_to: str | None,
    base_url: str,
    foot: Foot | None = None,
) -> bytes:
    """The whole message as it will go, CRLF and all. `sender` and `reply_to` are (name, address)."""
    today = local(date).date()
    message = EmailMessage(policy=POLICY)
    message["From"] = address(*sender)
    message["To"] = address(to_name, to_address)
    message["Reply-To"] = address(*reply_to)
    message["Subject"] = subject_of(words, language, today)
    message["Date"] = local(date)
    message["Message-ID"] = message_id
    if in_reply_to:
        message["In-Reply-To"] = message["References"] = in_reply_to
    # RFC 3834: no holiday answers to a machine.
    message["Auto-Submitted"] = "auto-generated"
    # The same, as Exchange understands it.
    message["X-Auto-Response-Suppress"] = "All"
    if foot is not None and foot.turns_off:
        message["List-Unsubscribe"] = f"<{foot.link}>"
        if foot.link.startswith("https:"):
            # RFC 8058: mail programs then show a button of their own, which POSTs there.
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    context = _context(words, language, today, base_url, (sender[0], *reply_to))
    context["foot"] = say(foot.words, language) if foot else ""
    context["foot_link"] = foot.link if foot else ""
    # Quoted-printable keeps the bytes ASCII and the lines under 77, whatever was written.
    message.set_content(_render("layout.txt", context), cte="quoted-printable")
    message.add_alternative(_render("layout.html", context), subtype="html", cte="quoted-printable")
    if isinstance(words, MailWords) and words.invitation is not None:
        method, file = words.invitation
        # The last alternative, and not an attachment: so that mail programs show it as an invitation.
        message.add_alternative(
            file.decode(), subtype="calendar", cte="quoted-printable", params={"method": method}
        )
    message["Content-Language"] = language
    return message.as_bytes()


def readdressed(message: bytes, to_name: str, to_address: str) -> bytes:
    """The same message, under the same ID, to another address."""
    mail = message_from_bytes(message, policy=POLICY)
    mail.replace_header("To", address(to_name, to_address))
    return mail.as_bytes()


def _context(
    words: MailWords | Digest, language: str, today: Date, base_url: str, whose: tuple[str, str, str]
) -> dict[str, Any]:
    several = isinstance(words, Digest)
    parts = words.sections if isinstance(words, Digest) else (words,)
    network, name, mail = map(one_line, whose)
    ask = N_("Questions? Answer this mail: it goes to %(name)s, %(address)s.", name=name, address=mail)
    nameless = N_("Questions? Answer this mail: it goes to %(address)s.", address=mail)
    return {
        "language": language,
        "subject": subject_of(words, language, today),
        # A mail is kept, and read in another year: its text says which.
        "sections": [_section(one, sayer(language, one.names), base_url, titled=several) for one in parts],
        "contact": say(ask if name else nameless, language),
        "network": network,
    }


def _section(words: MailWords, tell: Say, base_url: str, *, titled: bool) -> _Section:
    def said(part: Words) -> str:
        return one_line(tell(part))

    return _Section(
        title=_without_case(said(words.subject), words) if titled else "",
        why=said(words.why),
        ask=tuple(map(said, words.ask)),
        link=base_url.rstrip("/") + words.link if words.link else "",
        button=said(words.button),
        next=tuple(map(said, words.next)),
        note=tuple(line for line in map(one_line, words.note.splitlines()) if line),
        note_by=said(N_("%(name)s adds:", name=words.note_by)) if words.note else "",
    )


def _without_case(title: str, words: MailWords) -> str:
    """A subject as the heading of what says itself which case it is about."""
    named = dict(words.why.params) if isinstance(words.why, Message) else {}
    called = named.get("review") or named.get("round") or ""
    return title.removesuffix(f" – {called}") if called else title


def _render(name: str, context: dict[str, Any]) -> str:
    return _TEMPLATES.get_template(name).render(context)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _quoted(text: str) -> str:
    return textwrap.indent(_wrapped(text), "> ")


_TEMPLATES = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=lambda name: name is not None and name.endswith(".html"),
    undefined=StrictUndefined,
    keep_trailing_newline=True,
)
_TEMPLATES.filters.update(wrapped=_wrapped, quoted=_quoted)

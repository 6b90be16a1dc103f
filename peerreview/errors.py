"""What can go wrong, each as a value that the doors turn into a page, a line or a mail.

Every error carries :class:`Message` values, never finished sentences: the reader's language is
known at the door (web, mail, command line), not where the error arises.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple


class PartyName(NamedTuple):
    """Stands in a message for the name of a party; the door puts the organisation's name there."""

    party: int


class Text(NamedTuple):
    """A text that the definition brings in several languages, as sorted (language, text) pairs."""

    translations: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, translations: Mapping[str, str]) -> Text:
        return cls(tuple(sorted(translations.items())))

    def get(self, language: str) -> str:
        """The text in `language`, or in Swedish, or in whichever there is."""
        texts = dict(self.translations)
        return texts.get(language) or texts.get("sv") or next(iter(texts.values()), "")

    def in_a_row(self) -> Text:
        """As a title stands within a sentence: "processledare", but still "HR"."""
        return Text(tuple((language, small(text)) for language, text in self.translations))


def small(text: str) -> str:
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


class Message(NamedTuple):
    """An English message (also its key in the translations) and what goes into its %(name)s gaps.

    A gap's value may be a string, a number, a date, a :class:`PartyName`, a :class:`Text` or
    another Message; the door resolves them in the reader's language.
    """

    text: str
    params: tuple[tuple[str, Any], ...] = ()

    def with_(self, **params: Any) -> Message:
        """The same message with what it names in its gaps; what it does not name would make one look like several."""
        return Message(self.text, tuple((k, v) for k, v in params.items() if f"%({k})s" in self.text))


def N_(text: str, **params: Any) -> Message:
    """Mark `text` for translation, and keep it with its parameters for the door to say."""
    return Message(text, tuple(params.items()))


def in_english(message: Message) -> str:
    """For whoever reads no other language: a log, a program's own error."""
    params = {name: plain(one) for name, one in message.params}
    return message.text % params if params else message.text


def plain(value: Any) -> Any:
    """What stands in a gap, without the names that only a review has."""
    if isinstance(value, PartyName):
        return in_english(nameless(value))
    if isinstance(value, Message):
        return in_english(value)
    if type(value) is tuple:
        return ", ".join(str(plain(one)) for one in value)
    return value.get("en") if isinstance(value, Text) else value


def nameless(side: PartyName) -> Message:
    """A party where no organisation stands behind it: in a made-up review."""
    return N_("side %(number)s", number=side.party + 1)


def all_of(found: Sequence[Message]) -> Message:
    """Several as one, in a row."""
    told, *others = found
    for one in others:
        told = N_("%(one)s; %(other)s", one=told, other=one)
    return told


def why(error: OSError) -> Message | str:
    """What the machine refuses, in words that are translated; as the machine says it where it is something rare."""
    known = {
        errno.ENOENT: N_("it is not there"),
        errno.EACCES: N_("whoever runs the program may not"),
        errno.EPERM: N_("whoever runs the program may not"),
        errno.EROFS: N_("the disk cannot be written to"),
        errno.ENOSPC: N_("the disk is full"),
        errno.EISDIR: N_("it is a folder"),
        errno.ENOTDIR: N_("a part of the path is no folder"),
        errno.EEXIST: N_("something else has that name"),
        errno.ENAMETOOLONG: N_("the name is too long"),
    }
    return known.get(error.errno or 0) or error.strerror or type(error).__name__


def heard(said: str) -> Message | str:
    """What a driver says of a server or a file that cannot be reached, in words that are translated; what a server
    itself has answered stays as it is."""
    known = (
        (r"refused", N_("nothing answers there")),
        (
            r"resolve host|translate host|service not known|nodename|No address assoc",
            N_("there is no server of that name"),
        ),
        (r"[Tt]imed out|timeout expired", N_("nothing answers in time")),
        (r"unreachable|No route to", N_("no way leads there")),
        (r"CERTIFICATE_VERIFY|certificate verify", N_("its certificate is not trusted here")),
        (r"WRONG_VERSION|wrong version number|record layer", N_("it does not speak TLS on that port")),
        (r"authentication failed|no password supplied", N_("the user's name or the password is wrong")),
        (r'database ".*" does not exist', N_("the server has no such database")),
        (r'role ".*" does not exist', N_("the server has no such user")),
        (r"unable to open database file", N_("the file cannot be opened")),
        (r"file is not a database", N_("the file is no SQLite database")),
        (r"readonly database", N_("the file may only be read")),
        (r"database is locked", N_("another program keeps it locked")),
    )
    return next((words for shape, words in known if re.search(shape, said)), said)


def misfit(kind: str, limits: Mapping[str, Any]) -> tuple[Message, Message]:
    """One of pydantic's errors, of whichever kind, in our words: what is wrong with the value, and what to write."""
    bounds = {
        "greater_than_equal": ("ge", N_("it is less than %(limit)s"), N_("write at least %(limit)s")),
        "less_than_equal": ("le", N_("it is more than %(limit)s"), N_("write at most %(limit)s")),
        "greater_than": ("gt", N_("it is not more than %(limit)s"), N_("write more than %(limit)s")),
        "less_than": ("lt", N_("it is not less than %(limit)s"), N_("write less than %(limit)s")),
        "string_too_short": ("min_length", N_("it is empty"), N_("write at least %(limit)s signs")),
        "string_too_long": (
            "max_length", N_("it is longer than %(limit)s signs"), N_("write at most %(limit)s signs"),
        ),
        "too_short": ("min_length", N_("they are too few"), N_("write at least %(limit)s of them")),
        "too_long": ("max_length", N_("they are too many"), N_("write at most %(limit)s of them")),
    }  # fmt: skip
    if kind in bounds:
        name, wrong, right = bounds[kind]
        return wrong.with_(limit=limits.get(name, "")), right.with_(limit=limits.get(name, ""))
    if kind in ("literal_error", "enum"):
        those = str(limits.get("expected", "")).replace(" or ", ", ")
        known = those.replace("'", "")
        return N_("it is none of %(those)s", those=those), N_("write one of: %(known)s", known=known)
    return _of_another_kind(kind)


def _of_another_kind(kind: str) -> tuple[Message, Message]:
    """A value of another kind than is asked for; by what pydantic's names of errors begin with."""
    text = N_("it is written otherwise than it should be")
    named = N_("it has no names with values")
    kinds = (
        ("missing", N_("it is missing"), N_("add it")),
        ("extra unexpected", N_("there is no such thing here"), N_("take it out")),
        ("int", N_("it is no whole number"), N_("write a whole number")),
        ("float decimal fraction complex finite multiple", N_("it is no number"), N_("write a number")),
        ("bool", N_("it is neither true nor false"), N_("write true or false")),
        ("string bytes url uuid path", text, N_("write a text")),
        ("list tuple set frozen_set deque iterable iteration", N_("it is no list"), N_("write a list")),
        (
            "dict mapping model dataclass ordered_dict frozen_dict counter invalid_key named_tuple",
            named, N_("write names with a colon and a value each"),
        ),
        ("date time", N_("it is no date"), N_("write a date as year-month-day, such as 2026-03-06")),
        ("recursion", N_("it contains itself"), N_("write out what it stands for")),
    )  # fmt: skip
    for beginnings, wrong, right in kinds:
        if any(f"{kind}_".startswith(f"{one}_") for one in beginnings.split()):
            return wrong, right
    return text, N_("write it as the documents say")


class RoughDay(date):
    """The day by which something is due that was agreed as a month, a term or a year: counts as that day, and is said
    as what it is (`said`). `kept`: how it is written down ("2027-03"). A day counted from it is a day like others."""

    said: Message | None = None
    kept: str = ""

    @classmethod
    def of(cls, day: date, said: Message, kept: str) -> RoughDay:
        found = cls(day.year, day.month, day.day)
        found.said, found.kept = said, kept
        return found


class PutOffDay(date):
    """A day that rests of the review have put off from another: `was`. What is counted from it is a day like others."""

    was: date | None = None

    @classmethod
    def of(cls, day: date, was: date) -> date:
        """`day` itself, where it is the same."""
        if day == was:
            return day
        found = cls(day.year, day.month, day.day)
        found.was = was
        return found


class PeerreviewError(Exception):
    """The root: whatever the house raises on purpose."""


class NotFound(PeerreviewError):
    """There is no such thing, or it does not exist for you: the two look the same from outside."""


class IsRound(NotFound):
    """What was asked for as a review is a round, and this person has a part in it: `id`."""

    def __init__(self, id: int):
        super().__init__(f"round {id}")
        self.id = id


class Refused(PeerreviewError):
    """You may see that this exists, but not do it now; `reason` says why, `status` is 403."""

    def __init__(self, reason: Message):
        super().__init__(reason.text)
        self.reason = reason


class Invalid(PeerreviewError):
    """What was typed cannot be taken: `errors` maps a field's name to what is wrong and the mend."""

    def __init__(self, errors: Mapping[str, Message] | None = None, **fields: Message):
        self.errors: dict[str, Message] = {**(errors or {}), **fields}
        super().__init__("; ".join(f"{field}: {m.text}" for field, m in self.errors.items()))


class Conflict(PeerreviewError):
    """Somebody was first. `theirs` is what stands now, `mine` what was typed: nothing is lost."""

    def __init__(self, reason: Message, *, theirs: str | None = None, mine: str | None = None):
        super().__init__(reason.text)
        self.reason, self.theirs, self.mine = reason, theirs, mine


class TooLarge(PeerreviewError):
    """An upload over the limit (bytes)."""

    def __init__(self, limit: int):
        super().__init__(f"over {limit} bytes")
        self.limit = limit


class TooMany(PeerreviewError):
    """Too many tries in too short a time: the next one is taken at `until` (real clock)."""

    def __init__(self, until: datetime):
        super().__init__(f"not before {until.isoformat()}")
        self.until = until


class Problem(NamedTuple):
    """A mistake in a file that a person wrote: where it stands, what is wrong, what would be right."""

    file: Message | str
    line: int
    column: int
    wrong: Message | str
    right: Message | str

    def __str__(self) -> str:
        file, line, column, wrong, right = (
            in_english(one) if isinstance(one, Message) else one for one in self
        )
        return f"{file}:{line}:{column}: {wrong}; {right}"


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Each once, by place."""
    return sorted(set(problems), key=lambda one: (str(one.file), one.line, one.column, str(one)))


class BadDefinition(PeerreviewError):
    """A workflow that must not start; `problems` holds every mistake at once."""

    def __init__(self, problems: list[Problem]):
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class BadSetting(PeerreviewError):
    """A setting, or the database it names, that the product cannot start with; says the mend.

    `said`: its lines, in words that the door can put into the reader's language."""

    def __init__(self, said: Message | str | Sequence[Message | str]):
        self.said = (said,) if isinstance(said, (Message, str)) else tuple(said)
        super().__init__("\n".join(one if isinstance(one, str) else in_english(one) for one in self.said))


class NotThere(BadSetting):
    """What a command was asked for by its name is not there: a workflow, a file, a review; says what is."""

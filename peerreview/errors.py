"""What can go wrong, each as a value that the doors turn into a page, a line or a mail.

Every error carries :class:`Message` values, never finished sentences: the reader's language is
known at the door (web, mail, command line), not where the error arises.
"""

from __future__ import annotations

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
    params = {name: in_english(one) if isinstance(one, Message) else one for name, one in message.params}
    return message.text % params if params else message.text


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

    file: str
    line: int
    column: int
    wrong: Message | str
    right: Message | str

    def __str__(self) -> str:
        wrong, right = (in_english(one) if isinstance(one, Message) else one for one in self[3:])
        return f"{self.file}:{self.line}:{self.column}: {wrong}; {right}"


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Each once, by place."""
    return sorted(set(problems), key=lambda one: (one.file, one.line, one.column, str(one)))


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

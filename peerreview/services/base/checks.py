"""What was typed, cleaned and checked: every fault of a form is found at once, each beside its field."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from urllib.parse import urlsplit

from ...errors import N_, Invalid, Message
from ...letters import composed

LANGUAGES = ("sv", "en")

_BEFORE_THE_AT = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
# Signs that turn the direction of what follows, so that a name could pass for another.
_TURNING = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Signs that nobody sees and nobody means: they come along when a line is pasted from a document.
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"))


class Checks:
    """The faults of one form. Each method gives the cleaned value; :meth:`stop` raises what was found.

    `meant`: what the form says is meant, should it be doubted (the value of its tick, see :meth:`doubt`)."""

    def __init__(self, meant: str = "") -> None:
        self.faults: dict[str, Message] = {}
        self.doubts: dict[str, tuple[Message, str]] = {}
        self.meant = meant

    def doubt(self, field: str, why: Message, typed: str) -> None:
        """What was typed can be, but raises an eyebrow: it is asked about, and taken when the form says that it is
        meant. The tick is of what was typed; the next odd day is asked about anew."""
        self.doubts.setdefault(field, (why, typed))

    def stop(self) -> None:
        odd = {field: why for field, (why, _) in self.doubts.items() if field not in self.faults}
        token = " ".join(f"{field}={self.doubts[field][1]}" for field in odd)
        asked: dict[str, Message] = {}
        if odd and token != self.meant:
            tick = N_("Write another, or tick that it is meant.", token=token, alone=not self.faults)
            asked = {**odd, "meant": tick}
        if self.faults or asked:
            raise Invalid({**self.faults, **asked})

    def line(self, field: str, text: str, *, most: int, missing: Message | None = None) -> str:
        """One line of text; `missing` is what to say where it is empty, None where it may be."""
        text = composed(text).translate(_UNSEEN).strip()
        if not text and missing:
            self.faults[field] = missing
        elif any(unfit(sign) for sign in text):
            self.faults[field] = N_("Write this on one line, without control characters.")
        elif len(text) > most:
            self.faults[field] = N_(
                "Write at most %(most)s characters; now there are %(count)s.", most=most, count=len(text)
            )
        return text

    def name(self, field: str, text: str) -> str:
        return self.line(field, text, most=200, missing=N_("Write a name."))

    def email(self, field: str, text: str) -> str:
        text = composed(text).strip()
        if fault := email_fault(text):
            self.faults[field] = fault
        return text

    def language(self, field: str, code: str) -> str:
        return self.one_of(field, code, LANGUAGES)

    def one_of(self, field: str, value: str, values: tuple[str, ...]) -> str:
        if value not in values:
            self.faults[field] = N_("Choose one of the alternatives.")
        return value

    def phone(self, field: str, text: str) -> str:
        """As people write them ("08-123 45 67 ankn. 8", "+46 ..."): some digits, at most 50 characters."""
        text = self.line(field, text, most=50)
        if text and field not in self.faults and not any(sign.isdigit() for sign in text):
            self.faults[field] = N_("Write a telephone number, such as 070-123 45 67.")
        return text

    def number(self, field: str, text: str, *, most: int) -> int | None:
        """A whole number from 0, with spaces between the thousands if one likes; None where empty."""
        digits = re.sub(r"\s", "", text)
        if not digits:
            return None
        if not re.fullmatch(r"[0-9]{1,12}", digits) or int(digits) > most:
            self.faults[field] = N_("Write a whole number from 0 to %(most)s, in digits.", most=most)
            return None
        return int(digits)

    def text(self, field: str, text: str, *, most: int, missing: Message | None = None) -> str:
        """Several lines; line breaks as \\n, whatever the browser sends."""
        text = composed(text.replace("\r\n", "\n").replace("\r", "\n")).strip()
        if not text and missing:
            self.faults[field] = missing
        elif any(unfit(sign) and sign not in "\n\t" for sign in text):
            self.faults[field] = N_("Write this without control characters.")
        elif len(text) > most:
            self.faults[field] = N_(
                "Write at most %(most)s characters; now there are %(count)s.", most=most, count=len(text)
            )
        return text

    def day(self, field: str, text: str, *, missing: Message | None = None) -> date | None:
        """A date as a date field sends it, 2026-03-06; None where empty, or wrong."""
        text = text.strip()
        if not text:
            if missing:
                self.faults[field] = missing
            return None
        try:
            found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
        except ValueError:
            found = None
        if found is None or not 1990 <= found.year <= 2059:
            self.faults[field] = N_("Write a date as year-month-day, such as 2026-03-06.")
            return None
        return found

    def web_address(self, field: str, text: str) -> str:
        """Where a link leads: http or https alone, so that no link runs a script or opens a file."""
        text = text.strip()
        if text and (fault := web_address_fault(text)):
            self.faults[field] = fault
        return text


def web_address_fault(text: str) -> Message | None:
    """What is wrong with the address of a web page, and the mend; None where nothing is."""
    if len(text) > 2000:
        return N_("A link has at most 2,000 characters; this has %(count)s.", count=len(text))
    if any(sign.isspace() or unfit(sign) for sign in text):
        return N_("Write the link alone and without spaces, such as https://www.example.org/plan.pdf.")
    try:
        parts = urlsplit(text)
        _ = (
            parts.port
        )  # looked at only now: ValueError where it is no number, as where no host can be so called
        fine = parts.scheme in ("http", "https") and bool((parts.hostname or "").encode("idna"))
    except ValueError:
        fine = False
    if not fine:
        return N_(
            "Write a link that begins with https:// or http://, such as https://www.example.org/plan.pdf."
        )
    if "@" in parts.netloc:
        return N_("Write the link without a user name or password in it.")
    return None


def unfit(sign: str) -> bool:
    """Whether a character has no place in a line: line breaks, control characters, turned directions, hidden words."""
    hidden = "\ufff9" <= sign <= "\ufffb" or "\U000e0000" <= sign <= "\U000e007f"
    return unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") or sign in _TURNING or hidden


def searchable(text: str) -> str:
    """What was typed in a search box, without what a database would refuse."""
    return "".join(" " if unfit(sign) else sign for sign in text)[:200].strip()


def email_fault(text: str) -> Message | None:
    """What is wrong with an e-mail address, and the mend; None where nothing is."""
    if not text:
        return N_("Write an e-mail address, such as name@example.org.")
    if len(text) > 254:
        return N_("An e-mail address has at most 254 characters; this has %(count)s.", count=len(text))
    if any(sign.isspace() or unfit(sign) for sign in text):
        return N_("Write the address alone and without spaces, such as name@example.org.")
    foreign = next((sign for sign in text if not sign.isascii()), None)
    if foreign:
        return N_(
            "The letter %(letter)s cannot stand in an e-mail address here: many mail servers refuse it. "
            "Check the spelling, or ask for an address without it.",
            letter=foreign,
        )
    return _shape_fault(text)


def _shape_fault(text: str) -> Message | None:
    if "@" not in text:
        return N_("There is no @ in the address. Write it like name@example.org.")
    before, _, after = text.rpartition("@")
    if not before or not after:
        return N_("Something is missing before or after the @. Write it like name@example.org.")
    if not _BEFORE_THE_AT.fullmatch(before) or len(before) > 64:
        return N_("What stands before the @ cannot be right. Write the address like name@example.org.")
    labels = after.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return N_("What stands after the @ cannot be right. Write it like example.org.")
    return None

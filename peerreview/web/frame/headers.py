"""Headers that hold what people wrote: made here alone, of signs that every server can send.

A test client takes any text for a header; a server sends bytes (PEP 3333: those of Latin-1), and one dash in a name
was a download that failed for all. `gate.py` looks at every header once more before it leaves.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from flask import Response, redirect
from flask.typing import ResponseReturnValue
from werkzeug.http import dump_options_header
from werkzeug.urls import iri_to_uri

from peerreview.errors import N_, Refused
from peerreview.letters import composed

# What a header's value may consist of (RFC 9110, field-content), and what its name.
_SENDABLE = re.compile(r"[\t -~]*")
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
# Of RFC 8187's attr-char, what is neither letter nor digit.
_ATTR = "!#$&+-.^_`|~"
# A part of a path, or nothing that a name can hold.
_BETWEEN = re.compile(r"\s*[/\\:]\s*")
_UNFIT = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
# What no decomposition makes plain, with what stands for it on a typewriter.
_PLAIN = str.maketrans(
    {"–": "-", "—": "-", "‐": "-", "‑": "-", "’": "'", "‘": "'", "”": "_", "“": "_", "…": "...", "ß": "ss"}
    | {"æ": "ae", "Æ": "Ae", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "\u00a0": " "}
)
# File systems take 255 bytes; a letter may be three or four of them.
_LONGEST = 150


def attach(answer: Response, name: str) -> Response:
    """Make `answer` a file called `name`, that a browser saves and does not run."""
    answer.headers["Content-Disposition"] = attachment(name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def attachment(name: str) -> str:
    """A Content-Disposition as RFC 6266 has it: a plain name for the old, and the real one (RFC 8187) beside it."""
    real = file_name(name)
    plain = plain_name(real)
    found = dump_options_header("attachment", {"filename": plain})
    return found if plain == real else f"{found}; filename*=UTF-8''{quote(real, safe=_ATTR)}"


def file_name(name: str) -> str:
    """What can be the name of a file: one line, no folders, not endless; its ending stays."""
    one = "".join(" " if unicodedata.category(sign) in _UNFIT else sign for sign in name)
    one = _BETWEEN.sub("-", " ".join(one.split())).strip(". ") or "file"
    if len(one) <= _LONGEST:
        return one
    stem, dot, ending = one.rpartition(".")
    if not dot or len(ending) > 10:
        return one[:_LONGEST].rstrip(". ")
    return f"{stem[: _LONGEST - len(ending) - 2].rstrip('. ')}….{ending}"


def plain_name(name: str) -> str:
    """`name` in ASCII: letters without their marks, and nothing that has to be quoted or could be read as %-codes."""
    bare = composed(name.translate(_PLAIN), "NFKD")
    kept = (sign for sign in bare if not unicodedata.combining(sign))
    found = "".join(sign if " " <= sign <= "~" and sign not in '"\\%' else "_" for sign in kept)
    return found.strip(". ") or "file"


def onward(address: str) -> ResponseReturnValue:
    """To where a link leads that somebody saved. Raise Refused where no browser could go there."""
    try:
        return redirect(iri_to_uri(address), 303)
    except ValueError:
        raise Refused(
            N_("The link leads nowhere: its address is wrong. Ask whoever added it to mend it.")
        ) from None


def unsendable(name: str, value: str) -> bool:
    """Whether a server could refuse to send this header, or break it."""
    return not (_NAME.fullmatch(name) and _SENDABLE.fullmatch(value))

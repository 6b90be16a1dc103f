"""What a browser keeps of the accounts that it has been logged in to: so that it is let through while strangers guess.

It opens nothing. A signed note for each of the last few accounts, in one cookie; it lies nowhere else.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode

MOST = 5
_NOTE = re.compile(r"([1-9]\d{0,9})\.([\w-]{16})\.([\w-]{32})")


def read(secret: str, kept: str) -> dict[int, str]:
    """By person, what the browser is known by there; whatever is none of ours is passed over."""
    found: dict[int, str] = {}
    for note in kept[:1000].split("~")[:MOST]:
        match = _NOTE.fullmatch(note)
        if match and note.isascii() and hmac.compare_digest(match[3], _sign(secret, match[1], match[2])):
            found.setdefault(int(match[1]), match[2])
    return found


def remember(secret: str, kept: str, person_id: int) -> str:
    """What the browser is to keep now that it has been logged in to this account; the latest stands first."""
    known = read(secret, kept)
    name = known.pop(person_id, "") or secrets.token_urlsafe(12)
    notes = [(person_id, name), *known.items()][:MOST]
    return "~".join(f"{id}.{name}.{_sign(secret, str(id), name)}" for id, name in notes)


def _sign(secret: str, person_id: str, name: str) -> str:
    said = f"known browser\n{person_id}\n{name}".encode()
    return urlsafe_b64encode(hmac.digest(secret.encode(), said, hashlib.sha256)[:24]).decode()

"""The key in a mail by which its reader turns such mails off, without logging in (RFC 8058).

It is made from the person, the kind and the house's secret, so that it can be neither guessed nor turned to another
use, is the same in each mail, and lies nowhere.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode

_PATH = re.compile(r"(/mail/off/)[\w.-]+")
_TOKEN = re.compile(r"([1-9]\d{0,9})\.([a-z]{1,10})\.([\w-]{32})")


def off_path(secret: str, person_id: int, kind: str) -> str:
    """Where such mails are turned off: an own path."""
    return f"/mail/off/{person_id}.{kind}.{_sign(secret, person_id, kind)}"


def read_key(secret: str, token: str) -> tuple[int, str] | None:
    """Whose mails of which kind a key turns off; None where it is none of ours."""
    found = _TOKEN.fullmatch(token)
    if found is None or not token.isascii():
        return None
    person_id, kind = int(found[1]), found[2]
    return (person_id, kind) if hmac.compare_digest(found[3], _sign(secret, person_id, kind)) else None


def without_key(text: str) -> str:
    """A mail's text for others than its reader."""
    return _PATH.sub(r"\1…", text)


def _sign(secret: str, person_id: int, kind: str) -> str:
    said = f"turn off mail\n{person_id}\n{kind}".encode()
    return urlsafe_b64encode(hmac.digest(secret.encode(), said, hashlib.sha256)[:24]).decode()

"""What a setting's value may be, and where settings are written: pure rules for config.py, each with its reason."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from .errors import N_, BadSetting, why

_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)")
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_IN_AN_ADDRESS = re.compile(r"//\S*@")


class SettingLine(NamedTuple):
    """A line `name=value` of the settings file, and where it stands: `place` is file:line."""

    value: str
    place: str


def read_file(variable: str, name: str) -> dict[str, SettingLine]:
    """The lines of the settings file by name; the last of two wins, as in a shell."""
    if not name:
        return {}
    try:
        text = Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(
            N_(
                "%(variable)s (environment): the file %(name)s cannot be read (%(error)s); name a text "
                "file in UTF-8 with lines such as PEERREVIEW_BASE_URL=https://review.example.org",
                variable=variable,
                name=repr(name),
                error=why(error) if isinstance(error, OSError) else N_("it is not UTF-8"),
            )
        ) from None
    found: dict[str, SettingLine] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise BadSetting(
                N_(
                    "%(name)s:%(number)s: this is no setting; write NAME=value, or # before a comment",
                    name=name,
                    number=number,
                )
            )
        found[match[1].upper()] = SettingLine(_unquoted(match[2].strip()), f"{name}:{number}")
    return found


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value


def shown(value: object) -> str:
    """A value as it can be printed: without the name and password that an address may hold."""
    return repr(_IN_AN_ADDRESS.sub("//…@", value) if isinstance(value, str) else value)


# ---- rules: each raises ValueError with what is wrong


def one_line(value: str) -> str:
    """Any text: on one line, and without what a mail's or a page's head would take for another line."""
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in value):
        raise ValueError(N_("it has a line break or another control character in it"))
    return value


def name(value: str) -> str:
    value = one_line(value).strip()
    if not value:
        raise ValueError(N_("it is empty"))
    if len(value) > 100:
        raise ValueError(N_("it is longer than 100 characters"))
    return value


def web_address(value: str) -> str:
    """Where the house is reached: the root of a host of its own. Links on its pages begin at that root."""
    value = one_line(value).strip()
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ValueError(N_("its port is no number from 1 to 65535")) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(N_("it is no web address"))
    if "@" in parts.netloc:
        raise ValueError(N_("it has a user name or a password in it, which every mail would tell"))
    if port == 0:
        raise ValueError(N_("its port is no number from 1 to 65535"))
    if parts.query or parts.fragment or "?" in value or "#" in value:
        raise ValueError(N_("something stands after the host's name"))
    if parts.path.strip("/"):
        raise ValueError(
            N_(
                "it has a path (%(path)s), and Peerreview lives at the root of a host's name of its own, "
                "such as granskning.example.org",
                path=parts.path,
            )
        )
    host(parts.hostname)
    return value.rstrip("/")


def host(value: str) -> str:
    """A host's name or IP address, without port or scheme; empty stays empty."""
    value = one_line(value).strip()
    if "://" in value:
        raise ValueError(N_("it is a web address, not a host's name"))
    if not value or _is_ip(value.strip("[]")):
        return value
    before, colon, after = value.rpartition(":")
    if colon and after.isdigit() and before:
        raise ValueError(N_("a port stands after it, which has a setting of its own"))
    if not value.isascii():
        raise ValueError(N_("it has letters that host names are not written with (write them as xn--…)"))
    labels = value.removesuffix(".").split(".")
    if len(value) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError(N_("it is no host's name"))
    return value


def _is_ip(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def address(value: str) -> str:
    value = one_line(value).strip()
    before, _, after = value.rpartition("@")
    try:
        fine = not value or (_LOCAL.fullmatch(before) is not None and host(after) == after != "")
    except ValueError:
        fine = False
    if not fine:
        raise ValueError(N_("it is no e-mail address (a name beside it is not written here)"))
    return value


def folder(value: object) -> object:
    """Nothing at all would be the folder where the program happens to be started."""
    if isinstance(value, str) and not value.strip():
        raise ValueError(N_("it is empty"))
    return value


def is_simple(key: str) -> bool:
    """Whether somebody has typed a secret in, rather than let it be made."""
    return len(set(key)) < 10

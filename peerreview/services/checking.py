"""Whether the house is fit to work in: more thoroughly than at a start, for whoever runs it. Faults, which have to be
mended; and remarks: settings that could be meant so, and what the web has met at its door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from config import Settings

from ..store import accounts, materials, schema
from ..store import remarks as remark_store
from .heartbeats import pulse
from .house import House

MOST_TOLD = 10
# What was met longer ago says nothing of now.
LATELY = timedelta(days=7)
_NEAR = ("127.", "localhost", "[::1]", "::1")


@dataclass(frozen=True)
class Found:
    """Each a sentence in English, as settings' mistakes are."""

    faults: tuple[str, ...]
    remarks: tuple[str, ...]


def look_through(house: House, *, real_now: datetime) -> Found:
    """Go through all of it; what keeps the house from opening was raised before by whoever opened it."""
    return Found(
        faults=(*_tables(house), *_files(house)),
        remarks=(*_settings(house.settings), *_of_people(house, real_now), *_met(house, real_now)),
    )


# ---- faults


def _tables(house: House) -> Iterator[str]:
    for one in schema.kinds(house.db):
        yield f"PEERREVIEW_DATABASE_URL: {one} than this program's; restore a backup that fits"


def _files(house: House) -> Iterator[str]:
    """Every file that a row names, by its size."""
    with house.db.read() as session:
        named = materials.stored_files(session)
    missing = [key for key, size in named if not house.files.holds(key, size)]
    if missing:
        told = ", ".join(missing[:MOST_TOLD]) + (" …" if len(missing) > MOST_TOLD else "")
        yield (
            f"PEERREVIEW_FILES_DIR: of {len(named)} files that the database names, {len(missing)} are missing in "
            f"{str(house.files.folder)!r}, or have another size: {told}; restore them from a backup"
        )


# ---- remarks


def _settings(settings: Settings) -> Iterator[str]:
    """What can be meant so, and seldom is."""
    if settings.demo:
        yield "PEERREVIEW_DEMO is on: everybody can be everybody, and read all mail"
        return
    host = urlsplit(settings.base_url).hostname or ""
    if host.startswith(_NEAR):
        yield f"PEERREVIEW_BASE_URL is {settings.base_url}: links in mails lead to the reader's own machine"
    if settings.base_url.startswith("https:") and not settings.trusted_proxies:
        yield (
            "PEERREVIEW_BASE_URL is https and PEERREVIEW_TRUSTED_PROXIES is 0: if a proxy in front of us does TLS, "
            "write how many there are (1, most often), or all visitors look as if they came from the proxy"
        )
    if settings.mail_from.endswith("@localhost.localdomain"):
        yield f"PEERREVIEW_MAIL_FROM is {settings.mail_from}: most servers refuse mail from there"
    if settings.mail_test_address:
        yield f"PEERREVIEW_MAIL_TEST_ADDRESS is set: all mail goes to {settings.mail_test_address}, to nobody else"
    yield from _ports(settings)
    yield from _paths(settings)


def _ports(settings: Settings) -> Iterator[str]:
    if settings.mail_port == 465 and not settings.mail_use_ssl:
        yield "PEERREVIEW_MAIL_PORT is 465, which wants PEERREVIEW_MAIL_USE_SSL=true as a rule"
    plain = not (settings.mail_use_tls or settings.mail_use_ssl)
    if settings.mail_username and plain and not settings.mail_server.startswith(_NEAR):
        yield "PEERREVIEW_MAIL_USERNAME is sent to the mail server in clear; PEERREVIEW_MAIL_USE_TLS=true hides it"
    usual = 143 if settings.imap_starttls else 993
    if settings.imap_server and settings.imap_port in (143, 993) and settings.imap_port != usual:
        yield f"PEERREVIEW_IMAP_PORT is {settings.imap_port}; it is {usual} as a rule, by this PEERREVIEW_IMAP_STARTTLS"


def _paths(settings: Settings) -> Iterator[str]:
    """Where the web, the worker and cron start in different folders, a path of this kind names different places."""
    paths = {"PEERREVIEW_FILES_DIR": settings.files_dir, "PEERREVIEW_WORKFLOWS_DIR": settings.workflows_dir}
    if settings.database_url.startswith("sqlite:///"):
        paths["PEERREVIEW_DATABASE_URL"] = Path(settings.database_url.removeprefix("sqlite:///"))
    for name, path in paths.items():
        if not path.is_absolute():
            yield f"{name} is a path from wherever the program is started ({path}); write it from the root, by / first"


def _of_people(house: House, real_now: datetime) -> Iterator[str]:
    with house.db.read() as session:
        leads = accounts.leads(session)
    if not any(lead.password_hash for lead in leads):
        yield "no project lead can log in: make one with `peerreview person add --lead`"
    beats = pulse(house, real_now=real_now)
    if beats.silent:
        since = f"since {beats.seen_at:%Y-%m-%d %H:%M} UTC" if beats.seen_at else "yet"
        yield f"no worker has been heard from {since}: mail and reminders wait; run `peerreview worker`"
    for job, since_, said in beats.failures:
        yield f"the worker's job {job} has failed since {since_:%Y-%m-%d %H:%M} UTC: {said}"


def _met(house: House, real_now: datetime) -> Iterator[str]:
    """What the web noted lately, under the settings that are in force now."""
    with house.db.read() as session:
        rows = remark_store.remarks(session)
    for row in rows:
        if row.last_at > real_now - LATELY and row.data.get("settings") == door_settings(house.settings):
            yield f"{row.data['said']} (last {row.last_at:%Y-%m-%d %H:%M} UTC)"


def door_settings(settings: Settings) -> list[str]:
    """The settings that say how the door is reached: what was met under others is no news."""
    return [settings.base_url, str(settings.trusted_proxies), str(settings.secure_cookies)]

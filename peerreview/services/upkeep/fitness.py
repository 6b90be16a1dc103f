"""Whether the house is fit to work in: more thoroughly than at a start, for whoever runs it. Faults, which have to be
mended; and remarks: settings that could be meant so, and what the web has met at its door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from config import Settings

from ...errors import N_, Message
from ...store.artefacts import materials
from ...store.lists import accounts
from ...store.upkeep import remarks as remark_store
from ...store.upkeep import schema
from ..base.house import House
from .heartbeats import pulse

MOST_TOLD = 10
# What was met longer ago says nothing of now.
LATELY = timedelta(days=7)
_NEAR = ("127.", "localhost", "[::1]", "::1")


@dataclass(frozen=True)
class Found:
    faults: tuple[Message, ...]
    remarks: tuple[Message, ...]


def look_through(house: House, *, real_now: datetime) -> Found:
    """Go through all of it; what keeps the house from opening was raised before by whoever opened it."""
    return Found(
        faults=(*_tables(house), *_files(house)),
        remarks=(*_settings(house.settings), *_of_people(house, real_now), *_met(house, real_now)),
    )


# ---- faults


def _tables(house: House) -> Iterator[Message]:
    for one in schema.kinds(house.db):
        yield N_("PEERREVIEW_DATABASE_URL: %(what)s; restore a backup that fits", what=one)


def _files(house: House) -> Iterator[Message]:
    """Every file that a row names, by its size."""
    with house.db.read() as session:
        named = materials.stored_files(session)
    missing = [key for key, size in named if not house.files.holds(key, size)]
    if missing:
        told = ", ".join(missing[:MOST_TOLD]) + (" …" if len(missing) > MOST_TOLD else "")
        yield (
            N_(
                "PEERREVIEW_FILES_DIR: of %(named)s files that the database names, %(missing)s are missing in "
                "%(folder)s, or have another size: %(told)s; restore them from a backup",
                named=len(named),
                missing=len(missing),
                folder=repr(str(house.files.folder)),
                told=told,
            )
        )


# ---- remarks


def _settings(settings: Settings) -> Iterator[Message]:
    """What can be meant so, and seldom is."""
    if settings.demo:
        yield N_("PEERREVIEW_DEMO is on: everybody can be everybody, and read all mail")
        return
    host = urlsplit(settings.base_url).hostname or ""
    if host.startswith(_NEAR):
        yield N_(
            "PEERREVIEW_BASE_URL is %(base_url)s: links in mails lead to the reader's own machine",
            base_url=settings.base_url,
        )
    if settings.base_url.startswith("https:") and not settings.trusted_proxies:
        yield (
            N_(
                "PEERREVIEW_BASE_URL is https and PEERREVIEW_TRUSTED_PROXIES is 0: if a proxy in front of "
                "us does TLS, write how many there are (1, most often), or all visitors look as if they "
                "came from the proxy"
            )
        )
    if settings.mail_from.endswith("@localhost.localdomain"):
        yield N_(
            "PEERREVIEW_MAIL_FROM is %(mail_from)s: most servers refuse mail from there",
            mail_from=settings.mail_from,
        )
    if settings.mail_test_address:
        yield N_(
            "PEERREVIEW_MAIL_TEST_ADDRESS is set: all mail goes to %(mail_test_address)s, to nobody else",
            mail_test_address=settings.mail_test_address,
        )
    yield from _ports(settings)
    yield from _paths(settings)


def _ports(settings: Settings) -> Iterator[Message]:
    if settings.mail_port == 465 and not settings.mail_use_ssl:
        yield N_("PEERREVIEW_MAIL_PORT is 465, which wants PEERREVIEW_MAIL_USE_SSL=true as a rule")
    plain = not (settings.mail_use_tls or settings.mail_use_ssl)
    if settings.mail_username and plain and not settings.mail_server.startswith(_NEAR):
        yield N_(
            "PEERREVIEW_MAIL_USERNAME is sent to the mail server in clear; "
            "PEERREVIEW_MAIL_USE_TLS=true hides it"
        )
    usual = 143 if settings.imap_starttls else 993
    if settings.imap_server and settings.imap_port in (143, 993) and settings.imap_port != usual:
        yield N_(
            "PEERREVIEW_IMAP_PORT is %(imap_port)s; it is %(usual)s as a rule, by this "
            "PEERREVIEW_IMAP_STARTTLS",
            imap_port=settings.imap_port,
            usual=usual,
        )


def _paths(settings: Settings) -> Iterator[Message]:
    """Where the web, the worker and cron start in different folders, a path of this kind names different places."""
    paths = {"PEERREVIEW_FILES_DIR": settings.files_dir, "PEERREVIEW_WORKFLOWS_DIR": settings.workflows_dir}
    if settings.database_url.startswith("sqlite:///"):
        paths["PEERREVIEW_DATABASE_URL"] = Path(settings.database_url.removeprefix("sqlite:///"))
    for name, path in paths.items():
        if not path.is_absolute():
            yield N_(
                "%(name)s is a path from wherever the program is started (%(path)s); write it from the "
                "root, by / first",
                name=name,
                path=path,
            )


def _of_people(house: House, real_now: datetime) -> Iterator[Message]:
    with house.db.read() as session:
        leads = accounts.leads(session)
    if not any(lead.password_hash for lead in leads):
        yield N_("no project lead can log in: make one with `peerreview person add --lead`")
    beats = pulse(house, real_now=real_now)
    if beats.silent:
        since = f"{beats.seen_at:%Y-%m-%d %H:%M} UTC" if beats.seen_at else None
        yield (
            N_("no worker has been heard from since %(since)s: mail and reminders wait; run `peerreview worker`",
               since=since)
            if since
            else N_("no worker has been heard from yet: mail and reminders wait; run `peerreview worker`")
        )  # fmt: skip
    for job, since_, said in beats.failures:
        yield N_(
            "the worker's job %(job)s has failed since %(since)s UTC: %(said)s",
            job=job,
            since=format(since_, "%Y-%m-%d %H:%M"),
            said=said,
        )


def _met(house: House, real_now: datetime) -> Iterator[Message]:
    """What the web noted lately, under the settings that are in force now."""
    with house.db.read() as session:
        rows = remark_store.remarks(session)
    for row in rows:
        if row.last_at > real_now - LATELY and row.data.get("settings") == door_settings(house.settings):
            yield N_(
                "%(said)s (last %(when)s UTC)",
                said=noted(row.data),
                when=format(row.last_at, "%Y-%m-%d %H:%M"),
            )


def noted(data: Mapping[str, Any]) -> Message:
    """What was noted; by an older program, in English."""
    if "text" not in data:
        return Message(str(data.get("said", "")))
    return Message(data["text"], tuple((name, value) for name, value in data["params"]))


def door_settings(settings: Settings) -> list[str]:
    """The settings that say how the door is reached: what was met under others is no news."""
    return [settings.base_url, str(settings.trusted_proxies), str(settings.secure_cookies)]

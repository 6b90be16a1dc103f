"""Every setting: its name, its type, its default and, in one line, why it is there.

A setting is an environment variable `PEERREVIEW_<NAME>`, or a line `PEERREVIEW_<NAME>=value` in the
file that PEERREVIEW_CONFIG names; the environment wins. Whatever cannot be right stops the start with
BadSetting: each mistake with where it was set, what is wrong and what would be right.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from peerreview import setting_rules
from peerreview.errors import N_, BadSetting, Message
from peerreview.setting_rules import read_file
from peerreview.setting_words import FILE_VARIABLE, PREFIX, said, strangers

ROOT = Path(__file__).resolve().parent
MIGRATIONS = ROOT / "migrations"
TEMPLATES = ROOT / "templates"
TRANSLATIONS = ROOT / "translations"

_WEEKS = re.compile(r"([1-9]|[1-4]\d|5[0-3])-([1-9]|[1-4]\d|5[0-3])")
_DAYS = re.compile(r"([1-9]|[1-5]\d|60)(\s*,\s*([1-9]|[1-5]\d|60))*")
_CONTACT = r"^(?:[^@\s:/]+@[^@\s:/]+|https://\S+)?$"
# Said where a value is wrong; the second is told by code too.
_A_CONTACT = "an address such as security@example.org or https://example.org/security, or nothing"
_A_KEY = "a line made by: python3 -c 'import secrets; print(secrets.token_hex(32))'"


def _setting(default: Any, why: str, right: str, **limits: Any) -> Any:
    """A field whose `right` completes the sentence "write ..." when the value is wrong."""
    return Field(default=default, description=why, examples=[right], validate_default=True, **limits)


class Settings(BaseSettings):
    """The settings of one running house. Raises BadSetting, never pydantic's own error."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=False)

    secret_key: str = _setting(
        "", "signs cookies and forms; keep it secret and never change it", _A_KEY, repr=False
    )
    database_url: str = _setting(
        f"sqlite:///{ROOT / 'instance' / 'peerreview.db'}",
        "where everything but the files is kept",
        "sqlite:////var/lib/peerreview/peerreview.db or postgresql://user:password@host/name",
        repr=False,
    )
    sqlite_synchronous: Literal["FULL", "EXTRA", "NORMAL", "OFF"] = _setting(
        "FULL", "less than FULL is faster, but what was said to be saved can be lost in a power cut", "FULL"
    )
    files_dir: Path = _setting(
        ROOT / "instance" / "files", "where uploaded files are kept", "a folder's path"
    )
    max_upload: int = _setting(
        200_000_000,
        "the largest file that may be uploaded, in bytes",
        "a whole number, such as 200000000",
        ge=1,
    )
    workflows_dir: Path = _setting(
        ROOT / "workflows", "where the workflows' definitions lie", "a folder's path"
    )
    base_url: str = _setting(
        "http://127.0.0.1:5000",
        "what the links in mails begin with",
        "the address of a host of its own, such as https://review.example.org",
    )
    secure_cookies: bool = _setting(
        True, "cookies over https alone; false only without https", "true or false"
    )
    trusted_proxies: int = _setting(
        0,
        "how many reverse proxies stand in front and set X-Forwarded-For",
        "a whole number from 0",
        ge=0,
        le=9,
    )
    network_name: str = _setting(
        "Nätverket för kollegial granskning",
        "the network's name, on pages and in mails",
        "a name",
        min_length=1,
    )
    security_contact: str = _setting("", "whom security.txt names", _A_CONTACT, pattern=_CONTACT)
    default_language: Literal["sv", "en"] = _setting(
        "sv", "for those who have not chosen a language", "sv or en"
    )
    time_zone: str = _setting(
        "Europe/Stockholm", "in which days begin and end", "a name such as Europe/Stockholm"
    )
    summer_stop: str = _setting(
        "28-31",
        "ISO weeks in which no working day counts; empty for none",
        "two ISO weeks such as 28-31, or nothing",
    )
    mail_server: str = _setting(
        "127.0.0.1", "the SMTP server that takes our mail", "a host's name", min_length=1
    )
    mail_port: int = _setting(
        25, "the SMTP server's port", "a whole number such as 25, 465 or 587", ge=1, le=65535
    )
    mail_use_tls: bool = _setting(False, "STARTTLS, usually with port 587", "true or false")
    mail_use_ssl: bool = _setting(False, "TLS from the first byte, usually with port 465", "true or false")
    mail_username: str = _setting("", "for an SMTP server that wants a login; empty for none", "a user name")
    mail_password: str = _setting("", "goes with mail_username", "a password", repr=False)
    mail_from: str = _setting(
        "granskning@localhost.localdomain",
        "the address that every mail comes from",
        "an address such as no-reply@example.org",
    )
    mail_reply_to: str = _setting(
        "",
        "whom an answer goes to when no lead does; empty for mail_from",
        "an address such as office@example.org",
    )
    mail_timeout: int = _setting(
        20,
        "seconds until an SMTP server that does not answer is given up",
        "a whole number of seconds",
        ge=1,
        le=600,
    )
    mail_test_address: str = _setting(
        "",
        "every mail goes to this address and to nobody else, for trying things out; empty to send for real",
        "an address such as test@example.org, or nothing",
    )
    mail_per_minute: int = _setting(
        0,
        "the most mails that go in a minute, for a server that asks for it",
        "a whole number; 0 for no limit",
        ge=0,
    )
    mail_gather: int = _setting(
        600,
        "how long a mail about something saved waits for the next save of the same, to become one mail with it",
        "a whole number of seconds",
        ge=0,
    )
    mail_hour: int = _setting(
        8, "the hour of the day at which reminders go", "a whole hour from 0 to 23", ge=0, le=23
    )
    late_reminders: str = _setting(
        "2, 5, 10",
        "how many working days late people are reminded, then weekly until twelve weeks have gone; empty for never",
        "whole numbers from 1 to 60 such as 2, 5, 10, or nothing",
    )
    imap_server: str = _setting(
        "", "the mailbox that reports of mail that did not arrive come to; empty for none", "a host's name"
    )
    imap_port: int = _setting(993, "its port", "993, or 143 with imap_starttls", ge=1, le=65535)
    imap_starttls: bool = _setting(False, "TLS by STARTTLS, not from the first byte", "true or false")
    imap_username: str = _setting("", "that mailbox's user", "a user name")
    imap_password: str = _setting("", "goes with imap_username", "a password", repr=False)
    imap_folder: str = _setting(
        "INBOX", "the folder in that mailbox", "a folder's name", pattern=r"^[ !#-\[\]-~]+$"
    )

    session_days: int = _setting(
        30, "days without a visit until one has to log in again", "whole days", ge=1, le=365
    )
    invite_days: int = _setting(14, "days for which an invitation's link works", "whole days", ge=1, le=365)
    reset_hours: int = _setting(2, "hours for which a new password's link works", "whole hours", ge=1, le=168)
    login_tries: int = _setting(
        10, "wrong passwords until one has to wait", "a whole number from 3", ge=3, le=1000
    )
    login_minutes: int = _setting(15, "how long those wrong passwords count", "whole minutes", ge=1, le=1440)
    password_length: int = _setting(
        12, "characters a password needs at least", "a whole number from 8", ge=8, le=64
    )

    tick_seconds: int = _setting(
        30, "how often the worker looks for what is due", "whole seconds", ge=1, le=3600
    )
    run_worker: bool = _setting(
        False, "run the worker inside the web process, for one small server", "true or false"
    )
    demo: bool = _setting(False, "the living example: its clock, its mailbox and its logins", "true or false")

    def __init__(self, **given: Any) -> None:
        lines = read_file(FILE_VARIABLE, os.environ.get(FILE_VARIABLE, ""))
        fields = type(self).model_fields
        known = {PREFIX + name.upper() for name in fields} | {FILE_VARIABLE}
        wrong = strangers(os.environ, lines, known)
        try:
            super().__init__(**given)
        except ValidationError as error:
            wrong += [line for one in error.errors() for line in said(one, fields, given, lines)]
        if wrong:
            raise BadSetting(wrong) from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _FileSource(settings_cls)

    @field_validator("base_url")
    @classmethod
    def _is_web_address(cls, value: str) -> str:
        return setting_rules.web_address(value)

    @field_validator("mail_server", "imap_server")
    @classmethod
    def _is_host(cls, value: str) -> str:
        return setting_rules.host(value)

    @field_validator("network_name")
    @classmethod
    def _is_name(cls, value: str) -> str:
        return setting_rules.name(value)

    @field_validator("files_dir", "workflows_dir", mode="before")
    @classmethod
    def _is_folder(cls, value: object) -> object:
        return setting_rules.folder(value)

    @field_validator("secret_key", "mail_username", "mail_password", "imap_username", "imap_password")
    @classmethod
    def _is_one_line(cls, value: str) -> str:
        return setting_rules.one_line(value)

    @field_validator("time_zone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, ValueError, KeyError):
            raise ValueError(N_("there is no such time zone")) from None
        return value

    @field_validator("summer_stop")
    @classmethod
    def _is_weeks(cls, value: str) -> str:
        match = _WEEKS.fullmatch(value)
        if value and (match is None or int(match[1]) > int(match[2])):
            raise ValueError(N_("it is no span of ISO weeks"))
        return value

    @field_validator("late_reminders")
    @classmethod
    def _is_days(cls, value: str) -> str:
        if value.strip() and not _DAYS.fullmatch(value.strip()):
            raise ValueError(N_("it is no list of working days"))
        return value

    @field_validator("mail_from", "mail_reply_to", "mail_test_address")
    @classmethod
    def _is_address(cls, value: str) -> str:
        return setting_rules.address(value)

    @field_validator("database_url", "mail_from")
    @classmethod
    def _is_there(cls, value: str) -> str:
        if not value:
            raise ValueError(N_("it is empty"))
        return value

    @model_validator(mode="after")
    def _is_consistent(self) -> Settings:
        """Each mistake as (name, what is wrong, what would be right): see setting_words."""
        wrong: list[tuple[str, Message, Message]] = []
        if self.mail_use_tls and self.mail_use_ssl:
            beside = N_("it is on beside mail_use_tls")
            wrong.append(("mail_use_ssl", beside, N_("false: a connection has one or the other")))
        if self.mail_password and not self.mail_username:
            missing = N_("it is missing, but there is a password")
            wrong.append(("mail_username", missing, N_("the name that the password is for")))
        if self.imap_server and not self.imap_username:
            missing = N_("it is missing, but there is an imap_server")
            wrong.append(("imap_username", missing, N_("that mailbox's user")))
        if not self.demo:
            wrong += self._unsafe()
        if wrong:
            raise ValueError(wrong)
        return self

    def _unsafe(self) -> list[tuple[str, Message, Message]]:
        """What the demo may do, and a house with real people in it may not."""
        wrong = []
        if not self.secret_key:
            wrong.append(("secret_key", N_("it is missing"), Message(_A_KEY)))
        elif len(self.secret_key) < 32:
            wrong.append(("secret_key", N_("it is shorter than 32 characters"), Message(_A_KEY)))
        elif setting_rules.is_simple(self.secret_key):
            wrong.append(("secret_key", N_("it is made of few different characters"), Message(_A_KEY)))
        if self.secure_cookies and not self.base_url.startswith("https:"):
            plain = N_(
                "%(given)s is not https, and secure_cookies is on: nobody stays logged in",
                given=repr(self.base_url),
            )
            mend = N_("the https address that people use, or set PEERREVIEW_SECURE_COOKIES=false")
            wrong.append(("base_url", plain, mend))
        return wrong


class _FileSource(PydanticBaseSettingsSource):
    """The settings file as a source of pydantic-settings."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        line = read_file(FILE_VARIABLE, os.environ.get(FILE_VARIABLE, "")).get(PREFIX + field_name.upper())
        return (None if line is None else line.value), field_name, False

    def __call__(self) -> dict[str, Any]:
        lines = read_file(FILE_VARIABLE, os.environ.get(FILE_VARIABLE, ""))
        names = {name: PREFIX + name.upper() for name in self.settings_cls.model_fields}
        return {name: lines[variable].value for name, variable in names.items() if variable in lines}


def describe() -> list[tuple[str, str, str]]:
    """Each setting as (variable, default, why), for `peerreview settings` and the manual."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default is PydanticUndefined else field.default
        rows.append((PREFIX + name.upper(), str(default), field.description or ""))
    return rows

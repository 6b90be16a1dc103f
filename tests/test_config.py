"""Settings: each mistake is told with its place and its mend, and none is passed over in silence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from config import Settings, describe
from peerreview.errors import BadSetting

KEY = "a key of thirty-two characters, long"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PEERREVIEW_")]:
        monkeypatch.delenv(name)


def wrong(**given: object) -> list[str]:
    with pytest.raises(BadSetting) as caught:
        Settings(**given)
    return str(caught.value).splitlines()


def test_defaults_serve_the_demo() -> None:
    settings = Settings(demo=True)
    assert (settings.mail_hour, settings.max_upload, settings.default_language) == (8, 200_000_000, "sv")


def test_missing_secret_key_stops_the_start_with_the_mend() -> None:
    (line,) = wrong(base_url="https://review.example.org")
    assert line.startswith("PEERREVIEW_SECRET_KEY (not set): it is missing; write a line made by: python3 -c")


def test_wrong_value_says_where_what_and_what_would_be_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEERREVIEW_MAIL_PORT", "post")
    assert wrong(demo=True) == [
        "PEERREVIEW_MAIL_PORT (environment): 'post': it is no whole number; "
        "write a whole number such as 25, 465 or 587"
    ]


def test_every_mistake_of_the_file_is_told_with_its_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "peerreview.env"
    text = "# ours\n\nPEERREVIEW_MAIL_HOUR=25\nexport PEERREVIEW_SUMMER_STOP='31-28'\n"
    file.write_text(text, encoding="utf-8")
    monkeypatch.setenv("PEERREVIEW_CONFIG", str(file))
    assert wrong(demo=True) == [
        f"PEERREVIEW_SUMMER_STOP ({file}:4): '31-28': it is no span of ISO weeks; "
        "write two ISO weeks such as 28-31, or nothing",
        f"PEERREVIEW_MAIL_HOUR ({file}:3): '25': it is more than 23; write a whole hour from 0 to 23",
    ]


def test_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "peerreview.env"
    file.write_text('PEERREVIEW_MAIL_HOUR=6\nPEERREVIEW_NETWORK_NAME="Åre = bäst"\n', encoding="utf-8")
    monkeypatch.setenv("PEERREVIEW_CONFIG", str(file))
    monkeypatch.setenv("PEERREVIEW_MAIL_HOUR", "7")
    settings = Settings(demo=True)
    assert (settings.mail_hour, settings.network_name) == (7, "Åre = bäst")


@pytest.mark.parametrize(("text", "says"), [("nonsense", ":1: this is no setting"), (None, "cannot be read")])
def test_unusable_file_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str | None, says: str
) -> None:
    file = tmp_path / "peerreview.env"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    monkeypatch.setenv("PEERREVIEW_CONFIG", str(file))
    (line,) = wrong(demo=True)
    assert says in line


def test_misspelt_setting_is_refused_with_the_one_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PEERREVIEW_MAIL_SEVER", "mail.example.org")
    assert wrong(demo=True) == [
        "PEERREVIEW_MAIL_SEVER (environment): there is no such setting; did you mean PEERREVIEW_MAIL_SERVER?"
    ]


def test_secrets_are_neither_shown_nor_repeated() -> None:
    settings = Settings(demo=True, secret_key=KEY, mail_username="us", mail_password="hush-hush")
    assert "hush" not in repr(settings)
    assert KEY not in repr(settings)
    assert all("hush" not in line for line in wrong(demo=True, mail_password="hush-hush"))


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"mail_use_tls": True, "mail_use_ssl": True}, "MAIL_USE_SSL"),
        ({"base_url": "review.example.org"}, "BASE_URL"),
        ({"time_zone": "Europe/Lund"}, "TIME_ZONE"),
        ({"mail_from": "Nätverket <a@example.org>"}, "MAIL_FROM"),
        ({"default_language": "de"}, "DEFAULT_LANGUAGE"),
        ({"database_url": ""}, "DATABASE_URL"),
        ({"demo": False, "secret_key": KEY}, "BASE_URL"),
        ({"demo": False, "secret_key": "k" * 40, "secure_cookies": False}, "SECRET_KEY"),
        ({"base_url": "https://example.org/granskning"}, "BASE_URL"),
        ({"base_url": "https://example.org/?a=b"}, "BASE_URL"),
        ({"base_url": "https://example.org:port"}, "BASE_URL"),
        ({"base_url": "https://example.org:0"}, "BASE_URL"),
        ({"base_url": "https://granskning.sjövård.example"}, "BASE_URL"),
        ({"base_url": "https://two words.example"}, "BASE_URL"),
        ({"network_name": "  "}, "NETWORK_NAME"),
        ({"network_name": "Nätverket\nBcc: x@example.org"}, "NETWORK_NAME"),
        ({"network_name": "x" * 101}, "NETWORK_NAME"),
        ({"mail_server": "smtp://mail.example.org"}, "MAIL_SERVER"),
        ({"mail_server": "mail.example.org:587"}, "MAIL_SERVER"),
        ({"mail_server": ""}, "MAIL_SERVER"),
        ({"imap_server": "imap example", "imap_username": "us"}, "IMAP_SERVER"),
        ({"mail_from": "a,b@example.org"}, "MAIL_FROM"),
        ({"mail_from": "<a@example.org"}, "MAIL_FROM"),
        ({"mail_reply_to": "a@exa mple.org"}, "MAIL_REPLY_TO"),
        ({"mail_test_address": "a@example.org\nBcc: b@example.org"}, "MAIL_TEST_ADDRESS"),
        ({"mail_username": "us", "mail_password": "two\nlines"}, "MAIL_PASSWORD"),
        ({"files_dir": ""}, "FILES_DIR"),
        ({"workflows_dir": " "}, "WORKFLOWS_DIR"),
    ],
)
def test_value_that_cannot_be_right_is_refused(given: dict[str, object], name: str) -> None:
    (line,) = wrong(**{"demo": True, **given})
    assert line.startswith(f"PEERREVIEW_{name} (")


@pytest.mark.parametrize(
    "address",
    [
        "https://someone:hush@example.org",
        "https://someone:p@hush/word@example.org",
        "smtp://a:hush@example.org",
    ],
)
def test_password_in_an_address_is_refused_and_never_repeated(address: str) -> None:
    for name in ("base_url", "mail_server"):
        (line,) = wrong(demo=True, **{name: address})
        assert "hush" not in line
        assert "someone" not in line


def test_path_in_the_address_is_refused_with_the_reason() -> None:
    (line,) = wrong(demo=True, base_url="https://example.org/granskning/")
    assert "lives at the root of a host's name of its own" in line


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"base_url": " https://granskning.example.org:8443/ "}, "https://granskning.example.org:8443"),
        ({"base_url": "http://[::1]:5000"}, "http://[::1]:5000"),
        ({"mail_server": " 127.0.0.1 "}, "127.0.0.1"),
        ({"mail_server": "::1"}, "::1"),
        ({"network_name": " Nätverket "}, "Nätverket"),
        ({"mail_from": "o'neill+test@xn--sjvrd-jua.example"}, "o'neill+test@xn--sjvrd-jua.example"),
    ],
)
def test_value_as_people_write_it_is_taken(given: dict[str, object], kept: str) -> None:
    (name,) = given
    assert getattr(Settings(demo=True, **given), name) == kept  # type: ignore[arg-type]


def test_every_setting_says_why() -> None:
    assert [name for name, _, why in describe() if not why] == []

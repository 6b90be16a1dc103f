"""What `peerreview check` finds beside what keeps the house from opening, and what a start finds missing."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from peerreview.errors import BadSetting, in_english
from peerreview.services.base.house import House
from peerreview.services.organisations import organisations_page
from peerreview.services.upkeep import fitness, health, heartbeats
from peerreview.store.connection.files import FileStore
from tests.people import make_organisation, make_person

from ..material_helpers import add_file
from ..review_fixtures import Cast, advance, make_review


@pytest.fixture
def cast(house: House) -> Cast:
    """Two files have been uploaded."""
    cast = advance(house, make_review(house), to="collect")
    for content in (b"Plan", b"Bokslut"):
        add_file(house, cast, cast.member(0), content=content, title=content.decode())
    return cast


def by(house: House, **settings: Any) -> House:
    return replace(house, settings=house.settings.model_copy(update=settings))


def remarks(house: House, now: datetime) -> list[str]:
    return list(map(in_english, fitness.look_through(house, real_now=now).remarks))


def test_empty_folder_under_a_database_that_names_files_does_not_open(house: House, cast: Cast) -> None:
    house.check()
    shutil.rmtree(house.files.folder)
    with pytest.raises(
        BadSetting, match="PEERREVIEW_FILES_DIR: the database names files, and none of the newest"
    ):
        house.check()


def test_house_without_any_file_opens_with_an_empty_folder(house: House, tmp_path: Path) -> None:
    replace(house, files=FileStore(tmp_path / "new", max_upload=10)).check()


def test_each_missing_file_is_found(house: House, cast: Cast) -> None:
    files = sorted(path for path in house.files.folder.rglob("*") if path.is_file())
    assert fitness.look_through(house, real_now=cast.now).faults == ()
    files[0].unlink()
    house.check()
    (fault,) = map(in_english, fitness.look_through(house, real_now=cast.now).faults)
    assert "of 2 files that the database names, 1 are missing" in fault
    assert files[0].name in fault
    files[1].write_bytes(b"cut")
    (fault,) = map(in_english, fitness.look_through(house, real_now=cast.now).faults)
    assert "2 are missing" in fault


def test_files_that_are_gone_are_told_to_whoever_watches(house: House, cast: Cast, now: datetime) -> None:
    for job in heartbeats.JOBS:
        heartbeats.beat(house, job=job, real_now=now)
    watch = health.Watch(house)
    assert watch.health(real_now=now).ok
    shutil.rmtree(house.files.folder)
    found = watch.health(real_now=now)
    assert (found.ok, found.files) == (False, False)


ODD: list[tuple[dict[str, Any], str]] = [
    ({"demo": True}, "PEERREVIEW_DEMO is on"),
    ({"base_url": "https://granskning.example.org"}, "PEERREVIEW_TRUSTED_PROXIES is 0"),
    ({"base_url": "http://localhost:5000"}, "the reader's own machine"),
    ({"mail_from": "granskning@localhost.localdomain"}, "most servers refuse"),
    ({"mail_test_address": "test@example.org"}, "all mail goes to test@example.org"),
    ({"mail_port": 465}, "PEERREVIEW_MAIL_USE_SSL=true"),
    ({"mail_username": "us", "mail_server": "smtp.example.org"}, "in clear"),
    ({"imap_server": "imap.example.org", "imap_port": 143}, "it is 993 as a rule"),
    ({"imap_server": "imap.example.org", "imap_port": 993, "imap_starttls": True}, "it is 143 as a rule"),
    ({"files_dir": Path("files")}, "PEERREVIEW_FILES_DIR is a path from wherever"),
    ({"database_url": "sqlite:///here.db"}, "PEERREVIEW_DATABASE_URL is a path from wherever"),
]


@pytest.mark.parametrize(("odd", "says"), ODD)
def test_setting_that_is_seldom_meant_so_is_remarked(
    house: House, now: datetime, odd: dict[str, Any], says: str
) -> None:
    assert [line for line in remarks(by(house, **odd), now) if says in line]


def test_house_that_is_set_up_well_has_no_remarks(house: House, now: datetime) -> None:
    for job in heartbeats.JOBS:
        heartbeats.beat(house, job=job, real_now=now)
    make_person(house, "Lena", is_lead=True)
    well = by(
        house,
        base_url="https://granskning.example.org",
        trusted_proxies=1,
        database_url="sqlite:////srv/p.db",
    )
    assert remarks(well, now) == []


def test_nobody_to_log_in_and_no_worker_are_remarked(house: House, now: datetime) -> None:
    said = "\n".join(remarks(house, now))
    assert "no project lead can log in" in said
    assert "no worker has been heard from yet" in said
    make_person(house, "Lena", is_lead=True, password=None)
    assert "no project lead can log in" in "\n".join(remarks(house, now))
    for job in heartbeats.JOBS:
        heartbeats.beat(house, job=job, real_now=now, failure="550 no")
    later = now + timedelta(hours=1)
    said = "\n".join(remarks(house, later))
    assert "no worker has been heard from since 2026-03-03 08:00 UTC" in said
    assert "the worker's job tick has failed since" in said


def test_house_without_the_workflow_of_rounds_keeps_its_register(house: House, now: datetime) -> None:
    bare = replace(house, workflows={})
    lead, kalmar = make_person(house, "Lena", is_lead=True), make_organisation(house, "Kalmar")
    assert organisations_page.organisation(bare, actor=lead, organisation_id=kalmar).assessments == ()

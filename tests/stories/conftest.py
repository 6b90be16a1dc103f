"""`gallery`: scenes of a review to walk through, made once for all workers (see gallery.py)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from config import Settings
from peerreview.engine.language.definition import Workflow
from tests.databases import shared_folder

from .stage.gallery import Gallery


@pytest.fixture(scope="session")
def gallery(
    tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Path, workflows: Mapping[str, Workflow]
) -> Gallery:
    settings = Settings(
        secret_key="a key for tests alone, of no use elsewhere",
        secure_cookies=False,
        base_url="http://127.0.0.1:5000",
        database_url="sqlite://",
        max_upload=1024**2,
        mail_from="granskning@example.org",
        mail_port=9,
        mail_timeout=5,
    )
    import os

    return Gallery(
        Path(os.environ["DEVSCENES"])
        if "DEVSCENES" in os.environ
        else shared_folder(tmp_path_factory) / "scenes",
        _sqlite_template,
        settings,
        workflows,
    )

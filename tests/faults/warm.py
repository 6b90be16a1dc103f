"""What a worker's process has read before it begins: read once, by the process from which all the others are forked."""

from __future__ import annotations

from pathlib import Path

import peerreview.scheduler  # noqa: F401
from peerreview.engine.language.reader import read

FOLDER = Path(__file__).parents[2] / "workflows"
WORKFLOWS = {
    w.name: w for w in (read(file.read_bytes(), file.name) for file in sorted(FOLDER.glob("*.yaml")))
}

"""The drawing as a file of its own."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from peerreview.commands.workflow import workflow
from peerreview.engine.language.reader import read
from peerreview.errors import Invalid

WORKFLOW = read((Path(__file__).parents[2] / "workflows" / "collegial-review.yaml").read_bytes(), "w.yaml")


def draw(*words: str) -> Result:
    return CliRunner().invoke(
        workflow, ("draw", "collegial-review", "--format", "svg", *words), catch_exceptions=False
    )


@pytest.mark.parametrize("parties", [2, 3])
@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_step_is_drawn_and_named(parties: int, language: str) -> None:
    root = ElementTree.fromstring(draw("--parties", str(parties), "--lang", language).output)
    desc = root.find("{http://www.w3.org/2000/svg}desc")
    assert desc is not None
    assert desc.text is not None
    for step in WORKFLOW.walk():
        if not step.children:
            assert step.title.get(language) in desc.text
    lanes = [group for group in root.iter() if group.get("class") == "b-lane"]
    assert len(lanes) == parties + 1


def test_as_many_sides_as_cannot_be_are_refused() -> None:
    with pytest.raises(Invalid, match="parties"):
        draw("--parties", "9")

"""Nobody reads a key of a definition where they read of rights."""

from __future__ import annotations

import re
from collections.abc import Mapping

from peerreview.engine.language.definition import Workflow
from peerreview.engine.language.kinds import KINDS
from peerreview.rendering.words import say
from peerreview.services.base.house import House
from peerreview.services.workflows import workflow_pages as pages
from peerreview.services.workflows.right_words import STATES, VERBS
from tests.people import make_person


def test_every_verb_and_state_of_a_kind_has_words() -> None:
    assert {verb for kind in KINDS.values() for verb in kind.verbs} == set(VERBS)
    assert {state for kind in KINDS.values() for state in kind.states} == set(STATES)


def test_the_page_of_rights_shows_no_key(house: House, workflows: Mapping[str, Workflow]) -> None:
    lead = make_person(house, "Projektledare", "lead@example.org", is_lead=True)
    for name in workflows:
        view = pages.rights(house, actor=lead, name=name)
        for language in ("sv", "en"):
            said = [say(words, language) for column in view.columns for words in column]
            said += [say(row.right or row.thing, language) for _, rows in view.groups for row in rows]
            assert not [words for words in said if re.search(r"\w[._@]\w", words)], name

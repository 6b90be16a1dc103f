"""What a review holds of its definition's own words, from all its rows: asked before it is moved to another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from ...engine.analysis.in_use import Use
from ...engine.running.dates import Fuzzy, when
from ...store.case import migrating as store
from ..case import extensions
from ..case.opening import OpenCase


def uses_of(case: OpenCase) -> frozenset[Use]:
    """Each word with what holds it: drafts that no fact tells of, answers not yet given, what was taken away."""
    return frozenset((*_things(case), *_words(case), *_answers(case), *_dates(case), *_time(case)))


def _things(case: OpenCase) -> Iterator[Use]:
    rows, artefacts = case.rows, case.workflow.artefacts
    keys = {
        key[0] for key in (*rows.states, *rows.texts, *rows.questions, *rows.wishes_met, *rows.follow_ups)
    }
    keys |= store.artefacts_with_rows(case.session, case.review.id)
    kinds = store.kinds_with_rows(case.session, case.review.id)
    keys |= {key for key, artefact in artefacts.items() if artefact.kind.name in kinds}
    yield from (Use("thing", key) for key in keys & set(artefacts))


def _words(case: OpenCase) -> Iterator[Use]:
    session, id = case.session, case.review.id
    for artefact, party, word in (
        *store.perspectives_of_questions(session, id),
        *store.perspectives_of_examples(session, id),
    ):
        yield Use("perspective", artefact, word, _side(party))
    interests = [key for key, one in case.workflow.artefacts.items() if one.kind.name == "interest"]
    for party, themes, perspectives in store.words_of_interests(session, id) if interests else ():
        yield from (Use("theme", interests[0], word, _side(party)) for word in themes)
        yield from (Use("perspective", interests[0], word, _side(party)) for word in perspectives)
    for party, function in store.functions_with_hours(session, id):
        yield Use("function", "", function, _side(party))


def _answers(case: OpenCase) -> Iterator[Use]:
    for artefact, answers in store.answers_of(case.session, case.review.id):
        for key, value in answers.items():
            if value not in (None, "", [], {}):
                yield Use(
                    "field",
                    artefact,
                    key,
                    None,
                    value if isinstance(value, str | int | float) else str(value),
                )


def _dates(case: OpenCase) -> Iterator[Use]:
    """The dates of the newest agreement that are a month, a term or a year."""
    agreements = [key for key, one in case.workflow.artefacts.items() if one.kind.name == "agreement"]
    newest = case.rows.agreements[-1].fields if case.rows.agreements else {}
    for name, value in (newest.get("dates") or {}).items():
        with suppress(ValueError):
            if agreements and value and isinstance(when(value), Fuzzy):
                yield Use("date", agreements[0], name)


def _time(case: OpenCase) -> Iterator[Use]:
    """Time that was asked for, and nobody has answered."""
    for entry in extensions.entries(case.review.more_time):
        if entry.state == extensions.ASKED:
            yield Use("asked", "", entry.step, entry.party)


def _side(party: int) -> int | None:
    """Of what all share rows say -1."""
    return party if party >= 0 else None

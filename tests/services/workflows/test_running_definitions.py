"""The app does not start on a definition that a running review began with and that does not check."""

from __future__ import annotations

import pytest
from sqlalchemy import event, insert, update

from peerreview.errors import BadDefinition
from peerreview.services.base.house import House
from peerreview.services.workflows import definitions
from peerreview.store.review.reviews import Definition, Review

from ..review_fixtures import make_review


def kept(house: House, text: str) -> None:
    cast = make_review(house)
    with house.db.write() as session:
        session.execute(
            insert(Definition).values(hash="old", name="collegial-review", text=text, added_at=cast.now)
        )
        session.execute(update(Review).values(definition_hash="old"))


def shipped(house: House) -> str:
    return house.workflows["collegial-review"].text


def test_a_sound_old_definition_starts(house: House) -> None:
    kept(house, shipped(house).replace("{working_days: 2}]", "{working_days: 3}]", 1))
    definitions.check_running(house)


def test_a_faulty_old_definition_does_not(house: House) -> None:
    kept(house, shipped(house).replace("by: coordinator", "by: cordinator", 1))
    with pytest.raises(BadDefinition, match="kept for one running review") as refused:
        definitions.check_running(house)
    assert "did you mean `coordinator`?" in str(refused.value)


def test_what_has_ended_keeps_nothing_from_starting(house: House) -> None:
    kept(house, "nothing that anybody could read")
    with house.db.write() as session:
        session.execute(update(Review).values(ended="closed"))
    definitions.check_running(house)


def test_it_is_one_question_however_many_reviews_there_are(house: House) -> None:
    make_review(house)
    asked: list[str] = []
    engine = house.db.engine
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    definitions.check_running(house)
    assert len([sql for sql in asked if sql.lstrip().upper().startswith("SELECT")]) == 1

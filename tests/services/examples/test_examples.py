"""Examples to learn from: whose they are, who consents, what is found, and that nothing else is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from peerreview.errors import Conflict, Invalid, NotFound, PeerreviewError, Refused, Text
from peerreview.services.base.house import Account, House
from peerreview.services.examples import examples_page, library
from peerreview.services.examples.edit_examples import consent, publish, refuse, save_example, unpublish
from peerreview.services.examples.examples_page import ExampleView, Typed
from peerreview.services.review import history_page
from peerreview.store.artefacts.examples import ExampleWord
from tests.services.review_fixtures import Cast, advance, make_review

TYPED = Typed(
    title="Rökfria möten på vårdcentralen",
    summary="Vi tog upp tobak i varje besök.",
    did="Två utbildningsdagar och en påminnelse i journalen. Österlen började.",
    lessons="Börja i det lilla.",
    contact="Processledare, coordinator@example.org",
    perspectives=("patient",),
)
ABOUT = Typed(**{**TYPED.__dict__, "lessons": "Gävleborg visade hur.", "about": (1,)})


@pytest.fixture
def cast(house: House) -> Cast:
    return advance(house, make_review(house), to="evaluation")


def save(house: House, cast: Cast, typed: Typed = TYPED, who: Account | None = None, **of: int) -> int:
    return save_example(
        house,
        actor=who or cast.coordinator(0),
        review_id=cast.review_id,
        example_id=of.get("example_id"),
        typed=typed,
        seen=of.get("seen", 0),
        now=cast.now,
    )


def deed(house: House, cast: Cast, what: object, who: Account, example_id: int, **more: object) -> object:
    about = {"actor": who, "review_id": cast.review_id, "example_id": example_id, "now": cast.now}
    return what(house, **about, **more)  # type: ignore[operator]


def seen(house: House, cast: Cast, who: Account) -> list[ExampleView]:
    page = examples_page.examples(house, actor=who, review_id=cast.review_id, now=cast.now)
    return list(page.examples)


def found(house: House, cast: Cast, search: str = "", perspective: str = "") -> list[int]:
    view = library.library(house, actor=cast.outsider, search=search, perspective=perspective)
    assert view.count == len(view.rows)
    return [one.id for one in view.rows]


def test_one_that_is_about_the_own_side_is_published_at_once_and_taken_back(house: House, cast: Cast) -> None:
    id = save(house, cast)
    (draft,) = seen(house, cast, cast.member(0))
    assert (draft.state, draft.may_write, draft.may_publish) == ("draft", True, False)
    assert seen(house, cast, cast.coordinator(1)) == []
    with pytest.raises(Refused):
        deed(house, cast, publish, cast.member(0), id, seen=1)
    assert deed(house, cast, publish, cast.coordinator(0), id, seen=1) == "published"
    assert found(house, cast) == [id]
    one = library.example(house, actor=cast.outsider, example_id=id, now=cast.now)
    assert (one.organisation, one.typed.title, one.review_id) == ("Region Kalmar län", TYPED.title, None)
    with pytest.raises(Refused):
        save(house, cast, example_id=id, seen=1)
    with pytest.raises(NotFound):
        deed(house, cast, unpublish, cast.outsider, id, reason="x")
    with pytest.raises(Invalid):
        deed(house, cast, unpublish, cast.lead, id, reason="")
    deed(house, cast, unpublish, cast.lead, id, reason="En uppgift är fel.")
    assert found(house, cast) == found(house, cast, "rök") == []
    with house.db.read() as session:
        assert session.scalars(select(ExampleWord)).all() == []
    with pytest.raises(NotFound):
        library.example(house, actor=cast.coordinator(0), example_id=id, now=cast.now)
    assert seen(house, cast, cast.coordinator(0))[0].answer == "En uppgift är fel."


def test_what_is_about_the_other_side_waits_for_its_consent(house: House, cast: Cast) -> None:
    with pytest.raises(Invalid) as error:
        save(house, cast, Typed(**{**ABOUT.__dict__, "about": ()}))
    assert set(error.value.errors) == {"about"}
    id = save(house, cast, ABOUT)
    assert deed(house, cast, publish, cast.coordinator(0), id, seen=1) == "asked"
    assert found(house, cast) == found(house, cast, "tobak") == []
    (asked,) = seen(house, cast, cast.contact(1))
    assert (asked.may_consent, asked.may_write) == (True, False)
    for who in (cast.member(1), cast.coordinator(0), cast.lead, cast.outsider):
        with pytest.raises(PeerreviewError):
            deed(house, cast, consent, who, id, seen=1)
    deed(house, cast, refuse, cast.coordinator(1), id, reason="Vi heter något annat.")
    assert seen(house, cast, cast.coordinator(1)) == []
    save(house, cast, ABOUT, example_id=id, seen=2)
    deed(house, cast, publish, cast.coordinator(0), id, seen=3)
    with pytest.raises(Conflict):
        deed(house, cast, consent, cast.coordinator(1), id, seen=2)
    assert deed(house, cast, consent, cast.coordinator(1), id, seen=3) == "published"
    assert found(house, cast, "gävle") == [id]
    deed(house, cast, unpublish, cast.contact(1), id, reason="Inte längre.")
    assert found(house, cast) == []


SEARCHES = {
    "rök": True,
    "RÖKFRIA möten": True,
    "rok": True,
    "röka": False,
    "öster": True,
    "oster": True,
    "åster": False,
    "vård rök": True,
    "vård finnsinte": False,
    "central": True,
    "mötet vårdcentralerna": True,
    "påminnelsen": True,
    "entral": True,
    "tral": False,
    "%": False,
    "' OR 1=1": False,
}


def test_search_by_the_beginnings_of_swedish_words(house: House, cast: Cast) -> None:
    id = save(house, cast)
    deed(house, cast, publish, cast.coordinator(0), id, seen=1)
    for search, hit in SEARCHES.items():
        assert found(house, cast, search) == ([id] if hit else []), search
        assert found(house, cast, search, "staff") == []
        assert found(house, cast, search, "patient") == ([id] if hit else [])


def test_a_title_tells_more_than_a_text(house: House, cast: Cast) -> None:
    first = save(house, cast, Typed(**{**TYPED.__dict__, "title": "Tobak"}))
    second = save(house, cast, Typed(**{**TYPED.__dict__, "summary": "Annat", "did": "tobak"}))
    for id in (first, second):
        deed(house, cast, publish, cast.coordinator(0), id, seen=1)
    assert found(house, cast, "tobak") == [first, second]
    assert found(house, cast) == [second, first]


def test_not_before_the_reports_are_handed_over_and_a_third_side_learns_nothing(house: House) -> None:
    cast = advance(house, make_review(house, parties=3), to="closing_meeting")
    with pytest.raises(PeerreviewError):
        save(house, cast)
    advance(house, cast, to="evaluation")
    id = save(house, cast, ABOUT)
    deed(house, cast, publish, cast.coordinator(0), id, seen=1)
    assert [one.id for one in seen(house, cast, cast.coordinator(1))] == [id]
    assert seen(house, cast, cast.coordinator(2)) == []
    with pytest.raises(NotFound):
        deed(house, cast, consent, cast.coordinator(2), id, seen=1)
    lines = history_page.history(
        house, actor=cast.coordinator(2), review_id=cast.review_id, now=cast.now
    ).lines
    assert not any("example" in str(line.title) for line in lines)
    assert deed(house, cast, consent, cast.coordinator(1), id, seen=1) == "published"


def test_a_colleagues_change_and_what_is_missing_are_told(house: House, cast: Cast) -> None:
    id = save(house, cast, Typed(title="Kort"))
    with pytest.raises(Invalid) as error:
        deed(house, cast, publish, cast.coordinator(0), id, seen=1)
    assert sorted(error.value.errors) == ["contact", "did", "lessons", "summary"]
    save(house, cast, example_id=id, seen=1, who=cast.member(0))
    with pytest.raises(Conflict):
        save(house, cast, example_id=id, seen=1)
    with pytest.raises(Conflict):
        deed(house, cast, publish, cast.coordinator(0), id, seen=1)


def test_a_perspective_that_two_workflows_call_by_one_key_stays_each_ones_own(
    house: House, cast: Cast
) -> None:
    id = save(house, cast)
    deed(house, cast, publish, cast.coordinator(0), id, seen=1)
    usual = house.workflows["collegial-review"]
    other = replace(usual, name="audit", title=Text.of({"sv": "Revision"}))
    same = replace(house, workflows={**house.workflows, "audit": other})
    assert found(same, cast, perspective="patient") == [id], "one title, one perspective"
    apart = {**usual.perspectives, "patient": Text.of({"sv": "Patientsäkerhet", "en": "Patient safety"})}
    two = replace(house, workflows={**house.workflows, "audit": replace(other, perspectives=apart)})
    shelf = library.library(two, actor=cast.outsider).perspectives
    assert {"patient@collegial-review", "patient@audit"} <= set(shelf)
    assert "patient" not in shelf
    assert found(two, cast, perspective="patient@collegial-review") == [id]
    assert found(two, cast, perspective="patient@audit") == []
    one = library.example(two, actor=cast.outsider, example_id=id, now=cast.now)
    assert one.perspectives == (usual.perspectives["patient"],)

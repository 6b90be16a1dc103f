"""Rounds: what moves them, what each organisation wants, and that none of them learns of another."""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_string
from email.message import EmailMessage
from email.policy import default

import pytest
from sqlalchemy import delete, select

from peerreview.engine.running.moves import Choice
from peerreview.errors import Conflict, Invalid, NotFound, Refused
from peerreview.rendering.words import say as spoken
from peerreview.services.base.house import Account, House
from peerreview.services.case.opening import looking
from peerreview.services.home import my_page
from peerreview.services.lead import letters_page, verify_histories
from peerreview.services.lead.letters_page import Letter
from peerreview.services.review import history_page, overview
from peerreview.services.review.do_action import Filled, Wish, act
from peerreview.services.rounds import (
    begin_chosen_pairs,
    edit_interest,
    edit_talks,
    interest_page,
    round_letters_page,
    round_people,
    rounds,
    send_round_letters,
    talks_page,
)
from peerreview.services.rounds.round_case import looking_in
from peerreview.store.mail.outbox import Outgoing
from peerreview.store.people.people import Membership
from tests.people import make_person

from ..round_cast import (
    NOW,
    RoundCast,
    begin,
    end_review,
    finish_review,
    hold_talk,
    invite,
    make_round,
    say,
    wanted,
)


def stands_at(house: House, cast: RoundCast) -> list[str]:
    """The steps that are under way, by the lead's page."""
    view = rounds.round_page(house, actor=cast.lead, round_id=cast.id, now=NOW)
    return [stage.path for stage in view.head.stages if stage.state in ("doing", "late")]


def decline(house: House, cast: RoundCast, party: int, reason: str = "") -> None:
    actor = cast.invited[party].coordinator
    edit_interest.decline(house, actor=actor, round_id=cast.id, reason=reason, now=NOW)


def paired(house: House, organisations: int = 5) -> RoundCast:
    """All have answered yes, and all talks are done."""
    cast = make_round(house, organisations)
    invite(house, cast)
    for party in range(organisations):
        say(house, cast, party)
        hold_talk(house, cast, party)
    return cast


# ---- its course


def test_a_round_goes_from_its_call_to_its_close(house: House) -> None:
    cast = make_round(house)
    assert stands_at(house, cast) == ["call"]
    invite(house, cast)
    assert stands_at(house, cast) == ["answers"]
    for party in range(5):
        say(house, cast, party)
        hold_talk(house, cast, party)
    assert stands_at(house, cast) == ["pairing"]
    first = begin(house, cast, 0, 1)
    # Three are still without a partner: the pairing goes on.
    assert stands_at(house, cast) == ["pairing"]
    second = begin(house, cast, 2, 3, 4)
    assert stands_at(house, cast) == ["running"]
    finish_review(house, cast, first)
    assert stands_at(house, cast) == ["running"]
    end_review(house, cast, second)
    assert stands_at(house, cast) == ["synthesis"]
    arguments = {"actor": cast.lead, "round_id": cast.id, "key": "synthesis", "now": NOW}
    send_round_letters.save_letter(house, body="Vi lärde oss mycket av varandra i år.", seen=0, **arguments)
    send_round_letters.send_letter(house, seen=1, **arguments)
    view = rounds.round_page(house, actor=cast.lead, round_id=cast.id, now=NOW)
    assert view.head.ended is not None
    own = rounds.own_page(house, actor=cast.invited[3].contact, round_id=cast.id, now=NOW)
    assert own.synthesis == "Vi lärde oss mycket av varandra i år."


def test_whom_a_review_sets_free_can_be_paired_again(house: House) -> None:
    """A decline re-opens only what it must: the other reviews of the round go on."""
    cast = paired(house)
    first = begin(house, cast, 0, 1)
    begin(house, cast, 2, 3, 4)
    act(
        house,
        actor=cast.invited[0].coordinator,
        review_id=first,
        wish=Wish("decline", "acceptance", 0),
        filled=Filled(reason="Vi hinner inte i år."),
        seen=None,
        now=NOW,
    )
    assert stands_at(house, cast) == ["running"]
    with looking_in(house, round_id=cast.id, actor=cast.lead, now=NOW) as case:
        assert begin_chosen_pairs.free_parties(case) == (0, 1)
    again = begin(house, cast, 1, 0)
    with pytest.raises(Refused):
        begin(house, cast, 1, 2)
    end_review(house, cast, again)
    assert stands_at(house, cast) == ["running"]


def test_who_does_not_answer_or_declines_holds_nobody_up(house: House) -> None:
    cast = make_round(house)
    invite(house, cast)
    say(house, cast, 0)
    say(house, cast, 1)
    decline(house, cast, 2, "Inte i år")
    hold_talk(house, cast, 0)
    hold_talk(house, cast, 1)
    assert stands_at(house, cast) == ["answers"]
    view = rounds.round_page(house, actor=cast.lead, round_id=cast.id, now=NOW)
    assert (view.silent, view.interested, view.declined) == ((3, 4), 2, 1)
    waited = edit_talks.close(house, actor=cast.lead, round_id=cast.id, parties=(2, 3, 4), now=NOW)
    assert waited == 2
    assert stands_at(house, cast) == ["pairing"]
    with pytest.raises(Refused):
        say(house, cast, 3)


def test_an_answer_can_be_changed_until_the_pairing(house: House) -> None:
    cast = make_round(house)
    invite(house, cast)
    say(house, cast, 0)
    actor = cast.invited[0].coordinator
    arguments = {"actor": actor, "round_id": cast.id, "now": NOW}
    edit_interest.save_interest(house, typed=wanted(cast, 0, aims="Ett annat"), seen=1, **arguments)
    with pytest.raises(Conflict):
        edit_interest.save_interest(house, typed=wanted(cast, 0, aims="Ett tredje"), seen=1, **arguments)
    with pytest.raises(Invalid) as nothing_left:
        bare = wanted(cast, 0, wants=(), offers=(), more_wants="")
        edit_interest.save_interest(house, typed=bare, seen=2, **arguments)
    assert set(nothing_left.value.errors) == {"wants"}
    form = interest_page.interest(house, **arguments)
    assert (form.wanted.aims, form.number, form.state) == ("Ett annat", 2, "interested")
    hold_talk(house, cast, 0)
    for party in range(1, 5):
        decline(house, cast, party)
    with pytest.raises(Refused):
        edit_interest.save_interest(house, typed=wanted(cast, 0, aims="För sent"), seen=2, **arguments)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"unit_level": ""}, {"unit_level"}),
        ({"unit_level": "hospital"}, {"unit"}),
        ({"unit_level": "village"}, {"unit_level"}),
        ({"wants": (), "offers": (), "more_wants": " "}, {"wants"}),
        ({"wants": ("flying",)}, {"wants"}),
        ({"not_months": ("2001-01",)}, {"not_months"}),
        ({"wishes": ("99",)}, {"wishes"}),
        ({"wishes": ("1",)}, {"wishes"}),
        ({"wishes": ("3",), "excludes": ("3",)}, {"excludes"}),
        ({"more_wants": "\n".join(map(str, range(11)))}, {"more_wants"}),
    ],
)
def test_what_cannot_be_wanted(house: House, changes: dict[str, object], fields: set[str]) -> None:
    cast = make_round(house)
    invite(house, cast)
    with pytest.raises(Invalid) as wrong:
        edit_interest.save_interest(
            house,
            actor=cast.invited[0].coordinator,
            round_id=cast.id,
            typed=wanted(cast, 0, **changes),
            seen=0,
            say=True,
            now=NOW,
        )
    assert set(wrong.value.errors) == fields


def test_letters_to_those_who_are_silent_go_to_the_coordinators_then_to_the_contacts(house: House) -> None:
    cast = make_round(house)
    invite(house, cast)
    say(house, cast, 0)
    decline(house, cast, 1)
    view = rounds.round_page(house, actor=cast.lead, round_id=cast.id, now=NOW)
    sets = [button.href.partition("whom=")[2] for button in view.reminding]
    shown = []
    for whom in sets:
        letter = Letter(whom=whom, review=str(cast.id), subject="Svar", text="Vi väntar på ert svar.")
        found = letters_page.preview_letter(house, actor=cast.lead, letter=letter, now=NOW)
        assert f"/rounds/{cast.id}" in str(found)
        shown.append({reader.email for reader in found.readers})
    assert shown == [
        {cast.invited[party].coordinator.email for party in (2, 3, 4)},
        {cast.invited[party].contact.email for party in (2, 3, 4)},
    ]


# ---- who sees what


def everything_of(house: House, cast: RoundCast, actor: Account) -> str:
    """All that the services say of the round to somebody, as it would stand on their pages."""
    arguments = {"actor": actor, "round_id": cast.id, "now": NOW}
    said = [rounds.own_page(house, **arguments), interest_page.interest(house, **arguments)]
    return repr((said, my_page.home(house, actor=actor, now=NOW, real_now=NOW)))


def test_no_organisation_learns_of_another_from_the_round(house: House) -> None:
    cast = make_round(house)
    invite(house, cast)
    say(house, cast, 0)
    # Whom the reader's own side wishes for it may read; here it wishes for nobody.
    say(house, cast, 1, wishes=(), excludes=())
    hold_talk(house, cast, 0)
    hold_talk(house, cast, 1)
    decline(house, cast, 2, "Ett skäl")
    # The form lists every organisation of the network, invited or not: its names are no news.
    for actor in (cast.invited[1].coordinator, cast.invited[1].contact):
        said = everything_of(house, cast, actor).replace(repr(_others(house, cast, actor)), "")
        for party in (0, 2, 3, 4):
            assert cast.invited[party].name not in said
        for private in ("Syfte 0", "Väntan 0", "Anteckning", "Överenskommet 0", "Ett skäl"):
            assert private not in said
        assert "Överenskommet 1" in said
    form = interest_page.interest(house, actor=cast.invited[3].coordinator, round_id=cast.id, now=NOW)
    assert (form.wanted, form.answer) == (interest_page.Wanted(), None)


def _others(house: House, cast: RoundCast, actor: Account) -> object:
    return interest_page.interest(house, actor=actor, round_id=cast.id, now=NOW).others


def test_the_leads_pages_of_a_round_are_nobody_elses(house: House) -> None:
    cast = make_round(house)
    invite(house, cast)
    say(house, cast, 0)
    here = {"round_id": cast.id, "now": NOW}
    deeds: list[Callable[[Account], object]] = [
        lambda who: rounds.round_page(house, actor=who, **here),
        lambda who: rounds.rounds(house, actor=who, now=NOW),
        lambda who: rounds.new_round(house, actor=who, now=NOW),
        lambda who: talks_page.organisation(house, actor=who, party=0, **here),
        lambda who: edit_talks.close(house, actor=who, parties=(1,), **here),
        lambda who: round_letters_page.letter(house, actor=who, key="invitation", **here),
        lambda who: send_round_letters.set_dates(house, actor=who, answers="", pairing="", **here),
        lambda who: begin_chosen_pairs.begin_by_hand(house, actor=who, parties=(0, 1), **here),
        lambda who: begin_chosen_pairs.begin_chosen(house, actor=who, **here),
        lambda who: history_page.history(house, actor=who, review_id=cast.id, now=NOW),
    ]
    for who in (cast.invited[0].coordinator, cast.invited[0].contact, cast.outsider.coordinator):
        for deed in deeds:
            with pytest.raises(NotFound):
                deed(who)
    for own in (rounds.own_page, interest_page.interest):
        with pytest.raises(NotFound):
            own(house, actor=cast.outsider.coordinator, **here)


def test_a_round_is_in_no_list_of_reviews_and_not_found_by_who_is_invited(house: House) -> None:
    cast = make_round(house)
    invite(house, cast)
    for actor in (cast.lead, cast.invited[0].coordinator):
        for search in ("", "Blekinge", "Halland"):
            found = overview.reviews(house, actor=actor, search=search, state="", now=NOW)
            assert (found.rows, found.total) == ((), 0)
    with pytest.raises(NotFound), looking(house, review_id=cast.id, actor=cast.lead, now=NOW):
        pass


def test_what_follows_from_withdrawing_is_seen_by_the_lead_alone(house: House) -> None:
    cast = make_round(house)
    invite(house, cast)
    say(house, cast, 0)
    say(house, cast, 1)
    arguments = {"actor": cast.invited[0].coordinator, "round_id": cast.id, "now": NOW}
    with pytest.raises(Invalid):
        edit_interest.withdraw(house, reason=" ", **arguments)
    edit_interest.withdraw(house, reason="Ny ledning", **arguments)
    with pytest.raises(Refused):
        edit_interest.withdraw(house, reason="Ny ledning", **arguments)
    view = rounds.round_page(house, actor=cast.lead, round_id=cast.id, now=NOW)
    said = {row.party: row.word.text for row in view.organisations}
    assert [said[party] for party in (0, 1, 2)] == ["Withdrawn", "Interested", "Has not answered"]
    # Those for whom there is something to do stand first.
    assert [row.party for row in view.organisations] == [2, 3, 4, 1, 0]
    assert "Ny ledning" not in everything_of(house, cast, cast.invited[1].coordinator)


def test_the_lead_overrules_a_round_as_any_case(house: House) -> None:
    """The pages that every case has (back, go on, hold) serve the round's lead, and nobody else in it."""
    cast = make_round(house)
    invite(house, cast)
    hold = {
        "review_id": cast.id,
        "wish": Wish("hold"),
        "filled": Filled("Semester", choice=Choice()),
        "now": NOW,
    }
    with pytest.raises(NotFound):
        act(house, actor=cast.invited[0].coordinator, seen=None, **hold)
    act(house, actor=cast.lead, seen=None, **hold)
    assert rounds.round_page(house, actor=cast.lead, round_id=cast.id, now=NOW).head.on_hold
    with pytest.raises(Refused):
        say(house, cast, 0)


def test_what_one_organisation_does_can_end_the_round_for_all(house: House) -> None:
    """The mails that follow name each organisation to its own people, though the one who acts knows of none."""
    cast = make_round(house, 2)
    invite(house, cast)
    say(house, cast, 0, wishes=(), excludes=())
    arguments = {"actor": cast.invited[0].coordinator, "round_id": cast.id, "now": NOW}
    edit_interest.withdraw(house, reason="Ny ledning", **arguments)
    view = rounds.round_page(house, actor=cast.lead, round_id=cast.id, now=NOW)
    assert view.head.ended is not None
    with house.db.read() as session:
        mails = [(row.person_id, row.message.decode()) for row in session.scalars(select(Outgoing))]
    # Who has withdrawn is told of the end as well.
    for party, other, count in ((0, 1, 2), (1, 0, 2)):
        of_party = [text for to, text in mails if to == cast.invited[party].coordinator.person_id]
        assert len(of_party) == count
        for text in of_party:
            said = "".join(part.get_content() for part in parts_of(text))
            assert cast.invited[party].name in said
            assert cast.invited[other].name not in said


def parts_of(text: str) -> list[EmailMessage]:
    message = message_from_string(text, policy=default)
    return [part for part in message.walk() if part.get_content_maintype() == "text"]


def test_the_lead_reads_the_rounds_history_and_overrules_it(house: House) -> None:
    cast = make_round(house)
    invite(house, cast)
    say(house, cast, 0)
    lines = history_page.history(house, actor=cast.lead, review_id=cast.id, now=NOW)
    assert lines.head.short == "Omgång 2026"
    names = dict(enumerate(one.name for one in cast.invited))
    said = [spoken(line.title, "en", names) for line in lines.lines]
    assert said[-1] == "Opened the round"
    assert f"Said that it is interested: {cast.invited[0].name}" in said
    assert verify_histories.verify(house) == []


def test_a_round_follows_the_register_of_people(house: House) -> None:
    """At the invitation by itself, later at the lead's word: whoever has gone sees no more of it."""
    cast = make_round(house)
    early = make_person(house, "Ny ledning", in_organisation=cast.invited[1].organisation, role="contact")
    invite(house, cast)
    assert rounds.own_page(house, actor=early, round_id=cast.id, now=NOW).state == "open"
    late = make_person(house, "Ny processledare", in_organisation=cast.invited[0].organisation)
    here = {"round_id": cast.id, "now": NOW}
    with pytest.raises(NotFound):
        rounds.own_page(house, actor=late, **here)
    gone = cast.invited[0].coordinator
    with house.db.write() as session:
        session.execute(delete(Membership).where(Membership.person_id == gone.person_id))
    view = talks_page.organisation(house, actor=cast.lead, party=0, **here)
    assert set(view.newcomers) == {late.name, gone.name}
    with pytest.raises(NotFound):
        round_people.follow_register(house, actor=gone, party=0, **here)
    round_people.follow_register(house, actor=cast.lead, party=0, **here)
    with pytest.raises(NotFound):
        rounds.own_page(house, actor=gone, **here)
    edit_interest.decline(house, actor=late, reason="", **here)

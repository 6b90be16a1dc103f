"""Every address of the application with every sensible number in it, and by hand who gets an answer there.

`who`: True (a page or a file), False (refused), None (left open: what is on the page is looked at all the same).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..stage.table import Reader
from ..stage.who import (
    NONE,
    Address,
    Place,
    Who,
    anybody,
    lead_or_person,
    lead_or_unsaid,
    lead_perhaps,
    nobody,
    of_side,
    once,
    reads,
    roles,
    signed_in,
    taking_part,
    team_of,
    teams_alone,
    the_lead,
    unsaid,
)

# ---- all of them

# One thing's own pages, which there are many of: an everyday walk tries some of them as each reader, another some in
# each scene, so that all are tried as everybody; `--full` tries all in every scene.
DEEP = {
    "actions.receipt",
    "actions.show",
    "materials.add",
    "materials.comments",
    "materials.describe",
    "materials.share",
    "report.compare",
    "report.printed",
    "reviews.message",
    "team.seat",
}


def is_deep(address: Address) -> bool:
    return not address.ours or address.rule in DEEP or "?version=" in address.path


def addresses(place: Place) -> list[Address]:
    found = [Address(rule, path, who, ours=False) for rule, path, who in _network(place)]
    for rule, path, who in _review(place):
        found.append(Address(rule, f"/reviews/{place.p.review_id}{path}", who))
    found += [Address("materials.fetch", path, who) for path, who in _downloads(place)]
    found += [Address(rule, path, nobody) for rule, path in _unknown(place)]
    return found


def _network(place: Place) -> Iterator[tuple[str, str, Who]]:
    for page in ("accessibility", "help", "privacy"):
        yield f"pages.{page}", f"/{page}", anybody
    yield "pages.healthz", "/healthz", lambda reader: None
    yield "pages.robots", "/robots.txt", anybody
    yield "favicon", "/favicon.ico", anybody
    # 404 where the house has said nothing of whom to write to.
    yield "pages.security", "/.well-known/security.txt", lambda reader: None
    yield "pages.old_security", "/security.txt", lambda reader: None
    yield "accounts.session_state", "/session", anybody
    yield "calendar.feed", "/calendar/unknown.ics", lambda reader: None
    yield "mail_choices.ask_turn_off", "/mail/off/1.late.unknown", lambda reader: None
    yield "accounts.login", "/login", lambda reader: None
    yield "accounts.reset_request", "/reset", anybody
    yield "accounts.reset_sent", "/reset/sent", anybody
    yield "accounts.reset", "/reset/bad", lambda reader: None
    yield "accounts.invite", "/invite/bad", lambda reader: None
    yield "accounts.prove_address", "/address/bad", lambda reader: None
    yield "accounts.stop_address", "/address/stop/bad", lambda reader: None
    yield "static", "/static/app.css", lambda reader: None
    yield "home.index", "/", signed_in
    yield "me.index", "/me", signed_in
    yield "me.history", "/me/history", signed_in
    yield "reviews.index", "/reviews", signed_in
    yield "library.shelves", "/library?search=zq", signed_in
    yield "library.read", f"/library/{NONE}", nobody
    yield "reviews.index", "/reviews?state=&search=zq", signed_in
    yield from _of_mail(place)
    yield from _of_people(place)
    yield from _of_organisations(place)


def _of_mail(place: Place) -> Iterator[tuple[str, str, Who]]:
    """The lead's first page and what leads on from it: mail, and what has been declared."""
    yield "lead.board", "/lead", the_lead
    yield "lead.mail", "/lead/mail", the_lead
    yield "met.index", "/lead/met", the_lead
    yield "network_conflicts.all_of_them", "/lead/conflicts", the_lead
    for mail in (1, 20):
        yield "lead.message", f"/lead/mail/{mail}", the_lead
    yield "letters.write", "/lead/mail/write?whom=late", the_lead
    for planned in (1, 12, NONE):
        yield "planned.show", f"/lead/mail/planned/{planned}", the_lead if planned != NONE else nobody
    yield "planned.show", f"/lead/mail/gathered/{NONE}", nobody
    yield "missing.show", f"/lead/mail/missing/{place.p.review_id}?step=evaluate&rule=none", nobody


def _of_people(place: Place) -> Iterator[tuple[str, str, Who]]:
    yield "lead.new_review", "/lead/reviews/new", the_lead
    yield "people.index", "/lead/people", the_lead
    yield "people.new", "/lead/people/new", the_lead
    yield "intake.index", "/lead/people/from-file", the_lead
    yield "intake.template", "/lead/people/from-file/template.csv", the_lead
    yield "intake.waiting", "/lead/people/uninvited", the_lead
    here = place.p.review_id
    yield "naming.form", f"/lead/reviews/{here}/sides/0", lead_perhaps
    yield "naming.form", f"/lead/reviews/{here}/sides/{NONE}", nobody
    yield "seat_requests.show", f"/seat-requests/{NONE}", nobody
    for person, party in place.ids.people:
        if party < 2:
            yield "people.person", f"/lead/people/{person}", the_lead
    yield "people.close", f"/lead/people/{place.ids.people[0][0]}/close", the_lead
    person = place.ids.people[0][0]
    yield "people.history", f"/lead/people/{person}/history", lead_or_person(person)
    yield "people.history", f"/lead/people/{NONE}/history", nobody


def _of_organisations(place: Place) -> Iterator[tuple[str, str, Who]]:
    """And the definitions by which they review each other."""
    yield "workflows.index", "/lead/workflows", the_lead
    for page, rule in (("", "show"), ("/rights", "rights"), ("/rehearsal", "rehearsal")):
        yield f"workflows.{rule}", f"/lead/workflows/collegial-review{page}", the_lead
    yield "versions.show", "/lead/workflows/collegial-review/versions", the_lead
    yield "people.results_form", "/lead/organisations/1/results/new", the_lead
    yield "people.results_form", f"/lead/organisations/1/results/{NONE}", nobody
    yield "people.organisations", "/lead/organisations", the_lead
    yield "people.new_organisation", "/lead/organisations/new", the_lead
    yield "profiles.index", "/lead/profiles", the_lead
    yield "profiles.export", "/lead/profiles/profiles.csv", the_lead
    yield from _rounds(place.p.review_id)
    for side in place.p.cast.sides:
        yield "people.organisation", f"/lead/organisations/{side.organisation}", the_lead
        history = f"/lead/organisations/{side.organisation}/history"
        yield "people.organisation_history", history, the_lead


def _rounds(review_id: int) -> Iterator[tuple[str, str, Who]]:
    """A review is no round. (Who meets what in one: test_round.py.)"""
    yield "rounds.index", "/rounds", the_lead
    yield "rounds.new", "/rounds/new", the_lead
    here = f"/rounds/{review_id}"
    yield "rounds.show", here, nobody
    yield "interests.form", f"{here}/interest", nobody
    yield "rounds.organisation", f"{here}/organisations/0", nobody
    yield "rounds.join_form", f"{here}/organisations/new", nobody
    yield "pairing.index", f"{here}/pairing", nobody
    yield "rounds.letter", f"{here}/invitation", nobody
    yield "rounds.before_sending", f"{here}/synthesis/send", nobody


def _review(place: Place) -> Iterator[tuple[str, str, Who]]:
    yield "reviews.show", "", taking_part
    yield "reviews.history", "/history", taking_part
    yield "reviews.history", "/history?page=2", taking_part
    yield "conflicts.index", "/conflicts", taking_part
    yield "reviews.mail", "/mail", lead_or_unsaid
    yield "workflows.forecast", "/forecast", lead_or_unsaid
    yield "workflows.drawing", "/drawing", taking_part
    for mail in (1, 2, 12):
        yield "reviews.message", f"/mail/{mail}", unsaid
    for key in place.ids.receipts[:: 3 if place.reached("opened") else 1]:
        yield "actions.receipt", f"/receipts/{key}", unsaid
    yield from _people(place)
    yield from _agreement(place)
    yield from _materials(place)
    yield from _questions_and_reports(place)
    yield from _after(place)
    yield from _actions(place)


def _people(place: Place) -> Iterator[tuple[str, str, Who]]:
    yield "team.index", "/team", taking_part
    yield "team.appoint", "/team/appoint", roles("coordinator")
    for seat, party in place.ids.seats:
        if party < 2:
            yield "team.seat", f"/team/seats/{seat}", of_side(party)


def _agreement(place: Place) -> Iterator[tuple[str, str, Who]]:
    begun = place.reached("first_meeting")
    yield "agreement.index", "/agreement", once(begun, taking_part)
    yield "agreement.edit", "/agreement/edit", roles("coordinator", "lead")
    yield "moving.form", "/dates", roles("coordinator", "lead")
    for party in range(place.parties):
        path = f"/more-time?step=exchange/collect&party={party}"
        yield "more_time.show", path, _near_of(place, party)
    yield "agreement.version", "/agreement/versions/1", taking_part if begun else nobody
    yield "agreement.version", "/agreement/versions/99", nobody
    yield "meetings.index", "/meetings", once(begun, taking_part)
    for key, scene in (
        ("first_meeting", "first_meeting"),
        ("second_meeting", "second_meeting"),
        ("closing_meeting", "closing"),
    ):
        planned = place.reached(scene)
        yield "meetings.calendar", f"/meetings/{key}.ics", taking_part if planned else nobody
        yield "meetings.plan", f"/meetings/{key}/plan", roles("coordinator", "lead")
        yield "meetings.notes", f"/meetings/{key}/notes", roles("coordinator", "lead")
    yield "meetings.calendar", "/meetings/report.ics", nobody


def _near_of(place: Place, party: int) -> Who:
    """The coordinators of a side, which asks, and of the one that reads its materials, which answers."""
    sides = {party, (party - 1) % place.parties}
    return lambda reader: None if reader.role == "coordinator" and reader.side in sides else False


def _materials(place: Place) -> Iterator[tuple[str, str, Who]]:
    begun = place.reached("collect")
    yield "materials.index", "/materials", once(begun, taking_part)
    yield "materials.log", "/materials/log", teams_alone
    yield "materials.receipt", "/materials/receipt", unsaid
    yield "materials.later", "/materials/later", teams_alone
    yield "materials.add", "/materials/add", teams_alone
    for party in range(2):
        yield "materials.add", f"/materials/add?wish=w{party}0", teams_alone if begun else nobody
    for number, party in _some(place.ids.materials):
        path = f"/materials/{number}"
        yield "materials.add", f"/materials/add?material={number}", team_of(party)
        yield "materials.describe", f"{path}/describe", team_of(party)
        yield "materials.share", f"{path}/share", team_of(party)
        yield "materials.comments", f"{path}/comments", _near(place, party)


def _some(rows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """All of sides 0 and 1: the third side's are nobody's either of whom these are not."""
    return [row for row in rows if row[1] < 2]


def _near(place: Place, party: int) -> Who:
    """The own side and the one that reads it; never a third, never the lead."""
    sides = {party, (party - 1) % place.parties}

    def who(reader: Reader) -> bool | None:
        return None if reader.side in sides else False

    return who


def _downloads(place: Place) -> Iterator[tuple[str, Who]]:
    for (material, number), word in place.p.versions.items():
        yield f"/materials/{material}/{number}", reads(place, word)
    for material, _ in place.ids.materials[:3]:
        yield f"/materials/{material}/99", nobody


def _questions_and_reports(place: Place) -> Iterator[tuple[str, str, Who]]:
    begun = place.reached("opened")
    yield "questions.index", "/questions", _questions(place) if begun else unsaid
    for number, _ in place.ids.questions[:1]:
        yield "questions.index", f"/questions?edit={number}", unsaid
    yield "report.index", "/report", _questions(place) if begun else unsaid
    for key in range(place.parties):
        yield from _report(place, key, begun)
    yield "report.show", "/report/joint", nobody
    yield "report.show", "/report/9", nobody


def _questions(place: Place) -> Who:
    return lambda reader: True if reader.in_team else None if reader.takes_part else False


def _report(place: Place, key: int, begun: bool) -> Iterator[tuple[str, str, Who]]:
    path = f"/report/{key}"
    mine = [(word, each) for word, each in place.p.words.items() if each.party == key]
    texts = [word for word, each in mine if each.cell.startswith("report ") and "comment" not in each.cell]
    who = reads(place, *texts) if begun else teams_alone if place.reached("collect") else unsaid
    yield "report.show", path, who
    yield "report.printed", f"{path}/print", who
    yield "report.download", f"{path}/download", who
    yield "report.compare", f"{path}/versions", who
    for number in (1, 2, 3):
        yield "report.show", f"{path}?version={number}", team_of(key)
        yield "report.download", f"{path}/download?version={number}", team_of(key)
        yield "report.compare", f"{path}/versions?left={number}&right=1", team_of(key)
    for act, name in (("presented", "report presented"), ("handed_over", "report handed over")):
        frozen = [word for word, each in mine if each.cell == name]
        yield "report.show", f"{path}?version={act}", reads(place, *frozen)
        yield "report.download", f"{path}/download?version={act}", reads(place, *frozen)


def _after(place: Place) -> Iterator[tuple[str, str, Who]]:
    yield "evaluation.index", "/evaluation", once(place.reached("evaluation"), taking_part)
    yield "follow_up.index", "/follow-up", once(place.reached("follow_up"), taking_part)
    for row, party in place.ids.follow_ups:
        yield "follow_up.edit", f"/follow-up/{row}", team_of(party)
    told = place.reached("evaluation")
    # Nothing is published: the page says so to the lead.
    yield "examples.index", "/examples", taking_part if told else unsaid
    yield "examples.new", "/examples/new", teams_alone if told else unsaid
    yield "examples.show", f"/examples/{NONE}", nobody
    hours = lambda reader: reader.in_team or reader.role == "lead"  # noqa: E731
    yield (
        "hours.index",
        "/hours",
        hours if place.reached("collect") and place.scene != "cancelled" else unsaid,
    )


# Every action of the method: key, step, whether each side has its own, and whose it is.
ACTIONS = [
    ("accept", "acceptance", True, ("coordinator",)),
    ("decline", "acceptance", True, ("coordinator",)),
    ("confirm", "teams", True, ("coordinator",)),
    ("consent", "teams", True, ("lead",)),
    ("held", "first_meeting", False, ("coordinator", "lead")),
    ("confirm", "first_meeting", False, ("coordinator",)),
    ("hand_in", "exchange/collect", True, ("coordinator",)),
    ("take_back", "exchange/collect", True, ("coordinator",)),
    ("send", "exchange/work/study", True, ("coordinator",)),
    ("finish", "exchange/work/draft", True, ("coordinator",)),
    ("present", "second_meeting", False, ("coordinator", "lead")),
    ("held", "second_meeting", False, ("coordinator", "lead")),
    ("finish", "final_report", True, ("coordinator",)),
    ("finish", "joint_report", False, ()),
    ("hand_over", "closing_meeting", False, ("coordinator",)),
    ("hand_over_joint", "closing_meeting", False, ()),
    ("acknowledge", "closing_meeting", False, ("coordinator", "contact", "member")),
    ("acknowledge_joint", "closing_meeting", False, ()),
    ("held", "closing_meeting", False, ("coordinator", "lead")),
    ("submit", "evaluation", False, ("coordinator", "contact", "member")),
    ("report_back", "follow_up", True, ("coordinator",)),
    ("back", "", False, ("lead",)),
    ("go_on", "", False, ("lead",)),
    ("hold", "", False, ("lead",)),
    ("resume", "", False, ("lead",)),
    ("cancel", "", False, ("lead",)),
    ("withdraw", "", False, ("coordinator", "lead")),
]


def _actions(place: Place) -> Iterator[tuple[str, str, Who]]:
    for action, step, by_side, who in ACTIONS:
        path = f"/actions/{action}?step={step}"
        if by_side:
            for party in range(2):
                yield "actions.show", f"{path}&party={party}", roles(*who, side=party)
        else:
            yield "actions.show", path, nobody if place.ended else roles(*who)
    other = place.ids.people[-1][0]
    yield "actions.show", f"/actions/submit?step=evaluation&person={other}", _only(place, other)
    yield "actions.show", "/actions/nothing?step=teams", nobody
    yield "actions.show", "/actions/confirm?step=nowhere", nobody


def _only(place: Place, person: int) -> Who:
    return lambda reader: None if reader.account and reader.account.person_id == person else False


def _unknown(place: Place) -> Iterator[tuple[str, str]]:
    """Numbers of nothing, and of another review's things inside ours."""
    ours = f"/reviews/{place.p.review_id}"
    yield "reviews.show", f"/reviews/{NONE}"
    yield "materials.fetch", f"/materials/{NONE}/1"
    for material in [*(n for n, _ in place.others.materials[:1]), NONE]:
        for page in ("describe", "share", "comments"):
            yield f"materials.{page}", f"{ours}/materials/{material}/{page}"
        yield "materials.add", f"{ours}/materials/add?material={material}"
    for seat in [*(n for n, _ in place.others.seats[:1]), NONE]:
        yield "team.seat", f"{ours}/team/seats/{seat}"
    yield "follow_up.edit", f"{ours}/follow-up/{NONE}"
    yield "actions.receipt", f"{ours}/receipts/{NONE}"


def elsewhere(place: Place) -> list[str]:
    """The other review's addresses: for those who take part in ours alone, they do not exist."""
    there = f"/reviews/{place.beside.review_id}"
    pages = (
        *(
            "team",
            "agreement",
            "meetings",
            "materials",
            "questions",
            "report",
            "report/0",
            "hours",
            "history",
        ),
        *("mail", "evaluation", "follow-up", "agreement/versions/1"),
        *(f"receipts/{key}" for key in place.others.receipts[:2]),
        *("meetings/first_meeting.ics", "actions/present?step=second_meeting"),
    )
    files = [f"/materials/{material}/{number}" for material, number in list(place.beside.versions)[:3]]
    return [there, *(f"{there}/{page}" for page in pages), *files]

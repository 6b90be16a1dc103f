"""What somebody could forge: every address that takes a form, with plausible fields and ids of either side.

Whose deed it would be is written by hand. (Whether it may be done in the present step is asked elsewhere; here
nobody else may.)"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from peerreview.services.terms.agreement_terms import DATES

from ..stage.table import Reader
from ..stage.who import NONE, Place
from .addresses import ACTIONS

Whose = Callable[[Reader], bool]
WHY = "Ett skäl som räcker till för alla."


@dataclass(frozen=True)
class Forged:
    rule: str
    path: str
    # Whose deed it may be, in this step or another; it is not tried as them.
    whose: Whose
    fields: dict[str, str] = field(default_factory=dict)


def the_lead(reader: Reader) -> bool:
    return reader.role == "lead"


def nobody(reader: Reader) -> bool:
    return False


def own(*roles: str, side: int | None = None) -> Whose:
    return lambda reader: reader.role in roles and side in (None, reader.side)


def team(side: int | None = None) -> Whose:
    return own("coordinator", "member", side=side)


def _either(*sides: int) -> Whose:
    return lambda reader: reader.in_team and reader.side in sides


def forgeries(place: Place) -> list[Forged]:
    ours = f"/reviews/{place.p.review_id}"
    found = [
        *_lead(place),
        *_leads_register(place),
        *_actions(place, ours),
        *_team(place, ours),
        *_meetings(place, ours),
    ]
    return [
        *found,
        *_rounds(place),
        *_materials(place, ours),
        *_questions(place, ours),
        *_reports(place, ours),
        *_after(place, ours),
    ]


# Of oneself, or of nobody's data: nothing that belongs to a review.
PERSONAL = {
    "accounts.accept",
    "accounts.do_login",
    "accounts.do_reset",
    "accounts.do_reset_request",
    "accounts.do_prove_address",
    "accounts.do_stop_address",
    "accounts.logout",
    "seat_requests.answer",
    "me.change",
    "me.change_address",
    "me.change_password",
    "me.end_calendar",
    "me.forget_address",
    "me.end_others",
    "mail_choices.choose",
    "mail_choices.come_back",
    "mail_choices.go_away",
    "mail_choices.turn_off",
    "me.make_calendar",
    "pages.preview",
}


def _rounds(place: Place) -> Iterator[Forged]:
    """A review is no round, for nobody. (Who does what in one: test_round.py.)"""
    sides = place.p.cast.sides
    opened = {"name": "Omgång", "year": "2026", "organisations": str(sides[0].organisation)}
    yield Forged("rounds.open_round", "/rounds/new", the_lead, opened)
    here = f"/rounds/{place.p.review_id}"
    yield Forged("rounds.save_letter", f"{here}/invitation", nobody, {"body": "Hej!", "number": "0"})
    yield Forged("rounds.send_letter", f"{here}/invitation/send", nobody, {"number": "0"})
    yield Forged("rounds.set_dates", f"{here}/dates", nobody, {"answers": "", "pairing": ""})
    talk = {"note": "N", "expectations": "E", "number": "0", "then": "held"}
    yield Forged("rounds.save_talk", f"{here}/organisations/0", nobody, talk)
    for deed in ("keep", "propose"):
        set_ = {"asked": "years=5", "chosen": "1-2", "why": WHY}
        yield Forged(f"pairing.{deed}", f"{here}/pairing/{deed}", nobody, set_)
    more = {"organisation": "1", "day": "", "reason": ""}
    yield Forged("rounds.invite_more", f"{here}/organisations/new", nobody, more)
    yield Forged("rounds.follow_register", f"{here}/organisations/0/people", nobody)
    typed = {"number": "0", "draft": "0", "aims": "Hej!"}
    yield Forged("interests.draft", f"{here}/interest/draft", nobody, typed)
    yield Forged("interests.forget", f"{here}/interest/draft/forget", nobody)
    yield Forged("rounds.close", f"{here}/close", nobody, {"parties": "0"})
    yield Forged("rounds.begin", f"{here}/begin", nobody, {"by": "hand", "parties": "0"})
    wanted = {"unit_level": "region", "wants": "alcohol", "number": "0", "then": "say"}
    yield Forged("interests.save", f"{here}/interest", nobody, wanted)
    yield Forged("interests.decline", f"{here}/interest/decline", nobody, {"reason": WHY})
    yield Forged("interests.withdraw", f"{here}/interest/withdraw", nobody, {"reason": WHY})


def _lead(place: Place) -> Iterator[Forged]:
    person, sides = place.ids.people[0][0], place.p.cast.sides
    # The first who logs in on the walk is the lead: the session is theirs.
    yield Forged("me.end_session", "/me/sessions/1/end", the_lead)
    yield Forged("lead.retry", "/lead/mail/1/retry", the_lead)
    yield Forged("lead.lay_aside", "/lead/mail/1/lay-aside", the_lead)
    letter = {"whom": "everybody", "review": "", "subject": "Hej", "text": "Hej!", "seal": "x"}
    yield Forged("letters.preview", "/lead/mail/write", the_lead, letter)
    yield Forged("letters.send", "/lead/mail/write/send", the_lead, letter)
    missing = {"step": "evaluate", "rule": "none", "line": "Hej!", "held": "yes"}
    for deed in ("hold", "line"):
        yield Forged(f"missing.{deed}", f"/lead/mail/missing/{place.p.review_id}/{deed}", the_lead, missing)
    named = {"person": str(person), "role": "contact", "function": ""}
    yield Forged("naming.name", f"/lead/reviews/{place.p.review_id}/sides/0", the_lead, named)
    for deed in ("hold", "let_go", "line", "send"):
        path = f"/lead/mail/planned/1/{deed.replace('_', '-')}"
        yield Forged(f"planned.{deed}", path, the_lead, {"line": "Hej!"} if deed == "line" else {})
        yield Forged(f"planned.{deed}", path.replace("planned/1", f"gathered/{NONE}"), nobody)
    yield Forged(
        "lead.remind", f"/lead/reviews/{place.p.review_id}/remind", the_lead, {"step": "teams", "party": "1"}
    )
    chosen = {f"organisation_{n}": str(side.organisation) for n, side in enumerate(sides, start=1)}
    yield Forged(
        "versions.migrate",
        "/lead/workflows/collegial-review/versions",
        the_lead,
        {"review": str(place.p.review_id), f"version_{place.p.review_id}": "1", "newest": "0"},
    )
    why = {"organisation": str(sides[0].organisation), "text": WHY}
    yield Forged("network_conflicts.declare_towards", "/lead/conflicts", the_lead, why)
    yield Forged(
        "network_conflicts.answer_towards", f"/lead/conflicts/{NONE}", nobody, {"do": "end", "seen": "x"}
    )
    yield Forged("lead.begin_review", "/lead/reviews/new", the_lead, chosen)


def _leads_register(place: Place) -> Iterator[Forged]:
    person, organisation = place.ids.people[0][0], place.p.cast.sides[0].organisation
    yield Forged(
        "people.create",
        "/lead/people/new",
        the_lead,
        {"name": "N", "email": "n@example.org", "language": "sv"},
    )
    rows = {"rows": "organisation;name;email\nRegion X;Eva Ek;eva@example.org\n", "do": "write", "seal": "x"}
    yield Forged("intake.take_in", "/lead/people/from-file", the_lead, rows)
    yield Forged("intake.invite_all", "/lead/people/uninvited", the_lead, {"seal": "x"})
    base = f"/lead/people/{person}"
    yield Forged(
        "people.change", base, the_lead, {"name": "Ny", "phone": "1", "language": "sv", "is_lead": "yes"}
    )
    yield Forged("people.correct_address", f"{base}/address", the_lead, {"email": "new@example.org"})
    yield Forged("people.forget_address", f"/lead/people/{NONE}/address/forget", nobody)
    yield Forged("people.do_close", f"{base}/close", the_lead)
    yield Forged("people.reopen", f"{base}/reopen", the_lead)
    yield Forged("people.invite", f"{base}/invite", the_lead)
    joined = {"organisation": str(organisation), "role": "member", "title": "X"}
    yield Forged("people.join", f"{base}/memberships", the_lead, joined)
    yield Forged("people.leave", f"{base}/memberships/1/remove", the_lead)
    name = {"name": "Region Nord", "code": "99"}
    yield Forged("people.create_organisation", "/lead/organisations/new", the_lead, name)
    yield Forged("profiles.take_in", "/lead/profiles", the_lead)
    found = {"instrument": "Enkät", "year": "2025", "value_theme.food": "3"}
    way = f"/lead/organisations/{organisation}/results"
    yield Forged("people.save_results", f"{way}/new", the_lead, found)
    yield Forged("people.save_results", f"{way}/{NONE}", nobody, found)
    yield Forged("people.remove_results", f"{way}/{NONE}/remove", nobody)
    yield Forged("people.change_organisation", f"/lead/organisations/{organisation}", the_lead, name)


def _actions(place: Place, ours: str) -> Iterator[Forged]:
    for action, step, by_side, who in ACTIONS:
        fields = {
            "reason": WHY,
            "conflict": "none",
            "version": "1",
            "party": "1",
            "side": "1",
            "target": "teams",
        }
        path = f"{ours}/actions/{action}?step={step}"
        for party in range(2):
            whose = own(*who, side=party) if by_side and who != ("lead",) else own(*who)
            yield Forged("actions.do", f"{path}&party={party}", whose, {**fields, "step": "acceptance"})


def _team(place: Place, ours: str) -> Iterator[Forged]:
    new = {
        "person": "",
        "name": "Ny",
        "email": "ny@example.org",
        "role": "member",
        "function": "hr",
        "party": "1",
    }
    yield Forged("team.do_appoint", f"{ours}/team/appoint", own("coordinator"), new)
    yield Forged("team.withdraw", f"{ours}/team/asked/{NONE}/withdraw", nobody)
    seats = [next(row for row in place.ids.seats if row[1] == party) for party in range(2)]
    for seat, party in [*seats, (place.others.seats[0][0], 9), (NONE, 9)]:
        path, whose = f"{ours}/team/seats/{seat}", own("coordinator", "member", "contact", side=party)
        yield Forged("team.change", path, whose, {"role": "coordinator", "function": "hr", "seen": ""})
        yield Forged("team.remove", f"{path}/remove", whose)
        yield Forged("team.invite", f"{path}/invite", whose)
        yield Forged("team.address", f"{path}/address", whose, {"email": "mine@example.org"})
        until = {"person": str(place.ids.people[0][0]), "since": "2026-03-10", "until": "2026-03-20"}
        yield Forged("team.deputy", f"{path}/deputy", whose, until)
        yield Forged("team.end_deputy", f"{path}/deputy/end", whose)


def _meetings(place: Place, ours: str) -> Iterator[Forged]:
    writers = own("coordinator", "lead")
    yield Forged("conflicts.declare", f"{ours}/conflicts", lambda reader: reader.takes_part, {"text": WHY})
    yield Forged("conflicts.change", f"{ours}/conflicts/{NONE}", nobody, {"do": "end", "seen": "x"})
    yield Forged("conflicts.decide", f"{ours}/conflicts/{NONE}/decision", nobody, {"seen": ""})
    for key in ("first_meeting", "second_meeting", "closing_meeting"):
        path = f"{ours}/meetings/{key}"
        plan = {"date": "2027-03-10", "time": "09:00", "until": "", "place": "X", "link": "", "seen": "0"}
        yield Forged("meetings.do_plan", f"{path}/plan", writers, plan)
        yield Forged("meetings.take_date_away", f"{path}/no-date", writers, {"seen": "1"})
        yield Forged("meetings.save_notes", f"{path}/notes", writers, {"notes": "X", "version": "0"})
        yield Forged("meetings.autosave", f"{path}/notes/autosave", writers, {"notes": "X", "version": "0"})
    yield Forged("agreement.confirm", f"{ours}/agreement/confirm", own("coordinator"), {"version": "1"})
    yield Forged("agreement.drop", f"{ours}/agreement/drop", writers, {"version": "1"})
    days = {f"date_{name}": "2027-03-10" for name in DATES}
    looked = {"looked": " ".join(days.values()), "propose": "yes", "reason": WHY, "version": "1"}
    yield Forged("moving.move", f"{ours}/dates", writers, {**days, **looked})
    yield Forged(
        "moving.decline", f"{ours}/dates/decline", own("coordinator"), {"version": "1", "reason": WHY}
    )
    for party in range(2):
        time = {"step": "exchange/collect", "party": str(party), "day": "2027-03-10", "reason": WHY}
        readers = own("coordinator", side=(party - 1) % place.parties)
        yield Forged("more_time.ask", f"{ours}/more-time/ask", own("coordinator", side=party), time)
        yield Forged("more_time.give", f"{ours}/more-time/give", readers, time)
    number = {"number": "1", "step": "exchange/collect", "party": "0", "day": "2027-03-10", "reason": WHY}
    yield Forged("more_time.answer", f"{ours}/more-time/answer", own("coordinator"), number)
    yield Forged("more_time.withdraw", f"{ours}/more-time/withdraw", own("coordinator"), number)
    terms = {"period_from": "2025-01-01", "report": "joint", "lead_reads_materials": "yes", "version": "1"}
    yield Forged("agreement.save", f"{ours}/agreement/edit", writers, terms)


def _materials(place: Place, ours: str) -> Iterator[Forged]:
    first = [row for row in place.ids.materials if row[1] < 2]
    for wish, party in (("w00", 0), ("w10", 1)):
        where = f"?wish={wish}&party={party}"
        yield Forged(
            "materials.add_link",
            f"{ours}/materials/add-link{where}",
            team(party),
            {"url": "https://example.org/x"},
        )
        yield Forged(
            "materials.say_absent", f"{ours}/materials/say-absent{where}", team(party), {"reason": WHY}
        )
        yield Forged("materials.add_file", f"{ours}/materials/add-file{where}", team(party), {"title": "X"})
    for material, party in [*first, (place.others.materials[0][0], 9), (NONE, 9)]:
        path = f"{ours}/materials/{material}"
        yield Forged(
            "materials.add_link",
            f"{ours}/materials/add-link?material={material}",
            team(party),
            {"url": "https://e.org"},
        )
        yield Forged(
            "materials.save_description", f"{path}/describe", team(party), {"title": "X", "marking": "X"}
        )
        yield Forged("materials.share_now", f"{path}/share", team(party), {"number": "1"})
        yield Forged("materials.end_sharing", f"{path}/end-sharing", team(party))
        yield Forged("materials.withdraw", f"{path}/withdraw", team(party))
        yield Forged("materials.put_back", f"{path}/put-back", team(party))
        near = _either(party, (party - 1) % place.parties) if party < 9 else nobody
        yield Forged("materials.comment", f"{path}/comments", near, {"body": "X"})
    later = {"artefact": "materials", "party": "1", "shown": f"{first[0][0]}:1" if first else ""}
    yield Forged("materials.hand_in_later", f"{ours}/materials/later", own("coordinator"), later)


def _questions(place: Place, ours: str) -> Iterator[Forged]:
    new = {"perspective": "governance", "document": "general", "page": "1", "text": "X?", "party": "1"}
    yield Forged("questions.write", f"{ours}/questions", team(), new)
    some = {party: number for number, party in reversed(place.ids.questions) if party < 2}
    theirs = [(place.others.questions[0][0], 9)] if place.others.questions else []
    for number, party in [(key, side) for side, key in some.items()] + theirs + [(NONE, 9)]:
        path, about = f"{ours}/questions/{number}", (party + 1) % place.parties if party < 9 else 9
        text = {f"{name}-{number}": value for name, value in new.items()}
        yield Forged("questions.change", path, team(party), {**text, "version": ""})
        yield Forged("questions.save_text", f"{path}/text", team(party), {**text, "version": ""})
        yield Forged("questions.remove", f"{path}/remove", team(party))
        yield Forged("questions.put_back", f"{path}/put-back", team(party))
        yield Forged(
            "questions.answer", f"{path}/answer", team(about), {f"answer-{number}": "X", "version": ""}
        )
        yield Forged("questions.note", f"{path}/note", team(party), {f"note-{number}": "X", "version": ""})


def _reports(place: Place, ours: str) -> Iterator[Forged]:
    for key in ("0", "1", "joint", "9"):
        path, side = f"{ours}/report/{key}", int(key) if key.isdigit() else 9
        body = {"text": "X" * 40, "version": "0"}
        yield Forged("report.save", path, team(side), body)
        # Who may read may see how words of their own would read; nothing is kept.
        yield Forged("report.save", path, lambda reader: reader.takes_part, {**body, "preview": "yes"})
        yield Forged("report.autosave", f"{path}/autosave", team(side), body)
        yield Forged("report.mark_ready", f"{path}/ready", team(side), {"seal": "x"})
        near = _either(side, (side + 1) % place.parties) if side < 9 else nobody
        yield Forged("report.comment", f"{path}/comments", near, {"comment": "X"})


def _after(place: Place, ours: str) -> Iterator[Forged]:
    takes_part = own("coordinator", "member", "contact")
    form = {
        "worth": "5",
        "clarity": "5",
        "balance": "5",
        "hours": "1",
        "best": "X",
        "better": "X",
        "person": "1",
    }
    yield Forged("evaluation.save", f"{ours}/evaluation", takes_part, {**form, "hand_in": "yes"})
    yield Forged("evaluation.autosave", f"{ours}/evaluation/autosave/best", takes_part, {"best": "X"})
    row = {"finding": "X", "change": "X", "status": "done", "party": "1", "version": "1"}
    yield Forged("follow_up.add", f"{ours}/follow-up", team(), row)
    for number, party in [*place.ids.follow_ups, (NONE, 9)]:
        path = f"{ours}/follow-up/{number}"
        yield Forged("follow_up.change", path, team(party), row)
        yield Forged("follow_up.remove", f"{path}/remove", team(party), {"version": "1"})
        yield Forged("follow_up.autosave", f"{path}/autosave/change", team(party), row)
    told = {"title": "T", "summary": "S", "did": "D", "lessons": "L", "contact": "C", "version": "1"}
    yield Forged("examples.write", f"{ours}/examples/new", team(), told)
    for example, who in ((0, team()), (NONE, nobody)):
        path = f"{ours}/examples/{example}/draft"
        yield Forged("examples.draft", path, who, {**told, "version": "0", "draft": "0"})
        yield Forged("examples.forget", f"{path}/forget", who)
    yield Forged("examples.change", f"{ours}/examples/{NONE}", nobody, told)
    for deed in ("publish", "consent", "refuse", "unpublish"):
        path = f"{ours}/examples/{NONE}/{deed}"
        yield Forged("examples.do", path, nobody, {"version": "1", "reason": WHY})
    spent = {"day": "2026-03-03", "step": "", "hours": "2", "party": "1", "person": "1"}
    yield Forged("hours.log", f"{ours}/hours", team(), spent)
    for number, party in [*place.ids.hours[:3], (NONE, 9)]:
        yield Forged("hours.strike", f"{ours}/hours/{number}/strike", team(party))

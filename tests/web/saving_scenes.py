"""Forms that save what stands in them: an old one puts back nothing that somebody else has changed meanwhile."""

from __future__ import annotations

from datetime import timedelta

from peerreview.services.base.house import House
from peerreview.services.deeds.begin_reviews import begin_review
from peerreview.services.lead import change_planned_mail, missing, planned_mail_page
from peerreview.services.lead.mail_lists import review_mail
from peerreview.services.organisations import self_assessments
from peerreview.services.rounds import send_round_letters
from peerreview.store.artefacts.materials import Material, MaterialVersion
from peerreview.store.mail.outbox import PlannedMail
from peerreview.store.people.organisations import Organisation, SelfAssessment
from peerreview.store.people.people import Person
from tests.services.review_cast import TODAY
from tests.services.review_fixtures import Cast, advance, make_review
from tests.services.round_cast import invite, make_round

from .scenes import Scene, collected, edit, first

BEFORE = timedelta(days=1)


def later_by(house: House, weeks: int) -> str:
    return house.calendar.on_or_after(house.calendar.day(TODAY) + timedelta(weeks=weeks)).isoformat()


def describe(house: House) -> Scene:
    """A colleague marks the document as secret."""
    cast, document = collected(house)
    page = f"/reviews/{cast.review_id}/materials/{document}/describe"

    def change() -> None:
        edit(house, MaterialVersion, {"material_id": document}, marking="Sekretess 25 kap. 1 § OSL")
        edit(house, Material, {"id": document}, described=1)

    return Scene(cast.coordinator(0), page, page, change, {"title": "Bilaga 1", "marking": ""})


def write_invitation(house: House) -> Scene:
    """Another lead has set the dates that stand beside the text."""
    cast = make_round(house, 3)
    page = f"/rounds/{cast.id}/invitation"
    dates = {"answers": later_by(house, 8), "pairing": later_by(house, 16)}
    change = lambda: send_round_letters.set_dates(  # noqa: E731
        house, actor=cast.lead, round_id=cast.id, now=TODAY, **dates
    )
    return Scene(cast.lead, page, page, change, {"body": "Välkommen.", "answers": "", "pairing": ""})


def move_the_rounds_dates(house: House) -> Scene:
    cast = make_round(house, 3)
    invite(house, cast)
    about = {"actor": cast.lead, "round_id": cast.id, "now": TODAY}
    answers = later_by(house, 8)
    change = lambda: send_round_letters.set_dates(  # noqa: E731
        house, answers=answers, pairing=later_by(house, 20), **about
    )
    old = {"answers": later_by(house, 9), "pairing": later_by(house, 16)}
    return Scene(cast.lead, f"/rounds/{cast.id}/invitation", f"/rounds/{cast.id}/dates", change, old)


def mend_person(house: House) -> Scene:
    cast = make_review(house, now=TODAY - BEFORE)
    id = cast.outsider.person_id
    page = f"/lead/people/{id}"
    change = lambda: edit(house, Person, {"id": id}, phone="0480-123 45")  # noqa: E731
    return Scene(cast.lead, page, page, change, {"name": "Karin Ek", "phone": "", "language": "sv"})


def mend_organisation(house: House) -> Scene:
    cast = make_review(house, now=TODAY - BEFORE)
    id = cast.organisations[0]
    page = f"/lead/organisations/{id}"
    change = lambda: edit(house, Organisation, {"id": id}, population=246_000)  # noqa: E731
    return Scene(cast.lead, page, page, change, {"name": "Region Kalmar", "code": "H", "population": ""})


def mend_results(house: House) -> Scene:
    cast = make_review(house, now=TODAY - BEFORE)
    organisation, area = cast.organisations[0], self_assessments.areas(house)[0].key
    about = {"actor": cast.lead, "organisation_id": organisation, "now": TODAY, "real_now": TODAY}

    def save(number: int | None, value: str) -> None:
        typed = self_assessments.AssessmentForm("Indikatorenkät", "2025", {area: value}, {})
        self_assessments.save(house, number=number, form=typed, **about)

    save(None, "3")
    id = first(house, SelfAssessment)
    page = f"/lead/organisations/{organisation}/results/{id}"
    typed = {"instrument": "Indikatorenkät", "year": "2024", f"value_{area}": "4"}
    return Scene(cast.lead, page, page, lambda: save(id, "5"), typed)


def add_line(house: House) -> Scene:
    cast = make_review(house, now=TODAY - BEFORE)
    which = planned_mail_page.MailId(first(house, PlannedMail))
    page = f"/lead/mail/planned/{which.id}"
    change = lambda: change_planned_mail.add_line(  # noqa: E731
        house, actor=cast.lead, which=which, line="Ring mig gärna.", now=TODAY
    )
    return Scene(cast.lead, page, f"{page}/line", change, {"line": "Svara senast på fredag."})


def send_with_line(house: House) -> Scene:
    """What is sent now is what the page showed, another lead's line too."""
    found = add_line(house)
    return Scene(found.who, found.page, f"{found.page}/send", found.change, {})


def _evaluated(house: House) -> tuple[Cast, dict[str, str]]:
    cast = advance(house, make_review(house, now=TODAY - BEFORE), to="evaluation")
    (one, *_) = review_mail(house, actor=cast.lead, review_id=cast.review_id, now=cast.now).missing
    return cast, {"step": one.step, "rule": one.rule}


def add_line_for_the_missing(house: House) -> Scene:
    cast, which = _evaluated(house)
    at = f"/lead/mail/missing/{cast.review_id}"
    change = lambda: missing.add_line(  # noqa: E731
        house, actor=cast.lead, review_id=cast.review_id, line="Det tar fem minuter.", now=cast.now, **which
    )
    query = f"step={which['step']}&rule={which['rule']}"
    return Scene(cast.lead, f"{at}?{query}", f"{at}/line", change, {**which, "line": "Svara i dag."})


def propose(house: House) -> Scene:
    """Another lead has proposed the same a minute before; or it is the second press."""
    cast = make_review(house, now=TODAY - BEFORE)
    page = "/lead/reviews/new"
    one, other = cast.organisations
    change = lambda: begin_review(  # noqa: E731
        house, actor=cast.lead, organisations=cast.organisations, now=TODAY
    )
    return Scene(cast.lead, page, page, change, {"organisation_1": f"{one}", "organisation_2": f"{other}"})


SAVING = (
    describe, write_invitation, move_the_rounds_dates, mend_person, mend_organisation, mend_results, add_line,
    send_with_line, add_line_for_the_missing, propose,
)  # fmt: skip

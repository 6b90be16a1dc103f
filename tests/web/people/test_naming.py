"""What nobody with an open account could do, through HTTP: closing an account, the alarm, naming somebody."""

from __future__ import annotations

from flask import Flask

from peerreview.services.base.house import House
from tests.services.review_cast import TODAY
from tests.services.review_fixtures import Cast, advance, make_review
from tests.web.caller import Caller

ALARM = "har ingen med ett öppet konto som är processledare"


def made(house: House) -> Cast:
    return advance(house, make_review(house, now=TODAY), to="teams")


def as_lead(app: Flask, cast: Cast) -> Caller:
    caller = Caller(app)
    caller.log_in(cast.lead.email)
    return caller


def test_closing_says_what_it_leaves_without_anybody_and_leads_to_the_mend(app: Flask, house: House) -> None:
    cast = made(house)
    caller = as_lead(app, cast)
    person = f"/lead/people/{cast.coordinator(0).person_id}"
    asked = caller.page(f"{person}/close").text
    assert "Det här skulle ingen längre kunna göra" in asked
    assert f'<a href="/reviews/{cast.review_id}">Kalmar län – Gävleborg</a>' in asked
    assert "Det här skulle" not in caller.page(f"/lead/people/{cast.member(0).person_id}/close").text
    caller.send(f"{person}/close", 303, form_at=f"{person}/close")
    for path in ("/lead", "/", f"/reviews/{cast.review_id}"):
        page = caller.page(path).text
        assert ALARM in page, path
        assert f'href="/lead/reviews/{cast.review_id}/sides/0"' in page, path
    naming = f"/lead/reviews/{cast.review_id}/sides/0"
    caller.send(naming, 422, form_at=naming, role="coordinator")
    chosen = {"role": "coordinator", "person": str(cast.member(0).person_id)}
    caller.send(naming, 303, form_at=naming, **chosen)
    assert ALARM not in caller.page("/lead").text
    caller.page(naming, 404)


def test_reminding_nobody_is_no_success(app: Flask, house: House) -> None:
    cast = made(house)
    caller = as_lead(app, cast)
    person = f"/lead/people/{cast.coordinator(0).person_id}"
    caller.send(f"{person}/close", 303, form_at=f"{person}/close")
    remind = f"/lead/reviews/{cast.review_id}/remind"
    page = caller.page("/lead").text
    assert page.count(f'action="{remind}"') == 1, "the other side's alone"
    caller.send(remind, 303, form_at="/lead", step="teams", party="0")
    page = caller.page("/lead").text
    assert "ngen blev påmind" in page
    assert "Antal påminda" not in page


def test_naming_is_the_leads_alone(app: Flask, house: House) -> None:
    cast = made(house)
    lead = as_lead(app, cast)
    person = f"/lead/people/{cast.coordinator(0).person_id}"
    lead.send(f"{person}/close", 303, form_at=f"{person}/close")
    naming = f"/lead/reviews/{cast.review_id}/sides/0"
    for who in (cast.member(0), cast.coordinator(1), cast.outsider):
        caller = Caller(app)
        caller.log_in(who.email)
        caller.page(naming, 404)
        caller.send(naming, 404, form_at="/me", role="coordinator", person=str(who.person_id))
    own = Caller(app)
    own.log_in(cast.member(0).email)
    page = own.page(f"/reviews/{cast.review_id}").text
    assert ALARM in page
    assert "Säg till projektledaren" in page
    assert naming not in page

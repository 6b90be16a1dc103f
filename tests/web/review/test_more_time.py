"""More time through HTTP: asked for, looked at, given; faults beside their field, nothing lost."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Flask

from peerreview.services.base.house import House
from peerreview.services.review import more_time_page
from tests.services.review_cast import TODAY
from tests.services.review_fixtures import advance, make_review
from tests.web.caller import Caller


def test_more_time_is_asked_for_and_given(app: Flask, house: House) -> None:
    cast = advance(house, make_review(house, now=TODAY), to="collect")
    ours, theirs = Caller(app), Caller(app)
    ours.log_in(cast.coordinator(0).email)
    theirs.log_in(cast.coordinator(1).email)
    review = f"/reviews/{cast.review_id}"
    at = f"{review}/more-time?step=exchange/collect&party=0"
    assert at.replace("&", "&amp;") in ours.page(review).text
    due = more_time_page.page(
        house,
        actor=cast.coordinator(0),
        review_id=cast.review_id,
        step="exchange/collect",
        party=0,
        now=cast.now,
    ).due
    assert due is not None
    day = house.calendar.on_or_after(due + timedelta(weeks=1))
    where = {"step": "exchange/collect", "party": "0"}
    page = ours.send(f"{review}/more-time/ask", 422, form_at=at, **where, day=day.isoformat(), reason="").text
    assert 'href="#f-reason"' in page
    assert day.isoformat() in page
    ours.send(f"{review}/more-time/ask", form_at=at, **where, day=day.isoformat(), reason="Två är sjuka.")
    assert "Mer tid är begärd" in ours.page(review).text
    assert "Ta tillbaka" in ours.page(at).text
    assert "ber om mer tid" in theirs.page("/").text
    page = theirs.page(at).text
    assert "Två är sjuka." in page
    assert "Påminnelser som ändras" in page
    assert f'value="{day.isoformat()}"' in page
    other = house.calendar.on_or_after(day + timedelta(weeks=1)).isoformat()
    assert other in theirs.page(f"{at}&day={other}").text
    theirs.page(f"{at}&day={date(2027, 1, 1).isoformat()}", 422)
    answer = {**where, "number": "1", "reason": "", "day": day.isoformat()}
    assert (
        'href="#f-reason"'
        in theirs.send(f"{review}/more-time/answer", 422, form_at=at, **answer, no="yes").text
    )
    theirs.send(f"{review}/more-time/answer", form_at=at, **answer)
    assert f'datetime="{day.isoformat()}"' in ours.page(review).text
    assert "Mer tid är given" in ours.page(review).text
    theirs.send(f"{review}/more-time/answer", form_at=at, **answer)
    assert "har besvarats eller tagits tillbaka" in theirs.page(review).text
    for who, status in ((cast.member(0), 403), (cast.lead, 403), (cast.outsider, 404)):
        caller = Caller(app)
        caller.log_in(who.email)
        caller.page(at, status)
    ours.page(f"{review}/more-time?step=nowhere&party=0", 404)
    ours.page(f"{review}/more-time?step=exchange/collect&party=x", 404)

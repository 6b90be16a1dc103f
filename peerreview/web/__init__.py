"""The reception: parse what comes, call one service, render what it gives."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Flask, current_app, g, request

from peerreview.services.base import clock

from .frame import (
    errors,
    filters,
    gate,
    locale,
    pages,
    proxies,
    request_context,
    security,
    stock,
    unavailable,
)
from .lead import lead, letters, missing, planned, versions, workflows
from .people import (
    accounts,
    home,
    intake,
    mail_choices,
    me,
    met,
    naming,
    organisations,
    people,
    profiles,
    seat_requests,
    team,
)
from .review import (
    actions,
    agreement,
    conflicts,
    documents,
    evaluation,
    examples,
    follow_up,
    hours,
    materials,
    meetings,
    more_time,
    moving,
    questions,
    report,
    reviews,
)
from .rounds import interests, pairing, rounds

# One line a subject: its blueprint carries its addresses. (organisations adds its pages to people's, documents
# to materials'.)
BLUEPRINTS = (
    accounts.bp,
    actions.bp,
    agreement.bp,
    conflicts.bp,
    conflicts.network,
    evaluation.bp,
    examples.bp,
    examples.library,
    follow_up.bp,
    home.bp,
    hours.bp,
    intake.bp,
    interests.bp,
    lead.bp,
    letters.bp,
    materials.bp,
    me.bp,
    me.calendar,
    meetings.bp,
    met.bp,
    more_time.bp,
    moving.bp,
    naming.bp,
    pages.bp,
    pairing.bp,
    people.bp,
    planned.bp,
    profiles.bp,
    questions.bp,
    report.bp,
    reviews.bp,
    rounds.bp,
    missing.bp,
    seat_requests.bp,
    team.bp,
    versions.bp,
    workflows.bp,
)

__all__ = ["BLUEPRINTS", "documents", "organisations", "register"]


def register(app: Flask) -> None:
    """Everything a request meets, in this order: the clock is read before anybody asks for it."""
    gate.register(app)
    app.before_request(_read_clock)
    stock.register(app)
    proxies.register(app)
    security.register(app)
    locale.register(app)
    filters.register(app)
    request_context.register(app)
    errors.register(app)
    unavailable.register(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    mail_choices.register(app)


def _read_clock() -> None:
    """Once at the door: `g.real_now` for sessions and links, `g.now` for the method."""
    g.real_now = g.now = datetime.now(UTC)
    if request.endpoint not in ("static", "favicon", "pages.healthz"):
        g.now = clock.method_now(current_app.extensions["house"], g.real_now)

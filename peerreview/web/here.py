"""What a request needs of the house it is in."""

from __future__ import annotations

from typing import cast

from flask import Response, current_app, flash, request

from peerreview.errors import Conflict, Message, Refused
from peerreview.services.house import House

from . import filters


def house() -> House:
    return cast(House, current_app.extensions["house"])


def tell(message: Message, category: str = "message") -> None:
    """Say something on the next page ("failed" in red), in the language of this one: a cookie keeps words,
    not Messages."""
    flash(filters.say(message), category)


def tell_why_not(error: Conflict | Refused) -> None:
    """Say on the next page, in red, why it was not done."""
    flash(filters.sentence(error.reason), "failed")


def unless_known(answer: Response) -> Response:
    """The answer; to whoever has it already, that it is the same."""
    answer.add_etag()
    answer.make_conditional(request)
    return answer

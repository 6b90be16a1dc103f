"""What is answered to a form that saves itself as it is typed in (static/app.js)."""

from __future__ import annotations

from collections.abc import Callable

from flask import g, jsonify
from flask.typing import ResponseReturnValue

from peerreview.errors import Conflict, Invalid, Refused

from . import filters


def kept_draft(keep: Callable[[], int], href: str) -> ResponseReturnValue:
    """`keep` gives the number of the save; `href`: where what a colleague has written stands."""
    try:
        number = keep()
    except Invalid as error:
        return jsonify(reason=filters.say(next(iter(error.errors.values())))), 422
    except Conflict as error:
        return jsonify(reason=filters.say(error.reason), href=href), 409
    except Refused as error:
        return jsonify(reason=filters.say(error.reason)), 403
    return jsonify(version=number, saved=filters.clock(g.now))

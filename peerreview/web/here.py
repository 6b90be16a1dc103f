"""What a request needs of the house it is in."""

from __future__ import annotations

from typing import cast

from flask import current_app

from peerreview.services.house import House


def house() -> House:
    return cast(House, current_app.extensions["house"])

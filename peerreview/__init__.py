"""Peerreview: organisations learn by reviewing each other. Here is the only wiring.

`config` imports `peerreview.errors`, and so this file; the rooms are therefore imported where they are
wired, not at the top.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from config import Settings

    from .services.base.house import House

LONGEST_FORM = 4 * 1024**2


def open_house(settings: Settings) -> House:
    """The house, ready to work in. Raises BadSetting or BadDefinition where it must not start."""
    from .services.base import house
    from .services.workflows import definitions

    opened = house.furnish(settings, definitions.read_all(settings.workflows_dir))
    opened.check()
    definitions.check_running(opened)
    return opened


def create_app(settings: Settings, house: House | None = None) -> Flask:
    """The web application by `settings`, in `house` (given by those who have one open already)."""
    from flask import Flask
    from werkzeug.middleware.proxy_fix import ProxyFix

    import config

    from . import web

    app = Flask(__name__, template_folder=str(config.TEMPLATES), static_folder="web/static")
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # A token that dies after an hour would throw away what somebody took two hours to write.
        WTF_CSRF_TIME_LIMIT=None,
        # Of all forms but those with a file (web/frame/uploads.py): the longest text, each letter written as %C3%A5.
        MAX_CONTENT_LENGTH=LONGEST_FORM,
        MAX_FORM_MEMORY_SIZE=LONGEST_FORM,
        BABEL_DEFAULT_LOCALE=settings.default_language,
        BABEL_DEFAULT_TIMEZONE=settings.time_zone,
        BABEL_TRANSLATION_DIRECTORIES=str(config.TRANSLATIONS),
    )
    app.extensions["house"] = house or open_house(settings)
    if hops := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    web.register(app)
    app.wsgi_app = web.frame.gate.around(app, app.wsgi_app)  # type: ignore[method-assign,assignment]
    if settings.demo:
        from .demo import web as demo

        demo.register(app)
    return app

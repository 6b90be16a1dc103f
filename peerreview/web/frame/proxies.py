"""What stands in front of us: where a request really comes from, and what is set up so that we cannot know.

Whoever visits can mend none of it: it is said to whoever runs the house, in the log and by `peerreview check`.
"""

from __future__ import annotations

import ipaddress
from typing import cast
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from peerreview.errors import N_, Message
from peerreview.services.upkeep.remarks import Door

from .request_context import house


def register(app: Flask) -> None:
    app.extensions["door"] = Door(app.extensions["house"])
    app.before_request(_look)


def remark(name: str, said: Message) -> None:
    cast(Door, current_app.extensions["door"]).remark(name, said, real_now=g.real_now)


def client() -> str:
    """Where a try to log in comes from; "" where that cannot be known: then nobody is counted by it, or a stranger's
    tries would be everybody's."""
    peer = request.remote_addr or ""
    if _is_beside(peer, loopback=True) or (_unheard() and _is_beside(peer)):
        return ""
    return peer


def origins() -> set[str]:
    """Where our own forms come from: the address that people use, as the settings say, and as the request does."""
    found = {_origin(house().settings.base_url), f"{request.scheme}://{request.host}"}
    if house().settings.secure_cookies:
        # Over http nobody has a cookie of ours; a proxy that keeps to itself that it does TLS is common.
        found.add(f"https://{request.host}")
    return {origin.casefold() for origin in found}


def sent_from() -> str | None:
    """The origin that the browser says a form comes from; None where it says nothing."""
    said = request.headers.get("Origin", "")
    if said and said != "null":
        return said.casefold()
    return _origin(request.referrer).casefold() if request.referrer else None


class OtherOrigin(CSRFError):
    """A form with a right token, from an address that is none of ours: a proxy does not say how we are reached."""


class SameOrigin(CSRFProtect):
    """The token of the form, and that it comes from a page of ours."""

    def protect(self, apply_exemptions: bool = False) -> None:
        super().protect(apply_exemptions)
        if request.method not in current_app.config["WTF_CSRF_METHODS"] or not g.get("csrf_valid"):
            return
        origin = sent_from()
        if origin in origins() or (origin is None and not request.is_secure):
            return
        g.csrf_valid = False
        remark_origin(origin)
        raise OtherOrigin("the form comes from another address")


def remark_origin(origin: str | None) -> None:
    remark(
        "origin",
        N_(
            "a form was sent from %(origin)s, and we believe to be at %(here)s (PEERREVIEW_BASE_URL is %(set)s): write "
            "the address that people use there, and let the proxy pass on the host with its port (nginx: "
            "proxy_set_header Host $http_host) and X-Forwarded-Proto",
            origin=(origin or "–")[:200],
            here=f"{request.scheme}://{request.host[:200]}",
            set=house().settings.base_url,
        ),
    )


def remark_no_cookies() -> None:
    remark(
        "cookies",
        N_(
            "somebody came by %(here)s, and PEERREVIEW_SECURE_COOKIES is on: browsers keep no cookie of ours there, "
            "and nobody can log in; let the proxy lead http to https, or set PEERREVIEW_SECURE_COOKIES=false",
            here=f"http://{request.host[:200]}",
        ),
    )


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def _look() -> None:
    """At what every request shows of the proxies. (A visitor can make such headers up: it is said where they came from,
    and nothing is believed.)"""
    if request.endpoint == "static":
        return
    hops = house().settings.trusted_proxies
    if not hops and _unheard():
        remark(
            "untrusted",
            N_(
                "a request from %(peer)s says in X-Forwarded-For that it comes from elsewhere, and "
                "PEERREVIEW_TRUSTED_PROXIES is 0: if a proxy of yours stands there, write how many there are (1, most "
                "often); until then wrong passwords cannot be counted by where they come from",
                peer=request.remote_addr or "–",
            ),
        )
    elif hops and len(request.headers.get("X-Forwarded-For", "").split(",")) < hops and _behind():
        remark(
            "fewer",
            N_(
                "PEERREVIEW_TRUSTED_PROXIES is %(hops)s, and a request came by fewer: visitors look as if they came "
                "from a proxy",
                hops=hops,
            ),
        )
    if request.headers.get("X-Forwarded-Prefix") or request.root_path:
        remark(
            "prefix",
            N_(
                "a proxy serves us under a path: Peerreview lives at the root of a host's name of its own, and its "
                "links do not work below one"
            ),
        )


def _unheard() -> bool:
    says = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    return says and not house().settings.trusted_proxies


def _behind() -> bool:
    """Whether somebody of our own network was the last to pass the request on."""
    before = request.environ.get("werkzeug.proxy_fix.orig", {})
    return "X-Forwarded-For" in request.headers or _is_beside(before.get("REMOTE_ADDR") or "")


def _is_beside(peer: str, *, loopback: bool = False) -> bool:
    """Whether it is this machine (also by a socket, which has no address) or, without `loopback`, one of a private
    network: a proxy as a rule."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return not peer or not loopback
    return address.is_loopback or (address.is_private and not loopback)

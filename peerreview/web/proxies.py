"""What stands in front of us: where a request really comes from."""

from __future__ import annotations

from flask import request


def client() -> str:
    return request.remote_addr or ""

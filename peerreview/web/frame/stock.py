"""Sheets, scripts and pictures: kept in memory, packed, and called by what they are, so that a browser asks once.

The address of each carries a digest of its bytes (?v=), and what comes under the right one may be kept for good. Pages
themselves are not packed: docs/decisions/0027-what-is-packed-and-kept.md says why.
"""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

KINDS = {
    ".css": "text/css; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
_FOR_GOOD = "public, max-age=31536000, immutable"
# Asked anew each time, and answered with 304 where nothing has changed.
_ASK = "no-cache"
# Less is not worth the packing.
_LEAST = 500


@dataclass(frozen=True)
class File:
    kind: str
    plain: bytes
    packed: bytes
    digest: str


def register(app: Flask) -> None:
    folder = Path(app.static_folder or "")
    stock = {path.name: _read(path) for path in sorted(folder.iterdir()) if path.suffix in KINDS}

    def put_digest(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and (file := stock.get(values.get("filename", ""))):
            values.setdefault("v", file.digest)

    def fetch(filename: str) -> ResponseReturnValue:
        if filename not in stock:
            raise NotFound
        return _answer(stock[filename])

    app.url_default_functions.setdefault(None, []).append(put_digest)
    app.view_functions["static"] = fetch
    # Browsers ask for it on their own, whatever a page says.
    app.add_url_rule("/favicon.ico", "favicon", lambda: _answer(stock["favicon.ico"]))


def _read(path: Path) -> File:
    plain = path.read_bytes()
    packed = gzip.compress(plain, 9, mtime=0) if len(plain) >= _LEAST else b""
    return File(KINDS[path.suffix], plain, packed, hashlib.sha256(plain).hexdigest()[:12])


def _answer(file: File) -> Response:
    pack = bool(file.packed) and len(file.packed) < len(file.plain) and request.accept_encodings["gzip"] > 0
    answer = Response(file.packed if pack else file.plain, content_type=file.kind)
    if pack:
        answer.content_encoding = "gzip"
    answer.vary.add("Accept-Encoding")
    answer.headers["Cache-Control"] = _FOR_GOOD if request.args.get("v") == file.digest else _ASK
    answer.set_etag(f"{file.digest}-gzip" if pack else file.digest)
    answer.make_conditional(request)
    return answer

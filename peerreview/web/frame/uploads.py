"""A form with a file, taken in while it arrives: first its fields, then the file, straight into the store.

Flask would keep the whole file before it asks who sends it, and again to hash it. Here who may not add
anything, or sends no token, is turned away before a byte of the file is kept. What is sent is read
all the same, up to twice the limit: a browser that is still sending does not see an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Event, Field, File, MultipartDecoder, NeedData

from .request_context import house

if TYPE_CHECKING:
    from werkzeug.sansio.request import Request

CHUNK = 256 * 1024
# What the fields beside the file may hold together, and how many there may be.
_FIELDS, _PARTS = 64 * 1024, 50
# What a form may be longer than its file; and "twice the limit" is measured by people, in MB of either kind.
_AROUND = 1024**2
_NO_LIMIT = 2**62


def exempt(app: Flask, *views: Callable[..., object]) -> None:
    """These views check the token themselves (`taking`): the door would have to read the file to find it."""
    for view in views:
        app.extensions["csrf"].exempt(view)


def taking(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """A view that takes a form with a file: it gets an `Upload` first. For those who are logged in."""

    @wraps(view)
    def taken(**address: Any) -> ResponseReturnValue:
        upload = Upload()
        try:
            if current_app.config["WTF_CSRF_ENABLED"]:
                current_app.extensions["csrf"].protect()
            if not current_user.is_authenticated:
                answer: ResponseReturnValue = current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
                return answer
            return view(upload, **address)
        finally:
            upload.drain()

    return taken


class Upload:
    """The form of this request. `fields`: those that stand before the file, and what `request.form` gives from now
    on; `filename` is "" where no file was chosen."""

    def __init__(self) -> None:
        self.filename = ""
        self._rest = b""
        limit = house().files.max_upload
        self._left = 2 * limit + limit // 10 + _AROUND
        self._events: Iterator[Event] = iter(())
        if request.mimetype == "multipart/form-data":
            request.max_content_length = _NO_LIMIT
            self._events = self._parse()
            request.__dict__["form"] = ImmutableMultiDict(self._fields())
            request.__dict__["files"] = ImmutableMultiDict()
        self.fields = request.form

    def read(self, size: int, /) -> bytes:
        """Of the file: some bytes, b"" at its end."""
        while not self._rest:
            event = next(self._events, None)
            if not isinstance(event, Data):
                break
            self._rest = event.data
            if not event.more_data:
                self._events = iter(())
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    def drain(self) -> None:
        """Read what is still to come, and forget it."""
        self._rest, self._events = b"", iter(())
        with suppress(BadRequest, OSError):
            for _ in self._chunks():
                pass

    def _fields(self) -> MultiDict[str, str]:
        """The fields up to the file."""
        found: MultiDict[str, str] = MultiDict()
        name, text = "", b""
        for event in self._events:
            if isinstance(event, File):
                if event.filename:
                    self.filename = event.filename
                    break
                name = ""
            elif isinstance(event, Field):
                name, text = event.name or "", b""
            elif isinstance(event, Data) and name:
                text += event.data
                if len(text) > _FIELDS:
                    raise RequestEntityTooLarge
                if not event.more_data:
                    found.add(name, text.decode("utf-8", "replace"))
        return found

    def _parse(self) -> Iterator[Event]:
        decoder = MultipartDecoder(_boundary(request), max_parts=_PARTS)
        chunks = self._chunks()
        while True:
            try:
                event = decoder.next_event()
                if isinstance(event, NeedData):
                    decoder.receive_data(next(chunks, None))
                    continue
            except ValueError as error:
                raise BadRequest("the form broke off") from error
            if not isinstance(event, Data | Field | File):
                if decoder.complete:
                    return
                continue
            yield event

    def _chunks(self) -> Iterator[bytes]:
        while self._left > 0 and (chunk := request.stream.read(min(CHUNK, self._left))):
            self._left -= len(chunk)
            yield chunk


def _boundary(sent: Request) -> bytes:
    boundary = sent.mimetype_params.get("boundary", "").encode("ascii", "replace")
    if not boundary:
        raise BadRequest("a form without a boundary")
    return boundary

"""Somebody with a browser who follows every link there is, downloads every file and sends every form that only asks.

    session = Crawl(port, language="sv")
    session.become("processledare@kalmar-lan.example")
    session.follow(["/"])
    assert session.findings == []

Whatever answers 400 or above is a finding, with the page that led there. So is a link to a place on a page that is not
there, a file without a name or bytes, a header that is no ASCII, and a page in the wrong language.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from email.parser import HeaderParser
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import quote, unquote, urldefrag, urlencode, urljoin, urlsplit

from peerreview.rendering import tongues

HOPS = 5
# What leads out of the house for good, or to other people's things: not followed.
LEAVES = re.compile(r"/(?:logout|demo/(?:switch|clock))\b")
MOST = 20_000


# What begins a passage of its own, and what has no end.
PASSAGES = frozenset((
    "p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "dd", "dt", "div", "section",
    "blockquote", "textarea", "option", "summary", "caption", "label", "button", "pre",
))  # fmt: skip
VOID = frozenset(["area", "br", "col", "hr", "img", "input", "link", "meta", "source"])


class Seen(HTMLParser):
    """What a page leads to, and what it holds. `foreign`: passages plainly not in the language that they are said to
    be in."""

    def __init__(self, text: str):
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.language = ""
        self.foreign: list[str] = []
        self._open: list[tuple[str, str]] = []
        self._said = ""
        self._asks: tuple[str, list[tuple[str, str]]] | None = None
        self._select = ""
        self._chosen: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        self._begin(tag, has.get("lang", ""))
        if "id" in has:
            self.ids.add(has["id"])
        match tag:
            case "html":
                self.language = has.get("lang", "")
            case "a" | "link" | "area":
                self._lead(has.get("href"))
            case "img" | "script" | "iframe" | "source":
                self._lead(has.get("src"))
            case "form":
                if has.get("method", "get").lower() == "get":
                    self._asks = (has.get("action", ""), [])
            case "input" | "select" | "option" | "textarea" | "button":
                self._field(tag, has)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] not in ("script", "style", "title"):
            self._said += data

    def _begin(self, tag: str, language: str) -> None:
        if tag in PASSAGES or language:
            self._end_passage()
        if tag not in VOID:
            self._open.append((tag, language or (self._open[-1][1] if self._open else "")))

    def _end(self, tag: str) -> None:
        if tag in PASSAGES or (len(self._open) > 1 and self._open[-1][1] != self._open[-2][1]):
            self._end_passage()
        while self._open and self._open.pop()[0] != tag:
            pass

    def _end_passage(self) -> None:
        said, self._said = " ".join(self._said.split()), ""
        if self._open and said and surely(said) not in ("", self._open[-1][1]):
            self.foreign.append(said)

    def handle_endtag(self, tag: str) -> None:
        self._end(tag)
        if tag == "select" and self._asks and self._select:
            self._asks[1].append((self._select, self._chosen or ""))
            self._select = ""
        if tag == "form" and self._asks:
            action, fields = self._asks
            self.links.append(f"{action.partition('?')[0]}?{urlencode(fields)}")
            self._asks = None

    def _lead(self, address: str | None) -> None:
        if address is not None:
            self.links.append(address)

    def _field(self, tag: str, has: dict[str, str]) -> None:
        if self._asks is None:
            return
        if tag == "select":
            self._select, self._chosen = has.get("name", ""), None
        elif tag == "option":
            if self._chosen is None or "selected" in has:
                self._chosen = has.get("value", "")
        elif tag == "input" and has.get("name") and "disabled" not in has:
            kind = has.get("type", "text")
            if kind not in ("checkbox", "radio", "submit") or (kind != "submit" and "checked" in has):
                self._asks[1].append((has["name"], has.get("value", "on" if kind == "checkbox" else "")))


@dataclass
class Crawl:
    """One session. `pages`: the text of every page by its address; `files`: (name, bytes) of every download."""

    port: int
    language: str
    wanted: Callable[[str], bool] = lambda address: True
    email: str = ""
    keep: bool = False
    cookies: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    files: dict[str, tuple[str, int]] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    _ids: dict[str, set[str]] = field(default_factory=dict)
    _places: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def become(self, email: str) -> None:
        page = self._read(self._ask("GET", "/demo/switch"))
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token, page[:500]
        answer = self._ask("POST", "/demo/switch", urlencode({"csrf_token": token[1], "email": email}))
        assert answer.status == 303, self._read(answer)[:2000]
        answer.read()
        self.email = email

    def follow(self, begin: Iterable[str]) -> None:
        """Breadth first, each address once, and the mail of whoever it is."""
        mail = f"/demo/mailbox?to={quote(self.email)}"
        waiting = deque((address, "the start") for address in (*begin, mail))
        met = {address for address, _ in waiting}
        while waiting:
            address, via = waiting.popleft()
            for link in self._visit(address, via):
                if link not in met:
                    met.add(link)
                    waiting.append((link, address))
            assert len(met) < MOST, f"there is no end to it: {address}"
        self._look_for_places()

    def _visit(self, address: str, via: str) -> Iterator[str]:
        answer, last = self._go(address, via)
        if answer is None:
            return
        kind = answer.headers.get_content_type()
        if answer.status >= 400:
            text = self._read(answer)
            reason = " ".join(re.sub(r"<[^>]+>", " ", text.partition("<main")[2]).split())[:160]
            self.findings.append(f"{answer.status} {address} (on {via}): {reason}")
            return
        if kind != "text/html" or answer.headers.get("Content-Disposition"):
            self._take(address, via, answer)
            return
        text = self._read(answer)
        self.pages[last] = text if self.keep else ""
        seen = Seen(text)
        self._ids[address] = self._ids[last] = seen.ids
        if seen.language != self.language and "/html" not in last:
            self.findings.append(f"{last} is in {seen.language!r} (on {via})")
        self.findings += [f"{last} says, in no language of its own: {said[:90]}" for said in seen.foreign]
        for link in seen.links:
            yield from self._inside(urljoin(self.origin + last, link), last)

    def _inside(self, url: str, page: str) -> Iterator[str]:
        whole, place = urldefrag(url)
        if not whole.startswith(self.origin + "/"):
            return
        address = whole.removeprefix(self.origin)
        if LEAVES.match(address) or not self._mine(address, page) or not self.wanted(address):
            return
        if place:
            self._places.setdefault((address, place), page)
        yield address

    def _mine(self, address: str, page: str) -> bool:
        """The mailbox holds everybody's mail: what leads to another's page is not this one's to open."""
        if not address.startswith("/demo/mailbox"):
            return True
        own = f"to={quote(self.email)}"
        if address.startswith("/demo/mailbox/"):
            return own in page or page.startswith("/demo/mailbox/")
        return own in address

    def _go(self, address: str, via: str) -> tuple[HTTPResponse | None, str]:
        """The last answer after redirects, and its address; None where the way leads out of the house."""
        for _ in range(HOPS):
            answer = self._ask("GET", address)
            for name, value in answer.headers.items():
                if not value.isascii():
                    self.findings.append(f"{address} (on {via}) has the header {name}: {value!a}")
            if answer.status not in (301, 302, 303, 307, 308):
                return answer, address
            answer.read()
            whole = urldefrag(urljoin(self.origin + address, answer.headers["Location"])).url
            if not whole.startswith(self.origin + "/"):
                return None, address
            address = whole.removeprefix(self.origin)
        self.findings.append(f"{address} (on {via}) leads round in a ring")
        return None, address

    def _take(self, address: str, via: str, answer: HTTPResponse) -> None:
        size = len(answer.read())
        head = answer.headers.get("Content-Disposition")
        name = file_name(head) if head else ""
        if not size:
            self.findings.append(f"{address} (on {via}) is empty")
        if head and not name:
            self.findings.append(f"{address} (on {via}) is a file without a name")
        self.files[address] = (name or "", size)

    def _look_for_places(self) -> None:
        for (address, place), page in self._places.items():
            if address in self._ids and place not in self._ids[address]:
                self.findings.append(f"{address}#{place} (on {page}): no such place there")

    def _ask(self, method: str, address: str, body: str | None = None) -> HTTPResponse:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=120)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Accept": "text/html,*/*;q=0.8", **({"Cookie": cookie} if cookie else {})}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, address, body, headers)
        answer = connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def _read(self, answer: HTTPResponse) -> str:
        return answer.read().decode()


def surely(text: str) -> str:
    """The language of a passage; "" where a name or a word could have misled."""
    # Titles of documents and the like stand as names in sentences of ours.
    small = re.findall(r"[^\W\d_]+", re.sub("[“”][^”]*”", "", text.lower()))
    found = {language: sum(word in words for word in small) for language, words in tongues.SMALL.items()}
    language = max(found, key=lambda each: found[each])
    return language if found[language] >= 3 and found[language] > 3 * min(found.values()) else ""


def file_name(disposition: str) -> str:
    """As a browser reads it: the real name before the plain one (RFC 6266)."""
    real = re.search(r"filename\*=UTF-8''([^;]+)", disposition)
    plain = HeaderParser().parsestr(f"Content-Disposition: {disposition}\n\n").get_filename()
    return unquote(real[1]) if real else plain or ""


def shape(address: str) -> str:
    """Addresses of one kind are one: /reviews/12/team and /reviews/3/team."""
    parts = urlsplit(address)
    names = "&".join(sorted({pair.partition("=")[0] for pair in parts.query.split("&") if pair}))
    return re.sub(r"\d[\w.-]*|(?<=mailbox/)[\w.-]+", "0", parts.path) + (f"?{names}" if names else "")

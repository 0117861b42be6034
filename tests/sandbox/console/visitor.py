"""Somebody who looks at the console: a session with a cookie, and pages read as a browser would."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

import requests

from anaplan_frames.sandbox import Sandbox

VOID = {"input", "link", "meta"}


class PageReader(HTMLParser):
    """What is on a page: the rows of its tables, its links, and all of its elements."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.links: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self._cell: list[str] | None = None
        self.feed(document)
        self.close()
        assert not self.open, f"not closed: {self.open}"

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.elements.append((tag, given))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self._cell = []
        elif tag == "a" and given["href"]:
            self.links.append(given["href"])

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag in ("td", "th"):
            self.tables[-1][-1].append("".join(self._cell or []))
            self._cell = None

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._cell is not None:
            self._cell.append(data)


@dataclass
class Visitor:
    """A browser without scripts."""

    sandbox: Sandbox
    session: requests.Session = field(default_factory=requests.Session)

    def sign_in(self, email: str = "", password: str = "", to: str = "/") -> requests.Response:
        self.session.trust_env = False
        form = {
            "email": email or self.sandbox.email,
            "password": password or self.sandbox.password,
            "next": to,
        }
        return self.send("POST", "/console/sign-in", data=form)

    def send(self, method: str, path: str, **options: object) -> requests.Response:
        url = self.sandbox.api_url + path
        settings: dict[str, object] = {"allow_redirects": False, "timeout": 20, **options}
        return self.session.request(method, url, **settings)  # type: ignore[arg-type]

    def get(self, path: str, **options: object) -> requests.Response:
        return self.send("GET", path, **options)

    def page(self, path: str = "/") -> PageReader:
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return PageReader(answer.content.decode())


def signed_in(sandbox: Sandbox, email: str = "", password: str = "") -> Visitor:
    visitor = Visitor(sandbox)
    assert visitor.sign_in(email, password).status_code == 303
    return visitor

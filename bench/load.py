"""Clients: each a thread with one kept connection, a cookie and a list of requests to send."""

from __future__ import annotations

import http.client
import io
import itertools
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlencode

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Request:
    """One request; ``form`` makes it a POST, with the client's CSRF token added.

    ``photo`` (field, JPEG) goes along with the form.
    """

    path: str
    form: dict[str, str] | None = None
    photo: tuple[str, bytes] | None = None

    def body(self, token: str) -> tuple[bytes | None, str]:
        """What is sent, and its type."""
        if self.form is None:
            return None, ""
        fields = self.form | {"csrf_token": token}
        if self.photo is None:
            return urlencode(fields).encode(), FORM
        name, picture = self.photo
        file = FileStorage(io.BytesIO(picture), "foto.jpg", name, "image/jpeg")
        boundary, body = encode_multipart({**fields, name: file})
        return body, f"multipart/form-data; boundary={boundary}"


@dataclass
class Client:
    """A browser without eyes: keeps its connection and its cookies."""

    host: str
    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection(self.host, self.port, timeout=60)

    def send(self, request: Request) -> tuple[int, bytes]:
        """Send a request; returns status and body."""
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body, kind = request.body(self.token)
        if kind:
            headers["Content-Type"] = kind
        if not self.cookies:
            del headers["Cookie"]
        self.connection.request("POST" if body else "GET", request.path, body, headers)
        answer = self.connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _eq, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return answer.status, answer.read()

    def sign_in(self, email: str, password: str) -> None:
        """Sign in as somebody; raises RuntimeError when that fails."""
        _status, page = self.send(Request("/masuk"))
        self.take_token(page)
        status, _body = self.send(Request("/masuk", {"email": email, "password": password}))
        if status not in (302, 303):
            raise RuntimeError(f"cannot sign in as {email}: {status}")
        self.take_token(self.send(Request("/profil"))[1])

    def take_token(self, page: bytes) -> None:
        """Remember the CSRF token of a page."""
        found = TOKEN.search(page.decode())
        if found is None:
            raise RuntimeError("a page has no CSRF token")
        self.token = found[1]


@dataclass
class Result:
    """What a round of requests took, in milliseconds each; ``seconds`` altogether."""

    times: list[float]
    seconds: float
    wrong: int
    bytes: int

    def percentile(self, share: float) -> float:
        """The time that ``share`` of the requests did not exceed, in milliseconds."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def run(clients: list[Client], requests: Callable[[int], Iterator[Request]], count: int) -> Result:
    """Send ``count`` requests in all, each client one after the other, all clients at once."""
    times: list[float] = []
    wrong, size = [0], [0]
    share = max(count // len(clients), 1)

    def work(number: int, client: Client) -> None:
        for request in itertools.islice(requests(number), share):
            began = time.perf_counter()
            try:
                status, body = client.send(request)
            except (OSError, http.client.HTTPException):  # the next one opens a connection anew
                client.connection.close()
                status, body = 0, b""
            times.append((time.perf_counter() - began) * 1000)
            wrong[0] += status not in (200, 204, 302, 303)
            size[0] = len(body)

    threads = [
        threading.Thread(target=work, args=(number, client))
        for number, client in enumerate(clients)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Result(times, time.perf_counter() - began, wrong[0], size[0])

"""Fetch a file from an address a stranger gave: https, public hosts only, not much and not long."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

HTTPS = 443
NAT64 = ipaddress.ip_network("64:ff9b::/96")
CHUNK = 64 * 1024
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class NotFetched(Exception):
    """The file cannot be had; the text says why."""


class Forbidden(NotFetched):
    """The address leads where nobody may be sent; trying again changes nothing."""


class TooMuch(NotFetched):
    """More bytes than allowed."""


def is_public(address: str) -> bool:
    """May a stranger send us to this IP address?"""
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip in NAT64:
        ip = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    hidden = getattr(ip, "sixtofour", None) or (getattr(ip, "teredo", None) or (None, None))[1]
    return ip.is_global and not ip.is_multicast and (hidden is None or hidden.is_global)


class _Pinned(http.client.HTTPSConnection):
    """A connection to an address that was looked at, under the name it was asked for."""

    def __init__(self, host: str, address: str, deadline: float, context: ssl.SSLContext) -> None:
        super().__init__(host, HTTPS, timeout=_left(deadline), context=context)
        self.address, self.deadline, self.context = address, deadline, context
        self.whole: socket.socket | None = None  # a second hold on it, to cut it from outside

    def connect(self) -> None:
        """Connect to that very address: the name is not looked up again."""
        plain = socket.create_connection((self.address, self.port), _left(self.deadline))
        self.whole = plain.dup()
        try:
            self.sock = self.context.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise

    def cut(self) -> None:
        """End it now, whatever is being waited for: a timeout counts each byte anew."""
        if self.whole is not None:
            with suppress(OSError):
                self.whole.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of both holds."""
        super().close()
        if self.whole is not None:
            self.whole.close()


def _left(deadline: float) -> float:
    """Seconds that are left.  Raises NotFetched when there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise NotFetched("it took too long")
    return left


@dataclass(frozen=True)
class Fetcher:
    """How far to go: bytes, seconds for everything together, redirects."""

    most_bytes: int = 10 * 1024 * 1024
    seconds: float = 10.0
    redirects: int = 3
    allowed: Callable[[str], bool] = is_public
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def get(self, url: str) -> bytes:
        """The file at ``url``.  Raises NotFetched."""
        deadline = time.monotonic() + self.seconds
        for _hop in range(self.redirects + 1):
            try:
                found = self._one(url, deadline)
            except (OSError, http.client.HTTPException, UnicodeError, ValueError) as error:
                raise NotFetched(f"{type(error).__name__}: {error}") from error
            if isinstance(found, bytes):
                return found
            url = urljoin(url, found)
        raise NotFetched("too many redirects")

    def _one(self, url: str, deadline: float) -> bytes | str:
        """The file, or the address it has moved to."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme != "https" or parts.port not in (None, HTTPS) or "@" in parts.netloc:
            raise Forbidden("only https, on its usual port, without a name or password")
        connection = _Pinned(host, self._address(host), deadline, self.context)
        watch = threading.Timer(_left(deadline), connection.cut)
        watch.start()
        try:
            path = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
            connection.request("GET", path, headers={"Accept": "image/*", "User-Agent": "Rembuk"})
            response = connection.getresponse()
            if response.status in REDIRECTS and (target := response.getheader("Location")):
                return target
            if response.status != 200:
                raise NotFetched(f"the server answered {response.status}")
            return self._read(response, connection, deadline)
        finally:
            watch.cancel()
            watch.join()
            connection.close()

    def _address(self, host: str) -> str:
        """An address of the host.  Raises Forbidden when one of them is not public."""
        found = socket.getaddrinfo(host, HTTPS, type=socket.SOCK_STREAM)
        addresses = [str(info[4][0]) for info in found]
        if not addresses or not all(map(self.allowed, addresses)):
            raise Forbidden("the host is not public")
        return addresses[0]

    def _read(
        self, response: http.client.HTTPResponse, connection: _Pinned, deadline: float
    ) -> bytes:
        if (length := response.length) is not None and length > self.most_bytes:
            raise TooMuch(f"{length} bytes")
        data = bytearray()
        while True:
            if connection.sock is not None:
                connection.sock.settimeout(_left(deadline))
            _left(deadline)
            chunk = response.read1(CHUNK)
            if not chunk:
                return bytes(data)
            data += chunk
            if len(data) > self.most_bytes:
                raise TooMuch("more bytes than allowed")

"""Fetching from addresses strangers gave: public hosts only, on every hop, not much, not long."""

from __future__ import annotations

import contextlib
import datetime
import http.server
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.exchange import fetch
from app.exchange.fetch import Fetcher, Forbidden, NotFetched, TooMuch, is_public

PICTURE = b"picture" * 1000


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "::1",
     "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "100.64.0.1", "224.0.0.1",
     "2002:7f00:1::", "64:ff9b::7f00:1", "255.255.255.255", "ff02::1"],
)  # fmt: skip
def test_addresses_inside_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_addresses_outside_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    ["http://contoh.id/a.jpg", "https://a:b@contoh.id/a.jpg", "https://contoh.id:8443/a.jpg",
     "file:///etc/passwd", "https://localhost/a.jpg", "https://127.0.0.1/a.jpg",
     "https://[::1]/a.jpg", "https://169.254.169.254/latest", "https://0x7f.1/a.jpg"],
)  # fmt: skip
def test_what_leads_inside_is_never_asked(url):
    with pytest.raises(NotFetched):
        Fetcher(seconds=3).get(url)


def test_a_name_that_means_one_address_inside_is_refused(monkeypatch):
    def both(host, port, **_words):
        found = ["93.184.215.14", "10.0.0.7"]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in found]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(Forbidden):
        Fetcher().get("https://contoh.id/a.jpg")


class Pages(http.server.BaseHTTPRequestHandler):
    """Pictures, and roads that lead elsewhere."""

    dripped = False

    def do_GET(self) -> None:
        roads = {
            "/moved": "/picture",
            "/inside": "https://127.0.0.2/picture",
            "/plain": "http://localhost/picture",
            "/round": "/round",
        }
        if self.path in roads:
            self.send_response(302)
            self.send_header("Location", roads[self.path])
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path == "/picture?a=1" or self.path == "/picture":
            self._send(200, PICTURE)
        elif self.path == "/endless":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(PICTURE * 10)
        elif self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            self.server.waits.wait(5)  # type: ignore[attr-defined]
        elif self.path == "/drip":
            self._drip()
        else:
            self._send(404, b"")

    def _drip(self) -> None:
        """A header that comes letter by letter, and a good picture in the end."""
        self.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
        with contextlib.suppress(OSError):
            for _n in range(100):
                self.wfile.write(b"a")
                self.server.waits.wait(0.05)  # type: ignore[attr-defined]
            Pages.dripped = True
            self.wfile.write(b"\r\n\r\n" + PICTURE)

    def _send(self, status: int, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_words: Any) -> None:
        """Say nothing."""


def _certificate(folder: Path) -> Path:
    """A key and a certificate for localhost, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    path = folder / "localhost.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(pem)
    )
    return path


@pytest.fixture
def fetcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fetcher]:
    """A fetcher that trusts one server on this machine, at 127.0.0.1 and nowhere else."""
    path = _certificate(tmp_path)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    server.waits = threading.Event()  # type: ignore[attr-defined]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setattr(fetch, "HTTPS", server.server_port)
    trusting = ssl.create_default_context(cafile=str(path))
    here = {"127.0.0.1", "::1"}
    yield Fetcher(20_000, 3.0, 2, lambda address: address in here, trusting)
    server.waits.set()  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch) -> str:
    """localhost by its IPv4 address alone."""
    real = socket.getaddrinfo

    def four(host: str, port: int, *more: Any, **words: Any) -> Any:
        return real("127.0.0.1" if host == "localhost" else host, port, *more, **words)

    monkeypatch.setattr(socket, "getaddrinfo", four)
    return "https://localhost"


@pytest.mark.parametrize("path", ["/picture", "/picture?a=1", "/moved"])
def test_a_picture_is_fetched_also_where_it_has_moved_to(fetcher, base, path):
    assert fetcher.get(base + path) == PICTURE


@pytest.mark.parametrize(
    ("path", "problem"),
    [("/inside", Forbidden), ("/plain", Forbidden), ("/round", NotFetched), ("/none", NotFetched),
     ("/endless", TooMuch)],
)  # fmt: skip
def test_roads_that_lead_astray_end(fetcher, base, path, problem):
    with pytest.raises(problem):
        fetcher.get(base + path)


def test_too_much_by_its_own_word_is_not_read(fetcher, base):
    few = Fetcher(100, 3.0, 2, fetcher.allowed, fetcher.context)
    with pytest.raises(TooMuch):
        few.get(base + "/picture")


def test_nobody_waits_longer_than_the_time_for_all_of_it(fetcher, base):
    hasty = Fetcher(100_000, 0.5, 2, fetcher.allowed, fetcher.context)
    with pytest.raises(NotFetched):
        hasty.get(base + "/slow")


def test_headers_that_drip_are_cut_when_the_time_is_over(fetcher, base):
    hasty = Fetcher(100_000, 1.0, 2, fetcher.allowed, fetcher.context)
    with pytest.raises(NotFetched):
        hasty.get(base + "/drip")
    assert not Pages.dripped, "it was waited for to the end"
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]


def test_a_handshake_that_never_ends_is_cut_when_the_time_is_over(base, monkeypatch):
    mute = socket.create_server(("127.0.0.1", 0))
    monkeypatch.setattr(fetch, "HTTPS", mute.getsockname()[1])
    with mute, pytest.raises(NotFetched):
        Fetcher(seconds=0.5, allowed=lambda _address: True).get(base + "/picture")


def test_a_certificate_of_nobody_is_not_believed(fetcher, base):
    strict = Fetcher(allowed=fetcher.allowed)
    with pytest.raises(NotFetched, match="CERTIFICATE"):
        strict.get(base + "/picture")

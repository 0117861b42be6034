"""Transports to the scripted server, on a clock that a test sets forward."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from anaplan_frames.auth import BasicAuth
from anaplan_frames.transport import Transport
from tests.transport.scripted import EVERYTHING, ScriptedServer, TurnedClock

Connect = Callable[..., Transport]


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


@pytest.fixture
def connect(server: ScriptedServer, clock: TurnedClock) -> Iterator[Connect]:
    """Make transports to the scripted server, with options; they are closed at the end."""
    with ExitStack() as cleanup:

        def make(**options: Any) -> Transport:
            options.setdefault("auth", BasicAuth("planner@example.com", "correct horse"))
            options.setdefault("api_url", server.url)
            options.setdefault("auth_url", server.url)
            options.setdefault("clock", clock)
            options.setdefault("operations", EVERYTHING)
            transport = Transport(**options)
            cleanup.callback(transport.close)
            return transport

        yield make


@pytest.fixture
def transport(connect: Connect) -> Transport:
    return connect()


@pytest.fixture
def no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
    for name in (*names, "requests_ca_bundle", "curl_ca_bundle", "netrc"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Make a certificate for this machine that nobody trusts, with its key in `key.pem`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "bundle.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def tls_server(bundle: Path) -> Iterator[ScriptedServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(bundle, bundle.with_name("key.pem"))
    with ScriptedServer(tls=context) as running:
        yield running

"""The authentication service: log in, refresh, validate, log out."""

from __future__ import annotations

import base64
import datetime
import os
import time
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from anaplan_frames.sandbox import Sandbox
from tests.sandbox.clock import Clock
from tests.sandbox.http_client import Http, log_in

DAY = datetime.timedelta(days=1)


def call(sandbox: Sandbox, verb: str, token: str, scheme: str = "AnaplanAuthToken") -> Any:
    method = "GET" if verb == "validate" else "POST"
    headers = {"Authorization": f"{scheme} {token}"}
    return requests.request(method, f"{sandbox.auth_url}/token/{verb}", headers=headers, timeout=10)


def token_of(sandbox: Sandbox) -> str:
    token: str = log_in(sandbox).json()["tokenInfo"]["tokenValue"]
    return token


def test_basic_login_answers_201_with_the_documented_body(tenant: Sandbox) -> None:
    answer = log_in(tenant)
    body = answer.json()
    assert answer.status_code == 201
    assert body["status"] == "SUCCESS"
    assert body["statusMessage"] == "Login successful"
    assert body["meta"] == {"validationUrl": f"{tenant.auth_url}/token/validate"}
    assert set(body["tokenInfo"]) == {"expiresAt", "tokenId", "tokenValue", "refreshTokenId"}
    assert body["tokenInfo"]["expiresAt"] / 1000 == pytest.approx(time.time() + 2100, abs=30)


@pytest.mark.parametrize(
    ("email", "password"), [("demo@example.com", "wrong"), ("nobody@example.com", "demo")]
)
def test_a_wrong_email_or_password_is_a_bad_credential(
    tenant: Sandbox, email: str, password: str
) -> None:
    answer = log_in(tenant, email, password)
    assert answer.status_code == 401
    assert answer.json() == {
        "status": "FAILURE_BAD_CREDENTIAL",
        "statusMessage": "The email or the password is wrong.",
    }


@pytest.mark.parametrize("header", ["", "Basic", "Basic !!", "Basic bm9jb2xvbg==", "Digest x"])
def test_a_login_header_that_cannot_be_parsed_is_a_bad_header(tenant: Sandbox, header: str) -> None:
    url = f"{tenant.auth_url}/token/authenticate"
    answer = requests.post(url, headers={"Authorization": header}, timeout=10)
    assert answer.status_code == 401
    assert answer.json()["status"] == "FAILURE_BAD_HEADER"


def test_several_users_log_in(tenant: Sandbox) -> None:
    tenant.add_user("grace.hopper@example.com", "compiler")
    http = Http(tenant, "Grace.Hopper@example.com", "compiler")
    user = http.get("/users/me").json()["user"]
    assert (user["firstName"], user["lastName"]) == ("Grace", "Hopper")
    assert user["email"] == "grace.hopper@example.com"


def test_refresh_extends_the_same_token(tenant: Sandbox) -> None:
    first = log_in(tenant).json()["tokenInfo"]
    time.sleep(0.01)
    answer = call(tenant, "refresh", first["tokenValue"])
    assert answer.status_code == 200
    assert answer.json()["statusMessage"] == "Token refreshed"
    assert answer.json()["tokenInfo"]["tokenValue"] == first["tokenValue"]
    assert answer.json()["tokenInfo"]["expiresAt"] > first["expiresAt"]


def test_validate_shows_whose_token_it_is(tenant: Sandbox) -> None:
    body = call(tenant, "validate", token_of(tenant)).json()
    assert body["statusMessage"] == "Token validated"
    assert body["userInfo"]["userId"] == "demo@example.com"
    assert len(body["userInfo"]["customerGuid"]) == 32


@pytest.mark.parametrize("verb", ["refresh", "validate"])
def test_a_token_under_another_scheme_is_a_bad_header(tenant: Sandbox, verb: str) -> None:
    answer = call(tenant, verb, token_of(tenant), scheme="Bearer")
    assert (answer.status_code, answer.json()["status"]) == (400, "FAILURE_BAD_HEADER")


def test_logout_ends_the_token_everywhere(tenant: Sandbox) -> None:
    http = Http(tenant)
    answer = call(tenant, "logout", http.token)
    assert (answer.status_code, answer.content) == (204, b"")
    for verb in ("validate", "refresh", "logout"):
        assert call(tenant, verb, http.token).status_code == 401
    assert http.get("/users/me").status_code == 401


def test_a_token_expires_unless_it_is_refreshed_in_time() -> None:
    clock = Clock()
    with Sandbox(token_lifetime=100, clock=clock) as sandbox:
        http = Http(sandbox)
        clock.now += 99
        assert http.get("/users/me").status_code == 200
        assert call(sandbox, "refresh", http.token).status_code == 200
        clock.now += 99
        assert http.get("/users/me").status_code == 200
        clock.now += 2
        assert http.get("/users/me").status_code == 401
        assert call(sandbox, "refresh", http.token).status_code == 401


@pytest.mark.parametrize("header", [None, "Bearer {}", "Basic {}", "AnaplanAuthToken {}x", "{}"])
def test_api_calls_accept_the_token_only_under_its_own_scheme(
    tenant: Sandbox, header: str | None
) -> None:
    headers = {"Authorization": header.format(token_of(tenant))} if header else {}
    answer = requests.get(f"{tenant.api_url}/2/0/users/me", headers=headers, timeout=10)
    assert answer.status_code == 401
    assert answer.json()["status"]["code"] == 401
    assert answer.json()["path"] == "/2/0/users/me"


def test_a_refused_upload_gets_its_answer_although_the_client_is_still_sending(
    tenant: Sandbox,
) -> None:
    url = f"{tenant.api_url}/2/0/models/{'A' * 32}/files/113000000001/chunks/0"
    assert requests.put(url, data=bytes(8_000_000), timeout=20).status_code == 401


class Identity:
    """A key with its certificate, and the login that it signs."""

    def __init__(self, valid_from: datetime.timedelta = -DAY, valid_to: Any = DAY) -> None:
        now = datetime.datetime.now(datetime.UTC)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "robot@example.com")])
        self.key = rsa.generate_private_key(65537, 1024)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + valid_from)
            .not_valid_after(now + valid_to)
            .sign(self.key, hashes.SHA256())
        )
        self.pem = self.certificate.public_bytes(serialization.Encoding.PEM)

    def sign(self, data: bytes, scheme: hashes.HashAlgorithm | None = None) -> bytes:
        return self.key.sign(data, padding.PKCS1v15(), scheme or hashes.SHA512())


@pytest.fixture(scope="module")
def identity() -> Identity:
    return Identity()


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def v2_data(seconds_off: float = 0, random_bytes: int = 100) -> bytes:
    return int(time.time() + seconds_off).to_bytes(8, "big") + os.urandom(random_bytes)


def certificate_login(
    sandbox: Sandbox, header: str, data: bytes, signature: bytes, **more: Any
) -> requests.Response:
    return requests.post(
        f"{sandbox.auth_url}/token/authenticate",
        headers={"Authorization": f"CACertificate {header}"},
        json={"encodedData": encoded(data), "encodedSignedData": encoded(signature), **more},
        timeout=10,
    )


def assert_refused(answer: requests.Response, reason: str) -> None:
    assert answer.status_code == 401
    body = answer.json()
    assert (body["status"], body["statusMessage"]) == ("FAILURE_BAD_CREDENTIAL", reason)


def test_certificate_login_in_format_v1(tenant: Sandbox, identity: Identity) -> None:
    tenant.register_certificate(identity.pem)
    data = os.urandom(150)
    answer = certificate_login(tenant, encoded(identity.pem), data, identity.sign(data))
    assert answer.status_code == 201
    token = answer.json()["tokenInfo"]["tokenValue"]
    whose = call(tenant, "validate", token).json()["userInfo"]["userId"]
    assert whose == "demo@example.com"


@pytest.mark.parametrize("random_bytes", [92, 100])
def test_certificate_login_in_format_v2(
    tenant: Sandbox, identity: Identity, random_bytes: int
) -> None:
    tenant.add_user("robot@example.com", "unused")
    tenant.register_certificate(identity.pem, "robot@example.com")
    data = v2_data(random_bytes=random_bytes)
    answer = certificate_login(
        tenant, encoded(identity.pem), data, identity.sign(data), encodedDataFormat="v2"
    )
    assert answer.status_code == 201
    token = answer.json()["tokenInfo"]["tokenValue"]
    whose = call(tenant, "validate", token).json()["userInfo"]["userId"]
    assert whose == "robot@example.com"


def test_the_header_can_be_the_pem_without_its_first_and_last_line(
    tenant: Sandbox, identity: Identity
) -> None:
    tenant.register_certificate(identity.pem)
    data = os.urandom(100)
    inside = "".join(identity.pem.decode().strip().splitlines()[1:-1])
    answer = certificate_login(tenant, inside, data, identity.sign(data))
    assert answer.status_code == 201


@pytest.mark.parametrize("leaf_first", [True, False])
def test_the_pem_can_hold_a_chain(tenant: Sandbox, identity: Identity, leaf_first: bool) -> None:
    issuer = Identity()
    tenant.register_certificate(identity.pem)
    chain = identity.pem + issuer.pem if leaf_first else issuer.pem + identity.pem
    data = v2_data()
    answer = certificate_login(
        tenant, encoded(chain), data, identity.sign(data), encodedDataFormat="v2"
    )
    assert answer.status_code == 201


@pytest.mark.parametrize("header", ["", "!!", "bm8gY2VydGlmaWNhdGU="])
def test_a_header_without_a_certificate_is_a_bad_header(tenant: Sandbox, header: str) -> None:
    answer = certificate_login(tenant, header, os.urandom(100), b"x")
    assert (answer.status_code, answer.json()["status"]) == (401, "FAILURE_BAD_HEADER")


def test_a_certificate_that_is_not_registered_is_refused(
    tenant: Sandbox, identity: Identity
) -> None:
    data = v2_data()
    answer = certificate_login(
        tenant, encoded(identity.pem), data, identity.sign(data), encodedDataFormat="v2"
    )
    assert_refused(answer, "The certificate is not registered for this tenant.")


def test_the_signature_is_really_verified(tenant: Sandbox, identity: Identity) -> None:
    tenant.register_certificate(identity.pem)
    data = os.urandom(100)
    wrong = [
        Identity().sign(data),  # another key
        identity.sign(data[::-1]),  # other data
        identity.sign(data, hashes.SHA256()),  # another hash
        os.urandom(256),
    ]
    for signature in wrong:
        answer = certificate_login(tenant, encoded(identity.pem), data, signature)
        assert_refused(answer, "The signature does not belong to the certificate.")


@pytest.mark.parametrize("seconds_off", [-310, 310, -3600 * 24])
def test_a_time_that_is_more_than_five_minutes_off_is_refused(
    tenant: Sandbox, identity: Identity, seconds_off: float
) -> None:
    tenant.register_certificate(identity.pem)
    data = v2_data(seconds_off)
    answer = certificate_login(
        tenant, encoded(identity.pem), data, identity.sign(data), encodedDataFormat="v2"
    )
    assert_refused(answer, "The time in encodedData is more than five minutes off (format v2).")


def test_a_time_within_five_minutes_is_accepted(tenant: Sandbox, identity: Identity) -> None:
    tenant.register_certificate(identity.pem)
    data = v2_data(-280)
    answer = certificate_login(
        tenant, encoded(identity.pem), data, identity.sign(data), encodedDataFormat="v2"
    )
    assert answer.status_code == 201


def test_random_bytes_in_milliseconds_little_endian_or_too_short_are_refused_as_v2(
    tenant: Sandbox, identity: Identity
) -> None:
    tenant.register_certificate(identity.pem)
    now = int(time.time())
    for data in (
        os.urandom(150),
        (now * 1000).to_bytes(8, "big") + os.urandom(100),
        now.to_bytes(8, "little") + os.urandom(100),
        v2_data(random_bytes=91),
    ):
        answer = certificate_login(
            tenant, encoded(identity.pem), data, identity.sign(data), encodedDataFormat="v2"
        )
        assert answer.status_code == 401


def test_v1_requires_a_hundred_random_bytes(tenant: Sandbox, identity: Identity) -> None:
    tenant.register_certificate(identity.pem)
    data = os.urandom(99)
    answer = certificate_login(tenant, encoded(identity.pem), data, identity.sign(data))
    assert_refused(answer, "encodedData holds fewer than 100 bytes.")


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "reason"),
    [
        (-2 * DAY, -DAY, "The certificate has expired."),
        (DAY, 2 * DAY, "The certificate is not valid yet."),
    ],
)
def test_an_expired_or_future_certificate_is_refused(
    tenant: Sandbox, valid_from: datetime.timedelta, valid_to: datetime.timedelta, reason: str
) -> None:
    old = Identity(valid_from, valid_to)
    tenant.register_certificate(old.pem)
    data = os.urandom(100)
    answer = certificate_login(tenant, encoded(old.pem), data, old.sign(data))
    assert_refused(answer, reason)


@pytest.mark.parametrize("body", [b"", b"{}", b"not json", b'{"encodedData": "!!"}'])
def test_a_certificate_without_signed_data_is_refused(
    tenant: Sandbox, identity: Identity, body: bytes
) -> None:
    tenant.register_certificate(identity.pem)
    headers = {"Authorization": f"CACertificate {encoded(identity.pem)}"}
    url = f"{tenant.auth_url}/token/authenticate"
    answer = requests.post(url, data=body, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["status"]) == (401, "FAILURE_BAD_CREDENTIAL")

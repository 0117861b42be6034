"""What a login by certificate sends, by the corrected schema of the authentication service."""

from __future__ import annotations

import pytest

from anaplan_frames.auth.certificate import CertificateAuth
from tests.auth.making import holder
from tests.contract.contract import validator
from tests.contract.overlay.correction import AUTHENTICATION


@pytest.mark.parametrize(("form", "keys"), [("v1", 2), ("v2", 3)])
def test_our_login_sends_the_keys_that_the_service_takes(form: str, keys: int) -> None:
    someone = holder("someone")
    body = CertificateAuth(someone.pem, someone.key_pem(), data_format=form).login().body
    assert body is not None
    assert list(validator(AUTHENTICATION, "CertPayload").iter_errors(body)) == []
    assert len(body) == keys

"""`proxies=` of `connect`, through a real proxy."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import anaplan_frames as af
from anaplan_frames.clock import Clock
from tests import logouts
from tests.transport.proxying import SmallProxy
from tests.transport.scripted import ScriptedServer, as_json

pytestmark = pytest.mark.usefixtures("no_proxy_of_this_machine")
MODELS = {"meta": {"paging": {"currentPageSize": 0, "totalSize": 0, "offset": 0}}, "models": []}


@pytest.fixture
def proxy() -> Iterator[SmallProxy]:
    with SmallProxy() as running:
        yield running


def listed_models(server: ScriptedServer, **options: Any) -> int:
    """Ask for the models, and return how many there are."""
    server.rule = lambda seen: as_json(MODELS)
    urls = {"api_url": server.url, "auth_url": server.url}
    with af.connect("me@corp.com", "password", clock=Clock(), **urls, **options) as connection:
        count = len(connection.models())
    logouts.wait()
    return count


@pytest.mark.parametrize(
    "form", [lambda url: url, lambda url: {"http": url}, lambda url: {"http": url, "https": url}]
)
def test_requests_go_through_a_proxy_given_as_text_or_dict(
    server: ScriptedServer, proxy: SmallProxy, form: Callable[[str], Any]
) -> None:
    assert listed_models(server, proxies=form(f"http://{proxy.address}")) == 0
    # The sign-in, the models and the log-out.
    assert [seen.path.split("?")[0] for seen in server.seen] == [
        "/token/authenticate",
        "/2/0/models",
        "/token/logout",
    ]
    assert [target.split("?")[0] for _, target, _ in proxy.seen] == [
        f"{server.url}{seen.path.split('?')[0]}" for seen in server.seen
    ]


def test_a_dict_may_name_no_proxy_for_a_kind_of_url(
    server: ScriptedServer, proxy: SmallProxy
) -> None:
    assert listed_models(server, proxies={"https": f"http://{proxy.address}"}) == 0
    assert proxy.seen == []
    assert len(server.seen) == 3


@pytest.mark.parametrize("form", [lambda url: url, lambda url: {"https": url}])
def test_secure_requests_go_through_a_tunnel(
    tls_server: ScriptedServer,
    bundle: Path,
    proxy: SmallProxy,
    form: Callable[[str], Any],
) -> None:
    given = form(f"http://{proxy.address}")
    assert listed_models(tls_server, proxies=given, verify=bundle) == 0
    host = tls_server.url.removeprefix("https://")
    assert {(method, target) for method, target, _ in proxy.seen} == {("CONNECT", host)}
    assert len(tls_server.seen) == 3


def test_user_and_password_of_a_proxy_are_sent_to_it_alone(
    server: ScriptedServer, proxy: SmallProxy
) -> None:
    assert listed_models(server, proxies=f"http://me:sesame@{proxy.address}") == 0
    login = "Basic " + base64.b64encode(b"me:sesame").decode()
    assert {sent for _, _, sent in proxy.seen} == {login}
    assert not [seen for seen in server.seen if "Proxy-Authorization" in seen.headers]

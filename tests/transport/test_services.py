"""Where each service is, by region, short form or URL of its own, and what its calls look like."""

from __future__ import annotations

import re

import pytest

from anaplan_frames.auth import BasicAuth, Credentials, LoginRequest, Token, TokenAuth
from anaplan_frames.errors import ConfigurationError, TransferError
from anaplan_frames.transport import Transport
from anaplan_frames.transport.pagination import NextUrlPages
from anaplan_frames.transport.regions import REGIONS
from anaplan_frames.transport.services import SERVICES, Service
from tests.transport.conftest import Connect
from tests.transport.scripted import EVERYTHING, TOKEN, ScriptedServer, Seen, TurnedClock, as_json

AUTH = BasicAuth("planner@example.com", "correct horse")
NAMES = ["integration", "auth", "oauth", "audit", "scim", "cloudworks", "admin"]
OLDEST = {
    "integration": "https://api.anaplan.com",
    "auth": "https://auth.anaplan.com",
    "oauth": "https://us1a.app.anaplan.com",
    "audit": "https://audit.anaplan.com",
    "scim": "https://api.anaplan.com",
    "cloudworks": "https://api.cloudworks.anaplan.com",
    "admin": "https://api.anaplan.com",
}


def urls(transport: Transport) -> dict[str, str]:
    return {name: transport.url_of(name) for name in NAMES}


def own_hosts(prefix: str) -> dict[str, str]:
    """Return the URLs of a region with hosts of its own; the Audit API is one for all."""
    api = f"https://{prefix}.api.anaplan.com"
    return {
        "integration": api,
        "auth": f"https://{prefix}.auth.anaplan.com",
        "oauth": f"https://{prefix}.app.anaplan.com",
        "audit": "https://audit.anaplan.com",
        "scim": api,
        "cloudworks": f"{api}/cloudworks",
        "admin": api,
    }


def test_the_table_has_all_services() -> None:
    assert [service.name for service in SERVICES] == NAMES


@pytest.mark.parametrize("region", [None, "us1", "us2", "us5", "us7", "eu1", "eu2", "eu4", "ap1"])
def test_the_oldest_regions_share_hosts_and_are_the_default(region: str | None) -> None:
    assert urls(Transport(AUTH, region=region)) == OLDEST


@pytest.mark.parametrize(
    "region", ["us9", "eu3", "eu5", "gb1", "sg1", "ae1", "in1", "id1", "me1", "EU3", " eu3 "]
)
def test_newer_regions_have_hosts_of_their_own(region: str) -> None:
    assert urls(Transport(AUTH, region=region)) == own_hosts(region.strip().lower())


@pytest.mark.parametrize("region", ["ca1", "ca1a", "CA1A"])
def test_canada_has_an_a_in_its_hosts(region: str) -> None:
    assert urls(Transport(AUTH, region=region)) == own_hosts("ca1a")


@pytest.mark.parametrize("region", ["au1", "au1a"])
def test_australia_has_hosts_of_another_form(region: str) -> None:
    assert urls(Transport(AUTH, region=region)) == {
        "integration": "https://au1a.api2.anaplan.com",
        "auth": "https://au1a.app2.anaplan.com",
        "oauth": "https://au1a.app2.anaplan.com",
        "audit": "https://audit.anaplan.com",
        "scim": "https://au1a.api2.anaplan.com",
        "cloudworks": "https://api.cloudworks.au1a.app2.anaplan.com",
        "admin": "https://au1a.api2.anaplan.com",
    }


def test_a_region_as_the_browser_shows_it_is_known() -> None:
    assert urls(Transport(AUTH, region="us1a")) == OLDEST


def test_a_region_that_is_newer_than_this_library_has_hosts_of_its_own() -> None:
    assert "br1" not in REGIONS
    assert urls(Transport(AUTH, region="br1")) == own_hosts("br1")


@pytest.mark.parametrize("region", ["europe", "eu", "3eu", "", "eu3.evil.example/", "eu3@evil"])
def test_a_region_that_cannot_be_one_is_refused_with_the_regions(region: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Transport(AUTH, region=region)
    assert str(caught.value).startswith(f"region={region!r} is not a region of Anaplan.")
    assert str(caught.value).endswith(f"Regions: {', '.join(REGIONS)}.")


def test_a_mistyped_region_is_answered_with_the_near_names() -> None:
    with pytest.raises(ConfigurationError, match=r"Anaplan\. Did you mean .*'eu3'.*\? Regions: "):
        Transport(AUTH, region="eu-3")


def test_the_short_forms_come_before_the_region() -> None:
    transport = Transport(
        AUTH,
        region="eu3",
        api_url="https://us9.api.anaplan.com/2/0/",
        auth_url="https://us9.auth.anaplan.com",
    )
    api = "https://us9.api.anaplan.com"
    assert urls(transport) == {
        **own_hosts("eu3"),
        "integration": api,
        "scim": api,
        "admin": api,
        "cloudworks": f"{api}/cloudworks",
        "auth": "https://us9.auth.anaplan.com",
    }
    assert (transport.api_url, transport.auth_url) == (api, "https://us9.auth.anaplan.com")


def test_a_sandbox_has_all_services_so_that_its_token_stays_there() -> None:
    sandbox = "http://127.0.0.1:8900"
    assert urls(Transport(AUTH, api_url=sandbox, auth_url=sandbox)) == {
        **dict.fromkeys(NAMES, sandbox),
        "cloudworks": f"{sandbox}/cloudworks",
    }


@pytest.mark.parametrize("service", SERVICES, ids=NAMES)
@pytest.mark.parametrize("slash", ["", "/"])
def test_the_url_of_a_single_service_comes_before_all_others(service: Service, slash: str) -> None:
    given = f"https://gateway.example.com/anaplan{service.prefix}{slash}"
    transport = Transport(
        AUTH, region="eu3", api_url="https://us9.api.anaplan.com", urls={service.name: given}
    )
    others = Transport(AUTH, region="eu3", api_url="https://us9.api.anaplan.com")
    expected = {**urls(others), service.name: "https://gateway.example.com/anaplan"}
    assert urls(transport) == expected


def test_a_url_of_an_unknown_service_is_answered_with_the_near_names() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Transport(AUTH, urls={"audits": "https://audit.anaplan.com"})
    assert str(caught.value) == (
        "urls: there is no service 'audits'. Did you mean 'audit'? "
        "Services: integration, auth, oauth, audit, scim, cloudworks, admin."
    )


def test_a_url_that_cannot_be_used_is_named_with_its_service() -> None:
    with pytest.raises(ConfigurationError, match=r"^urls\['audit'\]='audit' is not the URL of a"):
        Transport(AUTH, urls={"audit": "audit"})
    with pytest.raises(ConfigurationError, match=r"^urls\['integration'\]=.* unencrypted"):
        Transport(AUTH, urls={"integration": "http://anaplan.internal"})
    allowed = Transport(AUTH, urls={"audit": "http://anaplan.internal"}, allow_http=True)
    assert allowed.url_of("audit") == "http://anaplan.internal"


def test_a_host_that_cannot_be_reached_is_named_with_its_setting(connect: Connect) -> None:
    with pytest.raises(TransferError, match=r"HTTPS_PROXY\) and urls\['scim'\]\.$"):
        connect(urls={"scim": "http://127.0.0.1:1"}).get("/Users", label="x", service="scim")


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("integration", "/2/0/things"),
        ("audit", "/audit/api/1/things"),
        ("scim", "/scim/1/0/v2/things"),
        ("cloudworks", "/cloudworks/2/0/things"),
        ("admin", "/admin/1/0/things"),
    ],
)
def test_every_kind_of_call_goes_below_the_prefix_of_its_service(
    service: str, path: str, server: ScriptedServer, transport: Transport
) -> None:
    transport.get("/things", label="x", service=service)
    transport.post("things", label="x", json={}, service=service)
    transport.put("/things", label="x", json={}, service=service)
    transport.write_json("PUT", "/things", b"{}", label="x", service=service)
    transport.request("DELETE", "/things", label="x", service=service)
    transport.download("/things", label="x", service=service)
    transport.download_large("/things", label="x", service=service)
    assert list(transport.pages("/things", "things", label="x", service=service)) == []
    assert [seen.path.split("?")[0] for seen in server.calls] == [path] * 8


def test_a_call_to_an_unknown_service_is_answered_with_the_near_names(transport: Transport) -> None:
    with pytest.raises(ConfigurationError, match=r"no service 'scmi'\. Did you mean 'scim'"):
        transport.get("/Users", label="users", service="scmi")


class ReadyToken(Credentials):
    """A token of any kind."""

    def __init__(self, scheme: str) -> None:
        self._scheme = scheme

    def login(self) -> Token:
        """Return the token."""
        return Token("ready", scheme=self._scheme)

    @property
    def refusal_message(self) -> str:
        """Say that it was refused."""
        return "refused"


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        (
            "AnaplanAuthToken",
            ["AnaplanAuthToken"] * 5,
        ),
        (
            "Bearer",
            ["Bearer", "AnaplanAuthToken", "Bearer", "Bearer", "AnaplanAuthToken"],
        ),
        (
            "AnaplanApiKey",
            ["AnaplanApiKey", "AnaplanApiKey", "Bearer", "AnaplanApiKey", "AnaplanApiKey"],
        ),
    ],
)
def test_the_word_before_the_token_is_the_tokens_unless_the_service_wants_another(
    scheme: str, expected: list[str], server: ScriptedServer, connect: Connect
) -> None:
    transport = connect(auth=ReadyToken(scheme))
    for service in ("integration", "audit", "scim", "cloudworks", "admin"):
        transport.get("/x", label="x", service=service)
    words = [seen.headers["Authorization"] for seen in server.calls]
    assert words == [f"{word} ready" for word in expected]


def test_a_bearer_token_that_the_user_gives_is_sent_to_audit_with_the_other_word(
    server: ScriptedServer, connect: Connect
) -> None:
    transport = connect(auth=TokenAuth("Bearer of-oauth"))
    transport.get("/users/me", label="me")
    transport.get("/events", label="events", service="audit")
    words = [seen.headers["Authorization"] for seen in server.calls]
    assert words == ["Bearer of-oauth", "AnaplanAuthToken of-oauth"]


def test_a_login_may_go_to_another_service_than_authentication(
    server: ScriptedServer, connect: Connect
) -> None:
    class Oauth(BasicAuth):
        def login(self) -> LoginRequest:
            return LoginRequest("/token/oauth", {}, {"client_id": "a"}, service="oauth")

    with ScriptedServer() as oauth:
        transport = connect(auth=Oauth("a@example.com", "b"), urls={"oauth": oauth.url})
        transport.get("/me", label="me")
        assert [seen.path for seen in oauth.seen] == ["/token/oauth"]
    assert [seen.path for seen in server.seen] == ["/2/0/me"]


def test_a_service_is_added_by_an_entry_in_the_table(
    server: ScriptedServer, clock: TurnedClock
) -> None:
    weather = Service(
        "weather",
        "{api}",
        "/weather/v7",
        {"AnaplanAuthToken": "WeatherKey"},
        NextUrlPages(size=2),
    )

    def answer(seen: Seen) -> dict[str, object]:
        page = int((re.findall(r"page=(\d)", seen.path) or ["0"])[0])
        paging = {"nextUrl": f"{server.url}/weather/v7/days?page={page + 1}"} if page < 2 else {}
        days = [{"day": 2 * page}, {"day": 2 * page + 1}]
        return {"days": days, "meta": {"paging": {"totalSize": 6, **paging}}}

    server.rule = lambda seen: as_json(answer(seen))
    transport = Transport(
        AUTH,
        api_url=server.url,
        auth_url=server.url,
        clock=clock,
        services=(*SERVICES, weather),
        operations=EVERYTHING,
    )
    days = transport.pages("/days", "days", label="days", params={"of": "x"}, service="weather")
    assert [day["day"] for day in days] == [0, 1, 2, 3, 4, 5]
    assert [seen.path for seen in server.calls] == [
        "/weather/v7/days?of=x&limit=2",
        "/weather/v7/days?page=1",
        "/weather/v7/days?page=2",
    ]
    assert {seen.headers["Authorization"] for seen in server.calls} == {f"WeatherKey {TOKEN}"}
    transport.close()
    elsewhere = Transport(
        AUTH, urls={"weather": "https://weather.example.com"}, services=(*SERVICES, weather)
    )
    assert elsewhere.url_of("weather") == "https://weather.example.com"

"""The table of Anaplan's services: host, path, word before the token, and pagination of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from urllib.parse import urlsplit

from anaplan_frames.errors import ConfigurationError
from anaplan_frames.messages import near_names
from anaplan_frames.transport.hosts import clean_url
from anaplan_frames.transport.pagination import (
    NextUrlPages,
    OffsetPages,
    Pagination,
    StartIndexPages,
)
from anaplan_frames.transport.regions import Hosts, hosts_of

_SHORT_FORMS = {"integration": "api_url", "auth": "auth_url"}


@dataclass(frozen=True, slots=True)
class Service:
    """One of the services that a connection sends requests to.

    Attributes
    ----------
    name : str
        By which calls and ``urls={...}`` name it.
    base_url : str
        In the table one of the region's hosts in braces, such as ``"{api}"``, or a URL.
    prefix : str
        What all its paths begin with, such as ``"/2/0"``.
    schemes : mapping of str to str
        The words that it wants before a token in the ``Authorization`` header, by the token's own
        word. A token whose word is not a key is sent with its own word.
    pagination : Pagination
        How its listings are read.
    accept : str
        The content types that a call asks for if it does not name its own.
    """

    name: str
    base_url: str
    prefix: str
    schemes: Mapping[str, str] = field(default_factory=dict)
    pagination: Pagination = field(default_factory=OffsetPages)
    accept: str = "application/json"

    def url(self, path: str) -> str:
        """Return the URL of a path."""
        return f"{self.base_url}{self.prefix}/{path.lstrip('/')}"

    def scheme(self, own: str) -> str:
        """Return the word to send before a token whose own word is `own`."""
        return self.schemes.get(own, own)

    @property
    def setting(self) -> str:
        """How messages call the argument that sets its URL."""
        return _SHORT_FORMS.get(self.name, f"urls[{self.name!r}]")


# An OAuth token is taken with the other word, and refused with its own.
_NO_BEARER = {"Bearer": "AnaplanAuthToken"}

SERVICES = (
    # ALM is a part of the Integration API.
    Service("integration", "{api}", "/2/0"),
    Service("auth", "{auth}", ""),
    Service("oauth", "{oauth}", ""),
    Service("audit", "{audit}", "/audit/api/1", _NO_BEARER, NextUrlPages()),
    Service(
        "scim",
        "{api}",
        "/scim/1/0/v2",
        {"AnaplanApiKey": "Bearer"},
        StartIndexPages(),
        accept="application/scim+json, application/json",
    ),
    Service("cloudworks", "{cloudworks}", "/2/0", {}, OffsetPages(size=100)),
    Service("admin", "{api}", "/admin/1/0", _NO_BEARER),
)


def locate(
    services: Iterable[Service],
    *,
    region: str | None = None,
    api_url: str | None = None,
    auth_url: str | None = None,
    urls: Mapping[str, str] | None = None,
    allow_http: bool = False,
) -> dict[str, Service]:
    """Return the services by name, each with its URL.

    The parameters are those of `Transport`.

    Raises
    ------
    ConfigurationError
        The region or a service is unknown, or a URL cannot be used.
    """
    hosts = _hosts(region, api_url, auth_url, allow_http=allow_http)
    located = {
        service.name: replace(service, base_url=service.base_url.format_map(asdict(hosts)))
        for service in services
    }
    settings = {service.name: service.setting for service in located.values()}
    for name, url in (urls or {}).items():
        located[name] = replace(find(located, name, "urls"), base_url=url)
        settings[name] = f"urls[{name!r}]"
    return {
        name: replace(
            service,
            base_url=clean_url(
                service.base_url,
                name=settings[name],
                prefix=service.prefix,
                allow_http=allow_http,
            ),
        )
        for name, service in located.items()
    }


def find(services: Mapping[str, Service], name: str, where: str) -> Service:
    """Return the service of that name; `where` says who named it.

    Raises
    ------
    ConfigurationError
        There is no such service.
    """
    if name not in services:
        raise ConfigurationError(
            f"{where}: there is no service {name!r}.{near_names(name, services)} "
            f"Services: {', '.join(services)}."
        )
    return services[name]


def _hosts(
    region: str | None, api_url: str | None, auth_url: str | None, *, allow_http: bool
) -> Hosts:
    """Return the hosts of a region, with those in their place that are set by the short forms.

    A host outside ``anaplan.com``, such as a sandbox, is taken to have all services: what it gives
    a token for is not at Anaplan.
    """
    hosts = hosts_of(region)
    if auth_url:
        auth = clean_url(auth_url, name="auth_url", allow_http=allow_http)
        hosts = replace(hosts, auth=auth, oauth=hosts.oauth if _is_anaplans(auth) else auth)
    if api_url:
        api = clean_url(api_url, name="api_url", allow_http=allow_http)
        audit = hosts.audit if _is_anaplans(api) else api
        hosts = replace(hosts, api=api, cloudworks=f"{api}/cloudworks", audit=audit)
    return hosts


def _is_anaplans(url: str) -> bool:
    return f".{urlsplit(url).hostname}".endswith(".anaplan.com")

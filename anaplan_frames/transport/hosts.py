"""Checks of URLs, so that no token is sent unencrypted or to a wrong host; of proxies and trust."""

from __future__ import annotations

import ipaddress
import re
import ssl
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urljoin, urlsplit, urlunsplit

from anaplan_frames.errors import ConfigurationError, TransferError

_EXAMPLE = "https://api.anaplan.com"
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[^\[\]:\\%\s]+)(?::[0-9]+)?")


def host_of(url: str) -> str:
    """Return the host and port of `url`, as shown in messages; it need not be a URL."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or url
        return f"{host}:{parts.port}" if parts.port else host
    except ValueError:
        return "an unknown host"


def is_loopback(url: str) -> bool:
    """Whether `url` stays on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def clean_url(url: str, *, name: str, prefix: str = "/2/0", allow_http: bool) -> str:
    """Return `url` without a trailing slash or `prefix`; `name` is how messages call it.

    Raises
    ------
    ConfigurationError
        It is not a URL, holds a password, or would send the token unencrypted to another machine.
    """
    cleaned = url.strip().rstrip("/").removesuffix(prefix).rstrip("/")
    try:
        parts = urlsplit(cleaned)
        usable = parts.scheme in ("http", "https") and parts.port != 0
        # All libraries must read the same host in the URL: in "[::1].example.com" they do not.
        usable = usable and bool(_HOST.fullmatch(parts.netloc))
    except ValueError:
        usable = False
    if "@" in cleaned:
        raise ConfigurationError(f"{name} must not hold a user or password: pass them as auth=....")
    if not usable or parts.query or parts.fragment:
        raise ConfigurationError(f"{name}={url!r} is not the URL of a host, such as {_EXAMPLE}.")
    if parts.scheme == "http" and not allow_http and not is_loopback(cleaned):
        raise ConfigurationError(
            f"{name}={url!r} would send the token unencrypted to another machine. "
            "Use https://, or pass allow_http=True if you are sure."
        )
    return cleaned


def next_page_url(current: str, following: str, label: str) -> str:
    """Return the URL of the page that follows `current`, on the same host.

    It is put together from our own host and the path and query of `following`, so that no other
    reading of `following` takes the token elsewhere.

    Raises
    ------
    TransferError
        `following` is on another host, or is not a URL.
    """
    here = urlsplit(current)
    try:
        there = urlsplit(urljoin(current, following))
        target = there.netloc.rpartition("@")[2] or "nowhere"
        same = _origin(there.scheme, there.netloc) == _origin(here.scheme, here.netloc)
    except (TypeError, ValueError):
        target, same = "nowhere", False
    if not same:
        raise TransferError(
            f"{label}: {host_of(current)} points to {target} for the next page, where the token is "
            "not sent. Check the URLs and the region of the connection."
        )
    return urlunsplit((here.scheme, here.netloc, there.path, there.query, ""))


def _origin(scheme: str, netloc: str) -> tuple[str, str]:
    """Return scheme and host in one form; the port may be left out if it is the usual one."""
    return scheme, netloc.lower().removesuffix(f":{_PORTS.get(scheme)}")


def check_proxies(proxies: Mapping[str, str] | None) -> None:
    """Refuse a proxy without a host, at which `requests` fails; it may hold a password."""
    for scheme, url in (proxies or {}).items():
        try:
            host = urlsplit(url if "://" in url else f"//{url}").hostname
        except ValueError:
            host = None
        if url and not host:
            raise ConfigurationError(
                f"proxies={{{scheme!r}: ...}} is not the URL of a proxy, such as "
                "'http://proxy.example.com:8080'."
            )


def check_bundle(verify: str | Path) -> str:
    """Return the path of a CA bundle; refuse one that does not exist or holds no certificate."""
    path = Path(verify)
    if not path.exists():
        raise ConfigurationError(
            f"verify={str(verify)!r}: there is no such CA bundle. Check the path."
        )
    if path.is_file():
        try:
            ssl.create_default_context(cafile=str(path))
        except (ssl.SSLError, OSError, ValueError) as error:
            raise ConfigurationError(
                f"verify={str(verify)!r} is not a CA bundle. Give a file with certificates in "
                "PEM, each between BEGIN CERTIFICATE and END CERTIFICATE."
            ) from error
    return str(verify)

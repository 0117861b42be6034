"""The addresses of the service: checked once, so that no token goes out in the open."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from anaplan_frames.errors import ConfigurationError

API_URL = "https://api.anaplan.com"
AUTH_URL = "https://auth.anaplan.com"

_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[^\[\]:\\%\s]+)(?::[0-9]+)?")


def host_of(url: str) -> str:
    """Return the host and port of `url`, as shown in messages."""
    parts = urlsplit(url)
    host = parts.hostname or url
    return f"{host}:{parts.port}" if parts.port else host


def is_loopback(url: str) -> bool:
    """Whether `url` stays on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def clean_url(url: str, *, name: str, allow_http: bool) -> str:
    """Return `url` without a trailing slash or ``/2/0``.

    Raises
    ------
    ConfigurationError
        It is no URL, holds a password, or would send the token unencrypted to another machine.
    """
    without_traceback = url.strip().rstrip("/").removesuffix("/2/0").rstrip("/")
    try:
        parts = urlsplit(without_traceback)
        usable = parts.scheme in ("http", "https") and parts.port != 0
        # Whoever reads the URL must find the same host: in "[::1].example.com", not all do.
        usable = usable and bool(_HOST.fullmatch(parts.netloc))
    except ValueError:
        usable = False
    if "@" in without_traceback:
        raise ConfigurationError(f"{name} must not hold a user or password: pass them as auth=....")
    if not usable or parts.query or parts.fragment:
        raise ConfigurationError(f"{name}={url!r} is not the URL of a host, such as {API_URL}.")
    if parts.scheme == "http" and not allow_http and not is_loopback(without_traceback):
        raise ConfigurationError(
            f"{name}={url!r} would send the token unencrypted to another machine. "
            "Use https://, or say allow_http=True if you are sure."
        )
    return without_traceback


def check_proxies(proxies: Mapping[str, str] | None) -> None:
    """Refuse a proxy without a host, which `requests` stumbles over; it may hold a password."""
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

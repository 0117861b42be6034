"""The hosts of Anaplan's services in each region."""

from __future__ import annotations

import re
from dataclasses import dataclass

from anaplan_frames.errors import ConfigurationError
from anaplan_frames.messages import near_names

# The browser shows a region with an "a" at its end: us1a.app.anaplan.com.
_NAME = re.compile(r"([a-z]{2}[0-9]{1,2})a?")
_OWN_HOST = re.compile(
    r"(?:api\.cloudworks\.)?([a-z]{2}[0-9]{1,2})a?\.(?:api2?|auth|app2?)\.anaplan\.com"
)
_SHARED_HOST = re.compile(r"(?:api|auth|api\.cloudworks)\.anaplan\.com")


@dataclass(frozen=True, slots=True)
class Hosts:
    """The URLs that a region's services are at.

    Attributes
    ----------
    api : str
        Of the Integration API, ALM, SCIM and the administration APIs.
    auth : str
        Of the authentication service: passwords and certificates.
    oauth : str
        Of OAuth, which the authentication service does not offer.
    cloudworks : str
        Of CloudWorks.
    audit : str
        Of the Audit API: the same for all regions.
    """

    api: str
    auth: str
    oauth: str
    cloudworks: str
    audit: str = "https://audit.anaplan.com"


def _own_hosts(prefix: str) -> Hosts:
    """Return the hosts of a region that has its own, as the newer regions do."""
    api = f"https://{prefix}.api.anaplan.com"
    return Hosts(
        api=api,
        auth=f"https://{prefix}.auth.anaplan.com",
        oauth=f"https://{prefix}.app.anaplan.com",
        cloudworks=f"{api}/cloudworks",
    )


_SHARED = Hosts(
    api="https://api.anaplan.com",
    auth="https://auth.anaplan.com",
    oauth="https://us1a.app.anaplan.com",
    cloudworks="https://api.cloudworks.anaplan.com",
)
_AUSTRALIA = Hosts(
    api="https://au1a.api2.anaplan.com",
    auth="https://au1a.app2.anaplan.com",
    oauth="https://au1a.app2.anaplan.com",
    cloudworks="https://api.cloudworks.au1a.app2.anaplan.com",
)
REGIONS: dict[str, Hosts] = {
    **dict.fromkeys(("us1", "us2", "us5", "us7", "eu1", "eu2", "eu4", "ap1"), _SHARED),
    **{
        name: _own_hosts(name)
        for name in ("us9", "eu3", "eu5", "gb1", "sg1", "ae1", "in1", "id1", "me1")
    },
    "ca1": _own_hosts("ca1a"),
    "au1": _AUSTRALIA,
}
DEFAULT_REGION = "us1"


def hosts_of(region: str | None) -> Hosts:
    """Return the hosts of a region; those of the oldest regions if it is None.

    A region that is not in the table is assumed to have hosts of its own, as all newer ones have,
    if its name has the form of a region's: Anaplan adds regions.

    Raises
    ------
    ConfigurationError
        The name does not have the form of a region's.
    """
    if region is None:
        return REGIONS[DEFAULT_REGION]
    found = _NAME.fullmatch(region.strip().lower())
    if found is None:
        raise ConfigurationError(
            f"region={region!r} is not a region of Anaplan.{near_names(region, REGIONS)} "
            f"Regions: {', '.join(REGIONS)}."
        )
    return REGIONS.get(found[1]) or _own_hosts(found[1])


def region_of(host: str) -> str | None:
    """Return the region of one of Anaplan's hosts; None for any other host.

    Several regions share the hosts of ``us1``, which stands for all of them. The Audit API is at
    one host for all regions, so that host is of none.
    """
    name = host.casefold().partition(":")[0]
    if _SHARED_HOST.fullmatch(name):
        return DEFAULT_REGION
    found = _OWN_HOST.fullmatch(name)
    return found[1] if found else None


def is_same_region(first: str, second: str) -> bool:
    """Whether two regions are at the same hosts."""
    return hosts_of(first) == hosts_of(second)


def region_hint(host: str) -> str:
    """Return what to say if a host may be of another region than the tenant; empty if unknown."""
    region = region_of(host)
    if region is None:
        return ""
    shared = [name for name in REGIONS if name != region and is_same_region(name, region)]
    others = f" (and of {', '.join(shared)})" if shared else ""
    return (
        f"{host} is of the region {region}{others}. If your tenant is in another region, name it: "
        "connect(region='eu3'), or ANAPLAN_REGION. The address of a model that is open in the "
        "browser begins with it."
    )

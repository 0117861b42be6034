"""What can go wrong in one try of a request, in words, and whether to try again."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

import requests
import urllib3.exceptions

from anaplan_frames.errors import AnaplanError, TransferError
from anaplan_frames.transport.hosts import host_of
from anaplan_frames.transport.regions import REGIONS, region_of


class AnswerLost(TransferError):
    """A request that must not be sent twice was sent, and it is unclear if it took effect."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One try that did not succeed.

    Attributes
    ----------
    error : AnaplanError
        The error to raise if there is no further try.
    again : bool
        Whether another try may succeed.
    doubtful : bool
        Whether the server may have acted on the request nevertheless.
    wait : float or None
        Seconds that the server asked to wait.
    status : int or None
        HTTP status, if there was an answer.
    reason : str
        Anaplan's own message, or ``""``.
    refused : bool
        Whether Anaplan itself answered that it does not act on it now.
    """

    error: AnaplanError
    again: bool
    doubtful: bool
    wait: float | None = None
    status: int | None = None
    reason: str = ""
    refused: bool = False


def _root(error: BaseException) -> BaseException:
    """Return the error that `requests` and `urllib3` have wrapped."""
    while True:
        inner = getattr(error, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((each for each in error.args if isinstance(each, BaseException)), None)
        if inner is None:
            return error
        error = inner


def _is_name_unknown(root: BaseException) -> bool:
    text = str(root)
    return (
        type(root).__name__ == "NameResolutionError"
        or "getaddrinfo" in text
        or ("Name or service not known" in text or "nodename nor servname" in text)
    )


def of_exception(error: Exception, label: str, url: str, setting: str) -> Failure:
    """Return the failure for an exception of `requests`, without a reference to the request.

    Parameters
    ----------
    error : Exception
    label : str
        The thing in words, with which the message begins.
    url : str
    setting : str
        The argument that sets the host, such as ``"api_url"``.
    """
    host = host_of(url)
    root = _root(error)
    way_out = f"Check the network connection, the proxy (HTTPS_PROXY) and {setting}."
    if isinstance(error, requests.exceptions.SSLError):
        return _tls_failure(root, label, host, way_out)
    if isinstance(error, requests.exceptions.ProxyError):
        text = (
            f"{label}: the proxy allows no connection to {host} ({_reason(root)}). "
            "Check HTTPS_PROXY and NO_PROXY, or proxies=...."
        )
        return Failure(TransferError(text), again=True, doubtful=False)
    if isinstance(error, requests.exceptions.ReadTimeout):
        text = f"{label}: {host} did not answer in time. Try again later, or give a longer timeout."
        return Failure(TransferError(text), again=True, doubtful=True)
    if isinstance(error, requests.exceptions.ConnectTimeout):
        text = f"{label}: {host} cannot be reached (no answer to the connection). {way_out}"
        return Failure(TransferError(text), again=True, doubtful=False)
    if isinstance(root, urllib3.exceptions.NewConnectionError):
        reason = "its name is not known" if _is_name_unknown(root) else _reason(root)
        text = f"{label}: {host} cannot be reached ({reason}). {way_out}{_region_doubt(host)}"
        return Failure(TransferError(text), again=True, doubtful=False)
    if isinstance(error, requests.ConnectionError):
        text = f"{label}: the connection to {host} broke ({_reason(root)}). {way_out}"
        return Failure(TransferError(text), again=True, doubtful=True)
    return _local_failure(error, label)


def _region_doubt(host: str) -> str:
    """Return what to say of the host of a region that may not exist."""
    region = region_of(host)
    if region is None or region in REGIONS:
        return ""
    return (
        f" This library does not know the region {region!r}, and took its hosts to be named as "
        f"those of the others. Regions that it knows: {', '.join(REGIONS)}."
    )


def _tls_failure(root: BaseException, label: str, host: str, way_out: str) -> Failure:
    """Return the failure for a secure connection that could not be made."""
    if isinstance(root, ssl.SSLCertVerificationError):
        reason = root.verify_message or "verification failed"
        text = (
            f"{label}: the TLS certificate of {host} is not trusted here ({reason}). "
            "If your company inspects TLS, give its CA bundle: verify='company.pem', or set "
            "REQUESTS_CA_BUNDLE."
        )
        return Failure(TransferError(text), again=False, doubtful=False)
    text = f"{label}: no secure connection to {host} ({_reason(root)}). {way_out}"
    return Failure(TransferError(text), again=True, doubtful=True)


def _local_failure(error: Exception, label: str) -> Failure:
    """Return the failure for a request that could not be sent from this machine."""
    if isinstance(error, OSError) and "CA certificate bundle" in str(error):
        text = (
            f"{label}: the CA bundle that verify= or REQUESTS_CA_BUNDLE names is not there. Check "
            "the path."
        )
        return Failure(TransferError(text), again=False, doubtful=False)
    text = (
        f"{label}: the request cannot be sent ({type(error).__name__}). Check the URLs, the proxy "
        "and the data of the call."
    )
    unsendable = isinstance(error, ValueError | requests.exceptions.InvalidJSONError)
    return Failure(TransferError(text), again=False, doubtful=not unsendable)


def _reason(root: BaseException) -> str:
    """Return the reason of the operating system or library, without the objects it mentions."""
    if isinstance(root, urllib3.exceptions.NewConnectionError):
        inner = root.__cause__ or root.__context__
        if isinstance(inner, OSError) and inner.strerror:
            return inner.strerror.lower()
        return "connection refused" if "refused" in str(root) else "no connection"
    if isinstance(root, OSError) and root.strerror:
        return root.strerror.lower()
    text = str(root.args[0] if root.args else type(root).__name__)
    return text.split(" (")[0].rstrip(".").lower()[:200]


def without_traceback(error: BaseException) -> BaseException:
    """Strip `error` of its traceback and context: their frames hold headers with the token."""
    error.__traceback__ = error.__context__ = error.__cause__ = None
    return error

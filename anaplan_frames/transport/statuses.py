"""The table of HTTP statuses as errors, to which the service's own message is added."""

from __future__ import annotations

import base64
import email.utils
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import requests

from anaplan_frames.errors import (
    AnaplanError,
    AuthenticationError,
    ModelUnavailable,
    NotFound,
    PermissionDenied,
    RateLimited,
    RequestRefused,
    TransferError,
)
from anaplan_frames.json_parsing import parse_json
from anaplan_frames.transport.denials import denial_message
from anaplan_frames.transport.failures import Failure
from anaplan_frames.transport.hosts import host_of
from anaplan_frames.transport.regions import region_of
from anaplan_frames.transport.session import CheckedResponse

_LONGEST_MESSAGE = 500  # characters
# Where services other than the Integration API have their message: audit, administration, SCIM.
_MESSAGE_KEYS = ("statusMessage", "message", "detail")
_SHORTEST_SECRET = 8  # characters
LONGEST_WAIT = 300.0  # seconds; a server that asks for more is asked again sooner
SHORTEST_WAIT = 1.0  # seconds; a server that asks for less is asked again later


_FAULT = (
    TransferError,
    "Anaplan's service failed in doing this ({status}). If it fails again later, ask Anaplan's "
    "support, with the time.",
)
_OVERLOADED = (TransferError, "Anaplan's service is overloaded or in maintenance. Try again later.")
_GATEWAY = (
    TransferError,
    "a gateway had no answer of Anaplan's service ({status}), which may be overloaded or need "
    "longer than the gateway waits. Try again later.",
)

# The meanings of 410 and 422 to 425 are not in Anaplan's OpenAPI files; they come from its help.
_STATUSES: dict[int, tuple[type[AnaplanError], str]] = {
    400: (
        RequestRefused,
        "Anaplan cannot do this as asked. Check the names and values that were given.",
    ),
    401: (AuthenticationError, "Anaplan does not accept the token. Sign in again with connect()."),
    404: (
        NotFound,
        "it is not there, or your user may not see it. "
        "Check the name or id, and the user's role in the model.",
    ),
    405: (
        RequestRefused,
        "Anaplan does not offer this here. "
        "Check api_url, and whether your tenant has this service.",
    ),
    407: (
        TransferError,
        "the proxy asks for a user and password. "
        "Give them: proxies='http://user:password@proxy:3128', or set HTTPS_PROXY.",
    ),
    408: (TransferError, "the request took too long to arrive. Try again, or look at the network."),
    409: (
        ModelUnavailable,
        "the model is busy with another action. Try again when that has ended.",
    ),
    410: (NotFound, "it is gone: Anaplan keeps it only for a while. Run the action again."),
    413: (RequestRefused, "it is too big for one request. Send less at once."),
    422: (ModelUnavailable, "the model is archived. Have it unarchived in Anaplan first."),
    423: (ModelUnavailable, "the model is locked. Have it unlocked in Anaplan first."),
    424: (
        ModelUnavailable,
        "the model is offline or in maintenance. Have it brought online, or try again later.",
    ),
    425: (
        ModelUnavailable,
        "the model is in deployed mode, where this cannot be changed. "
        "Change it in the development model, or ask for standard mode.",
    ),
    429: (
        RateLimited,
        "Anaplan still refuses because there are too many requests. "
        "Run fewer jobs at once, or connect with a lower requests_per_minute.",
    ),
    500: _FAULT,
    502: _GATEWAY,
    503: _OVERLOADED,
    504: _GATEWAY,
}
_AGAIN = frozenset({408, 409, 429, 500, 502, 503, 504})
_TOKEN_REFUSED, _FORBIDDEN = 401, 403
_REFUSED_UNDONE = frozenset({409, 429})


def failure_of(response: CheckedResponse, now: Callable[[], float]) -> Failure:
    """Return the failure for an answer that is not a 2xx; closes it."""
    status, label = response.status_code, response.label
    if status < 200:
        return _interim(response, label)
    if 300 <= status < 400:
        return Failure(_redirected(response, label), again=False, doubtful=False, status=status)
    body = _body(response)
    answer = _own_answer(body)
    reason = masked_message(answer, response.request)
    if status == _FORBIDDEN and not answer and _is_web_page(response):
        return _blocked(response)
    if any(denial.fits(status, body) for denial in response.operation.denials):
        return _denied(response, reason)
    default = (
        TransferError if status >= 500 else RequestRefused,
        f"Anaplan refused it ({status}). Try again later; if it stays so, ask Anaplan's support.",
    )
    refusal = response.operation.refusals.get(status)
    usual = _STATUSES.get(status, default)
    kind, sentence = usual if refusal is None else (RequestRefused, refusal)
    text = f"{label}: {sentence.format(status=status, host=host_of(response.url))}"
    if reason:
        text += f" Anaplan says: {reason!r}."
    error = RequestRefused(text, status, reason) if kind is RequestRefused else kind(text)
    again = refusal is None and (status in _AGAIN or status > 500)
    asked = retry_after(response.headers, now) if again else None
    # A server that says when to try again has not begun. A gateway in front of one does not say.
    undone = again and (status in _REFUSED_UNDONE or (status == 503 and asked is not None))
    is_own = again and status >= 500 and isinstance(answer.get("status"), Mapping)
    return Failure(
        error,
        again=again,
        doubtful=again and not undone,
        # After a time that is over, the usual wait comes, which grows.
        wait=max(asked, SHORTEST_WAIT) if asked else None,
        status=status,
        reason=reason,
        refused=status == _TOKEN_REFUSED or undone or is_own,
    )


def _blocked(response: CheckedResponse) -> Failure:
    """Return the failure for the web page of a firewall."""
    error = TransferError(
        f"{response.label}: {host_of(response.url)} refuses this with a web page "
        f"({response.status_code}), which is not of Anaplan's API but of a firewall or proxy in "
        "between. Ask those who run it to let requests to Anaplan's API pass."
    )
    return Failure(error, again=False, doubtful=False, status=response.status_code)


def _denied(response: CheckedResponse, reason: str) -> Failure:
    """Return the failure for an answer to a user without a role."""
    role = response.operation.role
    text = denial_message(response.label, role)
    if reason:
        text += f" Anaplan says: {reason!r}."
    error = PermissionDenied(text, role)
    return Failure(error, again=False, doubtful=False, status=response.status_code, reason=reason)


def _is_web_page(response: requests.Response) -> bool:
    return "html" in response.headers.get("Content-Type", "").casefold()


def _interim(response: requests.Response, label: str) -> Failure:
    """Return the failure for an answer before the final one; what follows must not be read."""
    response.close()
    error = TransferError(
        f"{label}: {host_of(response.url)} gave the status {response.status_code} and no final "
        "answer. Look at the proxy or gateway in between."
    )
    return Failure(error, again=True, doubtful=True, status=response.status_code)


def _redirected(response: requests.Response, label: str) -> TransferError:
    here, target = host_of(response.url), host_of(response.headers.get("Location") or "nowhere")
    response.close()
    region = region_of(target)
    if region not in (None, region_of(here)):
        return TransferError(
            f"{label}: {here} points to {target}, which is of the region {region}. Connect to that "
            f"region: connect(region={region!r}), or ANAPLAN_REGION={region}."
        )
    return TransferError(
        f"{label}: {here} points to {target}, where the token is not sent. "
        "Check api_url and auth_url, and whether a proxy asks you to sign in first."
    )


def _body(response: requests.Response) -> bytes:
    """Return the beginning of an error answer's body; closes it."""
    try:
        return next(response.iter_content(65536), b"")
    except AnaplanError:
        return b""
    finally:
        response.close()


def _own_answer(body: bytes) -> Mapping[str, Any]:
    """Return the JSON object of an error answer; an empty one if there is none."""
    try:
        answer = parse_json(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def masked_message(answer: Any, request: requests.PreparedRequest) -> str:
    """Return `own_message` without what the request was signed with, which some servers repeat."""
    sent = str(request.headers.get("Authorization") or "")
    value = sent.partition(" ")[2]
    secrets = [sent, value]
    with suppress(ValueError):  # an email and password, which a server may have decoded
        login = base64.b64decode(value, validate=True).decode()
        secrets += [login, login.partition(":")[2]]
    message = own_message(answer, most=None)
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:  # a shorter one may be a usual word of the message
            message = message.replace(secret, "***")
    return message[:_LONGEST_MESSAGE].rstrip(".")


def own_message(answer: Any, *, most: int | None = _LONGEST_MESSAGE) -> str:
    """Return the message in an answer's JSON: ``status.message`` or ``statusMessage``.

    It is one line of at most so many characters.
    """
    if not isinstance(answer, Mapping):
        return ""
    status = answer.get("status")
    found = status.get("message") if isinstance(status, Mapping) else None
    found = found or next(filter(None, map(answer.get, _MESSAGE_KEYS)), None)
    return " ".join(found.split())[:most].rstrip(".") if isinstance(found, str) else ""


def retry_after(headers: Mapping[str, str], now: Callable[[], float]) -> float | None:
    """Return the seconds that a ``Retry-After`` asks for, given as a number or as an HTTP date.

    A date is compared with the answer's own, as the clocks may differ.
    """
    header = headers.get("Retry-After")
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        moment = http_date(header)
        if moment is None:
            return None
        sent = http_date(headers.get("Date"))
        seconds = moment - (now() if sent is None else sent)
    if seconds != seconds:  # nan
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT)


def http_date(header: str | None) -> float | None:
    """Return an HTTP date as seconds since the epoch; None if it is not a date."""
    try:
        return email.utils.parsedate_to_datetime(header or "").timestamp()
    except (TypeError, ValueError, OverflowError):
        return None

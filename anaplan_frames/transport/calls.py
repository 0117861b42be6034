"""A call: one request, with all that is needed to send it again, and what makes calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from anaplan_frames.auth import LoginRequest
from anaplan_frames.errors import AnaplanError
from anaplan_frames.transport.answer_contract import Operation, Operations
from anaplan_frames.transport.failures import Failure
from anaplan_frames.transport.services import Service, find

Timeout = tuple[float, float] | float


@dataclass(frozen=True, slots=True)
class Call:
    """A request, which may be sent several times.

    Attributes
    ----------
    method, url : str
    label : str
        The thing in words; errors begin with it.
    options : dict
        For ``requests.Session.request``; hidden in the repr.
    service : Service
        The one that it is sent to.
    operation : Operation
        What its answer looks like.
    repeatable : bool
        Whether the server may safely receive it twice.
    login : LoginRequest or None
        Set if this is a login or refresh, which carries no token.
    refusal_message : str
        What to say when the login is refused.
    look : callable, optional
        Looks whether the request had an effect after all. It is called before the request is sent
        again after a refusal, and before a refusal is raised; it raises if there was an effect.
    trusts_refusals : bool
        Whether a server error with Anaplan's own JSON counts as a refusal, after which `look`
        decides whether it is sent again.
    """

    method: str
    url: str
    label: str
    options: dict[str, Any] = field(repr=False)
    service: Service
    operation: Operation
    repeatable: bool = True
    login: LoginRequest | None = None
    refusal_message: str = ""
    look: Callable[[AnaplanError], None] | None = None
    trusts_refusals: bool = False

    def is_unclear(self, failure: Failure) -> bool:
        """Whether this must not be sent again after a failure, as it may have had an effect."""
        refused = failure.refused and self.trusts_refusals
        return failure.doubtful and not self.repeatable and not refused


@dataclass(frozen=True, slots=True)
class CallMaker:
    """Makes the calls of a connection.

    Attributes
    ----------
    services : mapping of str to Service
        By name.
    operations : Operations
        What counts as an answer. A request without an entry is refused.
    timeout : float or (float, float)
        Of a call that has none of its own.
    """

    services: Mapping[str, Service]
    operations: Operations
    timeout: Timeout

    def service(self, name: str) -> Service:
        """Return a service by its name."""
        return find(self.services, name, "service")

    def make(self, method: str, path: str, label: str, service: str, **options: Any) -> Call:
        """Make a call to a path of a service; the options are those of `at_url`."""
        found = self.service(service)
        operation = self.operations.find(service, method, path)
        return self.at_url(method, found.url(path), label, found, operation, **options)

    def at_url(
        self,
        method: str,
        url: str,
        label: str,
        service: Service,
        operation: Operation,
        *,
        repeatable: bool = True,
        look: Callable[[AnaplanError], None] | None = None,
        trusts_refusals: bool = False,
        **options: Any,
    ) -> Call:
        """Make a call to a URL of a service; other options are for `requests`."""
        options["headers"] = {"Accept": service.accept, **(options.get("headers") or {})}
        options["timeout"] = options.get("timeout") or self.timeout
        return Call(
            method,
            url,
            label,
            options,
            service,
            operation,
            repeatable,
            look=look,
            trusts_refusals=trusts_refusals,
        )

    def login(self, login: LoginRequest, refusal_message: str) -> Call:
        """Make the call of a login or refresh, which carries no token."""
        service = self.service(login.service)
        return Call(
            "POST",
            service.url(login.path),
            "sign-in",
            {"json": login.body, "timeout": self.timeout},
            service,
            self.operations.find(login.service, "POST", login.path),
            login=login,
            refusal_message=refusal_message,
        )

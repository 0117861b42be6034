"""`Transport`: the HTTP calls that the rest of the library makes."""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import requests

from anaplan_frames import cancellation
from anaplan_frames.auth import Credentials, LoginRequest
from anaplan_frames.auth.passed_token import PassedToken
from anaplan_frames.clock import Clock
from anaplan_frames.errors import AnaplanError, ConfigurationError
from anaplan_frames.transport import answer_bodies as bodies
from anaplan_frames.transport.answer_contract import ContentKind, Operations
from anaplan_frames.transport.calls import Call, CallMaker, Timeout
from anaplan_frames.transport.hosts import check_bundle, check_proxies, host_of
from anaplan_frames.transport.oauth_requests import PATIENCE, OAuthRequests
from anaplan_frames.transport.operations import OPERATIONS
from anaplan_frames.transport.other_processes import made_once, notice_forks
from anaplan_frames.transport.pagination import Listing
from anaplan_frames.transport.regions import is_same_region, region_of
from anaplan_frames.transport.retry import Sender
from anaplan_frames.transport.services import SERVICES, Service, locate
from anaplan_frames.transport.session import Authorization, CheckedResponse
from anaplan_frames.transport.statuses import http_date
from anaplan_frames.transport.token import HeldToken, TokenKeeper

_EARLY = 6  # connections: the listings of a model in which a name is looked for
_SHORTEST_LOGOUT, _LONGEST_LOGOUT = 0.1, 5.0  # seconds; the short one after an interrupt
USUAL_TIMEOUT: Timeout = (10, 120)  # seconds for a connection, and for the next byte of an answer


class Parts(Protocol):
    """Bytes to send in several pieces; each iteration yields the same."""

    def __len__(self) -> int:
        """Return the number of all bytes."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield the pieces."""


class Transport:
    """Sends the requests of a connection, for all of its threads.

    After a fork, the child opens connections of its own. It goes on with the parent's token until
    that ends, and then signs in by itself. A pickle holds where the credentials come from, or else
    the token. What is unpickled in one process from pickles of one transport is one object, so that
    a worker signs in once for all its tasks; its `close` logs out, and the next request signs in.

    Parameters
    ----------
    auth : Credentials
        Used at the first call, and whenever the token ends.
    region : str, optional
        Sets the hosts of all services, such as ``"eu3"``. By default those of the oldest regions.
    api_url, auth_url : str, optional
        Short forms for the host of the Integration API, with the services that share it (SCIM,
        administration, CloudWorks), and for the authentication service. A host outside
        ``anaplan.com``, such as a sandbox, stands for audit and OAuth, too.
    urls : mapping of str to str, optional
        URLs of single services by name; they come before all others.
    requests_per_minute : float or None, default 600
        Anaplan's limit for a tenant. None: no limit on this side.
    timeout : float or (float, float), default (10, 120)
        Seconds to wait for a connection, and for the next byte of an answer.
    tries : int, default 6
        How often a request is sent at most.
    max_connections : int, default 16
        Connections to a host at once; a further thread waits for one.
    proxies : mapping, optional
        As for `requests`: ``{"https": "http://proxy:3128"}``. By default the environment's
        (``HTTPS_PROXY``, ``NO_PROXY``), which are not used to reach this machine itself.
    verify : bool or str or Path, optional
        As for `requests`: the path of a CA bundle, or False. By default ``REQUESTS_CA_BUNDLE``.
    allow_http : bool, default False
        Allow ``http://`` to other machines, which sends the token in the open.
    clock : Clock, optional
        All waiting goes through it.
    services : iterable of Service
        The services that calls can name. By default Anaplan's.
    operations : Operations
        What counts as an answer. A request without an entry is refused.

    Raises
    ------
    ConfigurationError
        A region or service is unknown, a URL cannot be used, or the CA bundle does not exist.
    """

    def __init__(
        self,
        auth: Credentials,
        *,
        region: str | None = None,
        api_url: str | None = None,
        auth_url: str | None = None,
        urls: Mapping[str, str] | None = None,
        requests_per_minute: float | None = 600,
        timeout: Timeout = USUAL_TIMEOUT,
        tries: int = 6,
        max_connections: int = 16,
        proxies: Mapping[str, str] | None = None,
        verify: bool | str | Path | None = None,
        allow_http: bool = False,
        clock: Clock | None = None,
        services: Iterable[Service] = SERVICES,
        operations: Operations = OPERATIONS,
    ) -> None:
        located = locate(
            services,
            region=region,
            api_url=api_url,
            auth_url=auth_url,
            urls=urls,
            allow_http=allow_http,
        )
        check_proxies(proxies)
        self._calls = CallMaker(located, operations, timeout)
        self.clock: Clock = clock or Clock()
        self.max_connections = max_connections
        self._auth = auth
        self._limits = {"requests_per_minute": requests_per_minute, "tries": tries}
        self._allow_http = allow_http
        self._sender = Sender(
            max_connections=max_connections,
            requests_per_minute=requests_per_minute,
            tries=tries,
            proxies=proxies,
            verify=check_bundle(verify) if isinstance(verify, str | Path) else verify,
            clock=self.clock,
        )
        oauth = OAuthRequests(
            lambda: self._calls.service("oauth"),
            self._sender,
            operations,
            self.clock,
            self.patient(PATIENCE),
        )
        self._keeper = TokenKeeper(auth, self._sign_in, self.clock, oauth)
        self._closing = threading.Lock()
        self._closed = False
        self._id = uuid.uuid4().hex  # of this one and of what is unpickled from it
        self._unpickled = False
        self._process = os.getpid()
        notice_forks(self)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle without a password or key; signs in if there is only a token to hand over."""
        if self._closed:
            raise AnaplanError("The connection is closed and cannot be pickled: connect().")
        proxies = self._sender.proxies or {}
        if any("@" in url for url in proxies.values()):
            raise ConfigurationError(
                "The connection cannot be pickled, as its proxies= hold a password. Set the "
                "environment variable HTTPS_PROXY in each process instead."
            )
        login = self._auth.elsewhere() or self._passed(self._keeper.current())
        return type(self)._again, (self._id, login, self._options())

    def shared_by(self, processes: int) -> Transport:
        """Return a transport to be pickled for processes that never sign in.

        It has the token of this one, which is prolonged first, and not its credentials, and allows
        each process an equal share of the requests per minute. The processes prolong the token
        while they use it.

        Parameters
        ----------
        processes : int
            How many are going to work at the same time.
        """
        options = self._options()
        limit = options["requests_per_minute"]
        if limit is not None:
            options["requests_per_minute"] = max(1.0, limit / processes)
        return type(self)(self._passed(self._keeper.prolonged(), shared=True), **options)

    def keeping_token(self) -> AbstractContextManager[None]:
        """Prolong the token ahead of its end while a block runs that may send nothing for long.

        See `TokenKeeper.kept`.
        """
        return self._keeper.kept()

    def _passed(self, held: HeldToken, *, shared: bool = False) -> PassedToken:
        """Return credentials for other processes, which may prolong what was made by a login."""
        shared = shared or (isinstance(self._auth, PassedToken) and self._auth.shared)
        return PassedToken(held.token, prolongs=held.owned or held.lent, shared=shared)

    def _options(self) -> dict[str, Any]:
        """Return the arguments of another transport like this one, but its credentials."""
        options: dict[str, Any] = {
            "services": tuple(self._calls.services.values()),
            "timeout": self._calls.timeout,
            "max_connections": self.max_connections,
            "proxies": self._sender.proxies,
            "verify": self._sender.verify,
            "allow_http": self._allow_http,
            "clock": self.clock,
            **self._limits,
        }
        if self._calls.operations is not OPERATIONS:
            options["operations"] = self._calls.operations
        return options

    @classmethod
    def _again(cls, id_: str, login: Credentials, options: dict[str, Any]) -> Transport:
        """Return the transport of a pickle in this process."""

        def make() -> Transport:
            made = cls(login, **options)
            made._id, made._unpickled = id_, True
            return made

        # A later pickle may hold a later token.
        token = hash(login.token.value) if isinstance(login, PassedToken) else 0
        return made_once((id_, token), make)

    def __repr__(self) -> str:
        return f"Transport({self.api_url!r})"

    def patient(self, seconds: float) -> Timeout:
        """Return the time-out of a call whose answer may take long; one that was given counts.

        Parameters
        ----------
        seconds : float
            How long the answer is waited for if the connection has the usual time-out.
        """
        given = self._calls.timeout
        return (10, seconds) if given == USUAL_TIMEOUT else given

    @property
    def api_url(self) -> str:
        """The host of the Integration API."""
        return self.url_of("integration")

    @property
    def auth_url(self) -> str:
        """The host of the authentication service."""
        return self.url_of("auth")

    @property
    def account(self) -> str | None:
        """What stands for the user in every run; None if it is not known."""
        return self._auth.account

    @property
    def request_count(self) -> int:
        """How many requests were sent, tries and logins included."""
        return self._sender.request_count

    def url_of(self, service: str) -> str:
        """Return the host of a service; its paths, which begin with its prefix, are below it."""
        return self._calls.service(service).base_url

    def check_region(self, host: str) -> None:
        """Refuse a host, as the browser shows it, that is of another region than this connection.

        Raises
        ------
        ConfigurationError
            Names both regions.
        """
        there, here = region_of(host), region_of(host_of(self.api_url))
        if there and here and not is_same_region(there, here):
            raise ConfigurationError(
                f"{host} is of the region {there}, and this connection of the region {here}. "
                f"Connect to the other: connect(region={there!r}), or ANAPLAN_REGION={there}."
            )

    def request(
        self,
        method: str,
        path: str,
        *,
        label: str,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        data: bytes | Parts | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: Timeout | None = None,
        stream: bool = False,
        repeatable: bool = True,
        service: str = "integration",
    ) -> requests.Response:
        """Send a request until it succeeds, or further tries are of no use.

        Parameters
        ----------
        method, path : str
            Such as ``"GET"`` and ``"/workspaces"``, without the service's prefix.
        label : str
            The thing in words, with which an error begins: ``"import 'Load flights'"``.
        params, json, data, headers : optional
            As for `requests`; `data` is bytes or `Parts`, so that it can be sent again.
        timeout : float or (float, float), optional
            Instead of the connection's.
        stream : bool, default False
            Return before the body is read; reading it raises TransferError if it breaks off.
        repeatable : bool, default True
            False: it is sent again only if the server certainly did not act.
        service : str, default "integration"
            Which service it is sent to.

        Returns
        -------
        requests.Response
            With a status of 2xx, or 404 or 410 if a ``DELETE`` was sent again.

        Raises
        ------
        AnswerLost
            Not `repeatable`, and whether the server acted is not known.
        AnaplanError
            The kind for the answer's status; TransferError if the network failed in all tries.
        """
        call = self._made(
            method,
            path,
            label,
            service,
            repeatable=repeatable,
            params=params,
            json=json,
            data=data,
            headers=headers,
            timeout=timeout,
        )
        return self._sender.send(call, bodies.streamed if stream else bodies.buffered, self._keeper)

    def get(
        self,
        path: str,
        *,
        label: str,
        params: Mapping[str, Any] | None = None,
        service: str = "integration",
    ) -> dict[str, Any]:
        """Return the JSON object at `path`; parameters and errors as for `request`."""
        call = self._made("GET", path, label, service, params=params)
        return self._sender.send(call, bodies.as_json, self._keeper)

    def post(
        self,
        path: str,
        *,
        label: str,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        timeout: Timeout | None = None,
        repeatable: bool = True,
        look: Callable[[AnaplanError], None] | None = None,
        service: str = "integration",
    ) -> dict[str, Any]:
        """Post `json` and return the JSON object of the answer; all else as for `request`.

        `look` is called before the request is sent again after a refusal, and before a refusal is
        raised. It raises if the request had an effect after all. With it, a server error with
        Anaplan's own JSON counts as a refusal.
        """
        call = self._made(
            "POST",
            path,
            label,
            service,
            repeatable=repeatable,
            look=look,
            trusts_refusals=look is not None,
            params=params,
            json=json,
            timeout=timeout,
        )
        return self._sender.send(call, bodies.as_json, self._keeper)

    def write_json(
        self,
        method: str,
        path: str,
        body: bytes,
        *,
        label: str,
        look: Callable[[AnaplanError], None] | None = None,
        params: Mapping[str, Any] | None = None,
        timeout: Timeout | None = None,
        repeatable: bool = False,
        service: str = "integration",
    ) -> dict[str, Any]:
        """Send JSON text, by default only once; return the JSON object of the answer.

        `look` is called with each refusal before the text is sent again; it may raise. All else
        as for `request`.
        """
        call = self._made(
            method,
            path,
            label,
            service,
            repeatable=repeatable,
            look=look,
            params=params,
            data=body,
            headers={"Content-Type": "application/json"},
            timeout=timeout,
        )
        return self._sender.send(call, bodies.as_json, self._keeper)

    def attempt(
        self,
        method: str,
        path: str,
        *,
        label: str,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = True,
        look: Callable[[AnaplanError], None] | None = None,
        service: str = "integration",
    ) -> bodies.Answered:
        """Send JSON, and return the answer, which may be a refusal that the contract lists.

        `look` is called with each other refusal before the JSON is sent again; it may raise.
        Parameters and errors as for `request`.
        """
        call = self._made(
            method,
            path,
            label,
            service,
            repeatable=repeatable,
            look=look,
            json=json,
            headers=headers,
        )
        return self._sender.send(call, bodies.answered, self._keeper)

    def put(
        self,
        path: str,
        *,
        label: str,
        json: Any = None,
        params: Mapping[str, Any] | None = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: Timeout | None = None,
        service: str = "integration",
    ) -> dict[str, Any]:
        """Put `json` or `data`, and return the JSON object of the answer; see `request`."""
        call = self._made(
            "PUT",
            path,
            label,
            service,
            params=params,
            json=json,
            data=data,
            headers=headers,
            timeout=timeout,
        )
        return self._sender.send(call, bodies.as_json, self._keeper)

    def download(
        self,
        path: str,
        *,
        label: str,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        service: str = "integration",
        content: ContentKind | None = None,
    ) -> bytes:
        """Return the whole body at `path`; one that breaks off is fetched again.

        `content` is the kind of body that a header asks for, if there are several; it may be empty.
        """
        headers = {"Accept": "*/*", **(headers or {})}
        call = self._made("GET", path, label, service, params=params, headers=headers)
        if content is not None:
            asked = replace(call.operation, content=content, may_be_empty=True)
            call = replace(call, operation=asked)
        return self._sender.send(call, bodies.as_bytes, self._keeper)

    def download_large(
        self,
        path: str,
        *,
        label: str,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        may_be_empty: bool = False,
        service: str = "integration",
    ) -> bodies.Content:
        """Return the whole body at `path`, like `download`; for bodies of many megabytes.

        With `may_be_empty`, no bytes are an answer, too.
        """
        headers = {"Accept": "*/*", **(headers or {})}
        call = self._made("GET", path, label, service, params=params, headers=headers)
        if may_be_empty:
            call = replace(call, operation=replace(call.operation, may_be_empty=True))
        return self._sender.send(call, bodies.as_mapping, self._keeper)

    def download_page(
        self,
        path: str,
        url: str | None = None,
        *,
        label: str,
        params: Mapping[str, Any] | None = None,
        service: str = "integration",
    ) -> bytes:
        """Return the body of a page of the listing at `path`, of a URL that an earlier one names.

        The caller checks that the URL is on the service's own host. All else is as for `download`.
        """
        self._check_process()
        found = self._calls.service(service)
        operation = self._calls.operations.find(service, "GET", path)
        call = self._calls.at_url(
            "GET", url or found.url(path), label, found, operation, params=params
        )
        return self._sender.send(call, bodies.as_bytes, self._keeper)

    def pages(
        self,
        path: str,
        key: str,
        *,
        label: str,
        params: Mapping[str, Any] | None = None,
        service: str = "integration",
    ) -> Iterator[dict[str, Any]]:
        """Yield the items of a listing, page by page, as the service pages its listings.

        Parameters
        ----------
        path, label, params, service
            As for `request`.
        key : str
            The key of an answer under which the items are; a missing one means that there are
            none.

        Raises
        ------
        TransferError
            Anaplan gave fewer items than it promised, a page twice, pages without end, or a next
            page on another host.
        """
        found = self._calls.service(service)
        operation = self._calls.operations.find(service, "GET", path)

        def ask(url: str, page: Mapping[str, Any]) -> dict[str, Any]:
            self._check_process()
            call = self._calls.at_url("GET", url, label, found, operation, params=page)
            return self._sender.send(call, bodies.as_json, self._keeper)

        return found.pagination.items(ask, Listing(found.url(path), key, label, params or {}))

    def answer_fault(
        self, method: str, path: str, answer: Mapping[str, Any], service: str = "integration"
    ) -> str | None:
        """Return why an object that was read as a stream is not Anaplan's; None if it is."""
        return self._calls.operations.find(service, method, path).object_fault(answer)

    def open_connections(self, count: int = 0) -> None:
        """Begin to open connections, if none are open, while the login is under way.

        Parameters
        ----------
        count : int
            How many requests come next; by default as many as listings may be read at once.
        """
        if self._keeper.held is None:
            self._check_process()
            self._sender.open_connections(self.api_url, max(count, _EARLY), self._calls.timeout)

    def close(self) -> None:
        """Log out the token that we made, and close the connections. A waiting thread gives up.

        A thread logs out, for which only the end of the process waits; after an interrupt it
        hardly does. An unpickled transport may have other users: it can still be used, and then
        signs in again.
        """
        self._check_process()
        left = cancellation.seconds_to_end()
        with self._closing:
            if self._closed:
                return
            self._closed = not self._unpickled
        held = self._keeper.forget() if self._unpickled else self._keeper.held
        if not self._unpickled:
            self._sender.give_up()
        if held is None or not held.owned:
            self._sender.disconnect()
            return
        auth = self._calls.service("auth")
        url, token = auth.url("/token/logout"), Authorization(auth, held.token)
        log_out = partial(self._sender.post_last, url, token, seconds=_LONGEST_LOGOUT)
        # A time-out would count for the connection and for the answer, but not for finding a name.
        name, hurried = "anaplan-logout", left is not None
        thread = threading.Thread(target=log_out, name=name, daemon=hurried)
        thread.start()
        if left is not None:
            thread.join(max(left, _SHORTEST_LOGOUT))

    def after_fork(self) -> None:
        """Have connections and locks of its own in a child process."""
        self._process = os.getpid()
        self._closing = threading.Lock()
        self._sender.after_fork()
        self._keeper.after_fork()

    def _made(self, method: str, path: str, label: str, service: str, **options: Any) -> Call:
        self._check_process()
        return self._calls.make(method, path, label, service, **options)

    def _check_process(self) -> None:
        """Notice a fork that Python did not, as by a library in C."""
        if self._process != os.getpid():
            self.after_fork()

    def _sign_in(self, login: LoginRequest) -> tuple[dict[str, Any], float | None]:
        """Send a login or refresh; return its answer and the service's own time."""
        call = self._calls.login(login, self._auth.refusal_message)
        return self._sender.send(call, _answer_and_time, None)


def _answer_and_time(response: CheckedResponse) -> tuple[dict[str, Any], float | None]:
    return bodies.as_json(response), http_date(response.headers.get("Date"))

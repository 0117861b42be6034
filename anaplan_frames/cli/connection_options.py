"""The options that say which tenant and model a command is for, and how it signs in."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anaplan_frames.cli.global_options import (
    Function,
    json_option,
    log_options,
    shared_option,
)
from anaplan_frames.cli.log_output import LogOutput
from anaplan_frames.cli.name_completion import complete_model
from anaplan_frames.cli.remembered_names import keep_things
from anaplan_frames.cli.task_watch import TaskWatch, interruptible

if TYPE_CHECKING:
    from anaplan_frames.connection import Connection
    from anaplan_frames.model import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionOptions:
    """Which tenant and model a command is for, as the user said it.

    Attributes
    ----------
    model, workspace, profile, region, api_url, auth_url, proxy : str or None
        None for what the environment or the profile sets.
    email, certificate, private_key, keystore, keystore_alias : str, Path or None
        How to sign in; None for what the environment, the profile or the stored login says.
    timeout : float or None
        Seconds for the whole call; None waits as long as it takes.
    http_timeout : float or None
        Seconds to wait for the next byte of an answer.
    tries : int or None
        How often a request is sent at most.
    cancel_on_interrupt : bool
        Whether Ctrl-C cancels the task that is waited for.
    """

    model: str | None = None
    workspace: str | None = None
    profile: str | None = None
    region: str | None = None
    timeout: float | None = None
    email: str | None = None
    certificate: Path | None = None
    private_key: Path | None = None
    keystore: Path | None = None
    keystore_alias: str | None = None
    api_url: str | None = None
    auth_url: str | None = None
    proxy: str | None = None
    tries: int | None = None
    http_timeout: float | None = None
    cancel_on_interrupt: bool = False

    @contextmanager
    def connect(self, *, may_ask: bool = True) -> Iterator[Connection]:
        """Connect to the tenant; Ctrl-C says a word on the task, and the time is limited.

        Parameters
        ----------
        may_ask : bool
            Whether the user may be asked for a password.
        """
        from anaplan_frames.cli.sign_in import credentials
        from anaplan_frames.clock import Clock
        from anaplan_frames.connection import connect
        from anaplan_frames.deadline import time_limit

        arguments: dict[str, Any] = {
            "profile": self.profile,
            "region": self.region,
            "api_url": self.api_url,
            "auth_url": self.auth_url,
            "proxies": self.proxy,
            "tries": self.tries,
            "http_timeout": self.http_timeout,
            "auth": credentials(
                **{name: getattr(self, name) for name in _SIGN_IN}, may_ask=may_ask
            ),
        }
        given = {name: value for name, value in arguments.items() if value is not None}
        clock, watch = Clock(), TaskWatch(cancel=self.cancel_on_interrupt)
        with ExitStack() as stack:
            connection = stack.enter_context(connect(**given, hooks=[watch], clock=clock))
            stack.enter_context(interruptible(watch))
            stack.enter_context(time_limit(clock, self.timeout))
            yield connection

    def open_model(self, connection: Connection) -> Model:
        """Return the model that was named, or the one that the environment or profile names."""
        model = connection.model(self.model, self.workspace)
        click.get_current_context().call_on_close(partial(_keep_names, model))
        return model


_COLLECTIONS = (
    *("files", "imports", "exports", "actions", "processes"),
    *("lists", "modules", "views"),
)


def _keep_names(model: Model) -> None:
    """Keep the names that were listed, for the completion of the shell."""
    listed = {
        kind: getattr(model, kind).names for kind in _COLLECTIONS if model.catalogue.has_read(kind)
    }
    if listed:
        keep_things(model.id, model.name, listed)


_SIGN_IN = ("profile", "email", "certificate", "private_key", "keystore", "keystore_alias")


def show_progress() -> bool | None:
    """Return what calls take as ``progress=``: no bars with ``-q``, else if somebody watches."""
    output = click.get_current_context().find_object(LogOutput)
    return False if output is not None and output.verbosity < 0 else None


def connection_options(function: Function) -> Function:
    """Add the options that say which tenant and model; the command gets ``connection=``."""
    names = [field.name for field in fields(ConnectionOptions)]

    @functools.wraps(function)
    def with_connection(*args: Any, **given: Any) -> Any:
        options = {name: given.pop(name) for name in names}
        return function(*args, connection=ConnectionOptions(**options), **given)

    with_options: Function = with_connection
    for option in reversed([*_model_options(), *_sign_in_options(), *_network_options()]):
        with_options = option(with_options)
    return with_options


def _model_options() -> list[Any]:
    add = functools.partial(shared_option, section="Which model")
    return [
        add(
            "-m",
            "--model",
            metavar="NAME",
            shell_complete=complete_model,
            help="The model's name, id or URL.",
        ),
        add("--workspace", metavar="NAME", help="Name or id of the model's workspace."),
        add(
            "--profile",
            metavar="NAME",
            shell_complete=_profile_names,
            help="A profile of the profile file.",
        ),
        add("--region", metavar="NAME", help="Anaplan's region, for example eu3."),
        add(
            "--timeout",
            type=click.FloatRange(min=0, min_open=True),
            metavar="SECONDS",
            help="Give up after this time; by default, wait as long as it takes.",
        ),
        add(
            "--cancel-on-interrupt",
            is_flag=True,
            help="Let Ctrl-C cancel the task that runs in Anaplan; by default it goes on there.",
        ),
    ]


def _profile_names(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    """Return the profiles whose names begin so, for the completion of the shell."""
    from anaplan_frames.config import profile_summaries

    return [each.name for each in profile_summaries() if each.name.startswith(begun)]


def _sign_in_options() -> list[Any]:
    add = functools.partial(
        shared_option, section="Signing in, if not by the environment, a profile or `login`"
    )
    file = click.Path(exists=True, dir_okay=False, path_type=Path)
    return [
        add("--email", metavar="ADDRESS", help="The password is ANAPLAN_PASSWORD, or asked for."),
        add("--certificate", type=file, metavar="FILE", help="A PEM file."),
        add(
            "--private-key",
            type=file,
            metavar="FILE",
            help="Its key. The password is ANAPLAN_PRIVATE_KEY_PASSWORD, or asked for.",
        ),
        add(
            "--keystore",
            type=file,
            metavar="FILE",
            help="A Java keystore. The password is ANAPLAN_KEYSTORE_PASSWORD, or asked for.",
        ),
        add("--keystore-alias", metavar="NAME", help="The key in it, if it has several."),
    ]


def _network_options() -> list[Any]:
    add = functools.partial(shared_option, section="Network")
    return [
        add("--api-url", metavar="URL", help="Host of the API, if it is not the region's."),
        add("--auth-url", metavar="URL", help="Host for signing in, if it is not the region's."),
        add("--proxy", metavar="URL", help="A proxy; by default HTTPS_PROXY of the environment."),
        add(
            "--tries",
            type=click.IntRange(min=1),
            metavar="N",
            help="How often a request is sent at most; 6 by default.",
        ),
        add(
            "--http-timeout",
            type=click.FloatRange(min=0, min_open=True),
            metavar="SECONDS",
            help="How long to wait for the next byte of an answer; 120 by default.",
        ),
    ]


def global_options(function: Function) -> Function:
    """Add all options that commands share."""
    return connection_options(json_option(log_options(function)))

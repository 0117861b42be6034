"""``anaplan-frames login`` and ``anaplan-frames logout``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from anaplan_frames.cli.exit_status import ExitStatus
from anaplan_frames.cli.global_options import examples, log_options


@click.command(
    epilog=examples(
        "anaplan-frames login --client-id 0123456789abcdef0123456789abcdef",
        "anaplan-frames login --client-id 0123456789abcdef0123456789abcdef --browser",
        "anaplan-frames login --region eu3 --store ~/anaplan-login.json",
    )
)
@click.option(
    "--client-id",
    envvar="ANAPLAN_CLIENT_ID",
    metavar="ID",
    prompt="Client id",
    help="Of an OAuth client of your tenant; by default ANAPLAN_CLIENT_ID.",
)
@click.option(
    "--browser",
    is_flag=True,
    help="Sign in on the login page in a browser, as users with SSO must. The client's secret is "
    "taken from ANAPLAN_CLIENT_SECRET, or asked for.",
)
@click.option(
    "--redirect-uri",
    envvar="ANAPLAN_REDIRECT_URI",
    default="http://localhost:8089",
    show_default=True,
    metavar="URL",
    help="Where the browser comes back to; one that the client has.",
)
@click.option(
    "--paste",
    is_flag=True,
    help="With --browser: paste the address, since the browser is on another machine.",
)
@click.option(
    "--store",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Keep the login in this file; by default in the keyring, or in a file in your config "
    "folder.",
)
@click.option("--region", envvar="ANAPLAN_REGION", metavar="NAME", help="Anaplan's region.")
@log_options
def login(
    *,
    client_id: str,
    browser: bool,
    redirect_uri: str,
    paste: bool,
    store: Path | None,
    region: str | None,
) -> None:
    """Sign in once, for all later commands and programs of this user.

    A link is shown, to be opened in a browser on any machine. Later runs renew the login by
    themselves; it is used if no other credentials are set.
    """
    from anaplan_frames.auth import BrowserAuth, DeviceAuth, FileStore
    from anaplan_frames.auth.login_file import LOGIN_FILE, NotedLogin, note_login
    from anaplan_frames.auth.sign_in_link import show_link
    from anaplan_frames.config import profiles_path
    from anaplan_frames.connection import connect

    options: dict[str, Any] = {"store": "auto" if store is None else FileStore(store.absolute())}
    auth: BrowserAuth | DeviceAuth
    if browser:
        auth = BrowserAuth(
            client_id,
            os.environ.get("ANAPLAN_CLIENT_SECRET") or click.prompt("Secret", hide_input=True),
            redirect_uri=redirect_uri,
            open_browser=not paste,
            **options,
        )
    else:
        auth = DeviceAuth(client_id, show=show_link, **options)
    with connect(auth=auth, region=region) as connection:
        auth.renew_login()
        email = connection.me()["email"]
    kept = auth.store
    file = str(kept.path) if isinstance(kept, FileStore) else None
    note = profiles_path(os.environ).with_name(LOGIN_FILE)
    note_login(NotedLogin(client_id, file, region), note)
    click.echo(f"Signed in as {email}. The login is kept in {file or 'the keyring'}.")


@click.command(epilog=examples("anaplan-frames logout"))
@log_options
def logout() -> ExitStatus:
    """Forget the login that is stored on this machine."""
    from anaplan_frames.auth.login_file import LOGIN_FILE, forget_login, noted_login
    from anaplan_frames.config import profiles_path

    note = profiles_path(os.environ).with_name(LOGIN_FILE)
    noted = noted_login(note)
    if noted is None:
        click.echo("No login is stored.", err=True)
        return ExitStatus.NOT_FOUND
    noted.credentials().forget()
    forget_login(note)
    click.echo(f"The login of client {noted.client_id} is removed from this machine.")
    return ExitStatus.OK

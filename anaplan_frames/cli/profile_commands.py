"""``anaplan-frames profile``: logins and databases under names, in the profile file."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from anaplan_frames.cli.exit_status import ExitStatus
from anaplan_frames.cli.global_options import (
    SectionedCommand,
    examples,
    json_option,
    log_options,
)
from anaplan_frames.cli.printing import SCHEMA, print_json, print_table

_PLAIN = (
    "email",
    "certificate",
    "private_key",
    "keystore",
    "keystore_alias",
    "client_id",
    "region",
    "api_url",
    "auth_url",
    "workspace",
    "model",
)


@click.group(
    epilog=examples(
        "anaplan-frames profile list",
        "anaplan-frames profile add prod --email planner@example.com --region eu3",
        "anaplan-frames profile check prod",
    )
)
def profile() -> None:
    """Keep logins and databases under names, in the profile file.

    Commands use one with --profile NAME; without that, ANAPLAN_PROFILE or the profile "default".
    """


@profile.command(
    "list",
    cls=SectionedCommand,
    epilog=examples("anaplan-frames profile list", "anaplan-frames profile list --json"),
)
@json_option
@log_options
def list_profiles(*, as_json: bool) -> None:
    """List the profiles, without their secrets."""
    import pandas as pd

    from anaplan_frames.config import profile_summaries

    found = profile_summaries()
    if as_json:
        print_json(
            [
                {"name": each.name, "sign_in": each.sign_in, "databases": each.databases}
                | each.settings
                for each in found
            ]
        )
        return
    rows = [
        {
            "name": each.name,
            "sign_in": each.sign_in,
            "who": next((each.settings[n] for n in _PLAIN if n in each.settings), ""),
            "region": each.settings.get("region", ""),
            "model": each.settings.get("model", ""),
            "databases": ", ".join(each.databases),
        }
        for each in found
    ]
    if rows:
        print_table(pd.DataFrame(rows))
    else:
        click.echo("There are no profiles. Make one: anaplan-frames profile add NAME.", err=True)


def _plain_options(function: Any) -> Any:
    for name in reversed(_PLAIN):
        option = f"--{name.replace('_', '-')}"
        function = click.option(option, metavar="TEXT", help=_HELP[name])(function)
    return function


_HELP = {
    "email": "Of a login by password, which is asked for.",
    "certificate": "A PEM file. The password of its key is asked for, if it has one.",
    "private_key": "The key of the certificate, if it is in another file.",
    "keystore": "A Java keystore. Its password is asked for.",
    "keystore_alias": "The key in it, if it has several.",
    "client_id": "Of an OAuth client; sign in then with anaplan-frames login.",
    "region": "Anaplan's region, for example eu3.",
    "api_url": "Host of the API, if it is not the region's.",
    "auth_url": "Host for signing in, if it is not the region's.",
    "workspace": "The workspace that is preferred.",
    "model": "The model that is meant without --model.",
}


@profile.command(
    "add",
    cls=SectionedCommand,
    epilog=examples(
        "anaplan-frames profile add prod --email planner@example.com --region eu3",
        "anaplan-frames profile add nightly --certificate cert.pem --private-key key.pem",
        "anaplan-frames profile add prod --database warehouse",
    ),
)
@click.argument("name")
@_plain_options
@click.option(
    "--database",
    "databases",
    multiple=True,
    metavar="NAME",
    help="A database for `copy --sql NAME`. Its URL is asked for; repeatable.",
)
@click.option("--replace", is_flag=True, help="Change the settings that the profile has already.")
@log_options
def add_profile(
    *, name: str, databases: tuple[str, ...], replace: bool, **settings: str | None
) -> None:
    """Add a profile, or settings and databases to one.

    Passwords and URLs of databases are asked for, or taken from stdin, one a line, if that is not
    a terminal. The file can be read by you alone.
    """
    from pathlib import Path

    from anaplan_frames.cli.profile_file import add_settings
    from anaplan_frames.config import profiles_path

    given = {key: value for key, value in settings.items() if value is not None}
    for key in ("certificate", "private_key", "keystore"):
        if key in given:
            given[key] = str(Path(given[key]).absolute())
    if not given and not databases:
        raise click.UsageError(
            "Say what the profile holds, for example --email planner@example.com."
        )
    path = profiles_path(os.environ)
    add_settings(path, name, given, _secrets_for(given), databases, _secret, replace=replace)
    click.echo(f"Profile {name!r} is in {path}.", err=True)


def _secrets_for(given: dict[str, str]) -> dict[str, str]:
    """Return the secrets that settings need: the setting, and the words that ask for it."""
    from pathlib import Path

    found = {}
    if "email" in given:
        found["password"] = f"Password of {given['email']}"
    key = given.get("private_key") or given.get("certificate")
    if key is not None and b"ENCRYPTED" in Path(key).read_bytes():
        found["private_key_password"] = "Password of the private key"
    if "keystore" in given:
        found["keystore_password"] = "Password of the keystore"
    return found


def _secret(words: str) -> str:
    """Ask for a secret without showing it, or take the next line of stdin."""
    if sys.stdin.isatty():
        return str(click.prompt(words, hide_input=True, err=True))
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise click.UsageError(
            f"{words} is missing: stdin is not a terminal and has no line for it. Run this in a "
            "terminal, or send one line for each secret to stdin."
        )
    return line


@profile.command(
    "check",
    cls=SectionedCommand,
    epilog=examples("anaplan-frames profile check", "anaplan-frames profile check prod --json"),
)
@click.argument("name", required=False)
@json_option
@log_options
def check_profile(*, name: str | None, as_json: bool) -> ExitStatus:
    """Sign in with a profile, and say as whom and what the user may see.

    Without NAME, what commands without --profile use is checked: the environment, the default
    profile, or the stored login. The exit status is 6 if Anaplan refuses it.
    """
    from anaplan_frames.connection import connect

    with connect(profile=name) as connected:
        email = str(connected.me()["email"])
        workspaces, models = len(connected.workspaces()), len(connected.models())
    if as_json:
        counts = {"workspaces": workspaces, "models": models}
        print_json({"schema": SCHEMA, "profile": name, "email": email, **counts})
    else:
        click.echo(
            f"Signed in as {email}. This user may see {models:,} models in {workspaces:,} "
            "workspaces."
        )
    return ExitStatus.OK

"""How a command signs in: with what its options name, and with prompts for what is missing."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from anaplan_frames.auth import Credentials


def credentials(
    *,
    profile: str | None,
    email: str | None,
    certificate: Path | None,
    private_key: Path | None,
    keystore: Path | None,
    keystore_alias: str | None,
    may_ask: bool = True,
) -> Credentials | None:
    """Return the credentials that the options name, else those that the user types.

    Parameters
    ----------
    may_ask : bool
        Whether the user may be asked; stdin may be for something else.

    Returns
    -------
    Credentials or None
        None if the environment, the profile or the stored login has them, or if there is nobody
        to ask.

    Raises
    ------
    click.UsageError
        If the options name several, or a password is missing and there is nobody to ask.
    """
    from anaplan_frames.auth import BasicAuth, CertificateAuth, KeystoreAuth
    from anaplan_frames.config import unfinished_login

    kinds = {"--email": email, "--certificate": certificate, "--keystore": keystore}
    given = [name for name, value in kinds.items() if value is not None]
    if len(given) > 1:
        raise click.UsageError(
            f"{' and '.join(given)} cannot be used together. Give one way to sign in."
        )
    if private_key is not None and certificate is None:
        raise click.UsageError("--private-key needs --certificate.")
    if keystore_alias is not None and keystore is None:
        raise click.UsageError("--keystore-alias needs --keystore.")
    if certificate is not None:
        password = _key_password(private_key or certificate, may_ask=may_ask)
        return CertificateAuth(certificate, private_key, password)
    if keystore is not None:
        password = ask_secret(
            "Password of the keystore", "ANAPLAN_KEYSTORE_PASSWORD", may_ask=may_ask
        )
        return KeystoreAuth(keystore, password, keystore_alias)
    if email is None:
        email = unfinished_login(profile)
        if email is None or not (may_ask and _somebody_is_there()):
            return None
        email = email or click.prompt("Email", err=True)
    password = ask_secret(f"Password of {email}", "ANAPLAN_PASSWORD", may_ask=may_ask)
    return BasicAuth(email, password)


def ask_secret(what: str, variable: str, *, may_ask: bool = True) -> str:
    """Return a secret from the environment, or ask for it without showing it.

    Parameters
    ----------
    what : str
        What is asked for, in words.
    variable : str
        The environment variable that may hold it.
    may_ask : bool
        Whether the user may be asked.

    Raises
    ------
    click.UsageError
        If it is not set and there is nobody to ask.
    """
    if os.environ.get(variable):
        return os.environ[variable]
    if not (may_ask and _somebody_is_there()):
        raise click.UsageError(
            f"{what} is missing, and there is no terminal to ask for it. Set {variable}."
        )
    return str(click.prompt(what, hide_input=True, err=True))


def _key_password(key: Path, *, may_ask: bool) -> str | None:
    """Return the password of a private key, if it is encrypted."""
    if b"ENCRYPTED" not in key.read_bytes():
        return None
    return ask_secret(
        "Password of the private key", "ANAPLAN_PRIVATE_KEY_PASSWORD", may_ask=may_ask
    )


def _somebody_is_there() -> bool:
    return sys.stdin.isatty() or sys.stderr.isatty()

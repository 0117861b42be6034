"""Which database ``--sql`` means, and opening it; a password never stands in the arguments."""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import click

from anaplan_frames.cli.databases.sql_database import Database, DatabaseError

_URL = re.compile(r"[A-Za-z][\w+.-]*://")
_POSTGRES = ("postgresql", "postgres")


def open_database(sql: str, profile: str | None) -> Database:
    """Open the database that ``--sql`` names.

    Parameters
    ----------
    sql : str
        A URL without a password, or the name of an environment variable or of a database in the
        profile file that holds a URL.
    profile : str or None
        Of the profile file.

    Raises
    ------
    click.UsageError
        If it is none of these, or a URL with a password.
    DatabaseError
        If it cannot be opened.
    MissingExtra
        If the driver is not installed.
    """
    return _open(_checked(sql) if _URL.match(sql) else _held(sql, profile))


def _checked(url: str) -> str:
    """Return a URL of the arguments, which other users of the machine can see."""
    parts = _taken_apart(url)
    secret = [name for name, _ in parse_qsl(parts.query) if "password" in name.lower()]
    if ":" in parts.netloc.rpartition("@")[0] or secret:
        raise click.UsageError(
            "--sql has a password in it, which other users of this machine could see. Put the URL "
            "into an environment variable and give its name, as --sql WAREHOUSE_URL, or keep it in "
            "a profile: anaplan-frames profile add NAME --database warehouse."
        )
    return url


def _held(name: str, profile: str | None) -> str:
    """Return the URL that a variable or profile holds."""
    from anaplan_frames.config import database_url

    url = os.environ.get(name)
    if url is None:
        found = database_url(name, profile)
        if found is None:
            raise click.UsageError(
                f"--sql {name!r} is not a URL such as sqlite:///warehouse.db, not an environment "
                "variable, and not a database of the profile."
            )
        url = found.reveal()
    if not _URL.match(url):
        raise click.UsageError(f"What {name} holds is not a URL such as sqlite:///warehouse.db.")
    return url


def _open(url: str) -> Database:
    """Open a database; what its driver says of a wrong URL does not show the URL's password."""
    label = _label(url)
    try:
        return _opened(url, label)
    except DatabaseError as error:
        message = error.message.replace(url, label)
        password = urlsplit(url).password
        for secret in filter(None, {password, unquote(password or "")}):
            message = message.replace(secret, "***")
        raise DatabaseError(message) from None


def _opened(url: str, label: str) -> Database:
    scheme = urlsplit(url).scheme
    if scheme == "duckdb":
        from anaplan_frames.cli.databases.duckdb_database import DuckDb

        return DuckDb(url)
    if scheme in _POSTGRES and find_spec("adbc_driver_postgresql"):
        from anaplan_frames.cli.databases.adbc_database import AdbcPostgres

        return AdbcPostgres(url, label)
    from anaplan_frames.cli.databases.sqlalchemy_database import SqlAlchemy

    return SqlAlchemy(url.replace("postgres://", "postgresql://", 1), label)


def _label(url: str) -> str:
    """Return a URL without user and password."""
    parts = _taken_apart(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"


def _taken_apart(url: str) -> SplitResult:
    """Return the parts of a URL.

    Raises
    ------
    click.UsageError
        If that fails, so that it is not known what in it is secret.
    """
    try:
        parts = urlsplit(url)
        whole = parts.port is None or parts.port > 0
    except ValueError:
        whole = False
    else:
        rest = f"{parts.path}?{parts.query}#{parts.fragment}"
        whole = whole and not (parts.netloc and "@" not in parts.netloc and "@" in rest)
    if not whole:
        raise click.UsageError(
            "The URL of the database cannot be read. Write special characters of the "
            "password as percent codes: / is %2F, @ is %40, # is %23."
        )
    return parts

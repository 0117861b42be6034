"""Which database ``--sql`` means, and opening it; a password never stands in the arguments."""

from __future__ import annotations

import os
import re
from importlib.util import find_spec
from urllib.parse import parse_qsl, urlsplit

import click

from anaplan_frames.cli.databases.sql_database import Database

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
    parts = urlsplit(url)
    secret = [name for name, _ in parse_qsl(parts.query) if "password" in name.lower()]
    if parts.password or secret:
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
    parts = urlsplit(url)
    place = parts.hostname or ""
    if parts.port:
        place += f":{parts.port}"
    label = f"{parts.scheme}://{place}{parts.path}"
    if parts.scheme == "duckdb":
        from anaplan_frames.cli.databases.duckdb_database import DuckDb

        return DuckDb(url)
    if parts.scheme in _POSTGRES and find_spec("adbc_driver_postgresql"):
        from anaplan_frames.cli.databases.adbc_database import AdbcPostgres

        return AdbcPostgres(url, label)
    from anaplan_frames.cli.databases.sqlalchemy_database import SqlAlchemy

    return SqlAlchemy(url.replace("postgres://", "postgresql://", 1), label)

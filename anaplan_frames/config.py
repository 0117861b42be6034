"""Settings of a connection, from arguments, then the environment, then a profile file."""

from __future__ import annotations

import os
import stat
import sys
import tomllib
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anaplan_frames.auth import (
    BasicAuth,
    BrowserAuth,
    CertificateAuth,
    Credentials,
    DeviceAuth,
    KeystoreAuth,
    LoginRequest,
    OAuthService,
    RefreshTokenAuth,
    Token,
    TokenAuth,
)
from anaplan_frames.auth.browser_grant import USUAL_REDIRECT
from anaplan_frames.auth.login_file import LOGIN_FILE, noted_login
from anaplan_frames.auth.secret import Secret
from anaplan_frames.errors import ConfigurationError
from anaplan_frames.folders import config_folder
from anaplan_frames.messages import near_names

# The settings of each kind of credential, and how many of them, from the first, are required.
_KINDS: dict[str, tuple[int, tuple[str, ...]]] = {
    "password": (2, ("email", "password")),
    "certificate": (1, ("certificate", "private_key", "private_key_password")),
    "keystore": (
        2,
        ("keystore", "keystore_password", "keystore_alias", "keystore_key_password"),
    ),
    "token": (1, ("token",)),
    "oauth": (1, ("client_id", "client_secret", "refresh_token", "redirect_uri")),
}


def _oauth(
    client_id: str,
    client_secret: str | None = None,
    refresh_token: str | None = None,
    redirect_uri: str | None = None,
) -> Credentials:
    """Make the grant that the settings are of: a secret is of clients for a browser."""
    secrets = [Secret(value) if value else None for value in (client_secret, refresh_token)]
    del client_secret, refresh_token
    secret, refresh = secrets
    if refresh is not None:
        return RefreshTokenAuth(
            client_id,
            refresh.reveal(),
            client_secret=None if secret is None else secret.reveal(),
        )
    if secret is not None:
        return BrowserAuth(client_id, secret.reveal(), redirect_uri=redirect_uri or USUAL_REDIRECT)
    return DeviceAuth(client_id)


_CLASSES: Mapping[str, Callable[..., Credentials]] = {
    "password": BasicAuth,
    "certificate": CertificateAuth,
    "keystore": KeystoreAuth,
    "token": TokenAuth,
    "oauth": _oauth,
}
_HOSTS = ("api_url", "auth_url")
_PLACES = ("region", *_HOSTS, "workspace", "model")
_PATHS = ("certificate", "private_key", "keystore")
_SECRETS = frozenset(
    {
        "password",
        "private_key_password",
        "keystore_password",
        "keystore_key_password",
        "token",
        "client_secret",
        "refresh_token",
    }
)
_DATABASES = "databases"  # the table of a profile that holds URLs of databases
_CREDENTIALS = tuple(name for _, names in _KINDS.values() for name in names)
SETTINGS = (*_CREDENTIALS, *_PLACES)

_NOTHING_SET = (
    "No credentials. Pass auth=BasicAuth(...), CertificateAuth(...), KeystoreAuth(...), "
    "DeviceAuth(...) or another, or set ANAPLAN_EMAIL and ANAPLAN_PASSWORD, ANAPLAN_CERTIFICATE "
    "and ANAPLAN_PRIVATE_KEY, ANAPLAN_KEYSTORE and ANAPLAN_KEYSTORE_PASSWORD, ANAPLAN_CLIENT_ID, "
    "or ANAPLAN_TOKEN, or write the same names without ANAPLAN_, in lower case, under [default] "
    "into {path}. Or sign in once: anaplan-frames login."
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a connection.

    Attributes
    ----------
    auth : Credentials
    api_url, auth_url, workspace, model, region : str or None
        None if it is not set.
    """

    auth: Credentials
    api_url: str | None = None
    auth_url: str | None = None
    workspace: str | None = None
    model: str | None = None
    region: str | None = None


class ConfiguredAuth(Credentials):
    """Credentials of the environment or a profile; in another process they are looked up again.

    Parameters
    ----------
    profile : str or None
        The profile that was named to `connect`.
    found : Credentials, optional
        What was found there. By default it is looked up when it is first needed.
    """

    def __init__(self, profile: str | None, found: Credentials | None = None) -> None:
        self._profile = profile
        self._found = found

    def __reduce__(self) -> tuple[Any, ...]:
        return ConfiguredAuth, (self._profile,)

    def __repr__(self) -> str:
        place = "the environment or the default profile"
        return f"<credentials of {f'profile {self._profile!r}' if self._profile else place}>"

    def elsewhere(self) -> Credentials:
        """Return itself: its pickle holds the name of the profile only."""
        return self

    def login(self) -> LoginRequest | Token:
        """Return the request that signs in with what is found."""
        return self._credentials.login()

    def obtain(self, service: OAuthService, refused: Token | None) -> Token | None:
        """Return a token by the dialog of what is found, if it takes one."""
        return self._credentials.obtain(service, refused)

    def refresh(self, token: Token) -> LoginRequest | None:
        """Return the request that prolongs `token`, if what is found can do that."""
        return self._credentials.refresh(token)

    def read(self, answer: Mapping[str, Any]) -> Token:
        """Return the token in the answer to a login or refresh request."""
        return self._credentials.read(answer)

    @property
    def account(self) -> str | None:
        """What stands for the user of what is found."""
        return self._credentials.account

    @property
    def refusal_message(self) -> str:
        """The message for a login that Anaplan refuses."""
        return self._credentials.refusal_message

    @property
    def _credentials(self) -> Credentials:
        if self._found is None:
            self._found = resolve(profile=self._profile).auth
        return self._found


@dataclass(frozen=True, slots=True)
class _Source:
    """One place that holds settings; `label` returns the name of a setting in that place."""

    values: Mapping[str, Secret[str]]
    label: Callable[[str], str]


def profiles_path(environ: Mapping[str, str], platform: str = sys.platform) -> Path:
    """Return the path of the profile file on this platform."""
    return config_folder(environ, platform) / "profiles.toml"


def resolve(
    auth: Credentials | None = None,
    profile: str | None = None,
    api_url: str | None = None,
    auth_url: str | None = None,
    *,
    region: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Collect credentials and hosts.

    Arguments come first, then the environment, then the profile that ``ANAPLAN_PROFILE`` names,
    or ``default``, then the login that ``anaplan-frames login`` has stored. A profile that is
    passed as an argument comes before the environment. The first of these that holds a credential
    decides its kind; the others may add to that kind, so that a profile may hold the email and the
    environment the password. Likewise a region hides the URLs of the sources after its own, which
    may belong to another region.

    Raises
    ------
    ConfigurationError
        Nothing is set, credentials of several kinds are set in one place, a part of one is
        missing, or the profile does not exist.
    """
    if environ is None:
        environ = os.environ
    path = profiles_path(environ)
    environment = _Source(
        {name: Secret(value) for name in SETTINGS if (value := environ.get(_variable(name)))},
        _variable,
    )
    named = profile or environ.get(_variable("profile"))
    del environ  # a traceback that shows local variables would show its secrets
    stored = _profile(named, path)
    sources = [stored, environment] if profile else [environment, stored]
    given = {"region": region, "api_url": api_url, "auth_url": auth_url}
    arguments = _Source({name: Secret(value) for name, value in given.items() if value}, str)
    credentials = auth or _credentials(sources)
    if credentials is None:
        noted = noted_login(path.with_name(LOGIN_FILE))
        if noted is None:
            raise ConfigurationError(_NOTHING_SET.format(path=path))
        credentials = noted.credentials()
        if noted.region:
            sources.append(_Source({"region": Secret(noted.region)}, str))
    return Settings(credentials, **_places([arguments, *sources]))


def unfinished_login(
    profile: str | None = None, *, environ: Mapping[str, str] | None = None
) -> str | None:
    """Return what is known of a login by password whose password is not set anywhere.

    Parameters
    ----------
    profile, environ
        As for `resolve`.

    Returns
    -------
    str or None
        The email; an empty text if no credentials at all are set; None if nothing needs asking.
    """
    environ = os.environ if environ is None else environ
    path = profiles_path(environ)
    named = profile or environ.get(_variable("profile"))
    found = {name for name in _CREDENTIALS if environ.get(_variable(name))}
    stored = _profile(named, path)
    found |= stored.values.keys() & set(_CREDENTIALS)
    if found == {"email"}:
        return environ.get(_variable("email")) or stored.values["email"].reveal()
    return None if found or noted_login(path.with_name(LOGIN_FILE)) is not None else ""


@dataclass(frozen=True, slots=True)
class ProfileSummary:
    """A profile without its secrets.

    Attributes
    ----------
    name : str
    sign_in : str
        ``"password"``, ``"certificate"``, ``"keystore"``, ``"token"``, ``"oauth"`` or empty.
    settings : dict of str to str
        Those that are not secret: the email, paths, the region, hosts, workspace and model.
    databases : list of str
        Names of the databases whose URLs it holds.
    """

    name: str
    sign_in: str
    settings: dict[str, str]
    databases: list[str]


def profile_summaries(environ: Mapping[str, str] | None = None) -> list[ProfileSummary]:
    """Return the profiles of the profile file, in its order.

    Raises
    ------
    ConfigurationError
        If the file cannot be read.
    """
    found = []
    for name, values in _read(profiles_path(os.environ if environ is None else environ)).items():
        kinds = [kind for kind, (_, names) in _KINDS.items() if values.keys() & set(names)]
        shown = {
            setting: value.reveal()
            for setting, value in values.items()
            if setting in SETTINGS
            and setting not in _SECRETS
            and value is not None
            and not _is_pem(value)
        }
        prefix = f"{_DATABASES}."
        databases = [key.removeprefix(prefix) for key in values if key.startswith(prefix)]
        found.append(ProfileSummary(name, kinds[0] if kinds else "", shown, databases))
    return found


def database_url(
    name: str, profile: str | None = None, *, environ: Mapping[str, str] | None = None
) -> Secret[str] | None:
    """Return the URL of a database that a profile holds under ``[profile.databases]``.

    Parameters
    ----------
    name : str
        Of the database.
    profile, environ
        As for `resolve`.

    Returns
    -------
    Secret or None
        None if the profile does not have it.
    """
    environ = os.environ if environ is None else environ
    named = profile or environ.get(_variable("profile")) or "default"
    return _read(profiles_path(environ)).get(named, {}).get(f"{_DATABASES}.{name}")


def _places(sources: list[_Source]) -> dict[str, str | None]:
    """Return hosts, workspace and model; a region hides the hosts of the sources after its own."""
    with_region = next((n for n, source in enumerate(sources) if "region" in source.values), None)
    for_hosts = sources if with_region is None else sources[: with_region + 1]
    return {name: _first(name, for_hosts if name in _HOSTS else sources) for name in _PLACES}


def _variable(setting: str) -> str:
    """Return the environment variable of a setting."""
    return f"ANAPLAN_{setting.upper()}"


def _first(name: str, sources: Iterable[_Source]) -> str | None:
    """Return a setting from the first source that has it."""
    found = _find(name, sources)
    return found.reveal() if found else None


def _find(name: str, sources: Iterable[_Source]) -> Secret[str] | None:
    return next((source.values[name] for source in sources if name in source.values), None)


def _credentials(sources: list[_Source]) -> Credentials | None:
    """Make the credential of the kind that the first source with any credential has."""
    for source in sources:
        kinds = [kind for kind, (_, names) in _KINDS.items() if source.values.keys() & set(names)]
        if len(kinds) > 1:
            labels = [source.label(name) for name in _CREDENTIALS if name in source.values]
            shown = ", ".join(labels)
            raise ConfigurationError(
                f"Credentials of several kinds are set: {shown}. Unset all but one kind."
            )
        if kinds:
            return _make(kinds[0], source, sources)
    return None


def _make(kind: str, first: _Source, sources: list[_Source]) -> Credentials:
    """Make the credential of `kind` from all sources, or raise if a part is missing."""
    required, names = _KINDS[kind]
    missing = [name for name in names[:required] if _find(name, sources) is None]
    if missing:
        present = [first.label(name) for name in names if name in first.values]
        raise ConfigurationError(
            f"{' and '.join(present)} needs {' and '.join(map(first.label, missing))} as well."
        )
    # No variable, which a traceback could show, holds a secret.
    return _CLASSES[kind](*(_first(name, sources) for name in names))


def _profile(name: str | None, path: Path) -> _Source:
    """Read one profile; with no name, ``default`` if there is one."""
    profiles = _read(path)
    if name is None and "default" not in profiles:
        return _Source({}, str)
    name = name or "default"
    if name not in profiles:
        there = ", ".join(repr(each) for each in profiles) or "none"
        raise ConfigurationError(
            f"There is no profile {name!r} in {path}.{near_names(name, profiles)} "
            f"Profiles there: {there}."
        )
    values = {
        setting: value
        for setting, value in profiles[name].items()
        if not setting.startswith(f"{_DATABASES}.")
    }
    for setting, value in values.items():
        if setting not in SETTINGS:
            raise ConfigurationError(
                f"Profile {name!r} in {path} has a setting {setting!r} that is not known."
                f"{near_names(setting, SETTINGS)} Settings: {', '.join(SETTINGS)}."
            )
        if value is None:
            raise ConfigurationError(
                f"Profile {name!r} in {path}: {setting} must be text in quotation marks."
            )
    return _Source(
        {
            setting: _from_folder(value, path) if setting in _PATHS else value
            for setting, value in values.items()
            if value is not None and value.reveal()
        },
        lambda setting: f"{setting} (profile {name!r})",
    )


def _read(path: Path) -> dict[str, dict[str, Secret[str] | None]]:
    """Return the settings of all profiles, None for one that is not text.

    A file that does not exist has no profiles.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            profiles = {
                name: dict(_settings(values))
                for name, values in tomllib.load(file).items()
                if isinstance(values, dict)
            }
    except FileNotFoundError:
        return {}
    except OSError as error:
        trouble = f"cannot be read ({error.strerror})"
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        trouble = f"is not TOML ({error})"
    else:
        open_to_others = os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO)
        if open_to_others and any(map(_holds_secret, profiles.values())):
            warnings.warn(
                f"{path} holds secrets and can be read by other users of this machine. "
                f"Close it to them: chmod 600 {path}",
                stacklevel=5,
            )
        return profiles
    raise ConfigurationError(f"The profile file {path} {trouble}.")


def _settings(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the settings of a profile as secrets, those of its databases as ``databases.name``."""
    for name, value in values.items():
        if name == _DATABASES and not prefix and isinstance(value, dict):
            yield from _settings(value, f"{_DATABASES}.")
        else:
            yield prefix + name, Secret(value) if isinstance(value, str) else None


def _holds_secret(values: Mapping[str, Secret[str] | None]) -> bool:
    key = values.get("private_key")
    databases = any(name.startswith(f"{_DATABASES}.") for name in values)
    return databases or bool(_SECRETS & values.keys()) or (key is not None and _is_pem(key))


def _from_folder(value: Secret[str], path: Path) -> Secret[str]:
    """Return a path in the profile file relative to the file's own folder; leave PEM text."""
    if _is_pem(value):
        return value
    return Secret(str(path.parent / Path(value.reveal()).expanduser()))


def _is_pem(value: Secret[str]) -> bool:
    return "-----BEGIN" in value.reveal()

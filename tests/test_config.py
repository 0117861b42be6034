"""The sources of credentials and hosts, their order, and the messages if they do not fit."""

from __future__ import annotations

import base64
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from anaplan_frames.auth import (
    BasicAuth,
    CertificateAuth,
    Credentials,
    KeystoreAuth,
    LoginRequest,
    Token,
    TokenAuth,
)
from anaplan_frames.config import Settings, profiles_path, resolve
from anaplan_frames.errors import AuthenticationError, ConfigurationError
from tests.auth.making import holder

DATA = Path(__file__).parent / "auth" / "data"
Write = Callable[..., Path]


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """Return an environment with a home of its own and nothing else."""
    return {"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path), "APPDATA": str(tmp_path)}


@pytest.fixture
def write(home: dict[str, str]) -> Write:
    """Write the profile file, closed to others by default."""

    def make(text: str, mode: int = 0o600) -> Path:
        path = profiles_path(home)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    return make


def secret_of(auth: Credentials) -> str:
    """Return what a password or token login would send."""
    login = auth.login()
    if isinstance(login, Token):
        return login.value
    assert isinstance(login, LoginRequest)
    return base64.b64decode(login.headers["Authorization"].split()[1]).decode()


def refusal_message(home: dict[str, str], **options: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        resolve(**options, environ=home)  # type: ignore[arg-type]
    return str(caught.value)


def test_without_settings_the_error_lists_all_of_them(home: dict[str, str]) -> None:
    assert refusal_message(home) == (
        "No credentials. Pass auth=BasicAuth(...), CertificateAuth(...), KeystoreAuth(...), "
        "DeviceAuth(...) or another, or set ANAPLAN_EMAIL and ANAPLAN_PASSWORD, "
        "ANAPLAN_CERTIFICATE and ANAPLAN_PRIVATE_KEY, ANAPLAN_KEYSTORE and "
        "ANAPLAN_KEYSTORE_PASSWORD, ANAPLAN_CLIENT_ID, or ANAPLAN_TOKEN, or write the same names "
        f"without ANAPLAN_, in lower case, under [default] into {profiles_path(home)}. Or sign in "
        "once: anaplan-frames login."
    )


def test_arguments_are_taken_as_they_are(home: dict[str, str]) -> None:
    auth = TokenAuth("abc")
    expected = Settings(auth, "https://a", "https://b", None, None)
    assert resolve(auth, None, "https://a", "https://b", environ=home) == expected


def test_email_and_password_of_the_environment(home: dict[str, str]) -> None:
    settings = resolve(
        environ={
            **home,
            "ANAPLAN_EMAIL": "a@example.com",
            "ANAPLAN_PASSWORD": "b",
            "ANAPLAN_API_URL": "https://api",
            "ANAPLAN_AUTH_URL": "https://auth",
            "ANAPLAN_WORKSPACE": "Finance",
            "ANAPLAN_MODEL": "Headcount",
        }
    )
    assert isinstance(settings.auth, BasicAuth)
    assert secret_of(settings.auth) == "a@example.com:b"
    assert (settings.api_url, settings.auth_url) == ("https://api", "https://auth")
    assert (settings.workspace, settings.model) == ("Finance", "Headcount")


def test_a_region_of_an_argument_the_environment_or_the_profile(
    home: dict[str, str], write: Write
) -> None:
    home["ANAPLAN_TOKEN"] = "abc"
    assert resolve(environ=home).region is None
    write('[default]\nregion = "eu3"\n[night]\nregion = "au1"')
    assert resolve(environ=home).region == "eu3"
    home["ANAPLAN_REGION"] = "us9"
    assert resolve(environ=home).region == "us9"
    assert resolve(profile="night", environ=home).region == "au1"
    assert resolve(profile="night", region="ca1", environ=home).region == "ca1"


def test_a_region_hides_the_hosts_of_later_sources_but_not_of_its_own(
    home: dict[str, str], write: Write
) -> None:
    write('[default]\napi_url = "https://profile"\nmodel = "M"')
    home |= {"ANAPLAN_TOKEN": "abc", "ANAPLAN_AUTH_URL": "https://environment"}
    settings = resolve(environ=home)
    assert (settings.api_url, settings.auth_url) == ("https://profile", "https://environment")
    settings = resolve(environ={**home, "ANAPLAN_REGION": "eu3"})
    assert (settings.region, settings.model) == ("eu3", "M")
    assert (settings.api_url, settings.auth_url) == (None, "https://environment")
    settings = resolve(region="eu3", environ=home)
    assert (settings.api_url, settings.auth_url) == (None, None)
    settings = resolve(None, None, "https://argument", region="eu3", environ=home)
    assert (settings.api_url, settings.auth_url) == ("https://argument", None)


def test_a_token_of_the_environment(home: dict[str, str]) -> None:
    assert secret_of(resolve(environ={**home, "ANAPLAN_TOKEN": "abc"}).auth) == "abc"


def test_a_certificate_of_the_environment_as_paths_or_as_text(
    home: dict[str, str], tmp_path: Path
) -> None:
    planner = holder("planner")
    (tmp_path / "cert.pem").write_bytes(planner.pem)
    (tmp_path / "key.pem").write_bytes(planner.key_pem(b"sesame"))
    paths = {
        "ANAPLAN_CERTIFICATE": str(tmp_path / "cert.pem"),
        "ANAPLAN_PRIVATE_KEY": str(tmp_path / "key.pem"),
        "ANAPLAN_PRIVATE_KEY_PASSWORD": "sesame",
    }
    assert isinstance(resolve(environ={**home, **paths}).auth, CertificateAuth)
    texts = {
        "ANAPLAN_CERTIFICATE": planner.pem.decode(),
        "ANAPLAN_PRIVATE_KEY": planner.key_pem().decode(),
    }
    assert isinstance(resolve(environ={**home, **texts}).auth, CertificateAuth)
    (tmp_path / "both.pem").write_bytes(planner.pem + planner.key_pem())
    both = {"ANAPLAN_CERTIFICATE": "~/both.pem", "ANAPLAN_PRIVATE_KEY": ""}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path))
        patch.setenv("USERPROFILE", str(tmp_path))
        assert isinstance(resolve(environ={**home, **both}).auth, CertificateAuth)


def test_a_keystore_of_the_environment(home: dict[str, str]) -> None:
    environ = {
        **home,
        "ANAPLAN_KEYSTORE": str(DATA / "two.jks"),
        "ANAPLAN_KEYSTORE_PASSWORD": "store-password",
        "ANAPLAN_KEYSTORE_ALIAS": "planner",
        "ANAPLAN_KEYSTORE_KEY_PASSWORD": "key-Planner",
    }
    assert isinstance(resolve(environ=environ).auth, KeystoreAuth)
    with pytest.raises(AuthenticationError, match="cannot be opened with this password"):
        resolve(environ={**environ, "ANAPLAN_KEYSTORE_KEY_PASSWORD": ""})


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("EMAIL", "PASSWORD"),
        ("PASSWORD", "EMAIL"),
        ("PRIVATE_KEY", "CERTIFICATE"),
        ("KEYSTORE", "KEYSTORE_PASSWORD"),
    ],
)
def test_half_a_credential_names_the_other_half(
    home: dict[str, str], name: str, missing: str
) -> None:
    home[f"ANAPLAN_{name}"] = "x"
    assert refusal_message(home) == f"ANAPLAN_{name} needs ANAPLAN_{missing} as well."


def test_credentials_of_two_kinds_are_refused(home: dict[str, str]) -> None:
    home |= {"ANAPLAN_EMAIL": "a", "ANAPLAN_TOKEN": "b", "ANAPLAN_MODEL": "c"}
    assert refusal_message(home) == (
        "Credentials of several kinds are set: ANAPLAN_EMAIL, ANAPLAN_TOKEN. "
        "Unset all but one kind."
    )
    assert resolve(TokenAuth("abc"), environ=home).model == "c"


def test_the_default_profile_needs_no_name(home: dict[str, str], write: Write) -> None:
    write('[default]\nemail = "a@example.com"\npassword = "b"\nmodel = "Headcount"')
    settings = resolve(environ=home)
    assert secret_of(settings.auth) == "a@example.com:b"
    assert settings.model == "Headcount"


def test_the_environment_comes_before_the_profile(home: dict[str, str], write: Write) -> None:
    write(
        '[default]\nemail = "a@example.com"\npassword = "b"\nmodel = "M"\nworkspace = "W"\n'
        '[night]\ntoken = "night"\nmodel = "N"'
    )
    home |= {"ANAPLAN_TOKEN": "abc", "ANAPLAN_MODEL": "E"}
    settings = resolve(environ=home)
    assert secret_of(settings.auth) == "abc"
    assert (settings.workspace, settings.model) == ("W", "E")
    settings = resolve(environ={**home, "ANAPLAN_PROFILE": "night"})
    assert (secret_of(settings.auth), settings.model) == ("abc", "E")


def test_a_profile_that_is_passed_comes_before_the_environment(
    home: dict[str, str], write: Write
) -> None:
    write('[night]\ntoken = "night"\nmodel = "N"')
    home |= {"ANAPLAN_TOKEN": "abc", "ANAPLAN_MODEL": "E", "ANAPLAN_WORKSPACE": "W"}
    settings = resolve(profile="night", environ=home)
    assert secret_of(settings.auth) == "night"
    assert (settings.workspace, settings.model) == ("W", "N")


@pytest.mark.parametrize("named", ["by argument", "by environment", "default"])
def test_a_profile_may_leave_the_password_to_the_environment(
    home: dict[str, str], write: Write, named: str
) -> None:
    write('[default]\nemail = "a@example.com"\n[night]\nemail = "a@example.com"')
    home["ANAPLAN_PASSWORD"] = "b"
    if named == "by environment":
        home["ANAPLAN_PROFILE"] = "night"
    profile = "night" if named == "by argument" else None
    assert secret_of(resolve(profile=profile, environ=home).auth) == "a@example.com:b"


def test_half_a_credential_in_a_profile_names_the_profile(
    home: dict[str, str], write: Write
) -> None:
    write('[default]\nemail = "a@example.com"')
    assert refusal_message(home) == (
        "email (profile 'default') needs password (profile 'default') as well."
    )


def test_an_unknown_profile_names_those_there_are(home: dict[str, str], write: Write) -> None:
    path = write('[default]\ntoken = "a"\n[night]\ntoken = "b"')
    assert refusal_message(home, profile="nigth") == (
        f"There is no profile 'nigth' in {path}. Did you mean 'night'? "
        "Profiles there: 'default', 'night'."
    )


def test_a_profile_without_a_file_names_the_file(home: dict[str, str]) -> None:
    expected = f"There is no profile 'night' in {profiles_path(home)}. Profiles there: none."
    assert refusal_message({**home, "ANAPLAN_PROFILE": "night"}) == expected


def test_an_unknown_setting_names_the_near_ones(home: dict[str, str], write: Write) -> None:
    write('[default]\npasword = "sesame"')
    words = refusal_message(home)
    assert "has a setting 'pasword' that is not known. Did you mean 'password'? Settings: " in words
    assert "sesame" not in words


@pytest.mark.parametrize("text", ["[default", "\x00", 'token = "a"\ntoken = "b"'])
def test_a_file_that_is_not_toml_is_named(home: dict[str, str], write: Write, text: str) -> None:
    path = write(text)
    assert refusal_message(home).startswith(f"The profile file {path} is not TOML (")


def test_a_setting_that_is_not_text_is_named(home: dict[str, str], write: Write) -> None:
    path = write("[default]\ntoken = 5")
    assert refusal_message(home) == (
        f"Profile 'default' in {path}: token must be text in quotation marks."
    )


def test_paths_in_a_profile_start_from_its_folder(home: dict[str, str], write: Write) -> None:
    path = write('[default]\nkeystore = "two.p12"\nkeystore_password = "store-password"')
    (path.parent / "two.p12").write_bytes((DATA / "one.jks").read_bytes())
    assert isinstance(resolve(environ=home).auth, KeystoreAuth)


@pytest.mark.parametrize(
    ("text", "warned"),
    [
        ('[default]\nemail = "a@example.com"\npassword = "b"', True),
        ('[default]\ntoken = "b"', True),
        ('[default]\nmodel = "M"\n[night]\ntoken = "b"', True),
        ('[default]\nmodel = "M"', False),
    ],
)
def test_a_file_of_secrets_that_others_can_read_gives_a_warning(
    home: dict[str, str], write: Write, text: str, *, warned: bool
) -> None:
    auth = TokenAuth("abc")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        path = write(text, 0o644)
        resolve(auth, environ=home)
        words = [str(each.message) for each in caught]
        write(text, 0o600)
        resolve(auth, environ=home)
    expected = (
        f"{path} holds secrets and can be read by other users of this machine. "
        f"Close it to them: chmod 600 {path}"
    )
    assert words == [expected] * warned
    assert len(caught) == warned


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {"HOME": "/h"}, "/h/.config/anaplan-frames/profiles.toml"),
        (
            "linux",
            {"HOME": "/h", "XDG_CONFIG_HOME": "/x"},
            "/x/anaplan-frames/profiles.toml",
        ),
        (
            "darwin",
            {"HOME": "/h"},
            "/h/Library/Application Support/anaplan-frames/profiles.toml",
        ),
        ("win32", {"APPDATA": "/roaming"}, "/roaming/anaplan-frames/profiles.toml"),
        ("win32", {"USERPROFILE": "/u"}, "/u/AppData/Roaming/anaplan-frames/profiles.toml"),
    ],
)
def test_the_file_is_where_the_platform_keeps_settings(
    platform: str, environ: dict[str, str], expected: str
) -> None:
    assert profiles_path(environ, platform).as_posix() == expected


def test_the_environment_of_the_process_is_the_default(
    home: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**home, "ANAPLAN_TOKEN": "of-the-process"}.items():
        monkeypatch.setenv(name, value)
    assert secret_of(resolve().auth) == "of-the-process"


def test_no_frame_of_an_error_shows_a_secret(
    home: dict[str, str], write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write('[default]\npassword = "sesame-in-file"')
    for name, value in {**home, "ANAPLAN_KEYSTORE_PASSWORD": "sesame-of-process"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("ANAPLAN_EMAIL", raising=False)
    for profile in (None, "default"):
        with pytest.raises(ConfigurationError) as caught:
            resolve(profile=profile)
        each = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        # The first frame is this test's own.
        frames = [str(frame.locals) for frame in each.stack[1:]]
        assert [frame for frame in frames if "sesame" in frame] == []

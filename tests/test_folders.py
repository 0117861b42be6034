"""The folder of journals and locks belongs to this user alone."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest

from anaplan_frames.folders import writable_cache_folder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="owners and modes as on POSIX")


@pytest.fixture
def fallback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("anaplan_frames.folders.os.access", lambda path, mode: False)
    return tmp_path / f"anaplan-frames-{os.getuid()}"


def test_a_temporary_folder_is_made_for_this_user_alone(fallback: Path) -> None:
    assert writable_cache_folder() == fallback
    assert writable_cache_folder() == fallback
    assert stat.S_IMODE(fallback.stat().st_mode) == 0o700


def test_a_temporary_folder_that_others_may_write_to_is_refused(fallback: Path) -> None:
    fallback.mkdir()
    fallback.chmod(0o777)
    with pytest.raises(PermissionError, match="set XDG_CACHE_HOME to a folder of your own"):
        writable_cache_folder()


def test_a_temporary_folder_of_another_user_is_refused(
    fallback: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fallback.mkdir(mode=0o700)
    owner = fallback.stat().st_uid
    other = fallback.with_name(f"anaplan-frames-{owner + 1}")
    other.mkdir(mode=0o700)
    monkeypatch.setattr("anaplan_frames.folders.os.getuid", lambda: owner + 1)
    with pytest.raises(PermissionError, match="belongs to another user"):
        writable_cache_folder()


def test_a_link_in_place_of_the_temporary_folder_is_refused(fallback: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    fallback.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(PermissionError, match="Delete it"):
        writable_cache_folder()

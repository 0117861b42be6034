"""Rows compared with a state, range by range and run by run, as plain Python compares them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anaplan_frames.changes import comparison_run
from anaplan_frames.changes.change_state import ChangeState, DamagedState, Head
from anaplan_frames.changes.comparison_run import ComparisonRun, Found
from anaplan_frames.changes.digest_files import DigestFile
from anaplan_frames.changes.digest_runs import DigestRuns
from anaplan_frames.changes.row_digests import RowDigester, RowDigests
from anaplan_frames.changes.target_rows import TargetRows
from anaplan_frames.codec.dialect import Dialect
from anaplan_frames.codec.encode import Encoder
from anaplan_frames.codec.field_layout import FieldLayout
from anaplan_frames.dataframes.sources import Source, open_source
from anaplan_frames.writes.text_digests import Words

_EXAMPLES = settings().max_examples // 4  # each has several comparisons
Rows = list[tuple[str, int]]
_LAYOUT = FieldLayout(("Key", "Value"), (0, 1))
TARGET = TargetRows("import 'I'", Encoder(Dialect(), _LAYOUT), ("Key", "Value"), (0,), ("Key",))
_tables = st.lists(
    st.lists(st.tuples(st.sampled_from("abcdefghij"), st.integers(0, 2)), max_size=25),
    min_size=2,
    max_size=4,
)


class _WeakDigester(RowDigester):
    """Gives many keys the same first half, so that only the second one distinguishes them."""

    def _weakened(self, keys: Words) -> Words:
        weak = keys.copy()
        weak[:, 0] &= np.uint64(3 << 60)
        return weak

    def digests(self, texts: Any) -> RowDigests:
        found = super().digests(texts)
        return RowDigests(self._weakened(found.keys), found.rows)


@pytest.fixture(params=[RowDigester, _WeakDigester], autouse=True, scope="module")
def digester(request: pytest.FixtureRequest) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparison_run, "RowDigester", request.param)
        patch.setattr(comparison_run, "_BATCH_ROWS", 4)
        patch.setattr(comparison_run, "_RANGE_RECORDS", 3)
        patch.setattr(comparison_run, "DigestRuns", lambda folder: DigestRuns(folder, 7))
        patch.setattr(comparison_run, "core_count", lambda: 1)
        yield


def _source(rows: Rows) -> Source:
    keys, values = [key for key, _ in rows], [value for _, value in rows]
    return open_source(pa.table({"Key": pa.array(keys, pa.string()), "Value": pa.array(values)}))


def _groups(rows: Rows) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for key, value in rows:
        groups.setdefault(key, []).append(value)
    return groups


def _compared(state: ChangeState, head: Head, rows: Rows, *, every: bool = False) -> Found:
    return ComparisonRun(state, head, TARGET).run(_source(rows), every=every, progress=False)


def _assert_found(found: Found, rows: Rows, sent: set[str], gone: set[str]) -> None:
    positions = [place for place, (key, _) in enumerate(rows) if key in sent]
    assert found.changed.positions().tolist() == positions
    assert (found.rows, found.groups) == (len(rows), len(_groups(rows)))
    assert found.changed_groups == len(sent)
    assert set(found.gone.table()["Key"].to_pylist()) == gone
    assert found.gone.count == len(gone)


@given(_tables)
@settings(max_examples=_EXAMPLES)
def test_exactly_the_groups_that_differ_are_found_and_those_that_are_gone(
    tables: list[Rows],
) -> None:
    with TemporaryDirectory() as folder:
        state, head, before = ChangeState(Path(folder), "t"), Head({}), dict[str, list[int]]()
        for rows in tables:
            found, now = _compared(state, head, rows), _groups(rows)
            sent = {key for key in now if now[key] != before.get(key)}
            _assert_found(found, rows, sent, set(before) - set(now))
            state.write(Head({}, secret=head.secret, confirmed=found.part))
            read = state.read()
            assert read is not None
            head, before = read, now


@given(_tables)
@settings(max_examples=_EXAMPLES)
def test_after_loads_whose_ends_are_not_known_all_that_they_may_have_changed_is_found(
    tables: list[Rows],
) -> None:
    with TemporaryDirectory() as folder:
        state, head = ChangeState(Path(folder), "t"), Head({})
        possible: dict[str, set[tuple[int, ...]]] = {}  # what Anaplan may have, () for nothing
        for number, rows in enumerate(tables):
            found, now = _compared(state, head, rows), _groups(rows)
            sent = {key for key in now if possible.get(key) != {tuple(now[key])}}
            gone = set(possible) - set(now)
            _assert_found(found, rows, sent, gone)
            if number % 2:  # its end is not known
                head = Head({}, secret=head.secret, confirmed=found.base, pending=found.part)
                for key in sent:
                    possible[key] = {*possible.get(key, {()}), tuple(now[key])}
                for key in gone:
                    possible[key] = {*possible[key], ()}
            else:
                head = Head({}, secret=head.secret, confirmed=found.part)
                possible = {key: {tuple(values)} for key, values in now.items()}
            state.write(head)
            read = state.read()
            assert read is not None
            head = read


@given(_tables)
@settings(max_examples=_EXAMPLES)
def test_all_rows_are_sent_if_that_is_asked_for_and_what_is_gone_is_found_all_the_same(
    tables: list[Rows],
) -> None:
    first, second = tables[:2]
    with TemporaryDirectory() as folder:
        state = ChangeState(Path(folder), "t")
        head = Head({}, confirmed=_compared(state, first_head := Head({}), first).part)
        head = state.write(Head({}, secret=first_head.secret, confirmed=head.confirmed))
        found = _compared(state, head, second, every=True)
        keys = set(_groups(second))
        _assert_found(found, second, keys, set(_groups(first)) - keys)


@given(_tables, st.data())
@settings(max_examples=_EXAMPLES)
def test_groups_with_rejected_rows_are_sent_again_and_kept_unless_nothing_of_them_was_loaded(
    tables: list[Rows], data: st.DataObject
) -> None:
    first, second = tables[:2]
    with TemporaryDirectory() as folder:
        state, head = ChangeState(Path(folder), "t"), Head({})
        head = state.write(Head({}, head.secret, confirmed=_compared(state, head, first).part))
        run = ComparisonRun(state, head, TARGET)
        found = run.run(_source(second), every=False, progress=False)
        places = st.sets(st.integers(0, max(0, len(second) - 1)), max_size=len(second))
        rejected = sorted(data.draw(places)) if second else []
        keys = _keys(run, [second[place] for place in rejected])
        unique, counts = np.unique(keys, axis=0, return_counts=True)
        file = DigestFile(state.folder / found.part.digests)
        file.note_rejected(unique, counts, keep=False)
        head = state.write(Head({}, head.secret, confirmed=found.part))
        bad = _groups([second[place] for place in rejected])
        groups = _groups(second)
        absent = {
            key for key in bad if len(bad[key]) == len(groups[key]) and key not in _groups(first)
        }
        _assert_found(_compared(state, head, second), second, set(bad), set())
        _assert_found(_compared(state, head, []), [], set(), set(groups) - absent)


def _keys(run: ComparisonRun, rows: Rows) -> Words:
    keys = run.keys_of(_source(rows))
    digester = comparison_run.RowDigester
    if digester is _WeakDigester:
        keys[:, 0] &= np.uint64(3 << 60)
    return keys


@pytest.mark.parametrize("suffix", [".json", ".digests", ".keys"])
def test_a_state_with_a_damaged_or_missing_file_is_refused(tmp_path: Path, suffix: str) -> None:
    state, head = ChangeState(tmp_path, "t"), Head({})
    state.write(Head({}, head.secret, confirmed=_compared(state, head, [("a", 1)]).part))
    (path,) = tmp_path.glob(f"*{suffix}")
    content = path.read_bytes()
    path.write_bytes(content[:-2] + b"?" + content[-1:])
    with pytest.raises(DamagedState, match="damaged"):
        state.read()
    path.unlink()
    if suffix == ".json":
        assert state.read() is None
    else:
        with pytest.raises(DamagedState, match="missing"):
            state.read()


def test_files_of_runs_that_were_killed_are_deleted_and_those_of_others_are_not(
    tmp_path: Path,
) -> None:
    state, head = ChangeState(tmp_path, "t"), Head({})
    _compared(state, head, [("a", 1)])
    other = ChangeState(tmp_path, "u")
    other.write(Head({}, confirmed=_compared(other, head, [("a", 1)]).part))
    state.write(Head({}, head.secret, confirmed=_compared(state, head, [("b", 1)]).part))
    assert len(list(tmp_path.glob("t*"))) == len(list(tmp_path.glob("u*"))) == 3
    assert state.read() is not None
    assert other.read() is not None

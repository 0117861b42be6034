"""The database: what it keeps, rolls back and deletes."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from anaplan_frames.sandbox import Calendar
from anaplan_frames.sandbox.planning.action_outcome import Cancelled, Unwatched
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.sandbox_workspace import Workspace
from anaplan_frames.sandbox.planning.schema.action_definitions import ImportDefinition
from tests.sandbox.planning.model_actions import export_lines, items, load, names, new_model


def build(data: Path | None = None) -> tuple[Model, ImportDefinition]:
    model = Workspace("W", data=data).model("M", calendar=Calendar(2013))
    lst = model.list("L", items=names("a", "b"))
    module = model.module("Mod", dimensions=[lst, "Time"], line_items={"V": "NUMBER"})
    file = model.file("f", columns=["L", "Time", "V"])
    model.export("Out", module, leaves_only=True, omit_empty=True)
    more = model.import_("More items", model.file("l", columns=["Name"]), into=lst)
    assert more.id == "112000000001"
    return model, model.import_("Load", file, into=module)


class CancelAt:
    """A watch that cancels at a given step."""

    def __init__(self, text: str) -> None:
        self.text = text

    def step(self, text: str, progress: float) -> None:
        if text == self.text:
            raise Cancelled


def rows(model: Model) -> list[str]:
    return export_lines(model, next(iter(model.exports.values())))[1:]


def test_a_data_folder_keeps_items_and_cells(tmp_path: Path) -> None:
    model, definition = build(tmp_path)
    load(model, model.imports["112000000001"], "Name\nc\n")
    load(model, definition, "L,Time,V\nc,Jan 13,5\n")
    ids = list(items(model, model.lists["101000000001"])["id"])
    model.close()
    again, definition = build(tmp_path)
    assert rows(again) == ["c,Jan 13,5"]
    assert list(items(again, again.lists["101000000001"])["id"]) == ids
    load(again, again.imports["112000000001"], "Name\nd\n")
    stored = items(again, again.lists["101000000001"])
    assert list(stored["name"]) == ["a", "b", "c", "d"]
    assert stored["id"].is_unique
    again.close()


def test_items_of_different_lists_never_share_an_id() -> None:
    model = new_model()
    first = items(model, model.list("A", items=names("x", "y")))
    second = items(model, model.list("B", items=names("x", "y")))
    ids = [*first["id"], *second["id"]]
    assert len(set(ids)) == 4
    assert all(str(id).startswith("2") and len(str(id)) == 12 for id in ids)


@pytest.mark.parametrize(
    "step", ["Preparing the file", "Reading the file", "Writing the cells", "Finishing"]
)
def test_a_cancelled_import_changes_nothing(tmp_path: Path, step: str) -> None:
    model, definition = build()
    load(model, definition, "L,Time,V\na,Jan 13,1\n")
    source = tmp_path / "f"
    source.write_text("L,Time,V\na,Jan 13,2\nb,Jan 13,3\n")
    with pytest.raises(Cancelled):
        model.run_import(definition, source, {}, CancelAt(step))
    assert rows(model) == ["a,Jan 13,1"]
    assert load(model, definition, "L,Time,V\nb,Feb 13,3\n").counts == (0, 1, 0, 0)
    assert rows(model) == ["a,Jan 13,1", "b,Feb 13,3"]


def test_a_cancelled_list_import_uses_no_ids(tmp_path: Path) -> None:
    model, _ = build()
    source = tmp_path / "f"
    source.write_text("Name\nc\n")
    with pytest.raises(Cancelled):
        model.run_import(model.imports["112000000001"], source, {}, CancelAt("Finishing"))
    assert list(items(model, model.lists["101000000001"])["name"]) == ["a", "b"]


def test_a_cancelled_delete_action_deletes_nothing() -> None:
    model, _ = build()
    action = model.delete_action("Clear", of=model.lists["101000000001"])
    with pytest.raises(Cancelled):
        model.run_delete(action, CancelAt("Finishing"))
    assert len(items(model, model.lists["101000000001"])) == 2


def test_progress_only_grows(tmp_path: Path) -> None:
    model, definition = build()
    seen: list[float] = []

    class Watch:
        def step(self, text: str, progress: float) -> None:
            seen.append(progress)

    source = tmp_path / "f"
    source.write_text("L,Time,V\na,Jan 13,2\nx,Jan 13,3\n")
    model.run_import(definition, source, {}, Watch())
    assert seen == sorted(seen)
    assert 0 < seen[0] < seen[-1] < 1
    seen.clear()
    model.run_export(next(iter(model.exports.values())), tmp_path / "out", Watch())
    assert seen == sorted(seen)
    assert 0 < seen[-1] < 1


def test_deleting_the_items_of_a_list_clears_references_to_them() -> None:
    model = new_model()
    parents = model.list("Parents", items=names("p"))
    children = model.list("Children", parent=parents, properties={"Link": parents})
    file = model.file("c", columns=["Name", "Parent", "Link"])
    load(model, model.import_("Load", file, into=children), "Name,Parent,Link\nc,p,p\n")
    module = model.module("M", dimensions=[children], line_items={"Link": parents})
    cells = model.import_("Cells", model.file("m", columns=["Children", "Link"]), into=module)
    load(model, cells, "Children,Link\nc,p\n")
    outcome = model.run_delete(model.delete_action("Clear", of=parents), Unwatched())
    assert outcome.details[0]["values"][-2:] == ["deletedCount", "1"]
    export = model.export("Out", module)
    assert export_lines(model, export) == ["Children,Link", "c,"]
    assert export_lines(model, model.export("List", children))[1] == "c,,,"


def test_imports_from_several_threads_do_not_disturb_each_other() -> None:
    model, definition = build()
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun"]
    threads = [
        threading.Thread(target=load, args=(model, definition, f"L,Time,V\na,{month} 13,1\n"))
        for month in months
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows(model) == [f"a,{month} 13,1" for month in months]


def test_listing_does_not_wait_for_a_running_action() -> None:
    model, _ = build()
    with model.store.transaction():
        done = threading.Event()

        def ask() -> None:
            model.export_metadata(next(iter(model.exports.values())))
            done.set()

        threading.Thread(target=ask).start()
        assert done.wait(10)

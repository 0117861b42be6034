"""The pages of the console, read through HTTP: what they show, and that all names are only text."""

from __future__ import annotations

from itertools import count

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anaplan_frames.sandbox import Sandbox
from tests.sandbox.console.conftest import Shown
from tests.sandbox.console.odd_names import (
    AND,
    BACKWARDS,
    CITIES,
    EXPORT,
    FILE,
    HEBREW,
    QUOTES,
    REGIONS,
    SALES,
    SCRIPT,
    VIEW,
    build_odd_names,
    run_nightly,
)
from tests.sandbox.console.visitor import PageReader, signed_in
from tests.sandbox.full_tenant import build_everything

VISIBLE = "abcU+202EdefU+202C"


def test_every_page_is_linked_from_the_first_one_and_has_no_script(shown: Shown) -> None:
    to_read, read = ["/"], {}
    while to_read:
        path = to_read.pop()
        answer = shown.visitor.get(path)
        assert answer.status_code == 200, path
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script" not in policy
        page = read[path] = PageReader(answer.content.decode())
        to_read += (
            {link.partition("#")[0] for link in page.links if link.startswith("/")}
            - read.keys()
            - set(to_read)
        )
    assert {
        path.removeprefix(shown.path).split("/")[1]
        for path in read
        if shown.path in path and path != shown.path
    } == {*("lists", "views", "files", "exports", "tasks")}
    for page in read.values():
        for tag, attributes in page.elements:
            assert tag not in ("script", "img", "iframe", "object", "style")
            assert not any(key.startswith("on") or key == "style" for key in attributes)
            for key in ("href", "src", "action"):
                assert (attributes.get(key) or "/").startswith(("/", "#", "?", "data:,"))


def test_the_first_page_lists_workspaces_models_and_tasks(shown: Shown) -> None:
    page = shown.visitor.page()
    assert f"Finance {QUOTES}" in page.text
    models, tasks = page.tables
    assert models[1] == [f"Sales {SCRIPT}", "Open", "2", "1", "1", "1", "1", "1", shown.model.id]
    name, kind, state, *counts, _, email = tasks[1]
    assert (name, kind, state) == (f"Nightly {AND}", "Process", "Rows rejected")
    assert counts == ["8", "2", "0", "0", "1"]  # of the import, and 5 rows of the export
    assert email == shown.sandbox.email


def test_a_model_shows_its_lists_modules_files_and_actions(shown: Shown) -> None:
    page = shown.visitor.page(shown.path)
    lists, modules, files, imports, exports, actions, processes, tasks = page.tables
    assert lists[1][:2] == [f"Regions {AND}", "2"]
    assert lists[2] == [
        *("Cities", "5", f"Regions {AND}", f"{SCRIPT}, People, Home, Since", "Large", CITIES)
    ]
    assert modules[1] == [
        *(f"Sales of {QUOTES}", "Cities, Time, Versions", "3", f"View {SCRIPT}", SALES)
    ]
    assert files[1] == [f"cities {QUOTES}.csv", "Name, Code", "1", FILE]
    assert imports[1][1:4] == [f"cities {QUOTES}.csv", "Cities", "Name → Name, Code → Code"]
    assert exports[1][0] == f"Out {VISIBLE}"
    assert actions[1][0] == f"Clear {QUOTES}"
    assert processes[1][1] == f"Load {SCRIPT}, Out {VISIBLE}"
    assert len(tasks) == 2


def test_a_list_is_a_tree_with_properties_and_subsets(shown: Shown) -> None:
    page = shown.visitor.page(f"{shown.path}/lists/{CITIES}")
    [rows] = page.tables
    assert rows[0] == ["Item", "Code", SCRIPT, "People", "Home", "Since", "Large", "Id"]
    assert [row[0] for row in rows[1:]] == [
        *("World", "Bern", SCRIPT, "North", "Oslo", QUOTES, HEBREW, VISIBLE)
    ]
    oslo = next(row for row in rows if row[0] == "Oslo")
    assert oslo[1:-1] == ["O", AND, "12.5", "North", "2013-02-01", "true"]
    levels = [
        attributes["class"].split()[-1]  # type: ignore[union-attr]
        for tag, attributes in page.elements
        if tag == "td" and "tree" in (attributes.get("class") or "")
    ]
    assert levels == ["d0", "d1", "d1", "d1", "d2", "d2", "d1", "d2"]


def test_a_part_of_a_tree_is_shown_alone_and_items_are_found_by_a_text(shown: Shown) -> None:
    whole = shown.visitor.page(f"{shown.path}/lists/{CITIES}")
    north = next(row[-1] for row in whole.tables[0] if row[0] == "North")
    part = shown.visitor.page(f"{shown.path}/lists/{CITIES}?under={north}")
    assert [row[0] for row in part.tables[0][1:]] == ["North", "Oslo", QUOTES]
    found = shown.visitor.page(f"{shown.path}/lists/{CITIES}?find=OS")
    assert [row[0] for row in found.tables[0][1:]] == ["Oslo"]
    assert shown.visitor.page(f"{shown.path}/lists/{CITIES}?find=' OR 1=1 --").tables == []
    assert "No items." in shown.visitor.page(f"{shown.path}/lists/{CITIES}?find=zz").text


def test_a_long_list_has_pages(shown: Shown) -> None:
    names = [f"Item {number}" for number in range(450)]
    long = shown.model.list("Long", items=pd.DataFrame({"Name": names}))
    try:
        path = f"{shown.path}/lists/{long.id}"
        first = shown.visitor.page(path)
        assert "Items 1 to 200 of 450" in first.text
        assert first.links.count("?from=200") == 2  # above the table and below it
        last = shown.visitor.page(f"{path}?from=400")
        assert [row[0] for row in last.tables[0][1:]] == names[400:]
        assert "Items 401 to 450 of 450" in last.text
        assert "?from=200" in last.links
        odd = shown.visitor.page(f"{path}?from=-1&under=x")
        assert odd.tables[0][1][0] == "Item 0"
    finally:
        shown.model.remove(long)


def cells_of(page: PageReader) -> dict[str, list[str]]:
    """Return the cells of each row of a grid with one dimension on rows."""
    return {row[0]: row[1:] for row in page.tables[0]}


def test_a_module_is_a_grid_of_the_page_that_is_chosen(shown: Shown) -> None:
    path = f"{shown.path}/views/{SALES}"
    cells = cells_of(shown.visitor.page(path))
    assert cells["Line items"][:4] == ["Jan 13", "Feb 13", "Mar 13", "Q1 FY13"]
    assert cells["Units"][:4] == ["1.5", "2", "0", "3.5"]
    assert cells["Double"][:4] == ["3", "4", "0", "7"]
    assert cells[f"Note {SCRIPT}"][:4] == [AND, "", "", ""]
    options = {
        attributes["value"]
        for tag, attributes in shown.visitor.page(path).elements
        if tag == "option"
    }
    world = shown.api.get(f"/lists/{REGIONS}/items").json()["listItems"]
    north = next(each["id"] for each in world if each["name"] == "North")
    assert north in options
    cells = cells_of(shown.visitor.page(f"{path}?item.{CITIES}={north}"))
    assert cells["Units"][:1] == ["1.5"]


def test_a_saved_view_shows_what_the_api_gives_for_the_same_page(shown: Shown) -> None:
    versions = shown.api.get("/versions").json()["versionMetadata"]
    page = shown.visitor.page(f"{shown.path}/views/{VIEW}?item.20000000020={versions[0]['id']}")
    data = shown.api.http.send(
        "GET",
        f"{shown.api.path}/views/{VIEW}/data",
        params={"format": "v1"},
        headers={"Accept": "application/json"},
    ).json()
    rows = page.tables[0]
    across = data["columnCoordinates"]
    assert len(across) < 60
    assert rows[0][1:] == [texts[0] for texts in across]
    assert rows[1][1:] == [texts[1] for texts in across]
    shown_rows = [row[1:] for row in rows[2:]]
    given = [[cell.replace(BACKWARDS, VISIBLE) for cell in row["cells"]] for row in data["rows"]]
    assert shown_rows == given
    assert VISIBLE in [row[0] for row in rows[2:]]


@pytest.mark.long
def test_an_item_that_is_not_there_is_named_and_the_first_page_shown(shown: Shown) -> None:
    page = shown.visitor.page(f"{shown.path}/views/{SALES}?item.{CITIES}=9&name.20000000020=x")
    assert "There is no item '9' in Cities." in page.text
    assert "There is no item 'x' in Versions." in page.text
    assert cells_of(page)["Units"][0] == "1.5"


@pytest.mark.long
def test_a_dimension_with_many_items_takes_a_typed_name_or_code(shown: Shown) -> None:
    model = shown.model
    many = pd.DataFrame(
        {"Name": [f"N{n}" for n in range(1001)], "Code": [f"C{n}" for n in range(1001)]}
    )
    products = model.list("Products", items=many)
    cells = pd.DataFrame({"Products": ["N7"], "Time": ["Jan 13"], "Price": [9]})
    prices = model.module(
        "Prices", dimensions=[products, "Time"], line_items={"Price": "NUMBER"}, cells=cells
    )
    wide = model.view(prices, "Wide", rows=["Time"], columns=[products])
    try:
        path = f"{shown.path}/views/{prices.id}?name.{products.id}"
        for typed in ("N7", "C7"):
            page = shown.visitor.page(f"{path}={typed}")
            assert cells_of(page)["Price"][0] == "9"
            assert ("input", {"name": f"name.{products.id}", "value": "N7"}) in page.elements
        across = shown.visitor.page(f"{shown.path}/views/{wide.id}?column=960")
        assert "Columns 961 to 1,001 of 1,001" in across.text
        assert across.tables[0][0][1:] == [f"N{n}" for n in range(960, 1001)]
    finally:
        for each in (wide, prices, products):
            model.remove(each)


def test_a_file_shows_its_dialect_and_the_first_rows_of_each_upload(shown: Shown) -> None:
    page = shown.visitor.page(f"{shown.path}/files/{FILE}")
    assert "Separator;" in page.text
    assert f"Of {shown.sandbox.email}" in page.text
    assert page.tables == [
        [["", "Name", "Code"], ["2", "Bern", "BE"], ["3", "Oslo", "X"], ["4", SCRIPT, "S"]]
    ]


def test_an_upload_under_way_shows_its_chunks_and_no_rows(shown: Shown) -> None:
    file = shown.model.file("parts.csv", columns=["a"])
    try:
        assert shown.api.post(f"/files/{file.id}", {"chunkCount": 3}).status_code == 200
        assert shown.api.put(f"/files/{file.id}/chunks/0", b"a\n1\n") == 204
        page = shown.visitor.page(f"{shown.path}/files/{file.id}")
        assert "1 of 3" in page.text
        assert "not complete" in page.text
        assert page.tables == []
    finally:
        shown.model.remove(file)


def test_of_a_large_upload_only_the_first_rows_are_shown(shown: Shown) -> None:
    file = shown.model.file(
        "large.csv", columns=["a", "b"], delimiter="", header_row=0, first_data_row=1
    )
    try:
        shown.api.upload(b"x" * 60_000 + b",1\n" + b"y" * 60_000 + b",2\n", file.id)
        [rows] = shown.visitor.page(f"{shown.path}/files/{file.id}").tables
        assert [row[:1] + row[2:] for row in rows] == [["", ""], ["1", "1"]]
        shown.api.upload("".join(f"{n},ä\n" for n in range(1000)).encode(), file.id)
        [rows] = shown.visitor.page(f"{shown.path}/files/{file.id}").tables
        assert rows[1:] == [[str(n + 1), str(n), "ä"] for n in range(30)]
    finally:
        shown.model.remove(file)


def test_an_export_shows_the_first_rows_of_its_output(shown: Shown) -> None:
    page = shown.visitor.page(f"{shown.path}/exports/{EXPORT}")
    [rows] = page.tables
    assert rows[0][1:4] == ["Cities", "Parent", "Code"]
    assert [row[1] for row in rows[1:]] == ["Oslo", QUOTES, VISIBLE, "Bern", SCRIPT]


def test_a_task_shows_counts_messages_and_rejected_rows_of_each_action(shown: Shown) -> None:
    page = shown.visitor.page(f"{shown.path}/tasks/{shown.task}")
    counts, details, dump, of_export, _ = page.tables
    assert counts[1] == ["3", "2", "0", "0", "1"]
    assert details[2] == [
        *("hierarchyImportNameOrCodeExists", "1", 'Name or code exists already: Name ("Oslo")')
    ]
    assert dump[1][:4] == ["Failed", "Oslo", "X", "3"]
    assert of_export[1] == ["5", "", "", "", ""]
    assert "refresh" not in [attributes.get("http-equiv") for _, attributes in page.elements]


@pytest.mark.long
def test_a_look_at_a_dump_does_not_count_as_a_use() -> None:
    now = [1_700_000_000.0]
    with Sandbox(rate_limit=None, task_pause=0, clock=lambda: now[0]) as sandbox:
        model = build_odd_names(sandbox)
        _, task = run_nightly(sandbox, model)
        path = f"/console/models/{model.id}/tasks/{task}"
        for hours in (47, 47.9):
            now[0] = 1_700_000_000.0 + hours * 3600
            assert len(signed_in(sandbox).page(path).tables) == 5
        now[0] = 1_700_000_000.0 + 48.1 * 3600
        assert "not kept any more" in signed_in(sandbox).page(path).text


def test_faults_in_force_are_shown_and_do_not_strike_the_console(shown: Shown) -> None:
    faults = shown.sandbox.faults
    page = shown.visitor.page("/console/faults")
    assert page.tables[0][1] == [
        *("503", "In force", "*", "*/never/*", "0", "0", "2", "Retry-After: 7")
    ]
    faults.add("500", times=1)
    faults.at_random(3, share=1.0, kinds=["reset"])
    try:
        page = shown.visitor.page("/console/faults")
        assert "100.0%" in page.text
        assert len(page.tables[0]) == 3
        assert shown.visitor.page("/").tables
        assert faults.struck == []
        assert shown.api.get("/imports").status_code == 500
        page = shown.visitor.page("/console/faults")
        assert page.tables[0][2][:2] == ["500", "Used up"]
        assert page.tables[1][1] == ["500", "GET", f"{shown.api.path}/imports"]
    finally:
        faults.clear()
        faults.struck.clear()
        faults.add("503", path="*/never/*", times=2, retry_after="7")


def test_a_user_sees_only_models_and_uploads_of_their_own() -> None:
    with Sandbox(rate_limit=None, task_pause=0) as sandbox:
        model = build_odd_names(sandbox)
        other = sandbox.workspace("Other").model("Hidden")
        _, task = run_nightly(sandbox, model)
        sandbox.add_user("bo@example.com", "secret", administrator=False, models=[model.id])
        visitor = signed_in(sandbox, "bo@example.com", "secret")
        assert "Hidden" not in visitor.page().text
        assert visitor.get(f"/console/models/{other.id}").status_code == 404
        path = f"/console/models/{model.id}"
        assert "Nothing was uploaded." in visitor.page(f"{path}/files/{FILE}").text
        page = visitor.page(f"{path}/tasks/{task}")
        assert "Only the user who started the task" in page.text
        assert "Failed" not in page.text


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "path",
    [
        *("/lists/1", f"/lists/{SALES}", "/views/x", "/files/2", "/exports/3", "/tasks/4"),
        *("/nothing", "/lists/%3Cscript%3E"),
    ],
)
def test_what_is_not_there_is_a_page_with_status_404(shown: Shown, path: str) -> None:
    answer = shown.visitor.get(shown.path + path)
    assert answer.status_code == 404
    assert "<h1><bdi>Not Found</bdi></h1>" in answer.text
    assert "<script" not in answer.text


def test_pages_change_nothing_and_leave_a_closed_model_closed(shown: Shown) -> None:
    shown.model.is_open = False
    before = shown.sandbox.first_user.last_login
    for path in ("", f"/lists/{CITIES}", f"/views/{SALES}", f"/files/{FILE}"):
        page = signed_in(shown.sandbox).page(shown.path + path)
        assert page.tables
    assert not shown.model.is_open
    shown.model.is_open = True
    assert shown.sandbox.first_user.last_login == before


PARENTS = st.lists(st.integers(-1, 30), min_size=1, max_size=30)
NUMBERS = count()


@settings(
    max_examples=settings().max_examples // 5,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(parents=PARENTS)
def test_any_forest_is_shown_depth_first(shown: Shown, parents: list[int]) -> None:
    names = [f"i{number}" for number in range(len(parents))]
    above = [f"i{up}" if 0 <= up < number else "" for number, up in enumerate(parents)]
    lst = shown.model.list(
        f"Forest {next(NUMBERS)}", items=pd.DataFrame({"Name": names, "Parent": above})
    )
    expected: list[str] = []

    def walk(parent: str) -> None:
        for name, up in zip(names, above, strict=True):
            if up == parent:
                expected.append(name)
                walk(name)

    walk("")
    [rows] = shown.visitor.page(f"{shown.path}/lists/{lst.id}").tables
    shown.model.remove(lst)
    assert [row[0] for row in rows[1:]] == expected


@pytest.mark.long
def test_a_line_item_with_dimensions_of_its_own_has_a_page() -> None:
    with Sandbox(rate_limit=None, task_pause=0) as tenant:
        model = build_everything(tenant)
        visitor = signed_in(tenant)
        views = f"/console/models/{model.id}/views"
        page = visitor.page(f"{views}/102000000001")
        line_items = page.tables[-1]
        rows = {row[0]: row for row in line_items}
        assert rows["Price"][2] == "Products"
        assert rows["Inputs"][1:3] == ["None", ""]
        assert f"{views}/206000000006" in page.links
        price = visitor.page(f"{views}/206000000006")
        found = price.tables[0][1:]
        assert found == [["Tools", "0"], ["Hammer", "1.5"], ["Saw", "0"], ["Glue", "2"]]
        assert len(price.tables[-1]) == len(line_items)

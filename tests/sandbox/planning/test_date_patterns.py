"""Patterns of dates and periods in the mapping of an import."""

from __future__ import annotations

import datetime
import itertools

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anaplan_frames.sandbox import Calendar, WeekCalendar
from anaplan_frames.sandbox.planning.sandbox_model import Model
from anaplan_frames.sandbox.planning.schema.date_patterns import parse_pattern
from anaplan_frames.sandbox.planning.store.date_texts import date_of
from anaplan_frames.sandbox.planning.store.sql_text import literal
from tests.sandbox.planning.model_actions import export_lines, load, names, new_model

CON = duckdb.connect()
FORMATS = {"YYYY": "%Y", "YY": "%y", "MMM": "%b", "MM": "%m", "DD": "%d"}
DATES = st.dates(datetime.date(1979, 1, 1), datetime.date(2078, 12, 31))


def read(pattern: str, *texts: str) -> list[datetime.date | None]:
    """Return the date of each text."""
    values = ", ".join(f"({number}, {literal(text)})" for number, text in enumerate(texts))
    query = f"SELECT {date_of('text', parse_pattern(pattern))} FROM (VALUES {values}) t(n, text)"
    return [found for (found,) in CON.execute(f"{query} ORDER BY n").fetchall()]


@given(
    DATES,
    st.permutations(["Y", "M", "D"]),
    st.sampled_from(["", "/", ".", " ", "'of' ", "[", "\\"]),
    st.sampled_from(["YYYY", "YY"]),
    st.sampled_from(["MMM", "MM"]),
)
def test_a_date_that_was_written_by_a_pattern_is_read_by_it(
    day: datetime.date, order: list[str], between: str, year: str, month: str
) -> None:
    tokens = {"Y": year, "M": month, "D": "DD"}
    pattern = between.join(tokens[letter] for letter in order)
    text = between.replace("'", "").join(day.strftime(FORMATS[tokens[one]]) for one in order)
    found = read(pattern, text, text.upper(), f"  {text} ", text + "1")
    assert found == [day, day, day, None]


@settings(max_examples=settings().max_examples // 4)
@given(DATES, st.text(" ,./-_:|", min_size=1, max_size=2), st.sampled_from(["%m", "%b", "%B", "x"]))
def test_an_order_takes_any_separators_and_names_of_months(
    day: datetime.date, between: str, month: str
) -> None:
    shown = str(day.month) if month == "x" else day.strftime(month)
    parts = {"Y": f"{day.year}", "M": shown, "D": f"{day.day}"}
    for order in ("Y-M-D", "Y-D-M", "D-M-Y", "M-D-Y"):
        text = between.join(parts[letter] for letter in order.split("-"))
        assert read(order, text) == [day]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        *itertools.product(("31/02/2026", "31/01", "x", "", "1/1/126", "1//1/26x"), ["D-M-Y"]),
        *itertools.product(("20261301", "2026011", "2026-01-01", "２０２６０１０１"), ["YYYYMMDD"]),
        *itertools.product(("Junk 26", "Ju 26", "June26"), ["MMM YY"]),
    ],
)
def test_what_does_not_fit_a_pattern_is_not_a_date(text: str, pattern: str) -> None:
    assert read(pattern, text) == [None]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "pattern", ["", "x", "D/M", "YYYY", "YYYYYY", "DD.MM.YYYY DD", "M-D", "YMD", "FYYY PP", "'a"]
)
def test_a_pattern_that_does_not_exist_is_refused_with_examples(pattern: str) -> None:
    with pytest.raises(ValueError, match="give an order"):
        parse_pattern(pattern)


@pytest.fixture
def sales() -> Model:
    model = new_model(Calendar(2027, past_years=0, future_years=0, start_month=4))
    model.list("Product", items=names("A"))
    model.module(
        "Sales", id="102000000001", dimensions=["Product", "Time"], line_items={"Units": "NUMBER"}
    )
    return model


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        ("D-M-Y", ["1.4.2026", "30.04.26", "31.03.2027"]),
        ("YYYYMMDD", ["20260401", "20260430", "20270331"]),
        ("MMM-YY", ["Apr-26", "APR-26", "mar-27"]),
        ("YYYY'M'MM", ["2026M04", "2026M04", "2027M03"]),
        ("'FY'YY 'P'PP", ["FY27 P01", "FY27 P01", "FY27 P12"]),
    ],
)
def test_periods_are_found_by_a_date_in_them_or_by_their_number(
    sales: Model, pattern: str, texts: list[str]
) -> None:
    file = sales.file("f", columns=["Product", "When", "Units"])
    mapping = {"Product": "Product", "When": "Time", "Units": "Units"}
    module = sales.modules["102000000001"]
    definition = sales.import_("Load", file, module, mapping=mapping, formats={"When": pattern})
    lines = "".join(f"A,{text},{number}\n" for number, text in enumerate(texts, start=1))
    loaded = load(sales, definition, f"Product,When,Units\n{lines}A,Apr 26,9\nA,,9\n")
    assert loaded.counts == (0, 3, 0, 2)
    assert loaded.types == {"moduleImportInvalidTimeEntityIdentifier": 2}
    assert loaded.dump[1][-1] == 'Item not located in the calendar: When ("Apr 26")'
    export = sales.export("E", module, leaves_only=True, omit_empty=True)
    assert export_lines(sales, export)[1:] == ["A,Apr 26,3", "A,Mar 27,3"]


def test_a_date_outside_the_calendar_is_rejected(sales: Model) -> None:
    file = sales.file("f", columns=["Product", "Time", "Units"])
    module = sales.modules["102000000001"]
    definition = sales.import_("Load", file, module, formats={"Time": "Y-M-D"})
    assert load(sales, definition, "Product,Time,Units\nA,2026-03-31,1\n").counts == (0, 0, 0, 1)


def test_weeks_are_found_by_a_date_but_not_by_a_month() -> None:
    model = new_model(WeekCalendar(2026, past_years=0, future_years=0))
    module = model.module("M", dimensions=["Time"], line_items={"V": "NUMBER"})
    file = model.file("f", columns=["Time", "V"])
    first = model.calendar.first_day + datetime.timedelta(days=8)
    by_date = model.import_("By date", file, module, formats={"Time": "Y-M-D"})
    assert load(model, by_date, f"Time,V\n{first},5\n").counts == (0, 1, 0, 0)
    by_number = model.import_("By number", file, module, formats={"Time": "YYYY 'W'P"})
    assert load(model, by_number, "Time,V\n2026 W2,7\n").counts == (0, 1, 0, 0)
    export = model.export("E", module, leaves_only=True, omit_empty=True)
    assert export_lines(model, export)[1:] == ["Week 2 FY26,7"]
    with pytest.raises(ValueError, match="stands for months, but the smallest periods"):
        model.import_("By month", file, module, formats={"Time": "MMM YY"})


def test_dates_of_properties_and_line_items_are_read_by_their_patterns() -> None:
    model = new_model(Calendar(2026, 0, 0))
    staff = model.list("Staff", properties={"Since": "DATE", "First": "TIME PERIOD"})
    file = model.file("f", columns=["Name", "Since", "First"])
    formats = {"Since": "M-D-Y", "First": "MM/YYYY"}
    hired = model.import_("Hired", file, staff, formats=formats)
    loaded = load(
        model, hired, "Name,Since,First\nAda,Jan 31 2026,02/2026\nBo,31/1/2026,\nCy,,13/2026\n"
    )
    assert loaded.counts == (1, 0, 0, 2)
    assert loaded.types == {"dateFormatInvalid": 1, "moduleImportInvalidTimeEntityIdentifier": 1}
    assert export_lines(model, model.export("E", staff))[1:] == ["Ada,,,2026-01-31,Feb 26"]


@pytest.mark.parametrize(
    ("formats", "words"),
    [
        ({"Nothing": "D-M-Y"}, "is not mapped to dates or periods"),
        ({"Units": "D-M-Y"}, "is not mapped to dates or periods"),
        ({"Due": "MMM YY"}, "has no day"),
        ({"Due": "dd/mm/yyyy"}, "give an order"),
    ],
)
def test_a_pattern_that_fits_nothing_is_refused(formats: dict[str, str], words: str) -> None:
    model = new_model(Calendar(2026, 0, 0))
    lines = {"Units": "NUMBER", "Due": "DATE"}
    module = model.module("M", dimensions=["Time"], line_items=lines)
    file = model.file("f", columns=["Time", "Units", "Due"])
    with pytest.raises(ValueError, match=words):
        model.import_("Load", file, module, formats=formats)

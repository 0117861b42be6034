"""The time settings of a model: calendar, current period, switchover dates."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

import duckdb

from anaplan_frames.sandbox.planning.schema.definitions import (
    TIME,
    Format,
    ListDefinition,
    ModuleDefinition,
    Version,
)
from anaplan_frames.sandbox.planning.store import cell_tables, list_tables, settings_table
from anaplan_frames.sandbox.planning.store.database import Store
from anaplan_frames.sandbox.planning.time import time_items
from anaplan_frames.sandbox.planning.time.timescale import FiscalYears, Period, Timescale

_FISCAL_YEAR = "fiscal year"
_CURRENT_PERIOD = "current period"


class Timing:
    """The time settings of a model, which its database keeps.

    Parameters
    ----------
    period_ids : mapping of str to int
        Ids of periods by name, in the place of the calendar's own.

    Attributes
    ----------
    calendar : Timescale
    current_period : Period or None
        One of the calendar's smallest periods.
    versions : tuple of Version
    """

    def __init__(
        self,
        store: Store,
        calendar: Timescale,
        versions: tuple[Version, ...],
        period_ids: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._store = store
        self._period_ids = period_ids
        with store.transaction() as con:
            kept = settings_table.read(con)
            if _FISCAL_YEAR in kept and isinstance(calendar, FiscalYears):
                calendar = replace(calendar, year=int(kept[_FISCAL_YEAR]))
            self.calendar = calendar
            day = settings_table.day_of(kept.get(_CURRENT_PERIOD, ""))
            self.current_period = calendar.at(day) if day else None
            self.versions: tuple[Version, ...] = tuple(
                replace(one, switchover=settings_table.day_of(kept[_switchover(one)]))
                if _switchover(one) in kept
                else one
                for one in versions
            )
            time_items.write_time(con, calendar, self.current_period, period_ids)
            time_items.write_versions(con, self.versions)

    def set_current_period(self, day: datetime.date | None) -> None:
        """Set the current period to the one that contains the day; None resets it.

        Raises
        ------
        ValueError
            If the day is outside the timescale.
        """
        with self._store.transaction() as con:
            period = self._period_at(day) if day else None
            self._write_current_period(con, period)
            time_items.write_time(con, self.calendar, period, self._period_ids)
        self.current_period = period

    def set_fiscal_year(
        self,
        label: str,
        every_list: Iterable[ListDefinition],
        every_module: Iterable[ModuleDefinition],
    ) -> None:
        """Move the calendar to another current fiscal year and delete data of removed periods.

        Raises
        ------
        ValueError
            If the calendar has no fiscal years, or not this one.
        """
        with self._store.transaction() as con:
            if not isinstance(self.calendar, FiscalYears):
                raise ValueError(f"The calendar type {self.calendar.type} has no fiscal year")
            calendar = self.calendar.moved(label)
            current = calendar.at(self.current_period.start) if self.current_period else None
            settings_table.write(con, _FISCAL_YEAR, str(calendar.year))
            self._write_current_period(con, current)
            time_items.write_time(con, calendar, current, self._period_ids)
            for statement in _deletions_outside_timescale(every_list, every_module):
                con.execute(statement)
        self.calendar, self.current_period = calendar, current

    def set_switchover(self, version_id: str, day: datetime.date | None) -> Period | None:
        """Set the switchover of a version to the period that contains the day; None resets it.

        Returns
        -------
        Period or None
            The first forecast period.

        Raises
        ------
        KeyError
            If there is no such version.
        ValueError
            If it is the actual version, or the day is before the version's switchover date or
            outside the current fiscal year.
        """
        with self._store.transaction() as con:
            version = next((one for one in self.versions if one.id == version_id), None)
            if version is None:
                raise KeyError(version_id)
            if version.actual:
                raise ValueError(f"The actual version '{version.name}' has no switchover date")
            period = self._switchover_period(version, day) if day else None
            start = period.start if period else None
            settings_table.write(con, _switchover(version), start.isoformat() if start else "")
        self.versions = tuple(
            replace(one, switchover=start) if one is version else one for one in self.versions
        )
        return period

    def _switchover_period(self, version: Version, day: datetime.date) -> Period:
        if version.switchover is not None and day < version.switchover:
            raise ValueError(
                f"Specified date '{day}' is before the current switchover date"
                f" '{version.switchover}'"
            )
        if isinstance(self.calendar, FiscalYears):
            start, end = self.calendar.start, self.calendar.end
            if not start <= day <= end:
                raise ValueError(f"Specified date '{day}' is out of model year {start} - {end}")
        return self._period_at(day)

    def _period_at(self, day: datetime.date) -> Period:
        period = self.calendar.at(day)
        if period is None:
            raise ValueError(
                f"Specified date '{day}' is out of timescale range"
                f" {self.calendar.first_day} - {self.calendar.last_day}"
            )
        return period

    @staticmethod
    def _write_current_period(con: duckdb.DuckDBPyConnection, period: Period | None) -> None:
        settings_table.write(con, _CURRENT_PERIOD, period.start.isoformat() if period else "")


def _switchover(version: Version) -> str:
    return f"switchover {version.id}"


def _deletions_outside_timescale(
    every_list: Iterable[ListDefinition], every_module: Iterable[ModuleDefinition]
) -> list[str]:
    """Return statements that delete cells and values of periods outside the timescale."""
    gone = "NOT IN (SELECT id FROM time_members)"
    statements = []
    for lst in every_list:
        statements += [
            f"UPDATE {list_tables.table_of(lst)} SET {column} = NULL WHERE {column} {gone}"
            for name, form in lst.properties.items()
            if _is_period(form)
            for column in [list_tables.property_column(lst, name)]
        ]
    for module in every_module:
        cells = cell_tables.cells_of(module)
        if TIME in module.dimensions:
            key = cell_tables.dimension_columns(module)[module.dimensions.index(TIME)]
            statements.append(f"DELETE FROM {cells} WHERE {key} {gone}")
        statements += [
            f"UPDATE {cells} SET {column} = NULL WHERE {column} {gone}"
            for item in module.line_items
            if _is_period(item.format)
            for column in [cell_tables.value_column(module, item)]
        ]
    return statements


def _is_period(form: Format) -> bool:
    return form.type == "TIME PERIOD"

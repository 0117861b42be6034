"""Everyday mistakes, each of which a type checker must find at its line."""

from __future__ import annotations

import pandas as pd

import anaplan_frames as af
from anaplan_frames import aio


def mistakes(conn: af.Connection, model: af.Model, df: pd.DataFrame) -> None:
    af.connect("me@corp.com", pasword="password")  # mistake: a misspelled option
    af.connect(("me@corp.com", "password"))  # mistake: a tuple for an email
    model.imports["Load flights"].wirte(df)  # mistake: a misspelled method
    af.to_anaplan(df, "Load flights", model, on_rejected="stop")  # mistake: not one of the words
    af.to_anaplan(df, "Load flights", model, mode="replace")  # mistake: not a mode
    af.read_anaplan("Flights export", model, kind="export")  # mistake: the singular of a kind
    af.read_anaplan("Flights export", model, chunksize="10")  # mistake: text for a number
    print(af.to_anaplan(df, "Load flights", model).rows_succeeded)  # mistake: not an attribute
    af.to_anaplan(df, "Load flights", model, kind="import")  # mistake: the singular of a kind
    af.to_anaplan(df, model.views["Flights"], model)  # mistake: a view cannot be written to
    model.set_current_period(2013)  # mistake: a number for a day
    conn.model(["Flight Planning"])  # mistake: a list for a name
    model.lists["Airports"].sync(df, max_delete="10%")  # mistake: text for a share
    conn.audit.events(types="integrations")  # mistake: not a type of events


async def mistakes_with_asyncio(model: af.Model, df: pd.DataFrame) -> None:
    await aio.read_anaplan("Flights export", model, nrow=10)  # mistake: a misspelled option
    await aio.call(model.tasks, outcome=False)  # mistake: a misspelled option
    (await aio.to_anaplan(df, "Load flights", model)).send()  # mistake: a result is not a plan

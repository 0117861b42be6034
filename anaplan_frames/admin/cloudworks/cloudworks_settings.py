"""What connections, integrations, schedules, notifications and flows are made of, by type."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypeAlias, TypedDict

from anaplan_frames.bulk.exports import Export
from anaplan_frames.bulk.imports import Import
from anaplan_frames.bulk.processes import Process

StorageType: TypeAlias = Literal["AmazonS3", "GoogleBigQuery", "AzureBlob"]
ScheduleType: TypeAlias = Literal[
    "hourly", "daily", "weekly", "monthly_specific_day", "monthly_relative_weekday"
]
Channel: TypeAlias = Literal["email", "in_app"]
Strategy: TypeAlias = Literal["stop", "continue"]
CloudJob: TypeAlias = tuple[str, str, Import | Export]
"""A connection, a file or table of it, and the import or export that reads or writes it."""
Users: TypeAlias = str | Sequence[str]
Day: TypeAlias = int | str


class ConnectionSettings(TypedDict, total=False):
    """Of a connection; which ones are needed depends on the type."""

    name: str
    type: StorageType
    workspace_id: str
    access_key_id: str
    secret_access_key: str
    bucket_name: str
    role_arn: str
    service_account_key: Mapping[str, Any]
    dataset: str
    storage_account_name: str
    container_name: str
    auth_method: str
    sas_token: str
    client_id: str
    client_secret: str
    tenant_id: str


class IntegrationSettings(TypedDict, total=False):
    """Of an integration."""

    name: str
    jobs: Sequence[CloudJob]
    process: Process | None
    visible: bool


class ScheduleSettings(TypedDict, total=False):
    """Of a schedule; which ones are needed depends on the type."""

    name: str
    type: ScheduleType
    active: bool
    time: str | dt.time
    from_time: str | dt.time
    to_time: str | dt.time
    days_of_week: Day | Sequence[Day]
    day_of_month: int
    day_of_week: Day
    repeat_every: int
    start_date: str | dt.date
    end_date: str | dt.date | None
    timezone: str


class NewSchedule(ScheduleSettings, total=False):
    """Of a new schedule."""

    integration: Required[str]


class NotificationSettings(TypedDict, total=False):
    """Of a notification; users by email or id."""

    channels: Channel | Sequence[Channel]
    success: Users
    partial_failure: Users
    full_failure: Users


class NewNotification(NotificationSettings, total=False):
    """Of a new notification."""

    integration: Required[str]


class StepSettings(TypedDict, total=False):
    """Of a step of a flow."""

    integration: Required[str]
    after: str | Sequence[str]
    skip: bool
    on_failure: Strategy
    on_partial_success: Strategy


class FlowSettings(TypedDict, total=False):
    """Of a flow."""

    name: str
    steps: Sequence[str | StepSettings]

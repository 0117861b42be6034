"""Users exported to CSV and imported from it, as the Administration API does both.

By administration-openapi.json. Not documented, and done so here: an address without ``@`` is an
error of its line, and a user who is created has no workspace and no role.
"""

from __future__ import annotations

import csv
import io
from typing import Any

from anaplan_frames.sandbox.tenant.tenant_state import Tenant

COLUMNS = ["username", "first_name", "last_name", "licenses"]
MOST_ROWS = 500


class BadImport(Exception):
    """A file that is refused as a whole."""


def export_csv(tenant: Tenant, offset: int, limit: int | None) -> str:
    """Write users as CSV, with a header."""
    stop = None if limit is None else offset + limit
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for user in tenant.users.all()[offset:stop]:
        writer.writerow([user.email, user.first_name, user.last_name, ",".join(user.licenses)])
    return out.getvalue()


def import_csv(tenant: Tenant, content: bytes) -> dict[str, Any]:
    """Create and update users, and return what the answer says of it.

    Raises
    ------
    BadImport
        If the file breaks a rule for whole files; nothing is imported then.
    """
    rows = _rows(content)
    errors: list[dict[str, Any]] = []
    created = updated = 0
    for line, (email, first, last, licenses) in enumerate(rows, 1):
        if "@" not in email:
            errors.append({"line": line, "message": f"Invalid email address: {email}"})
            continue
        held = tuple(one.strip() for one in licenses.split(","))
        user = tenant.users.by_email(email)
        if user is None:
            tenant.users.add(
                email,
                None,
                administrator=False,
                models=(),
                roles=(),
                workspaces=(),
                first_name=first,
                last_name=last,
                licenses=held,
                now=tenant.clock(),
            )
            created += 1
        else:
            user.first_name, user.last_name, user.licenses = first, last, held
            user.changed = tenant.clock()
            updated += 1
    return {"accepted": len(rows), "created": created, "updated": updated, "errors": errors}


def _rows(content: bytes) -> list[list[str]]:
    try:
        header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    except (ValueError, csv.Error):  # no line at all, or no UTF-8
        raise BadImport("The file is empty or is not CSV") from None
    if header != COLUMNS:
        raise BadImport(f"The header must be {','.join(COLUMNS)}")
    if not 1 <= len(rows) <= MOST_ROWS:
        raise BadImport(f"The file must have 1 to {MOST_ROWS} rows, not {len(rows)}")
    if any(len(row) != len(COLUMNS) or not all(map(str.strip, row)) for row in rows):
        raise BadImport("The file has empty cells")
    emails = [row[0].casefold() for row in rows]
    if len(set(emails)) < len(emails):
        raise BadImport("The file has duplicate email addresses")
    return rows

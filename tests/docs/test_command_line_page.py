"""The page about the command line names each command, and what replaces Anaplan Connect."""

from __future__ import annotations

import re

from anaplan_frames.cli.commands import COMMANDS
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "command-line.md").read_text("utf-8")


def test_the_page_names_each_command() -> None:
    others = {"sandbox", "demo", "login", "logout"}
    for name in COMMANDS.keys() - others:
        assert re.search(rf"anaplan-frames {name}\b", PAGE), name


def test_the_page_has_a_line_for_each_option_of_anaplan_connect() -> None:
    """Those of its newest public source."""
    table = PAGE.partition("## From Anaplan Connect")[2]
    options = (
        "-h -version -d -q -s -auth -u -c -pkey -k -kp -ka -oauth-client-id --rotatable "
        "--forceRegister -vu -mrc -rt -ct -W -M -F -I -E -A -P -MO -V -L -w -m -w_id -m_id -g "
        "-gets -getc -p -puts -putc -ch -x -xl -xc -xm -o -emd -get -pages -putItems -updateItems "
        "-upsertItems -deleteItems -im -output -jdbcproperties -export"
    )
    for option in options.split():
        assert re.search(rf"`{option}\b", table), option

"""The line of a crontab is run as cron runs it, with a program in the place of sendmail."""

from __future__ import annotations

import email
import email.policy
import re
import shutil
import subprocess
from email.message import EmailMessage

import pytest

from tests.recipes.conftest import RECIPES, Night

pytestmark = pytest.mark.long

CRONTAB = (RECIPES / "crontab").read_text("utf-8")
_SECRETS = ("ANAPLAN_EMAIL", "ANAPLAN_PASSWORD", "ANAPLAN_API_URL", "ANAPLAN_AUTH_URL")


@pytest.fixture
def cron_night(night: Night) -> Night:
    """Set the job up as the page says: secrets in a file, the script on the PATH."""
    exported = [f"export {name}='{night.environment.pop(name)}'" for name in _SECRETS]
    exported.append("export ANAPLAN_MODEL='Flight Planning'")
    (night.folder / "anaplan.env").write_text("\n".join(exported), "utf-8")
    (night.folder / "nightly").mkdir()
    shutil.copy(RECIPES / "mail_on_failure", night.folder / "bin")
    night.program("sendmail", 'cat > "$HOME/mail"; printf "%s " "$@" > "$HOME/sendmail_options"')
    return night


def run_by_cron(night: Night) -> subprocess.CompletedProcess[str]:
    """Run the job: only an unescaped percent sign would end a line of a crontab (crontab(5))."""
    shutil.copy(night.folder / "flights.csv", night.folder / "nightly")
    *_, line = CRONTAB.splitlines()
    fields = re.fullmatch(r"((?:[\d*/,-]+ ){5})(.*)", line)
    assert fields
    assert not re.search(r"(?<!\\)%", line)
    return night.run("/bin/sh", "-c", fields[2].replace(r"\%", "%"))


def mail_of(night: Night) -> EmailMessage:
    """Return the mail that was sent."""
    assert (night.folder / "sendmail_options").read_text() == "-t -i "
    content = (night.folder / "mail").read_bytes()
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_good_night_sends_no_mail(cron_night: Night) -> None:
    done = run_by_cron(cron_night)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert cron_night.flights_loaded() == 16
    assert not (cron_night.folder / "mail").exists()
    log = (cron_night.folder / "nightly" / "night.log").read_text("utf-8")
    assert "3 of 3 rows loaded" in log


def test_rejected_rows_are_mailed_with_the_summary_as_subject(cron_night: Night) -> None:
    cron_night.write_flights(misfit=True)
    done = run_by_cron(cron_night)
    assert (done.returncode, done.stdout, done.stderr) == (3, "", "")
    message = mail_of(cron_night)
    assert message["To"] == "planning@example.com"
    subject = r"\[exit status 3\] anaplan-frames: import 'Load flights': rejected, 2 of 3 rows.*"
    assert re.fullmatch(subject, message["Subject"])
    assert '1 x Item not located in list Airports: dest ("SJU")' in message.get_content()
    assert len(list((cron_night.folder / "nightly" / "dumps").glob("*/rejected.csv"))) == 1


def test_a_refused_login_is_mailed_without_the_password(cron_night: Night) -> None:
    settings = cron_night.folder / "anaplan.env"
    settings.write_text(f"{settings.read_text()}\nexport ANAPLAN_PASSWORD='Löwe 17'", "utf-8")
    done = run_by_cron(cron_night)
    assert done.returncode == 6
    message = mail_of(cron_night)
    assert message["Subject"].startswith("[exit status 6] anaplan-frames: ")
    assert "Löwe" not in message.as_string()


def test_a_message_with_other_letters_has_a_subject_of_ascii(cron_night: Night) -> None:
    written = "one\n.\nanaplan-frames: Größe $HOME `id`\n"
    (cron_night.folder / "written").write_text(written, "utf-8")
    failing = ("sh", "-c", "cat written >&2; exit 5")
    done = cron_night.run("mail_on_failure", "me@example.com", *failing)
    assert done.returncode == 5
    message = mail_of(cron_night)
    assert message["Subject"] == "[exit status 5] anaplan-frames: Gr????e $HOME `id`"
    assert message.get_content() == written


def test_without_sendmail_the_messages_are_left_to_cron(cron_night: Night) -> None:
    cron_night.program("sendmail", "exit 75")
    script = "echo one >&2; exit 4"
    done = cron_night.run("mail_on_failure", "me@example.com", "sh", "-c", script)
    assert (done.returncode, done.stderr) == (4, "one\n")

"""One writer per file, among the threads and processes of a machine and beyond."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pandas as pd
import pytest

from anaplan_frames.sandbox import Sandbox
from anaplan_frames.transfer.file_lock import file_lock, lock_path
from tests.sandbox.held_tasks import NotedClock, held_tasks
from tests.sandbox.http_client import Http

_HOLD = """
import sys
from anaplan_frames.transfer.file_lock import file_lock
with file_lock("http://host", "/files/1", label="file 1"):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_another_process_waits_for_its_turn(caplog: pytest.LogCaptureFixture) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", _HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdin
    assert other.stdout
    assert other.stdout.readline() == "held\n"
    events = []

    def write() -> None:
        with file_lock("http://host", "/files/1", label="file 1"):
            events.append("ours")

    thread = threading.Thread(target=write)
    thread.start()
    while not caplog.records:
        thread.join(0.01)
    assert "file 1 is being written to by another run on this machine: waiting" in caplog.text
    with (
        file_lock("http://host", "/files/2", label="file 2"),
        file_lock("http://other", "/files/1", label=""),
    ):
        events.append("other files need not wait")
    events.append("theirs ends")
    other.communicate("\n", timeout=20)
    thread.join(20)
    assert events == ["other files need not wait", "theirs ends", "ours"]


def test_a_killed_process_leaves_no_lock() -> None:
    other = subprocess.Popen([sys.executable, "-c", _HOLD], stdin=subprocess.PIPE, stdout=-1)
    assert other.stdout
    other.stdout.readline()
    other.kill()
    other.wait(20)
    with file_lock("http://host", "/files/1", label="file 1"):
        pass


def test_locks_that_are_released_leave_no_files() -> None:
    for number in range(20):
        with file_lock("http://host", f"/files/{number}", label="file"):
            pass
    folder = lock_path("http://host", "/files/1").parent
    assert [path.name for path in folder.iterdir()] == ["guard.lock"]


_HURRY = "from anaplan_frames.transfer import file_lock as f; f._PAUSE = 0.001; import sys"
_COUNT = """
import sys, time
from pathlib import Path
from anaplan_frames.transfer.file_lock import file_lock
inside = Path(sys.argv[1])
for _ in range(15):
    with file_lock("http://host", "/files/1", label="file 1"):
        inside.touch(exist_ok=False)
        time.sleep(0.001)
        inside.unlink()
"""


def test_processes_that_lock_again_and_again_are_never_inside_together(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", _COUNT.replace("import sys", _HURRY), str(tmp_path / "in")]
    others = [subprocess.Popen(command) for _ in range(4)]
    assert [other.wait(60) for other in others] == [0, 0, 0, 0]


def test_uploads_of_two_threads_and_their_imports_do_not_mix(demo_sandbox: Sandbox) -> None:
    demo_sandbox.tasks.pause = 0.1
    names = [[f"{letter}{number}" for number in range(50)] for letter in "AB"]
    started: list[str] = []

    def load(carriers: list[str]) -> None:
        with demo_sandbox.connect() as connection:
            model = connection.model("Flight Planning")
            frame = pd.DataFrame({"carrier": carriers, "name": carriers})
            result = model.imports["Load airlines"].write(frame)
            started.append(f"{carriers[0]} {result.rows_created}")

    threads = [threading.Thread(target=load, args=(carriers,)) for carriers in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(started) == ["A0 50", "B0 50"]


def test_an_import_that_was_started_elsewhere_is_reported_and_waited_for(
    demo_sandbox: Sandbox,
) -> None:
    http = Http(demo_sandbox)
    with (
        held_tasks(demo_sandbox) as begin,
        demo_sandbox.connect(clock=NotedClock(begin.set)) as connection,
    ):
        model = connection.model("Flight Planning")
        path = f"/models/{model.id}/imports/{model.imports['Load airlines'].id}/tasks"
        answer = http.post(path, {"localeName": "en_US"}).json()
        task = answer["task"]["taskId"]
        with pytest.warns(
            UserWarning,
            match=rf"import 'Load airlines' is running \(task {task}\), and it reads file "
            r"'airlines.csv': waiting for its end",
        ) as caught:
            model.files["airlines.csv"].upload(b"carrier,name\nAA,American\n")
        assert [warning.filename for warning in caught] == [__file__]
        assert http.get(f"{path}/{task}").json()["task"]["taskState"] == "COMPLETE"

"""A cluster of Spark on this machine, of two hosts: a slow task is tried again on another one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

MEMORY = "640m"  # of each host
QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"  # for processes that soon end


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Run a master, and two workers with one core each; yield the address of the master."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
    url = f"spark://127.0.0.1:{port}"
    with ExitStack() as ending:
        start(ending, folder, "master.Master", "--host", "127.0.0.1", "--port", port)
        for host in ("127.0.0.2", "127.0.0.3"):
            size = ("--cores", "1", "--memory", MEMORY, "--work-dir", str(folder / host))
            start(ending, folder, "worker.Worker", "--host", host, *size, url)
        yield url


def start(ending: ExitStack, folder: Path, name: str, *words: str) -> None:
    """Start a part of the cluster, which ends with this test run."""
    import pyspark

    home = Path(pyspark.__file__).parent
    variables = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_DAEMON_JAVA_OPTS": QUICK,
        "SPARK_DAEMON_MEMORY": "256m",
        "PYSPARK_PYTHON": sys.executable,
    }
    with (folder / f"{name}{words[1]}.log").open("w") as log:
        process = subprocess.Popen(
            [str(home / "bin/spark-class"), f"org.apache.spark.deploy.{name}", *words],
            cwd=folder,
            env=variables,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    ending.callback(process.wait)
    ending.callback(process.terminate)

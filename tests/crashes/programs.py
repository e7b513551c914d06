"""The program as its operator runs it: processes that are started, watched and killed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from server.services.context import Tools


@contextmanager
def running(tools: Tools, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """``rongcuo`` with these arguments over the database and data directory of the tools; killed
    in the end if it still runs."""
    config = tools.config
    with (config.data / f"{arguments[0]}-{os.urandom(4).hex()}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "server", "--data", str(config.data), *arguments],
            env={**os.environ, "RONGCUO_DATABASE_URL": config.database_url},
            cwd=Path(__file__).parents[2],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

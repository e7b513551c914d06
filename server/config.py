"""The configuration, read once from the environment; frozen, without logic of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal, Self

#: the folder that holds ``processes/`` and ``forms/``: the checkout, or what the wheel installed
SHIPPED = Path(__file__).resolve().parent.parent

#: a database that lives as long as its one connection
IN_MEMORY = "sqlite+pysqlite://"


@dataclass(frozen=True, kw_only=True, slots=True)
class Config:
    """Everything the program is told from outside."""

    data: Path
    database_url: str
    #: ``NORMAL`` may lose the last commits at a power cut: for drills and tests only
    sqlite_sync: Literal["FULL", "NORMAL", "OFF"] = "FULL"
    audit_algorithm: Literal["SM3", "SHA-256"] = "SM3"
    shipped: Path = SHIPPED
    #: how long the answer to an idempotency key is remembered
    answers_kept: timedelta = timedelta(days=1)

    @classmethod
    def read(cls, environ: Mapping[str, str], *, data: Path | None = None) -> Self:
        """From ``RONGCUO_DATA`` and ``RONGCUO_DATABASE_URL``; ``data`` (an option) wins."""
        folder = (data or Path(environ.get("RONGCUO_DATA", "var"))).absolute()
        url = environ.get("RONGCUO_DATABASE_URL", "")
        return cls(data=folder, database_url=normalised(url) if url else in_folder(folder))


def in_folder(folder: Path) -> str:
    """The address of the SQLite database of a data directory."""
    return f"sqlite+pysqlite:///{folder / 'rongcuo.sqlite3'}"


def normalised(url: str) -> str:
    """The address with its driver named: psycopg for PostgreSQL, the standard one for SQLite."""
    scheme, separator, rest = url.partition("://")
    drivers = {
        "postgres": "postgresql+psycopg",
        "postgresql": "postgresql+psycopg",
        "sqlite": "sqlite+pysqlite",
    }
    return f"{drivers.get(scheme, scheme)}{separator}{rest}"

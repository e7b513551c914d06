"""The configuration, read once from the environment; frozen, without logic of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Literal, Self

_HERE = Path(__file__).resolve().parent
#: the folder that holds ``processes/`` and ``forms/``: what a wheel installed, or the checkout
SHIPPED = _HERE / "shipped" if (_HERE / "shipped").is_dir() else _HERE.parent

#: a database that lives as long as its one connection
IN_MEMORY = "sqlite+pysqlite://"

#: a session nobody uses ends after this long (ID-10); settings may only shorten
SESSION_IDLE = timedelta(minutes=30)
#: a session ends after this long in any case, and so does a token (ID-10, ID-15)
SESSION_LIFE = timedelta(hours=8)
#: how long the password counts as just entered for acts that ask for it (ID-13)
FRESH = timedelta(minutes=15)
#: failures after which an account is locked, and the time they are counted and locked for (ID-4)
SIGN_IN_FAILURES = 5
SIGN_IN_LOCK = timedelta(minutes=15)
#: failures from one address within ``SIGN_IN_LOCK`` after which its answers are slowed (ID-4)
ADDRESS_FAILURES = 100
ADDRESS_PAUSE = timedelta(seconds=2)
#: answers that wait so at a time, in one process; the threads left over are everybody else's
PAUSED_AT_ONCE = 4
#: requests for a forgotten password from one address within ``SIGN_IN_LOCK``
FORGOTTEN_REQUESTS = 10
#: open sessions and tokens of one person; the oldest gives way (BU-8)
SESSIONS_PER_PERSON = 5
TOKENS_PER_PERSON = 10

#: how often a person may do what costs much or takes much away (BU-6)
SEARCHES_PER_MINUTE = 60
EXPORTS_PER_DAY = 10
PRINTS_PER_DAY = 30
PUBLISHES_PER_HOUR = 60
CHECKS_PER_HOUR = 3600
#: rehearsals at a time, over all who share a data directory
REHEARSALS_AT_ONCE = 5
#: how long an ended session and a failed sign-in nobody was told of are kept
SESSIONS_KEPT = timedelta(days=7)
FAILURES_KEPT = timedelta(days=90)
#: how long bytes that no row names may lie in the storage: an upload under way is shorter
ORPHANS_KEPT = timedelta(days=1)

#: largest file somebody may add, in bytes (BU-5)
ATTACHMENT_SIZE = 50 * 1024 * 1024
#: kinds of files that may be added, by extension (AT-1); each is recognised by its content too
ATTACHMENT_KINDS = (
    *("pdf", "ofd", "docx", "xlsx", "pptx", "doc", "xls", "ppt", "wps", "et"),
    *("jpg", "jpeg", "png", "tif", "tiff", "txt", "csv"),
)
#: all files of one case, in bytes
ATTACHMENTS_PER_CASE = 1024 * 1024 * 1024
#: files somebody has uploaded and not handed in yet: how many, and their bytes
ATTACHMENT_DRAFTS = 50
ATTACHMENT_DRAFT_BYTES = 500 * 1024 * 1024
#: how long a file waits to be handed in before it is dropped
ATTACHMENT_DRAFT_LIFE = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class HashCost:
    """What hashing a password with Argon2id costs."""

    rounds: int = 3
    kibibytes: int = 64 * 1024
    lanes: int = 4


#: the second recommendation of RFC 9106
USUAL_HASH = HashCost()
#: for drills and tests only: a whole region signs in within a second
CHEAP_HASH = HashCost(rounds=1, kibibytes=64, lanes=1)


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
    session_idle: timedelta = SESSION_IDLE
    session_life: timedelta = SESSION_LIFE
    hash_cost: HashCost = USUAL_HASH
    #: networks that may read the figures besides the machine itself
    metrics_from: tuple[str, ...] = ()
    #: host names a proxy may ask for; empty for any
    hosts: tuple[str, ...] = ()
    #: file of the key that backups are sealed with; none: they are not
    backup_key: Path | None = None
    #: file of the keys that who reported is sealed with; none: nobody can be recorded
    reporter_key: Path | None = None
    #: file that says how notices leave the house; None: they do not
    channels: Path | None = None
    #: what one designer proposes becomes law only when another one publishes it (UP-23)
    two_publish: bool = False

    @classmethod
    def read(cls, environ: Mapping[str, str], *, data: Path | None = None) -> Self:
        """From the variables named ``RONGCUO_…``; ``data`` (an option) wins over its variable."""
        folder = (data or Path(environ.get("RONGCUO_DATA", "var"))).absolute()
        url = environ.get("RONGCUO_DATABASE_URL", "")
        return cls(
            data=folder,
            database_url=normalised(url) if url else in_folder(folder),
            session_idle=_shortened(environ, "RONGCUO_SESSION_IDLE_MINUTES", SESSION_IDLE),
            session_life=_shortened(environ, "RONGCUO_SESSION_LIFE_MINUTES", SESSION_LIFE),
            metrics_from=_listed(environ, "RONGCUO_METRICS_FROM"),
            hosts=_listed(environ, "RONGCUO_HOSTS"),
            backup_key=Path(key) if (key := environ.get("RONGCUO_BACKUP_KEY", "")) else None,
            reporter_key=Path(own) if (own := environ.get("RONGCUO_REPORTER_KEY", "")) else None,
            channels=Path(named) if (named := environ.get("RONGCUO_CHANNELS", "")) else None,
            two_publish=environ.get("RONGCUO_TWO_PUBLISH", "") not in ("", "0"),
        )


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


def _shortened(environ: Mapping[str, str], name: str, limit: timedelta) -> timedelta:
    """The limit, or what was set when that is shorter; what is no number shortens nothing."""
    text = environ.get(name, "")
    return min(limit, timedelta(minutes=int(text))) if text.isdecimal() else limit


def _listed(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    """What a variable lists, separated by commas."""
    return tuple(part.strip() for part in environ.get(name, "").split(",") if part.strip())

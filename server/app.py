"""The one wiring file: builds the tools of every use case, and the application that serves them."""

import atexit
import secrets
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine
from sqlalchemy.orm import sessionmaker

from server import api, jobs, web
from server.adapters.channels import settings
from server.adapters.ring import Ring
from server.adapters.storage import Storage
from server.config import IN_MEMORY, REHEARSALS_AT_ONCE, Config
from server.engine.feel import Feel
from server.engine.runtime.spiff import SpiffEngine
from server.engine.standing_child import Rooms
from server.http import access, faults, headers, health, observing, problems
from server.http.site import EXTENSION, Site
from server.jobs import Worker
from server.services.context import Tools
from server.services.databases import open_database, reading
from server.services.operations.figures import Figures
from server.services.rehearsing import stage
from server.services.rehearsing.player import Player
from server.telemetry import Meters

#: largest body a request may have, in bytes (BU-5); attachments are the largest
MAX_BODY = 101 * 1024 * 1024


def build(config: Config) -> Tools:
    """The tools over the configured database; nothing is migrated and nothing is loaded here."""
    database = open_database(config)
    evaluate = Feel()
    return Tools(
        config=config,
        database=database,
        writers=sessionmaker(database, expire_on_commit=False),
        readers=sessionmaker(reading(database), expire_on_commit=False, autoflush=False),
        storage=Storage(config.data / "attachments"),
        ring=Ring(config.reporter_key, config.data),
        engine=SpiffEngine(evaluate),
        evaluate=evaluate,
        releases={},
        rooms=Rooms("server.app:rehearsing", config.data / "rehearsals", most=REHEARSALS_AT_ONCE),
    )


def rehearsing() -> Callable[[Any], Any]:
    """What answers in a process of its own that rehearses: it works with tools over a database
    in memory, and keeps what it writes in a folder that is gone with it."""
    folder = Path(tempfile.mkdtemp(prefix="rongcuo-rehearsal-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    tools = build(Config(data=folder, database_url=IN_MEMORY))
    return Player(partial(stage.set_up, tools)).answer


def create_app(
    tools: Tools,
    clock: Callable[[], datetime],
    *,
    is_secure: bool = False,
    secret: str = "",
    meters: Meters | None = None,
) -> Flask:
    """The application over these tools.

    Args:
        tools: what every use case works with; their database is ready.
        clock: gives the moment it is; in a drill, what the drill's clock shows.
        is_secure: it is served over TLS.
        secret: signs the anti-forgery token; a random one when empty, for a single process.
        meters: the figures of the process; new ones when there are none.

    Raises:
        RuntimeError: a route does not declare its permission, or the pages were not built.
    """
    app = create_frame(is_secure=is_secure, secret=secret)
    put_over(app, tools, clock, is_secure=is_secure, meters=meters)
    return app


def create_frame(*, is_secure: bool = False, secret: str = "") -> Flask:
    """The application with all its routes, over nothing yet.

    Raises:
        RuntimeError: as ``create_app``.
    """
    app = Flask("server", static_folder=None, template_folder=None)
    app.config.update(
        SECRET_KEY=secret or secrets.token_hex(32),
        MAX_CONTENT_LENGTH=MAX_BODY,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        SESSION_COOKIE_NAME="__Host-form" if is_secure else "form",
        SESSION_COOKIE_SECURE=is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        JSON_AS_ASCII=False,
    )
    observing.install(app)
    access.csrf.init_app(app)
    problems.install(app)
    faults.install(app)
    headers.install(app)
    app.before_request(access.admit)
    app.register_blueprint(health.pages)
    web.register(app)
    api.register(app)
    access.check_routes(app)
    return app


def put_over(
    app: Flask,
    tools: Tools,
    clock: Callable[[], datetime],
    *,
    is_secure: bool = False,
    meters: Meters | None = None,
) -> None:
    """Let a frame that has nothing yet work with these tools; the rest as in ``create_app``."""
    app.config["SQLALCHEMY_DATABASE_URI"] = tools.config.database_url
    sessions = _RequestSessions(tools.readers.kw["bind"])
    sessions.init_app(app)
    app.extensions[EXTENSION] = Site(
        tools=tools,
        clock=clock,
        session=sessions.session,
        meters=meters or Meters(),
        figures=Figures(tools=tools, clock=clock),
        is_secure=is_secure,
    )


def create_worker(tools: Tools, clock: Callable[[], datetime], meters: Meters) -> Worker:
    """The background work over these tools; it begins with ``start``.

    Raises:
        Invalid: the settings of the ways out have problems; all of them are told.
    """
    return jobs.worker(with_ways(tools), clock, meters)


def with_ways(tools: Tools) -> Tools:
    """The tools with the ways out that the settings name; the pages need none of their secrets.

    Raises:
        Invalid: as ``create_worker``.
    """
    named = tools.config.channels
    return tools if named is None else replace(tools, ways=settings.read(named, tools.config.data))


class _RequestSessions(SQLAlchemy):
    """Flask-SQLAlchemy over the engine that is there: one reading session per request."""

    def __init__(self, database: Engine) -> None:
        self._database = database
        super().__init__(
            session_options={"expire_on_commit": False, "autoflush": False},
            disable_autonaming=True,
        )

    def _make_engine(self, bind_key: str | None, options: dict[str, Any], app: Flask) -> Engine:
        return self._database

"""The one wiring file: builds the tools that every use case works with."""

from sqlalchemy.orm import sessionmaker

from server.config import Config
from server.engine.feel import Feel
from server.engine.runtime.spiff import SpiffEngine
from server.services.context import Tools
from server.services.databases import open_database


def build(config: Config) -> Tools:
    """The tools over the configured database; nothing is migrated and nothing is loaded here."""
    database = open_database(config)
    evaluate = Feel()
    return Tools(
        config=config,
        database=database,
        writers=sessionmaker(database, expire_on_commit=False),
        readers=sessionmaker(
            database.execution_options(read_only=True), expire_on_commit=False, autoflush=False
        ),
        engine=SpiffEngine(evaluate),
        evaluate=evaluate,
        releases={},
    )

"""Runs the migrations on the connection that ``services/schema`` hands over."""

import pkgutil
from importlib import import_module
from typing import Any, Literal

from alembic import context

import server.models
from server.models.base import Base, Moment

for module in pkgutil.iter_modules(server.models.__path__):
    import_module(f"{server.models.__name__}.{module.name}")


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Migrations name plain types, so that they outlive the models."""
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    return False


options: dict[str, Any] = {
    "connection": context.config.attributes["connection"],
    "target_metadata": Base.metadata,
    "render_as_batch": True,
    "render_item": render_item,
    "compare_type": True,
}
context.configure(**options)
context.run_migrations()

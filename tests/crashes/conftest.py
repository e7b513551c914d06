"""The small invented pack on both databases."""

from tests.services.conftest import tiny

__all__ = ["tiny"]

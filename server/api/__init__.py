"""The API under ``/api/v1``: parse, one call, answer."""

from flask import Flask


def register(app: Flask) -> None:
    """Put the API into the application."""

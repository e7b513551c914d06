"""The same application as the pages have."""

from tests.web.conftest import clock, demo_tools, sign_in, stranger

__all__ = ["clock", "demo_tools", "sign_in", "stranger"]

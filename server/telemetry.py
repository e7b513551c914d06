"""Logs and counters; never content of a case."""

"""Decisions without I/O: values in, values out; no clock, no database, no framework."""

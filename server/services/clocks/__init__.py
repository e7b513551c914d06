"""Periods of a case: their rows, timers, what counts again when a year comes."""

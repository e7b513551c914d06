"""The working days in force, and the year that is missing."""

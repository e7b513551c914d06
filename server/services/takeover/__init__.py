"""Running matters from records kept outside: read from a workbook, opened at their step."""

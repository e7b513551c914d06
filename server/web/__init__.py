"""HTML pages: parse, one call, render."""

"""Everything of an installation in one file, back from it, and before an upgrade."""

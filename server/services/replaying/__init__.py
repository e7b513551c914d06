"""Closed cases played on the draft of a pack: what would have gone otherwise."""

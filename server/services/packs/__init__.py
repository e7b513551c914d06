"""Packs: checked, published, drafted, shipped."""

"""Entries of pack.yaml as forms: what each kind asks, drawn, read back, and told about."""

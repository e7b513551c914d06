"""Forms of a pack: one schema, the same verdict for page and API."""

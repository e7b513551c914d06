"""HTTP for pages and API alike: who asks, what he may, errors as problems, headers."""

"""The public DMN TCK, run from a copy of it; see ``run``."""

"""The rows of one case that every verb begins with and writes."""

"""What somebody may start, the form for it, and where it would go."""

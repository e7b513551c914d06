"""What people, time and messages do to a case."""

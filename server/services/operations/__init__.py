"""What the installation does for itself: its incidents, its chores, its copies."""

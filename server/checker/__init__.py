"""Every problem of a pack at once, before anything of it may run."""

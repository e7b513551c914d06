"""A diagram before anything runs it: what the definition gate reads, refuses and rewrites."""

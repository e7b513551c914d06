"""The verbs: the only writers; one use case, one transaction."""

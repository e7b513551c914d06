"""The only readers: frozen rows, already filtered for the actor."""

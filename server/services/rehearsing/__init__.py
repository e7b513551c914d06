"""The parts of a rehearsal: the scenario, who plays it, the play, what is expected."""

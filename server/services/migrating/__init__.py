"""Running cases move to a newer version of their pack: foreseen, chosen, moved one by one."""

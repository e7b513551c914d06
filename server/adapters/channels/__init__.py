"""The ways out, one module each; none is used that the administrator's settings do not name."""

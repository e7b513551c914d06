"""Data directories for training: their clock and their cases."""

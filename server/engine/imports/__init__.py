"""Diagrams drawn elsewhere: what they bring, what of it carries over, what is refused."""

"""Notices: on their way out, read by whom they are for, tried again."""

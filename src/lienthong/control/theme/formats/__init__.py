"""Formats in which forms read dates and numbers, per language."""

"""Trials and runs as both portals show them: values with their words, parts of pages."""

"""Keeps connection requests, their versions, drafts, tracks and threads."""

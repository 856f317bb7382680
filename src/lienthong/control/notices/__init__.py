"""Notices: what an account is told, on its own page and by e-mail."""

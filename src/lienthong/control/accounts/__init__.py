"""Accounts of the portals: invitation, password, second factor, sessions."""

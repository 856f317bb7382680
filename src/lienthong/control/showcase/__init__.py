"""Believable files for a demonstration, each led to its state by the acts of people. Never in production."""

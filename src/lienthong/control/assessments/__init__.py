"""Keeps assessments from the moment a request opens them."""

"""Keeps what is known of runs of the technical test."""

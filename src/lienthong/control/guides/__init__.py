"""Keeps the guides that connected bodies owe and publish."""

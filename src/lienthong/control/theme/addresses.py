"""Addresses of pages, each made once in a process: what leads where never changes while it runs."""

from functools import lru_cache

from django.urls import reverse


@lru_cache(maxsize=4_096, typed=True)
def address(view: str, /, *values: object, **named: object) -> str:
    """Return the address of a view; raises NoReverseMatch where there is none for these values."""
    return reverse(view, args=values, kwargs=named)

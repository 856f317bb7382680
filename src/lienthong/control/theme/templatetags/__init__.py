"""Template tags, loaded on every page without `load`."""

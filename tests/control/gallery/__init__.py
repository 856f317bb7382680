"""Pages that show every component of the theme, for the tests alone."""

"""Pages about bodies and systems that stand in both portals, and the forms of their papers."""

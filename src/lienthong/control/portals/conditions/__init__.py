"""The sheet of the six conditions as both portals show it."""

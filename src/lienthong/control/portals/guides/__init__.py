"""Pages of guides, in both portals: who writes one writes it here, everybody else reads it here."""

"""How the portals look and speak: templates, components, dates, numbers. No model is read here."""

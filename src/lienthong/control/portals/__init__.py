"""The portals: addresses, views, forms and templates; models are behind the subjects' actions and queries."""

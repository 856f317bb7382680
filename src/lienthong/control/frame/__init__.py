"""What every page of the portals passes through: headers, language, portal and session, access, failures."""

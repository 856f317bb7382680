"""What both portals begin with: signing in, the second factor, the own account."""

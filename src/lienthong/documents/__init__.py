"""What the authority hands out, generated from what was asked or agreed."""

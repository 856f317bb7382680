"""The portal of the bodies that connect."""

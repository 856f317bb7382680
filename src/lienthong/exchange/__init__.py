"""The seam between the planes: grants, records, lines, findings."""

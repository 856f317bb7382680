"""The portal of the authority's staff, assessors and inspectors."""

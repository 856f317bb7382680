"""The data plane: one request through named stages."""

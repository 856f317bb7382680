"""The control plane: the procedure of connecting, as files that people work on."""

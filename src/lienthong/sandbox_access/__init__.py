"""The control plane's way to a sandbox: what is said, the signed report, a client that proves answers."""

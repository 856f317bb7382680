"""The kill harness: processes die by SIGKILL at random moments under load, and nothing answered is ever lost.

    python -m tests.journeys.kill --kills 200

A worker is any process that appends to the log and writes each index it was told, with the leaf's hash, to
its own file before it counts it as answered. The harness kills PostgreSQL or a worker, starts them again and
compares the files with the log.
"""

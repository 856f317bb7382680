"""Writes Django's migrations for changed models: `.venv/bin/python scripts/make_migrations.py [APP …]`."""

import sys

from lienthong.control.starting import prepare


def main() -> None:
    """Compare the models with the migrations and write what is missing; `--check` only tells."""
    prepare()
    from django.core.management import call_command

    call_command("makemigrations", *sys.argv[1:])


if __name__ == "__main__":
    main()

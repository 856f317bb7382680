"""Kill many times: `python -m tests.journeys.kill --kills 200`."""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from tests.journeys.kill.harness import Harness, Report, Victim, appender

REMOVE_GUARD = b"DROP TRIGGER durable ON ledger.head"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.journeys.kill", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--victims", nargs="+", type=Victim, default=list(Victim), choices=list(Victim))
    parser.add_argument(
        "--without-durability",
        action="store_true",
        help="remove the guard and commit asynchronously: the harness must find losses",
    )
    chosen = parser.parse_args()

    def tell(report: Report) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{report.kills.total()}/{chosen.kills} kills, {report.told} leaves told")

    folder = Path(tempfile.mkdtemp(prefix="lienthong-kill-"))
    folder.chmod(0o711)
    try:
        with Harness(
            folder,
            worker=appender(durable=not chosen.without_durability),
            workers=chosen.workers,
            seed=chosen.seed,
        ) as harness:
            if chosen.without_durability:
                harness.administer(REMOVE_GUARD)
            report = harness.run(chosen.kills, victims=tuple(chosen.victims), tell=tell)
    finally:
        shutil.rmtree(folder)
    sys.stdout.write(f"{report}\n")
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m bench.desk`: server time of the staff's pages with 10,000 requests and a million records.

One process, Django's own client through the real middleware, the embedded database: what is measured is the
server's work for a page, without network and browser. `--records 0` leaves the log empty and is done sooner.
"""

import argparse
import asyncio
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from bench.append import at
from bench.ledger import fill as fill_log
from lienthong.control.starting import prepare
from lienthong.control.wsgi import settle_memory
from lienthong.core.access import Role
from lienthong.db import Database, EmbeddedServer, connect_blocking
from lienthong.db import Role as DatabaseRole
from lienthong.schema import bring_up_to_date
from tests.control.counting import statements
from tests.control.portal import Portals, configuration_of, pointed_at

REQUESTS = 10_000
RECORDS = 1_000_000
ROUNDS = 200


def main() -> None:
    """Fill the desk and the log, then ask for each page many times."""
    parser = argparse.ArgumentParser(prog="python -m bench.desk")
    parser.add_argument("--records", type=int, default=RECORDS, help="how many records the log shall have")
    records = parser.parse_args().records
    with tempfile.TemporaryDirectory(prefix="lienthong-desk-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o711)
        prepare(configuration_of(Path(folder)), connects=False)
        server = EmbeddedServer(Path(folder) / "database")
        server.start()
        try:
            database = server.database("lienthong")
            bring_up_to_date(database)
            if records:
                # A look-up of one line is two leaves.
                asyncio.run(fill_log(database, 2 * records))
            with pointed_at(database):
                measure(Portals(database), records)
        finally:
            server.stop()


def measure(portals: Portals, records: int) -> None:
    """Print median and p99 of each page, of the clock and of the processor of this process."""
    pages, browser = staged(portals)
    for url in pages.values():  # as a worker that has served each page once
        browser.get(url)
    settle_memory()
    print(f"of {ROUNDS} each, with {REQUESTS:,} requests and {records:,} records, in ms")
    print(f"{'page':24} {'p50':>8} {'p99':>8} {'CPU p50':>8} {'CPU p99':>8} {'queries':>8}")
    for name, url in pages.items():
        times, worked = [], []
        for _ in range(ROUNDS):
            started, begun = time.perf_counter(), time.process_time()
            answer = browser.get(url)
            times.append((time.perf_counter() - started) * 1_000)
            worked.append((time.process_time() - begun) * 1_000)
            assert answer.status_code == 200, url
        with statements() as queries:
            browser.get(url)
        figures = [at(values, share) for values in (times, worked) for share in (0.5, 0.99)]
        print(f"{name:24} {' '.join(f'{figure:8.1f}' for figure in figures)} {len(queries):8}")


def staged(portals: Portals):
    """Return the pages to ask for and a browser of somebody who may open them all."""
    from lienthong.control.audit.events import events_of
    from lienthong.control.audit.leaves import append_waiting
    from tests.control.filed import assigned, body_of

    chief = portals.account(Role.CHIEF, Role.HANDLER, Role.ADMINISTRATOR)
    request = assigned(7, chief, chief)
    for number in range(8, 108):
        body_of(number)
    fill(chief.id)
    tidy(portals.database)
    append_waiting()
    event = events_of("request", request.reference)[0].id
    pages = {
        "list, first page": "/staff/requests/",
        "list, page 300": "/staff/requests/?page=300",
        "list, overdue": "/staff/requests/?overdue=on",
        "list, body and words": "/staff/requests/?body=số+2&words=bệnh",
        "list, words alone": "/staff/requests/?words=bệnh",
        "list, of one handler": f"/staff/requests/?handler={chief.id}",
        "home": "/staff/",
        "chief's desk": "/staff/desk/",
        "one file": f"/staff/requests/{request.reference}/",
        "letters out": "/staff/letters/?state=all",
        "letters in": "/staff/arrivals/",
        "bodies": "/staff/bodies/",
        "one body": "/staff/bodies/7/",
        "an event's proof": f"/staff/audit/{event}/",
        "accounts": "/staff/accounts/",
        "working days": "/staff/work-days/",
        "notices": "/staff/notices/",
    }
    return pages, portals.signed_in(chief)


def tidy(database: Database) -> None:
    """Do what PostgreSQL does by itself in time: a table just filled is read as if it were unknown."""
    with connect_blocking(database, DatabaseRole.ADMINISTRATOR) as connection:
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def fill(handler: int) -> None:
    """Write requests in the states and proportions of a unit that has worked for years."""
    from lienthong.control.audit.events import database_now
    from lienthong.control.connections.models import Request
    from lienthong.core.legal_days import moment

    now = moment(database_now())
    ways = (
        ("to_sign", "sent", "received", "assigned", "proposed", "accepted"),
        ("to_sign", "sent", "received", "assigned", "refused"),
        ("to_sign", "sent", "received", "assigned"),
        ("to_sign", "sent", "received"),
        ("to_sign", "sent", "received", "assigned", "supplement_asked"),
    )
    shares = (0,) * 70 + (1,) * 15 + (2,) * 9 + (3,) * 3 + (4,) * 3
    made = []
    for number in range(REQUESTS):
        at = now - timedelta(hours=number)
        made.append(
            Request(
                reference=f"YC-2025-{number:06}", body_id=7 + number % 101,
                title=f"Hệ thống quản lý khám bệnh, chữa bệnh {number}", started_at=at, sent_at=at,
                received_at=at, answer_by=(at + timedelta(days=7)).date(),
                handler=handler if number % 20 == 0 else 900 + number % 30,
            )
        )  # fmt: skip
    Request.objects.bulk_create(made, batch_size=1_000)
    for way, states in enumerate(ways):
        wanted = [each.pk for number, each in enumerate(made) if shares[number % 100] == way]
        for state in states:
            Request.objects.filter(pk__in=wanted).update(state=state)
        if states[-1] in ("accepted", "refused"):
            Request.objects.filter(pk__in=wanted).update(settled_at=now)


if __name__ == "__main__":
    main()

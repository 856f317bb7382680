"""`python -m bench.desk`: server time of the staff's pages with 10,000 requests on the desk.

One process, Django's own client through the real middleware, the embedded database: what is measured is the
server's work for a page, without network and browser.
"""

import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from lienthong.control.starting import prepare
from lienthong.core.access import Role
from lienthong.db import EmbeddedServer
from lienthong.schema import bring_up_to_date
from tests.control.portal import Portals, configuration_of, pointed_at

REQUESTS = 10_000
ROUNDS = 40


def main() -> None:
    """Fill the desk, then ask for each page many times."""
    with tempfile.TemporaryDirectory(prefix="lienthong-desk-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o711)
        prepare(configuration_of(Path(folder)), connects=False)
        server = EmbeddedServer(Path(folder) / "database")
        server.start()
        try:
            database = server.database("lienthong")
            bring_up_to_date(database)
            with pointed_at(database):
                measure(Portals(database))
        finally:
            server.stop()


def measure(portals: Portals) -> None:
    """Print the median and the slowest of each page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tests.control.filed import assigned, body_of

    chief = portals.account(Role.CHIEF, Role.HANDLER)
    request = assigned(7, chief, chief)
    for number in range(8, 108):
        body_of(number)
    fill(chief.id)
    browser = portals.signed_in(chief)
    pages = {
        "list, first page": "/staff/requests/",
        "list, page 300": "/staff/requests/?page=300",
        "list, overdue": "/staff/requests/?overdue=on",
        "list, body and words": "/staff/requests/?body=số+2&words=bệnh",
        "list, of one handler": f"/staff/requests/?handler={chief.id}",
        "home": "/staff/",
        "chief's desk": "/staff/desk/",
        "one file": f"/staff/requests/{request.reference}/",
        "letters out": "/staff/letters/?state=all",
        "letters in": "/staff/arrivals/",
    }
    columns = f"{'median':>8} {'slowest':>8} {'processor':>10} {'queries':>8}"
    print(f"{'page':24} {columns}   of {ROUNDS}, with {REQUESTS:,} requests, in ms")
    for name, url in pages.items():
        times, worked = [], []
        for _ in range(ROUNDS):
            started, begun = time.perf_counter(), time.process_time()
            answer = browser.get(url)
            times.append((time.perf_counter() - started) * 1_000)
            worked.append((time.process_time() - begun) * 1_000)
            assert answer.status_code == 200, url
        with CaptureQueriesContext(connection) as queries:
            browser.get(url)
        print(
            f"{name:24} {statistics.median(times):8.1f} {max(times):8.1f} {statistics.median(worked):10.1f} "
            f"{len(queries):8}"
        )


def fill(handler: int) -> None:
    """Write requests in the states and proportions of a unit that has worked for years."""
    from django.db import connection

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
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE request")


if __name__ == "__main__":
    main()

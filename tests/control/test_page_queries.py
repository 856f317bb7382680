"""What the staff's pages ask of the database: few statements, and not one more for more rows."""

from lienthong.control.connections import desk
from lienthong.control.connections.file import request_file
from lienthong.control.connections.models import Request
from lienthong.core.access import Role
from tests.control.counting import statements
from tests.control.filed import assigned, body_of, drafted
from tests.control.portal import OWN_BODY

# Each is what the page asks now: one more is a reason to look before the number is raised.
MOST = {
    "/staff/": 9,
    "/staff/requests/": 6,
    "/staff/requests/?words=a&body=b&overdue=on&older=3&handler=0": 6,
    "/staff/desk/": 8,
    "{file}": 16,
    "{file}thread/": 16,
    "{file}versions/": 14,
    "/staff/letters/?state=all": 6,
    "/staff/arrivals/": 6,
    "/staff/bodies/": 5,
    "/staff/bodies/7/": 13,
    "/staff/accounts/": 6,
    "/staff/work-days/": 7,
    "/staff/notices/": 6,
}


def test_the_pages_of_staff_ask_little_and_no_more_for_more_rows(portals):
    chief = portals.account(Role.CHIEF, Role.HANDLER, Role.ADMINISTRATOR)
    request = assigned(OWN_BODY, chief, chief)
    drafted(portals, 8)
    browser = portals.signed_in(chief)
    urls = {url.format(file=f"/staff/requests/{request.reference}/"): most for url, most in MOST.items()}

    few = asked(browser, urls)
    assert {url: (few[url], most) for url, most in urls.items() if few[url] > most} == {}

    handlers = [portals.account(Role.HANDLER).id for _ in range(3)]
    put_on_desk(20, handlers=[*handlers, chief.id])
    assert "Hồ sơ 19" in browser.get("/staff/requests/").content.decode()
    many = asked(browser, urls)
    assert {url: (few[url], many[url]) for url in urls if many[url] > few[url]} == {}


def asked(browser, urls) -> dict[str, int]:
    """Return how many statements each page takes once it was opened before."""
    counts = {}
    for url in urls:
        assert browser.get(url).status_code == 200, url
        with statements() as seen:
            browser.get(url)
        counts[url] = len(seen)
    return counts


def put_on_desk(count: int, *, handlers: list[int]) -> None:
    """Write requests of several bodies and handlers, as many in hand as not."""
    of = [
        Request.objects.create(
            reference=f"YC-2025-{number:06}",
            body=body_of(20 + number % 5),
            title=f"Hồ sơ {number}",
            handler=handlers[number % len(handlers)],
            started_at="2025-01-02T00:00Z",
            answer_by="2025-01-09",
        ).pk
        for number in range(count)
    ]
    for state in ("to_sign", "sent", "received", "assigned"):
        Request.objects.filter(pk__in=of).update(state=state)
        of = of[: count // 2] if state == "received" else of


def test_a_list_finds_words_in_any_case_and_as_they_are(portals):
    assert portals
    put_on_desk(3, handlers=[1])
    Request.objects.filter(reference="YC-2025-000001").update(title="Khám BỆNH 100% đúng_hạn")

    def found(words: str) -> list[str]:
        return [row.reference for row in desk.listed(desk.Filters(words=words), 1).rows]

    assert found("khám bệnh") == found("100%") == found("đúng_h") == found("000001") == ["YC-2025-000001"]
    assert found("yc-2025-") == ["YC-2025-000002", "YC-2025-000001", "YC-2025-000000"]
    assert found("10_%") == found("%")[1:] == found("\\") == found("000001 khám") == []


def test_a_page_beyond_the_end_still_says_how_many_there_are(portals):
    assert portals
    put_on_desk(4, handlers=[1])
    beyond = desk.listed(desk.Filters(), 3)
    assert (beyond.rows, beyond.total) == ((), 4)
    nothing = desk.listed(desk.Filters(words="không có"), 1)
    assert (nothing.rows, nothing.total) == ((), 0)
    assert desk.listed(desk.Filters(body="số 21", handler=1), 1).total == 1


def test_a_settled_file_names_no_day_to_answer_by(portals):
    chief = portals.account(Role.CHIEF, Role.HANDLER)
    request = assigned(OWN_BODY, chief, chief)
    browser = portals.signed_in(chief)
    url = f"/staff/requests/{request.reference}/"
    assert "Trả lời đến" in browser.get(url).content.decode()
    request.refresh_from_db()
    Request.objects.filter(pk=request.pk).update(state="refused", settled_at=request.received_at)
    assert request_file(request.reference).settled_at == request.received_at
    assert "Trả lời đến" not in browser.get(url).content.decode()

"""Persons at a browser who walk through the procedure: each page is looked at, wide and on a phone.

With PICTURES=FOLDER each page that a person looks at is photographed in both widths, to be looked at. With
GUIDE_PICTURES=1 the pictures of the user guides are taken anew.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import Browser, Error, Locator, Page, ViewportSize

from lienthong.control.frame.portal import cookie_of
from lienthong.core.access import Actor
from tests.control.looking import Visit
from tests.control.portal import Portals
from tests.control.processes import PATIENCE
from tests.control.requesting import PDF

PICTURES = os.environ.get("PICTURES")
GUIDES = Path(__file__).parents[2] / "docs" / "huong-dan"
WANTED = frozenset(
    name for guide in GUIDES.glob("*.md") for name in re.findall(r"\(anh/([\w-]+)\.png\)", guide.read_text())
)
"""What the user guides show."""
WIDE, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844)


class Person:
    """Somebody who is signed in to a portal."""

    def __init__(self, page: Page, origin: str, actor: Actor) -> None:
        self.page, self.origin, self.actor = page, origin, actor
        self.visit = Visit(page, origin)
        self.looked_at: list[str] = []

    def open(self, path: str) -> None:
        answer = self.page.goto(f"{self.origin}/{self.actor.portal}/{path}", wait_until="load")
        assert answer is not None
        assert answer.status == 200, path

    def look(self, name: str, *, from_text: str = "") -> None:
        """See that the page is accessible, quiet under the content policy, and whole in both widths.

        The picture in a user guide begins at `from_text`.
        """
        self.looked_at.append(name)
        self.page.evaluate("document.fonts.ready")
        for size in (PHONE, WIDE):
            self.page.set_viewport_size(size)
            assert self.visit.sideways() == 0, (name, size)
            if PICTURES:
                path = Path(PICTURES) / f"{name}-{size['width']}.png"
                self.page.screenshot(path=path, full_page=True, caret="initial")
        if name in WANTED and os.environ.get("GUIDE_PICTURES"):
            if from_text:
                self.said(from_text).evaluate("element => element.scrollIntoView()")
            self.page.screenshot(path=GUIDES / "anh" / f"{name}.png", caret="initial")
        violations = self.visit.violations()
        assert violations == "", f"{name}: {violations}"
        assert self.visit.complaints == [], f"{name}: {self.visit.complaints}"

    def press(self, name: str) -> None:
        """Press a button and be where it leads."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        with self.page.expect_navigation():
            self._link(name).click()

    def _link(self, name: str) -> Locator:
        return self.page.locator(f"a:text-is({json.dumps(name, ensure_ascii=False)})").first

    def write(self, label: str, text: str) -> None:
        self._labelled(label).fill(text)

    def choose(self, label: str, option: str) -> None:
        self._labelled(label).select_option(label=option)

    def _labelled(self, label: str) -> Locator:
        return self.page.get_by_label(re.compile(rf"^{re.escape(label)}( \(không bắt buộc\))?$"))

    def said(self, text: str) -> Locator:
        return self.page.get_by_text(text).first

    def wait_for(self, text: str) -> None:
        """Look again until the page says so; a slow machine is no failure."""
        for _ in range(int(PATIENCE)):
            if self.page.get_by_text(text).count():
                return
            self.page.wait_for_timeout(1000)
            # A page that renews itself may be on its way at this very moment.
            with suppress(Error):
                self.page.reload()
        raise AssertionError(f"never said: {text}\n{self.page.inner_text('main')}")

    def downloaded(self, link: str) -> bytes:
        """Return what a link leads to, fetched with this person's session."""
        target = self._link(link).get_attribute("href")
        answer = self.page.request.get(f"{self.origin}{target}")
        assert answer.ok, link
        return answer.body()

    def reference(self) -> str:
        found = re.search(r"YC-\d+-\d+", self.page.url)
        assert found is not None, self.page.url
        return found[0]


@contextmanager
def persons_at(
    chromium: Browser, portals: Portals, origin: str, *, size: ViewportSize = WIDE
) -> Iterator[Callable[[Actor], Person]]:
    """Give the function that seats somebody at a browser of their own; all are closed at the end."""
    contexts = []

    def seated(actor: Actor) -> Person:
        name = cookie_of(actor.portal)
        token = portals.signed_in(actor).cookies[name].value
        context = chromium.new_context(viewport=size, locale="vi-VN")
        context.add_cookies([{"name": name, "value": token, "url": f"{origin}/{actor.portal}/"}])
        contexts.append(context)
        context.set_default_timeout(1000 * PATIENCE / 4)
        return Person(context.new_page(), origin, actor)

    try:
        yield seated
    finally:
        for number, context in enumerate(contexts):
            if PICTURES:
                context.pages[0].screenshot(path=Path(PICTURES) / f"last-{number}.png", full_page=True)
            context.close()


def write_request(writer: Person) -> str:
    """Write a request from empty to complete and submit it for signature; return its reference."""
    writer.open("requests/")
    writer.press("Soạn đề nghị mới")
    writer.look("soan-1-moi")
    writer.follow("Đơn vị đăng ký")
    writer.write("Tên đơn vị đăng ký", "Sở Y tế thành phố Mẫu")
    go_on = "Lưu và sang phần sau"
    writer.press(go_on)
    writer.page.get_by_label(re.compile("Chức năng CN1")).check()
    writer.press(go_on)
    writer.page.get_by_label(re.compile("Hệ thống quản lý khám bệnh")).check()
    writer.look("soan-2-he-thong")
    writer.press(go_on)
    writer.page.get_by_label(re.compile("Nguyễn Thị Thùy Dương")).check()
    writer.press(go_on)
    writer.write("Mục đích", "Xác thực nhân thân người bệnh")
    writer.page.get_by_label("Thuộc chức năng, nhiệm vụ, quyền hạn").select_option("CN1")
    writer.write("Phạm vi khai thác, chia sẻ", "Người bệnh đến khám tại cơ sở y tế của thành phố")
    writer.look("soan-3-muc-dich")
    writer.press(go_on)
    _choose_fields(writer)
    writer.press(go_on)
    writer.page.locator("#id_lookup-MD1").check()
    writer.look("soan-5-dich-vu")
    writer.press(go_on)
    return _write_the_rest(writer)


def _choose_fields(writer: Person) -> None:
    writer.page.locator("summary", has_text="Hộ tịch").click()
    for field, reason in (
        ("Họ, chữ đệm và tên khai sinh", "Đối chiếu khi tiếp nhận"),
        ("Giới tính", "Bố trí buồng bệnh"),
    ):
        writer.page.get_by_label(field, exact=True).check()
        writer.write(f"Lý do cần {field}", reason)
    writer.write("Số lượng trường thông tin ghi trong văn bản", "2")
    writer.said("Khớp").wait_for()
    writer.look("soan-4-truong")


def _write_the_rest(writer: Person) -> str:
    page, go_on = writer.page, "Lưu và sang phần sau"
    file = {"name": "mo-ta-ky-thuat.pdf", "mimeType": "application/pdf", "buffer": PDF}
    page.locator("input[type=file]").set_input_files(file)
    writer.press("Tải lên")
    reference = writer.reference()
    writer.open(f"requests/{reference}/draft/parts/channel/")
    writer.press(go_on)
    writer.write("Đường truyền", "Mạng truyền số liệu chuyên dùng cấp II")
    writer.write("Địa chỉ mạng nội bộ", "10.20.0.0/24")
    writer.write("Cổng gọi tới", "443")
    writer.look("soan-6-dieu-kien")
    writer.press(go_on)
    sign_as(writer, number="1187/SYT-VP")
    writer.look("soan-7-nguoi-ky")
    writer.press("Lưu và xem toàn bộ")
    writer.said("Đã đủ bảy nội dung").wait_for()
    writer.look("soan-8-du")
    writer.press("Trình ký")
    writer.said("đang chờ thủ trưởng ký").wait_for()
    return reference


def sign_as(writer: Person, *, number: str) -> None:
    """Fill in whose letter it is."""
    writer.write("Số, ký hiệu văn bản", number)
    writer.write("Ngày văn bản", "05/11/2026")
    writer.write("Địa danh", "Hải Phòng")
    writer.write("Họ và tên người ký", "Trần Văn Bình")
    writer.write("Chức vụ người ký", "Giám đốc")


def deployment(origin: str, steward: str, key: Path, keys: Path, seal: Path) -> str:
    """Return the sections of a deployment that has a sandbox and a seal."""
    return f"""
[trial]
origin = "{origin}"
person = {{ number = "099190000001", full_name = "Nguyễn Thị Hoà", birth_date = "1990-02-15" }}
other = {{ number = "099085000002", full_name = "Trần Văn Bình", birth_date = "1985" }}
[authority]
support_phone = "024 3999 0000"
seal_key = {json.dumps(str(seal / "C06.key"))}
seal_certificate = {json.dumps(str(seal / "C06.pem"))}
[sandbox_access]
origin = "{steward}"
key = {json.dumps(str(key))}
keys = {json.dumps(str(keys))}
"""

"""Rosters as XLSX: shown before anything is written, taken over as one, the same again changes nothing."""

import io
import threading
import zipfile
from datetime import date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from openpyxl import Workbook, load_workbook

from lienthong.control.audit.events import events_of
from lienthong.control.participants import officers
from lienthong.control.participants.models import Officer
from lienthong.control.participants.papers import SentFile
from lienthong.control.participants.roster_sheets import read_roster, write_roster
from lienthong.control.participants.system_queries import whole_roster
from lienthong.core.access import Role
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.roster import MOST_OFFICERS, RosterChanges, RosterEntry, RosterRow
from tests.control.participants import XLSX, body_of, is_refused_at, officer_of, sheet, system_of, text_of
from tests.control.portal import OTHER_BODY, OWN_BODY

ROW = ("cb-0001", "Cán bộ Mẫu Một", "Phòng một cửa", date(2026, 1, 2), None)
OTHER = ("cb-0002", "Cán bộ Mẫu Hai", "Phòng một cửa", "02/01/2026", "31/12/2027")


def sent(content: bytes, name: str = "can-bo.xlsx") -> SentFile:
    return SentFile(name, XLSX, content)


def upload(content: bytes, name: str = "can-bo.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, XLSX)


def sealed_in(answer) -> str:
    text = text_of(answer)
    begin = text.index('name="sealed" value="') + len('name="sealed" value="')
    return text[begin : text.index('"', begin)]


@pytest.mark.law("R8.1", "R6.1")
def test_a_roster_is_shown_first_then_taken_over_and_again_changes_nothing(portals):
    system = system_of(OWN_BODY)
    officer_of(system, "cb-0009")
    browser = portals.browser(Role.CONTACT_OFFICER)
    rows = (ROW, OTHER, ("có dấu", "", "", "", ""), ("cb-0009", "Cán bộ Mẫu", "Phòng khác", "01/01/2026", ""))
    address = f"/agency/systems/{system}/officers/"
    shown = browser.post(f"{address}import/", {"file": upload(sheet(*rows)), "whole": ""})
    page = text_of(shown)
    assert "Cán bộ Mẫu Hai" in page
    assert "Mã cán bộ gồm chữ cái không dấu" in page
    assert "Phòng khác" in page
    assert Officer.objects.count() == 1, "nothing is written before the confirmation"
    done = browser.post(f"{address}take-over/", {"sealed": sealed_in(shown)})
    assert done.headers["Location"] == address
    assert "thêm 2, thay đổi 1, kết thúc 0" in text_of(browser.get(address))
    assert {row.code: row.unit for row in Officer.objects.all()} == {
        "cb-0001": "Phòng một cửa",
        "cb-0002": "Phòng một cửa",
        "cb-0009": "Phòng khác",
    }
    event = events_of("roster", str(system))[0]
    assert event.detail == {"added": "2", "changed": "1", "ended": "0", "rejected": "1"}
    # Pressed twice, and the same file again.
    browser.post(f"{address}take-over/", {"sealed": sealed_in(shown)})
    assert "không có gì thay đổi" in text_of(browser.get(address))
    again = browser.post(f"{address}import/", {"file": upload(sheet(*rows)), "whole": ""})
    assert "Tệp không làm thay đổi gì" in text_of(again)
    assert Officer.objects.count() == 3


def test_what_is_exported_comes_back_the_same(portals):
    system = system_of(OWN_BODY)
    actor = portals.account(Role.INTEGRATOR)
    rows = read_roster(sent(sheet(ROW, OTHER)))
    made = officers.preview(system, rows, whole=False, actor=actor)
    assert isinstance(officers.take_over(system, made.sealed, actor=actor), RosterChanges)
    for language in ("vi", "en"):
        again = read_roster(sent(write_roster(whole_roster(system), language)))
        changes = officers.preview(system, again, whole=True, actor=actor).changes
        assert (changes.written, changes.rejected, changes.same) == ((), (), 2)
    browser = portals.browser(Role.AGENCY_HEAD)
    answer = browser.get(f"/agency/systems/{system}/officers.xlsx")
    assert answer.headers["Content-Type"] == XLSX
    assert "attachment" in answer.headers["Content-Disposition"]
    assert len(read_roster(sent(answer.content))) == 2
    other = portals.browser(Role.AGENCY_HEAD, body=body_of(OTHER_BODY))
    assert other.get(f"/agency/systems/{system}/officers.xlsx").status_code == 404


def test_a_whole_roster_ends_whoever_is_missing_and_nobody_is_removed(portals):
    system = system_of(OWN_BODY)
    officer_of(system, "cb-0007")
    actor = portals.account(Role.INTEGRATOR)
    made = officers.preview(system, read_roster(sent(sheet(ROW))), whole=True, actor=actor)
    assert [change.before.code for change in made.changes.ended] == ["cb-0007"]
    officers.take_over(system, made.sealed, actor=actor)
    gone = Officer.objects.get(code="cb-0007")
    assert gone.valid_to is not None
    assert Officer.objects.count() == 2


@pytest.mark.law("R5.3")
def test_a_preview_that_no_longer_holds_is_refused(portals):
    system, other = system_of(OWN_BODY), system_of(OWN_BODY)
    actor = portals.account(Role.INTEGRATOR)
    made = officers.preview(system, read_roster(sent(sheet(ROW))), whole=False, actor=actor)
    officer_of(system, "cb-0008")
    assert officers.take_over(system, made.sealed, actor=actor).code is ControlCode.ROSTER_MOVED
    fresh = officers.preview(system, read_roster(sent(sheet(ROW))), whole=False, actor=actor)
    ended = ControlCode.ROSTER_PREVIEW_ENDED
    assert officers.take_over(other, fresh.sealed, actor=actor).code is ended, "of another system"
    colleague = portals.account(Role.INTEGRATOR)
    assert officers.take_over(system, fresh.sealed, actor=colleague).code is ended, "of another account"
    assert officers.take_over(system, fresh.sealed[:-2] + "xx", actor=actor).code is ended, "altered"
    assert officers.take_over(system, "", actor=actor).code is ended
    assert Officer.objects.count() == 1
    browser = portals.browser(Role.INTEGRATOR)
    answer = browser.post(f"/agency/systems/{system}/officers/take-over/", {"sealed": "x"})
    assert answer.headers["Location"].endswith("/officers/import/")
    assert "LC317" in text_of(browser.get(answer.headers["Location"]))


def test_an_old_preview_is_refused(portals, monkeypatch):
    system = system_of(OWN_BODY)
    actor = portals.account(Role.INTEGRATOR)
    made = officers.preview(system, read_roster(sent(sheet(ROW))), whole=False, actor=actor)
    monkeypatch.setattr(officers, "PREVIEW_SECONDS", -1)
    assert officers.take_over(system, made.sealed, actor=actor).code is ControlCode.ROSTER_PREVIEW_ENDED


def test_another_bodys_roster_is_neither_previewed_nor_written(portals):
    system = system_of(OTHER_BODY)
    actor = portals.account(Role.INTEGRATOR)
    rows = read_roster(sent(sheet(ROW)))
    assert officers.preview(system, rows, whole=False, actor=actor).code is ControlCode.NOT_FOUND_HERE
    row = RosterRow(number=1, code="x", name="Mẫu", valid_from="01/01/2026")
    assert officers.add(system, row, actor=actor).code is ControlCode.NOT_FOUND_HERE
    foreign = officer_of(system)
    assert officers.end(foreign, last=None, actor=actor).code is ControlCode.NOT_FOUND_HERE
    clerk = portals.account(Role.INTAKE_CLERK)
    assert officers.add(system, row, actor=clerk).code is ControlCode.NOT_YOUR_ROLE
    assert officers.end(10**9, last=None, actor=actor).code is ControlCode.NOT_FOUND_HERE
    assert officers.preview(10**9, rows, whole=False, actor=actor).code is ControlCode.NOT_FOUND_HERE


def test_cells_are_read_as_the_text_that_stands_there(portals):
    rows = read_roster(
        sent(
            sheet(
                (
                    "=1+1",
                    '=HYPERLINK("http://x")',
                    "  Phòng \n một  cửa ",
                    datetime.fromisoformat("2026-01-02"),
                    "",
                ),
                (17, "Mẫu", 4.0, date(2026, 1, 2), "2027-12-31"),
                (None, None, None, None, None),
                (True, "Mẫu", 1.5, "02/01/2026", None),
            )
        )
    )
    assert rows == (
        RosterRow(
            number=2,
            code="=1+1",
            name='=HYPERLINK("http://x")',
            unit="Phòng một cửa",
            valid_from="02/01/2026",
        ),
        RosterRow(number=3, code="17", name="Mẫu", unit="4", valid_from="02/01/2026", valid_to="2027-12-31"),
        RosterRow(number=5, code="True", name="Mẫu", unit="1.5", valid_from="02/01/2026"),
    )


def test_nothing_that_is_exported_is_a_formula():
    entry = RosterEntry(
        code="=cmd|'/c'!A1", name="=1+1", unit="@SUM(A1)", valid_from=date(2026, 1, 2), valid_to=None
    )
    content = write_roster((entry,), "vi")
    sheets = load_workbook(io.BytesIO(content)).active
    assert all(cell.data_type != "f" for row in sheets.iter_rows() for cell in row)
    with zipfile.ZipFile(io.BytesIO(content)) as container:
        assert b"<f>" not in b"".join(container.read(name) for name in container.namelist())
    assert read_roster(sent(content))[0].name == "=1+1"


def parts(content: bytes, changes: dict[str, bytes]) -> bytes:
    """Return the workbook with some of its parts replaced or added."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changes.pop(name, None) or old.read(name))
        for name, part in changes.items():
            new.writestr(name, part)
    return made.getvalue()


GOOD = sheet(ROW)
SHEET = "xl/worksheets/sheet1.xml"
_ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
BILLION = (
    f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY e0 "mau">{_ENTITIES}]>'
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    '<row r="1"><c r="A1" t="inlineStr"><is><t>&e9;</t></is></c></row></sheetData></worksheet>'
).encode()
OUTSIDE = BILLION.replace(b'<!ENTITY e0 "mau">', b'<!ENTITY e0 SYSTEM "file:///etc/passwd">').replace(
    b"&e9;", b"&e0;"
)
FAR = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b'<dimension ref="A1:XFD1048576"/><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    b"</sheetData></worksheet>"
)


def many_rows() -> bytes:
    workbook = Workbook(write_only=True)
    made = workbook.create_sheet()
    made.append(["Code", "Full name", "Unit", "From", "Until"])
    for number in range(MOST_OFFICERS + 1):
        made.append([f"c{number}", "Mẫu", "", "01/01/2026", ""])
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"not a workbook", "x.xlsx", "không phải loại tệp"),
        (GOOD, "x.xlsm", "macro"),
        (GOOD, "x.pdf", "không phải loại tệp"),
        (GOOD[: len(GOOD) // 2], "x.xlsx", "khác"),
        (parts(GOOD, {"xl/vbaProject.bin": b"x"}), "x.xlsx", "macro"),
        (parts(GOOD, {SHEET: b"0" * 90_000_000}), "x.xlsx", "phình quá lớn"),
        (parts(GOOD, {SHEET: bytes(range(256)) * 100_000}), "x.xlsx", "phình quá lớn"),
        (parts(GOOD, {SHEET: BILLION}), "x.xlsx", "DOCTYPE"),
        (parts(GOOD, {SHEET: OUTSIDE}), "x.xlsx", "DOCTYPE"),
        (parts(GOOD, {SHEET: FAR}), "x.xlsx", "dòng tiêu đề"),
        (parts(GOOD, {SHEET: b"<worksheet>"}), "x.xlsx", ""),
        (parts(GOOD, {"xl/workbook.xml": b"<x/>"}), "x.xlsx", ""),
        (sheet(ROW, heads=("Mã", "Tên", "Đơn vị", "Từ", "Đến")), "x.xlsx", "dòng tiêu đề"),
        (sheet(), "x.xlsx", "không có dòng nào"),
        (many_rows(), "x.xlsx", "hơn 5.000 dòng"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_workbook_is_refused_with_its_reason_and_never_a_fault(content, name, words):
    refusal = read_roster(SentFile(name, "", content))
    assert isinstance(refusal, ControlRefuse)
    assert refusal.code is ControlCode.ROSTER_UNREADABLE
    assert words in refusal.text.vi
    assert "root:" not in refusal.text.vi


def test_a_bad_file_comes_back_at_its_field(portals):
    system = system_of(OWN_BODY)
    browser = portals.browser(Role.INTEGRATOR)
    answer = browser.post(f"/agency/systems/{system}/officers/import/", {"file": upload(b"x"), "whole": ""})
    assert is_refused_at(answer, "file")
    assert is_refused_at(browser.post(f"/agency/systems/{system}/officers/import/", {"whole": ""}), "file")


def test_officers_are_added_and_ended_by_hand(portals):
    system = system_of(OWN_BODY)
    browser = portals.browser(Role.CONTACT_OFFICER)
    address = f"/agency/systems/{system}/officers/"
    given = {"code": "cb-0001", "name": "Cán bộ Mẫu", "unit": "", "valid_from": "02/01/2026", "valid_to": ""}
    assert browser.post(f"{address}new/", given).status_code == 302
    assert "đã có trong danh sách" in text_of(browser.post(f"{address}new/", given))
    wrong = browser.post(f"{address}new/", given | {"code": "mã 2", "valid_to": "01/01/2026"})
    assert "Ngày kết thúc trước ngày bắt đầu" in text_of(wrong)
    officer = Officer.objects.get()
    assert browser.post(f"/agency/officers/{officer.pk}/end/", {"last": "05/12/2025"}).status_code == 302
    officer.refresh_from_db()
    assert officer.valid_to == date(2026, 1, 2), "never before its first day"
    assert "Đã kết thúc" in text_of(browser.get(address))
    browser.post(f"/agency/officers/{officer.pk}/end/", {"last": "05/12/2025"})
    assert "LC309" in text_of(browser.get(address))
    assert "Cán bộ Mẫu" in text_of(browser.get(address, {"words": "0001"}))
    assert "Không có cán bộ nào" in text_of(browser.get(address, {"words": "không"}))
    assert browser.get(address, {"page": "x" * 50}).status_code == 200


@pytest.mark.law("R5.3")
def test_of_two_imports_at_once_one_is_told_to_look_again(portals):
    system = system_of(OWN_BODY)
    actor = portals.account(Role.INTEGRATOR)
    previews = [
        officers.preview(system, read_roster(sent(sheet(row))), whole=True, actor=actor)
        for row in (ROW, OTHER)
    ]
    barrier = threading.Barrier(2)
    results = []

    def take(sealed: str) -> None:
        try:
            barrier.wait()
            results.append(officers.take_over(system, sealed, actor=actor))
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(made.sealed,)) for made in previews]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = [result for result in results if isinstance(result, ControlRefuse)]
    assert [refusal.code for refusal in refused] == [ControlCode.ROSTER_MOVED]
    assert Officer.objects.count() == 1

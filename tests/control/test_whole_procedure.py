"""From an empty request to a passed technical test and an answered supplement, all in the browser.

Real processes serve and work; the sandbox is a hub of its own; the system that is tested is the sample
that the portal handed out, run by a plain Python, with the very command the page shows.
"""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from lienthong.core.access import Role
from lienthong.documents.letter import LetterPdf, SignaturePlace
from lienthong.documents.pdf_signature import read_signer, sign_letter
from lienthong.sandbox_access.report import verify_report
from lienthong_agency import parse_hub_keys
from tests.control.looking import apart
from tests.control.procedure import WANTED, Person, deployment, persons_at, sign_as, write_request
from tests.control.processes import PATIENCE
from tests.control.requesting import seed_body
from tests.control.trying import access_to
from tests.documents.authority import TestAuthority
from tests.sandbox.conftest import sandbox, steward

__all__ = ["sandbox", "steward"]


@pytest.mark.law("R5.1", "R5.2", "R5.3", "R9.1", "R9.3")
def test_a_request_is_filed_tried_supplemented_and_handled(
    beside_a_browser, portals, processes, seal, sandbox, steward, chromium, tmp_path
):
    staff = {role: portals.account(role, name=name) for role, name in STAFF.items()}
    agency = {role: portals.account(role, name=name) for role, name in AGENCY.items()}
    seed_body()
    reached = access_to(steward, tmp_path)
    processes.more = deployment(sandbox.origin, steward.origin, reached.key, reached.keys, seal.folder)
    processes.control = f"signature_roots = [{json.dumps(str(seal.root))}]"
    processes.start_control()
    processes.start("jobs")
    with persons_at(chromium, portals, processes.origin) as seated:
        writer, head = seated(agency[Role.INTEGRATOR]), seated(agency[Role.AGENCY_HEAD])
        desk = {role: seated(actor) for role, actor in staff.items()}
        reference = write_request(writer)
        sign(head, reference, seal)
        head.look("nhan-ba-viec")
        handed_out = documents_arrive(writer, reference, tmp_path / "system")
        help_is_asked_for(writer, desk[Role.HANDLER], reference)
        report = the_system_is_tried(writer, reference, handed_out)
        pinned = parse_hub_keys(sandbox.get("/v1/keys").body).response
        proven = verify_report(report, {id: each.key for id, each in pinned.items()})
        assert (proven.state, len(proven.steps)) == ("passed", 9)
        a_supplement_is_asked_for(desk, staff, reference)
        it_is_answered(writer, head, reference, seal)
        the_desk_goes_on(desk[Role.HANDLER], reference)
        looked_at = {name for person in (writer, head, *desk.values()) for name in person.looked_at}
        assert looked_at >= WANTED, "a user guide shows what nobody looked at"


STAFF = {
    Role.HANDLER: "Lê Thị Hường",
    Role.CHIEF: "Phạm Minh Đức",
    Role.INTAKE_CLERK: "Vũ Thị Văn Thư",
}
AGENCY = {Role.INTEGRATOR: "Nguyễn Văn Tích", Role.AGENCY_HEAD: "Trần Văn Bình"}


def sign(head: Person, reference: str, seal: TestAuthority) -> None:
    """Download the letter, sign it with the head's own certificate, and send it."""
    head.open(f"requests/{reference}/sign/")
    head.look("ky-gui")
    letter = LetterPdf(head.downloaded("Tải văn bản (PDF)"), SignaturePlace(0, (340, 90, 540, 150)))
    signed = apart(
        lambda: sign_letter(
            letter, read_signer(*seal.signer("Trần Văn Bình")), reason="Ký ban hành", place="Hải Phòng"
        )
    )
    file = {"name": "da-ky.pdf", "mimeType": "application/pdf", "buffer": signed}
    head.page.locator("input[type=file]").set_input_files(file)
    head.press("Gửi văn bản đã ký")
    head.page.locator(".lt-track").first.wait_for()


def documents_arrive(writer: Person, reference: str, folder: Path) -> Path:
    """See the documents made for what was asked, and take the sample to the system's machine."""
    folder.mkdir()
    writer.open(f"requests/{reference}/")
    writer.wait_for("sample.py")
    assert writer.page.locator(".lt-track").count() == 3
    (folder / "sample.py").write_bytes(writer.downloaded("sample.py"))
    openapi = writer.downloaded("openapi.json").decode()
    assert "sex" in openapi
    assert "religion" not in openapi
    writer.look("ba-viec")
    return folder


def help_is_asked_for(writer: Person, handler: Person, reference: str) -> None:
    writer.follow("Viết cho người hỗ trợ")
    writer.write("Nội dung", "Cổng 443 của môi trường kiểm thử chưa thông.")
    writer.press("Gửi")
    handler.open(f"requests/{reference}/thread/")
    handler.said("Cổng 443 của môi trường kiểm thử chưa thông.").wait_for()
    handler.write("Nội dung trả lời", "Đã mở, đề nghị thử lại.")
    handler.press("Gửi")
    writer.page.reload()
    writer.said("Đã mở, đề nghị thử lại.").wait_for()
    writer.look("trao-doi")


def the_system_is_tried(writer: Person, reference: str, folder: Path) -> bytes:
    """Give the public half of a key, start a run, let the sample play it; return the report in the file."""
    key = played(folder, ["python3", "sample.py", "keygen", "khoa-thu-nghiem.pem"])
    writer.open(f"requests/{reference}/trial/")
    writer.follow("Nộp khóa kiểm thử")
    writer.look("khoa-thu-nghiem")
    writer.write("Khóa công khai (JWK)", key)
    writer.press("Đăng ký vào môi trường kiểm thử")
    writer.wait_for("Bắt đầu lượt kiểm thử")
    writer.look("kiem-thu-san-sang")
    writer.press("Bắt đầu lượt kiểm thử")
    writer.wait_for("Chạy bằng mẫu trong tài liệu kỹ thuật")
    writer.look("kiem-thu-dang-chay", from_text="Lượt kiểm thử")
    command = writer.page.locator("pre", has_text="sample.py conformance").first.inner_text()
    assert "passed" in played(folder, shlex.split(command.replace("\\\n", " ")))
    writer.wait_for("9 trên 9 bước đạt")
    writer.page.get_by_role("link", name="Tải báo cáo").first.wait_for()
    writer.look("kiem-thu-dat", from_text="Lượt kiểm thử")
    return writer.downloaded("Tải báo cáo")


def played(folder: Path, command: list[str]) -> str:
    """Run what the page says on the system's machine: a Python that knows nothing of this project."""
    assert command[0] == "python3"
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", *command[1:]],
        cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def a_supplement_is_asked_for(desk: dict[Role, Person], staff: dict[Role, object], reference: str) -> None:
    chief, handler, clerk = desk[Role.CHIEF], desk[Role.HANDLER], desk[Role.INTAKE_CLERK]
    chief.open("desk/")
    chief.look("ban-lanh-dao")
    chief.open(f"requests/{reference}/")
    chief.choose("Cán bộ", STAFF[Role.HANDLER])
    chief.press("Phân công")
    handler.open("requests/")
    handler.look("danh-sach")
    handler.open(f"requests/{reference}/")
    handler.look("ho-so")
    handler.open(f"requests/{reference}/fields/")
    handler.page.get_by_label("Giới tính, ý kiến").select_option("considered")
    handler.write("Giới tính, ghi chú", "Đề nghị nêu rõ hơn lý do")
    handler.look("y-kien")
    handler.press("Lưu ý kiến")
    handler.open(f"requests/{reference}/letters/supplement/")
    handler.choose("Người ký", STAFF[Role.CHIEF])
    handler.write("Chức vụ người ký", "Cục trưởng")
    handler.write("Nội dung cần bổ sung", "Nêu rõ hơn lý do cần trường giới tính")
    handler.write("Hạn bổ sung", "31/01/2030")
    handler.look("yeu-cau-bo-sung")
    handler.press("Lưu dự thảo")
    letter = handler.page.url.rstrip("/").rpartition("/")[2]
    handler.press("Trình ký")
    chief.open(f"letters/{letter}/sign/")
    chief.look("ky-van-ban")
    chief.press("Ký")
    clerk.open(f"letters/{letter}/issue/")
    clerk.press("Ban hành")
    clerk.said("Đã cấp số và ban hành.").wait_for()
    clerk.look("ban-hanh")


def it_is_answered(writer: Person, head: Person, reference: str, seal: TestAuthority) -> None:
    writer.open(f"requests/{reference}/")
    writer.said("Cần bổ sung").wait_for()
    writer.look("can-bo-sung")
    writer.follow("Soạn bản bổ sung")
    writer.open(f"requests/{reference}/draft/parts/fields/")
    writer.write("Lý do cần Giới tính", "Bố trí buồng bệnh nam, nữ riêng theo quy chế bệnh viện")
    writer.press("Lưu và sang phần sau")
    writer.open(f"requests/{reference}/draft/parts/signature/")
    sign_as(writer, number="1203/SYT-VP")
    writer.press("Lưu và xem toàn bộ")
    writer.press("Trình ký")
    writer.said("đang chờ thủ trưởng ký").wait_for()
    sign(head, reference, seal)


def the_desk_goes_on(handler: Person, reference: str) -> None:
    handler.open(f"requests/{reference}/versions/")
    handler.said("Bố trí buồng bệnh nam, nữ riêng theo quy chế bệnh viện").wait_for()
    handler.look("so-sanh")
    handler.open(f"requests/{reference}/")
    handler.press("Xem bản bổ sung")
    handler.open(f"requests/{reference}/trial/")
    handler.said("9 trên 9 bước đạt").wait_for()
    handler.look("kiem-thu-cua-ho-so", from_text="Lượt kiểm thử")

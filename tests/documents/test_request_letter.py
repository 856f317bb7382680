"""The letter of a connection request: each of the seven contents stands in it, and counts are compared."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from lienthong.core.channels import ChannelChoice, DirectLine, DirectReason, Platform
from lienthong.core.connection_request import (
    ConnectionRequest,
    Direction,
    RegisteringUnit,
    ServiceChoice,
    TechnicalDescription,
)
from lienthong.core.papers import SecretDegree
from lienthong.core.request_letter import LetterHead
from lienthong.documents.letter import render_letter
from lienthong.documents.request_letter import request_letter
from tests.core.filing import DECREE, TODAY
from tests.core.requesting import COMPLETE
from tests.documents.test_letters import text_of

HEAD = LetterHead(number="1187/SYT-VP", dated=TODAY, place="Hải Phòng")
AT = datetime(2026, 11, 24, tzinfo=UTC)


def read(request: ConnectionRequest, folder: Path, head: LetterHead = HEAD, supplements: str = "") -> str:
    layout = request_letter(request, head, reference="YC-2026-000184", supplements=supplements)
    return text_of(render_letter(layout, at=AT).content, folder)


@pytest.mark.law("R5.1", "R5.3")
def test_the_letter_has_the_seven_contents(tmp_path):
    text = read(COMPLETE, tmp_path)
    for part in (
        "Số: 1187/SYT-VP",
        "Hải Phòng, ngày 24 tháng 11 năm 2026",
        "Kính gửi: Cơ quan quản lý Cơ sở dữ liệu quốc gia về dân cư",
        "mã định danh điện tử: H20.12",
        "Nhiệm vụ M1: Quản lý khám bệnh (theo văn bản số 12/QĐ-UBND ngày 02/03/2026 của UBND tỉnh)",
        "Hệ thống bệnh viện",
        "Cơ sở dữ liệu; Hệ thống thông tin khác",
        "Lê Thị An, Trưởng phòng",
        "kết nối, chia sẻ, khai thác",
        "Mục đích 1: Định danh người bệnh",
        "Khai thác thông tin: 02 trường thông tin.",
        "Chia sẻ thông tin: 01 trường thông tin.",
        "Tôn giáo (*)",
        "(*) Thông tin nhạy cảm hoặc thông tin về gia đình.",
        "Tra cứu thông tin một công dân (lookup)",
        "mã băm SHA-256: abab",
        "Qua nền tảng: Nền tảng tích hợp, chia sẻ dữ liệu quốc gia (NDXP).",
        "đường truyền Mạng TSLCD cấp II",
        "GIÁM ĐỐC",
        "Trần Văn Bình",
        "Hồ sơ YC-2026-000184",
    ):
        assert part in text, part


@pytest.mark.law("R5.1")
def test_a_count_that_differs_from_the_fields_shows(tmp_path):
    wrong = replace(COMPLETE, written_counts=((Direction.GET, 5),))
    text = read(wrong, tmp_path)
    assert "Khai thác thông tin: 05 trường thông tin (đã chọn 02 trường)." in text
    assert "Chia sẻ thông tin: …… trường thông tin." in text


def test_a_draft_that_is_empty_can_be_read_all_the_same(tmp_path):
    text = read(ConnectionRequest(unit=RegisteringUnit(name="", identifier="H20")), tmp_path, LetterHead())
    assert "Số: ……" in text
    assert "ngày … tháng … năm …" in text
    assert "Không đăng ký dịch vụ khai thác." in text


@pytest.mark.law("R3.1")
def test_a_direct_line_states_ground_decision_and_review(tmp_path):
    line = DirectLine(
        reason=DirectReason.PLATFORM_NOT_READY,
        explanation="Trục của tỉnh chưa vận hành",
        decision=DECREE,
        review_on=date(2027, 6, 1),
    )
    text = read(replace(COMPLETE, channel=ChannelChoice(direct=line)), tmp_path)
    assert "Kết nối trực tiếp. Căn cứ: nền tảng chưa sẵn sàng: Trục của tỉnh chưa vận hành." in text
    assert "Quyết định: văn bản số 12/QĐ-UBND" in text
    assert "Xem xét lại ngày 01/06/2027." in text
    other = ChannelChoice(platform=Platform.OTHER, platform_name="LGSP Hải Phòng")
    assert "Qua nền tảng: LGSP Hải Phòng." in read(replace(COMPLETE, channel=other), tmp_path)


@pytest.mark.law("R5.1")
def test_of_a_secret_document_number_and_degree_stand_there_alone(tmp_path):
    secret = TechnicalDescription(secret=replace(DECREE, degree=SecretDegree.PLAIN))
    text = read(replace(COMPLETE, technical_description=secret), tmp_path)
    assert "Tài liệu gửi riêng theo chế độ bảo mật: văn bản số 12/QĐ-UBND" in text
    assert "độ mật: Mật" in text
    assert "SHA-256" not in text


def test_a_supplement_names_the_letter_it_supplements_and_odd_services_stay_readable(tmp_path):
    odd = replace(COMPLETE, services=(ServiceChoice(service="unheard", purpose="none"),))
    text = read(odd, tmp_path, supplements="1187/SYT-VP")
    assert "bổ sung nội dung đề nghị kết nối với các nội dung sau:" in text
    assert "unheard (unheard), cho mục đích: ……" in text

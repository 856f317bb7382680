"""Made-up files and figures."""

from datetime import UTC, datetime
from math import pi, sin

from lienthong.control.theme.charts.data import Band, Bar, BarChart, Limit, LineChart, Series, Tone
from lienthong.control.theme.kinds import Kind
from lienthong.control.theme.parts import Alert, Document, Event, Progress, Step
from lienthong.core.speech import Text


def _at(day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 11, day, hour - 7, minute, tzinfo=UTC)


EVENTS = (
    Event(title=Text("Yêu cầu khắc phục 2 lỗ hổng mức trung bình", "Asked to mend 2 medium findings"),
          by="Cục An ninh mạng · Trần Quốc Bảo", at=_at(18, 9, 41), kind=Kind.INFO),
    Event(title=Text("Yêu cầu bổ sung tài liệu kỹ thuật", "Asked for a supplement"),
          by="Phạm Minh Đức", at=_at(16, 8, 5), kind=Kind.WARN),
    Event(title=Text("Phần cứng và cấu hình bảo mật: đạt", "Hardware and configuration: passed"),
          by="Cục Kỹ thuật nghiệp vụ · Lê Thị Hường", at=_at(14, 16, 20)),
    Event(title=Text("Kiểm thử kỹ thuật đạt 24 trên 24 trường hợp", "Technical test: 24 of 24 cases passed"),
          by=Text("Tự động · môi trường kiểm thử", "Automatic · sandbox"), at=_at(10, 10, 5)),
    Event(title=Text("Kiểm thử kỹ thuật chưa đạt", "Technical test: not passed"),
          by=Text("Tự động · môi trường kiểm thử", "Automatic · sandbox"), at=_at(9, 14, 2), kind=Kind.BAD),
    Event(title=Text("Tiếp nhận văn bản đề nghị số 1187/SYT-VP", "Received letter 1187/SYT-VP"),
          by=Text("Trục liên thông văn bản quốc gia", "National document axis"), at=_at(2, 8, 54)),
)  # fmt: skip

DOCUMENTS = (
    Document(url="#", title=Text("Văn bản đề nghị kết nối", "Connection request"), format="PDF",
             facts=("1187/SYT-VP", Text("đã ký số", "signed"), "412 KB")),
    Document(url="#", title=Text("Tài liệu mô tả kỹ thuật thành phần kết nối", "Technical description"), format="PDF",
             facts=(Text("46 trang", "46 pages"), Text("3,1 MB", "3.1 MB"))),
    Document(url="#", title=Text("Danh mục trường thông tin", "List of fields"), format="XLSX",
             facts=(Text("7 trường", "7 fields"), "18 KB")),
)  # fmt: skip

STEPS = (
    Step(
        title=Text("Hệ thống", "System"),
        progress=Progress.DONE,
        note=Text("Khám bệnh, chữa bệnh", "Hospital system"),
        url="#",
    ),
    Step(
        title=Text("Mục đích", "Purpose"),
        progress=Progress.DONE,
        note=Text("2 mục đích", "2 purposes"),
        url="#",
    ),
    Step(
        title=Text("Trường thông tin", "Fields"),
        progress=Progress.NOW,
        note=Text("7 trường đã chọn", "7 fields chosen"),
    ),
    Step(title=Text("Điều kiện", "Conditions"), progress=Progress.LATER),
    Step(title=Text("Tài liệu", "Documents"), progress=Progress.LATER),
    Step(title=Text("Ký và gửi", "Sign and send"), progress=Progress.LATER),
)

FIELDS = (
    (Text("Họ, chữ đệm và tên khai sinh", "Name"), "ho_ten", Text("Nhân thân", "Person"),
     Text("Đối chiếu người bệnh khi tiếp nhận", "To match the patient"), "ok", Text("Đồng ý", "Agreed")),
    (Text("Số định danh cá nhân", "Personal number"), "so_dinh_danh", Text("Nhân thân", "Person"),
     Text("Khóa tra cứu", "Key of the look-up"), "ok", Text("Đồng ý", "Agreed")),
    (Text("Nơi thường trú", "Permanent residence"), "noi_thuong_tru", Text("Cư trú", "Residence"),
     Text("Thống kê dịch tễ theo địa bàn", "Epidemiology by area"), "warn", Text("Rút gọn: đến cấp xã", "Reduced to commune")),
    (Text("Nhóm máu", "Blood group"), "nhom_mau", Text("Y tế", "Health"),
     Text("Cấp cứu", "Emergencies"), "info", Text("Đang xem xét", "Under review")),
    (Text("Quan hệ với chủ hộ", "Relation to head"), "quan_he_chu_ho", Text("Cư trú", "Residence"),
     Text("Không nêu mục đích", "No purpose given"), "bad", Text("Từ chối", "Refused")),
    (Text("Giới tính", "Sex"), "gioi_tinh", Text("Nhân thân", "Person"),
     Text("Hồ sơ bệnh án điện tử", "Health record"), "idle", Text("Chưa xét", "Not looked at")),
)  # fmt: skip

ALERTS = (
    Alert(url="#", kind=Kind.BAD, title=Text("Sở Y tế Hải Phòng: 14.200 lượt bị từ chối", "Hải Phòng Health: 14,200 calls refused"),
          facts=(Text("Trường <quan_he_chu_ho> ngoài phạm vi thỏa thuận", "Field <quan_he_chu_ho> is not granted"), Text("Từ 13:05", "Since 13:05"))),
    Alert(url="#", kind=Kind.WARN, title=Text("Độ trễ p95 vượt 150 ms", "Latency p95 above 150 ms"), facts=("14:15–15:45",)),
    Alert(url="#", kind=Kind.WARN, title=Text("Y tế: dữ liệu kịp thời giảm còn 84,3 %", "Health: timeliness down to 84.3 %"),
          facts=(Text("1.902 bản ghi chậm quá 72 giờ", "1,902 records more than 72 hours late"),)),
)  # fmt: skip

_HOURS = 97
_LABELS = tuple(f"{index // 4:02}:{index % 4 * 15:02}" for index in range(_HOURS))
_DAY = tuple(max(0.0, sin((index - 22) / 96 * pi * 1.35)) ** 1.5 for index in range(_HOURS))
_P50 = tuple(14 + 9 * load + index * 7 % 5 / 3 for index, load in enumerate(_DAY))
_PEAK = dict(zip(range(57, 64), (30, 92, 148, 171, 139, 84, 26), strict=True))
_P95 = tuple(38 + 34 * load + index * 11 % 9 + _PEAK.get(index, 0) for index, load in enumerate(_DAY))

LATENCY = LineChart(
    name="latency",
    title=Text("Độ trễ của cổng khai thác (ms)", "Latency of the gateway (ms)"),
    description=Text(
        "Độ trễ p50 và p95 theo 15 phút; p95 vượt ngưỡng lúc 15:00.",
        "p50 and p95 per 15 minutes; p95 passed the limit at 15:00.",
    ),
    axis=Text("Lúc", "At"),
    labels=_LABELS,
    series=(Series(name="p50", values=_P50, filled=True), Series(name="p95", values=_P95, tone=Tone.SECOND)),
    limit=Limit(value=150, label=Text("ngưỡng 150", "limit 150")),
    bands=(Band(start=57, end=63, label=Text("Bất thường 14:15–15:45", "Unusual 14:15–15:45")),),
)

BODIES = BarChart(
    name="bodies",
    title=Text("Lượt khai thác theo cơ quan", "Calls by body"),
    description=Text(
        "Bảo hiểm xã hội nhiều nhất; Sở Y tế Hải Phòng bị từ chối nhiều bất thường.",
        "Social insurance leads; many refusals at Hải Phòng Health.",
    ),
    axis=Text("Cơ quan", "Body"),
    value_name=Text("lượt", "calls"),
    part_name=Text("bị từ chối", "refused"),
    bars=(
        Bar(name="BHXH Việt Nam", value=412380, part=2100),
        Bar(name="Cục Thuế", value=287114, part=1300),
        Bar(name="Cổng DVC quốc gia", value=241906, part=900),
        Bar(name="Bộ Tư pháp (hộ tịch)", value=126450, part=400),
        Bar(
            name="Sở Y tế Hải Phòng",
            value=98211,
            part=14200,
            warning=Text("Từ chối 14,5 %, bình thường 0,4 %", "14.5 % refused, usually 0.4 %"),
        ),
        Bar(name="NH Chính sách XH", value=71034, part=300),
        Bar(name="UBND TP Đà Nẵng", value=47811, part=250),
    ),
)

SPARKS = (
    tuple(load * 1000 + index * 13 % 70 for index, load in enumerate(_DAY[::3])),
    tuple(99.9 + index * 7 % 9 / 100 for index in range(30)),
    _P95[::3],
    (*(20 + index * 5 % 8 for index in range(24)), 60, 84, 95, 110),
)

QUALITY = (
    (Text("Hộ tịch điện tử", "Civil status"), (99.2, 98.7, 99.6, 97.9)),
    (Text("Cư trú", "Residence"), (99.6, 99.1, 99.4, 99.2)),
    (Text("Căn cước", "Identity cards"), (99.9, 99.8, 99.9, 99.6)),
    (Text("Y tế", "Health"), (96.1, 91.4, 97.8, 84.3)),
    (Text("Bảo hiểm xã hội", "Social insurance"), (98.4, 97.2, 98.9, 96.6)),
)


def level(share: float) -> str:
    """Return the class of a share of records that passed."""
    steps = ((99.5, "is-best"), (98.5, "is-good"), (96, "is-fair"), (90, "is-low"))
    return next((name for least, name in steps if share >= least), "is-worst")

"""The kinds of administrative document and their abbreviations in symbols (Decree 30/2020/NĐ-CP)."""

from enum import StrEnum

from lienthong.core.speech import Text

_KINDS = {
    "official_letter": ("", Text("Công văn", "Official letter")),
    "decision": ("QĐ", Text("Quyết định", "Decision")),
    "resolution": ("NQ", Text("Nghị quyết", "Resolution")),
    "directive": ("CT", Text("Chỉ thị", "Directive")),
    "rules": ("QC", Text("Quy chế", "Rules")),
    "provisions": ("QyĐ", Text("Quy định", "Provisions")),
    "communique": ("TC", Text("Thông cáo", "Communiqué")),
    "announcement": ("TB", Text("Thông báo", "Announcement")),
    "guidance": ("HD", Text("Hướng dẫn", "Guidance")),
    "programme": ("CTr", Text("Chương trình", "Programme")),
    "plan": ("KH", Text("Kế hoạch", "Plan")),
    "option_plan": ("PA", Text("Phương án", "Option plan")),
    "scheme": ("ĐA", Text("Đề án", "Scheme")),
    "project": ("DA", Text("Dự án", "Project")),
    "report": ("BC", Text("Báo cáo", "Report")),
    "minutes": ("BB", Text("Biên bản", "Minutes")),
    "submission": ("TTr", Text("Tờ trình", "Submission")),
    "contract": ("HĐ", Text("Hợp đồng", "Contract")),
    "telegram": ("CĐ", Text("Công điện", "Telegram")),
    "memorandum": ("BGN", Text("Bản ghi nhớ", "Memorandum")),
    "agreement": ("BTT", Text("Bản thỏa thuận", "Agreement")),
    "authorisation": ("GUQ", Text("Giấy ủy quyền", "Authorisation")),
    "invitation": ("GM", Text("Giấy mời", "Invitation")),
    "introduction": ("GGT", Text("Giấy giới thiệu", "Letter of introduction")),
    "leave_permit": ("GNP", Text("Giấy nghỉ phép", "Leave permit")),
    "sending_slip": ("PG", Text("Phiếu gửi", "Sending slip")),
    "transfer_slip": ("PC", Text("Phiếu chuyển", "Transfer slip")),
    "report_slip": ("PB", Text("Phiếu báo", "Report slip")),
}


class DocumentKind(StrEnum):
    """A kind of administrative document; `abbreviation` stands in its symbol, empty for the plain letter."""

    OFFICIAL_LETTER = "official_letter"
    DECISION = "decision"
    RESOLUTION = "resolution"
    DIRECTIVE = "directive"
    RULES = "rules"
    PROVISIONS = "provisions"
    COMMUNIQUE = "communique"
    ANNOUNCEMENT = "announcement"
    GUIDANCE = "guidance"
    PROGRAMME = "programme"
    PLAN = "plan"
    OPTION_PLAN = "option_plan"
    SCHEME = "scheme"
    PROJECT = "project"
    REPORT = "report"
    MINUTES = "minutes"
    SUBMISSION = "submission"
    CONTRACT = "contract"
    TELEGRAM = "telegram"
    MEMORANDUM = "memorandum"
    AGREEMENT = "agreement"
    AUTHORISATION = "authorisation"
    INVITATION = "invitation"
    INTRODUCTION = "introduction"
    LEAVE_PERMIT = "leave_permit"
    SENDING_SLIP = "sending_slip"
    TRANSFER_SLIP = "transfer_slip"
    REPORT_SLIP = "report_slip"

    abbreviation: str
    label: Text

    def __init__(self, value: str) -> None:
        self.abbreviation, self.label = _KINDS[value]


class Urgency(StrEnum):
    """How urgent a document is, from the least."""

    NORMAL = "normal"
    URGENT = "urgent"
    VERY_URGENT = "very_urgent"
    EXPRESS = "express"


URGENCY_LABELS = {
    Urgency.NORMAL: Text("Thường", "Normal"),
    Urgency.URGENT: Text("Khẩn", "Urgent"),
    Urgency.VERY_URGENT: Text("Thượng khẩn", "Very urgent"),
    Urgency.EXPRESS: Text("Hỏa tốc", "Express"),
}


class CopyStatus(StrEnum):
    """What a paper that was scanned is."""

    ORIGINAL = "original"
    TRUE_COPY = "true_copy"
    COPY_OF_COPY = "copy_of_copy"
    EXTRACT = "extract"


COPY_LABELS = {
    CopyStatus.ORIGINAL: Text("Bản chính", "Original"),
    CopyStatus.TRUE_COPY: Text("Sao y", "True copy"),
    CopyStatus.COPY_OF_COPY: Text("Sao lục", "Copy of a copy"),
    CopyStatus.EXTRACT: Text("Trích sao", "Extract"),
}


class ArrivalChannel(StrEnum):
    """By which way a letter arrived. Law: R5.3."""

    PORTAL = "portal"
    DOCUMENT_AXIS = "document_axis"
    PAPER = "paper"


ARRIVAL_LABELS = {
    ArrivalChannel.PORTAL: Text("Cổng thông tin", "Portal"),
    ArrivalChannel.DOCUMENT_AXIS: Text("Trục liên thông văn bản", "Document axis"),
    ArrivalChannel.PAPER: Text("Bản giấy", "Paper"),
}

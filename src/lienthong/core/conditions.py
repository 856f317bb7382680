"""The six conditions that whoever is connected, shares or exploits keeps, as one sheet with verdicts.

The sheet belongs to a connection in either direction. The newest verdict of a condition holds, so losing one
later shows on the day it is recorded. Law: R1.4.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lienthong.core.grant_document import ConditionEntry, ConditionName, Verdict
from lienthong.core.legal_days import moment, start_of_day
from lienthong.core.missing import Missing, Section
from lienthong.core.network_sheet import NETWORK_TEXTS, NetworkSheet, network_problems
from lienthong.core.papers import Paper, is_evidence
from lienthong.core.speech import Text

CONDITION_LABELS = {
    ConditionName.INFRASTRUCTURE: Text("Hạ tầng hệ thống thông tin", "Infrastructure"),
    ConditionName.CONNECTION_MODEL: Text("Mô hình kết nối", "Connection model"),
    ConditionName.DATA_STRUCTURE: Text("Cấu trúc dữ liệu", "Data structure"),
    ConditionName.SECURITY: Text("An ninh", "Security"),
    ConditionName.SAFETY: Text("An toàn", "Safety of information"),
    ConditionName.CONFIDENTIALITY: Text("Bảo mật thông tin", "Confidentiality"),
}

EXPECTED_EVIDENCE = {
    ConditionName.INFRASTRUCTURE: Text(
        "Mô tả hạ tầng và phiếu thông số mạng: đường truyền, địa chỉ, cổng.",
        "A description of the infrastructure, and the network sheet: line, addresses, ports.",
    ),
    ConditionName.CONNECTION_MODEL: Text(
        "Sơ đồ kết nối: qua nền tảng nào, thành phần nào gọi, thành phần nào nhận.",
        "A diagram of the connection: through which platform, which component calls, which receives.",
    ),
    ConditionName.DATA_STRUCTURE: Text(
        "Kết quả kiểm thử kỹ thuật với cấu trúc thông điệp và bảng mã hiện hành.",
        "The technical test against the messages and code tables in force.",
    ),
    ConditionName.SECURITY: Text(
        "Văn bản xác nhận, kết quả của đơn vị Bộ Quốc phòng, hoặc căn cứ không phải kiểm tra.",
        "The confirmation, the defence unit's result, or the ground on which no check is needed.",
    ),
    ConditionName.SAFETY: Text(
        "Quyết định cấp độ, phương án được phê duyệt và tài liệu chứng minh đã triển khai.",
        "The level decision, the approved plan, and the proof that it is carried out.",
    ),
    ConditionName.CONFIDENTIALITY: Text(
        "Quy định về quản lý tài khoản, khóa ký và xử lý dữ liệu sau khi nhận.",
        "The rules on accounts, signing keys, and handling data after receipt.",
    ),
}


class Standing(StrEnum):
    """In what state a condition is."""

    OPEN = "open"
    NO_EVIDENCE = "no_evidence"
    LAPSED = "lapsed"
    FAILED = "failed"
    MET = "met"


STANDING_LABELS = {
    Standing.OPEN: Text("Chưa có kết luận", "No verdict yet"),
    Standing.NO_EVIDENCE: Text("Thiếu tài liệu chứng minh", "Evidence missing"),
    Standing.LAPSED: Text("Tài liệu chứng minh đã hết hạn", "Evidence has ended"),
    Standing.FAILED: Text("Không đạt", "Not kept"),
    Standing.MET: Text("Đạt", "Kept"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionEvidence:
    """The paper by which a body shows a condition, and its last day where it has one. Law: R1.4."""

    condition: ConditionName
    paper: Paper
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRow:
    """One verdict on one condition, of the day it was given; `sequence` orders verdicts of the same day.

    `valid_until` is the last day that the evidence holds: from the next day the condition is lost.
    """

    name: ConditionName
    verdict: Verdict
    evidence: Paper | None
    decided_on: date
    valid_until: date | None = None
    sequence: int = 0

    @property
    def ends_on(self) -> date | None:
        """Return the day on which a condition that was kept is lost by itself, None where it is not."""
        if self.verdict is Verdict.FAILED or self.valid_until is None:
            return None
        return self.valid_until + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ConditionStanding:
    """How one condition stands on a day, and the verdict it rests on."""

    name: ConditionName
    standing: Standing
    row: ConditionRow | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """How all six stand on a day, in the order of the law, and what is missing until all are kept."""

    rows: tuple[ConditionStanding, ...]
    missing: tuple[Missing, ...]

    @property
    def all_met(self) -> bool:
        """Say whether all six conditions are kept, which going live needs."""
        return not self.missing


def judge_sheet(rows: Iterable[ConditionRow], network: NetworkSheet | None, today: date) -> Sheet:
    """Judge the six conditions on a day. Law: R1.4.

    A verdict counts from its day. The condition of infrastructure also needs a network sheet that can be
    used.
    """
    newest = newest_rows(rows, today)
    standings = tuple(_standing(name, newest.get(name), today) for name in ConditionName)
    missing = [_missing(each) for each in standings if each.standing is not Standing.MET]
    return Sheet(standings, (*missing, *_missing_network(network)))


def newest_rows(rows: Iterable[ConditionRow], today: date) -> dict[ConditionName, ConditionRow]:
    """Return the verdict that holds on a day for each condition that has one. Law: R1.4."""
    return {row.name: row for row in _in_order(rows) if row.decided_on <= today}


def _in_order(rows: Iterable[ConditionRow]) -> list[ConditionRow]:
    return sorted(rows, key=lambda row: (row.decided_on, row.sequence))


def _standing(name: ConditionName, row: ConditionRow | None, today: date) -> ConditionStanding:
    return ConditionStanding(name, standing_of(row, today), row)


def standing_of(row: ConditionRow | None, today: date) -> Standing:
    """Say how a condition stands on a day by the verdict that holds, None being none yet. Law: R1.4."""
    if row is None:
        return Standing.OPEN
    if row.verdict is Verdict.FAILED:
        return Standing.FAILED
    if not is_evidence(row.evidence, today):
        return Standing.NO_EVIDENCE
    if row.ends_on is not None and row.ends_on <= today:
        return Standing.LAPSED
    return Standing.MET


def _missing(found: ConditionStanding) -> Missing:
    label, state = CONDITION_LABELS[found.name], STANDING_LABELS[found.standing]
    expected = EXPECTED_EVIDENCE[found.name]
    text = Text(
        f"{label.vi}: {state.vi.lower()}. {expected.vi}", f"{label.en}: {state.en.lower()}. {expected.en}"
    )
    return Missing(f"condition_{found.standing}", Section.CONDITIONS, text, about=found.name)


def _missing_network(network: NetworkSheet | None) -> tuple[Missing, ...]:
    if network is None:
        text = Text("Chưa có phiếu thông số mạng.", "The network sheet is missing.")
        return (Missing("network_sheet", Section.CONDITIONS, text, about=ConditionName.INFRASTRUCTURE),)
    return tuple(
        Missing(problem, Section.CONDITIONS, NETWORK_TEXTS[problem], about=value)
        for problem, value in network_problems(network)
    )


def condition_entries(rows: Iterable[ConditionRow]) -> tuple[ConditionEntry, ...]:
    """Return the verdicts as a grant states them, in order of time. Law: R1.4.

    One without evidence is stated as not kept. One whose evidence ends is stated as not kept from that day,
    unless a newer verdict was given by then: a grant loses the condition on the same day, by itself.
    """
    entries: list[ConditionEntry] = []
    ending: dict[ConditionName, ConditionEntry] = {}
    for row in _in_order(rows):
        earlier = ending.pop(row.name, None)
        if earlier is not None and earlier.decided_at < moment(start_of_day(row.decided_on)):
            entries.append(earlier)
        verdict = row.verdict if row.evidence is not None else Verdict.FAILED
        entries.append(_entry(row, verdict, row.decided_on))
        if verdict is Verdict.MET and row.ends_on is not None:
            ending[row.name] = _entry(row, Verdict.FAILED, row.ends_on)
    return tuple(sorted((*entries, *ending.values()), key=lambda entry: entry.decided_at))


def _entry(row: ConditionRow, verdict: Verdict, day: date) -> ConditionEntry:
    evidence = "–" if row.evidence is None else row.evidence.name
    return ConditionEntry(
        name=row.name, verdict=verdict, evidence=evidence, decided_at=moment(start_of_day(day))
    )

"""Sheets of conditions with their words and kinds, as the pages of both portals draw them. Law: R1.4."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from lienthong.control.connections.conditions import ConditionLine, ConditionSheets, SystemSheet
from lienthong.control.theme.kinds import Kind
from lienthong.core.conditions import CONDITION_LABELS, EXPECTED_EVIDENCE, STANDING_LABELS, Standing
from lienthong.core.connection_request import DIRECTION_LABELS
from lienthong.core.speech import Text, joined

_KINDS: Final = {
    Standing.OPEN: Kind.IDLE,
    Standing.NO_EVIDENCE: Kind.WARN,
    Standing.LAPSED: Kind.BAD,
    Standing.FAILED: Kind.BAD,
    Standing.MET: Kind.OK,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """One condition with its words; `copy_url` leads to the copy of its evidence, `judge_url` to its form."""

    line: ConditionLine
    label: Text
    expected: Text
    kind: Kind
    standing: Text
    copy_url: str
    judge_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSheet:
    """The sheet of one system with its words."""

    sheet: SystemSheet
    kind: Kind
    lines: tuple[ShownLine, ...]


def shown_sheets(
    sheets: ConditionSheets, *, copy_url: Callable[[int], str], judge_url: Callable[[str, str], str] | None
) -> list[ShownSheet]:
    """Return the sheets as they are drawn; `judge_url` is given where the reader records verdicts."""
    return [
        ShownSheet(
            sheet=sheet,
            kind=_kind(sheet),
            lines=tuple(_line(sheet, line, copy_url, judge_url) for line in sheet.lines),
        )
        for sheet in sheets.systems
    ]


def _kind(sheet: SystemSheet) -> Kind:
    standings = {line.standing for line in sheet.lines}
    if standings & {Standing.FAILED, Standing.LAPSED}:
        return Kind.BAD
    return Kind.WARN if sheet.missing else Kind.OK


def _line(
    sheet: SystemSheet,
    line: ConditionLine,
    copy_url: Callable[[int], str],
    judge_url: Callable[[str, str], str] | None,
) -> ShownLine:
    return ShownLine(
        line=line,
        label=CONDITION_LABELS[line.name],
        expected=EXPECTED_EVIDENCE[line.name],
        kind=_KINDS[line.standing],
        standing=STANDING_LABELS[line.standing],
        copy_url="" if line.copy is None else copy_url(line.copy.id),
        judge_url="" if judge_url is None else judge_url(sheet.code, line.name.value),
    )


def directions_of(sheets: ConditionSheets) -> Text:
    """Say in which directions the request connects. Law: R1.4 (whoever connects, shares or exploits)."""
    return joined((DIRECTION_LABELS[each] for each in sheets.directions), "; ")

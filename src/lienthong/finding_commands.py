"""`lienthong findings`: what a person should look at, and closing it: who did and why is logged."""

import asyncio
import os
import pwd
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final, TypeVar

import asyncpg
import click
import msgspec

from lienthong.core.answer import FindingKind
from lienthong.core.speech import Text
from lienthong.db import Role, connect
from lienthong.exchange.findings import (
    Finding,
    FindingError,
    close_finding,
    closed_findings,
    finding,
    open_findings,
)
from lienthong.ledger.invocation import configured, database_of, json_option, of_deployment, told

Result = TypeVar("Result")

_MEANINGS: Final[Mapping[str, Text]] = {
    FindingKind.PERSON_MISSES_SPENT: Text(
        "Hỏi sai về cùng một người quá số lần cho phép trong ngày.",
        "Asked wrongly about one person more often than a day allows.",
    ),
    FindingKind.MISSES_SPENT: Text(
        "Hệ thống hoặc cán bộ đã dùng hết số lần hỏi sai trong ngày.",
        "The system or officer has used up the day's wrong questions.",
    ),
    FindingKind.PROTECTED_ASKED: Text(
        "Hỏi về người được bảo vệ thông tin mà không có quyền; câu trả lời như khi không có người đó.",
        "Asked about a protected person without the right; the answer was as if there were nobody.",
    ),
    FindingKind.AMBIGUOUS_NUMBER: Text(
        "Một số dẫn đến nhiều người; cần làm rõ trong Cơ sở dữ liệu.",
        "A number leads to several persons; the register has to settle it.",
    ),
    FindingKind.BATCH_MISSES: Text(
        "Quá nhiều dòng của một danh sách không khớp. Quyền hỏi theo danh sách của hệ thống bị tạm ngừng "
        "cho đến khi phát hiện này được đóng.",
        "Too many items of a batch did not match. The system's right to batches is suspended until this "
        "finding is closed.",
    ),
    FindingKind.READS_UNRECORDED: Text(
        "Có người trong Cơ sở dữ liệu đã được đọc mà không có bản ghi. Gateway có thể đã bị chiếm: "
        "dừng gateway và đổi mật khẩu vai trò lt_gateway trước khi tìm hiểu tiếp.",
        "Persons were read from the register without a record. The gateway may be stolen: stop it and change "
        "the password of lt_gateway before anything else.",
    ),
}
_language_option = click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)


@click.group("findings")
def findings() -> None:
    """Look at what the rules found, and close it."""


@findings.command("list")
@of_deployment
@click.option("--closed", "is_closed", is_flag=True, help="List what was closed instead, newest first.")
@click.option("--most", type=click.IntRange(1, 10_000), default=100, show_default=True, help="With --closed.")
@_language_option
@json_option
def list_command(
    config: Path | None, data: Path | None, *, is_closed: bool, most: int, lang: str, as_json: bool
) -> None:
    """List what is open, oldest first."""
    found = _as_control(
        config,
        data,
        lang,
        lambda control: closed_findings(control, most=most) if is_closed else open_findings(control),
    )
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
        return
    for each in found:
        officer = f"  {each.officer}" if each.officer else ""
        click.echo(f"{each.number:>6}  {each.at:%Y-%m-%d %H:%M}Z  {each.kind}  {each.system}{officer}")
    count = len(found)
    if is_closed:
        click.echo(_said(lang, f"{count} phát hiện đã đóng", f"{count} closed"))
    else:
        click.echo(_said(lang, f"{count} phát hiện chưa đóng", f"{count} open"))


@findings.command("show")
@click.argument("number", type=click.IntRange(1, 2**63 - 1))
@of_deployment
@_language_option
@json_option
def show_command(number: int, config: Path | None, data: Path | None, *, lang: str, as_json: bool) -> None:
    """Show finding NUMBER: what it means, about whom, and who closed it."""
    _print(_as_control(config, data, lang, lambda control: finding(control, number)), lang, as_json=as_json)


@findings.command("close")
@click.argument("number", type=click.IntRange(1, 2**63 - 1))
@of_deployment
@click.option("--by", required=True, help="Name of who has looked; kept with the account this runs under.")
@click.option("--reason", required=True, help="What was found out and why it may go on; goes into the log.")
@_language_option
@json_option
def close_command(
    number: int,
    config: Path | None,
    data: Path | None,
    *,
    by: str,
    reason: str,
    lang: str,
    as_json: bool,
) -> None:
    """Close finding NUMBER for good: what was held back because of it goes on within a second."""

    def close(control: asyncpg.Connection) -> Awaitable[Finding]:
        now = time.time_ns() // 1_000
        return close_finding(control, number, by=by, account=_account(), reason=reason, now=now)

    _print(_as_control(config, data, lang, close), lang, as_json=as_json)


def _account() -> str:
    """Return the account this process runs under, as the system knows it and not as the environment says."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def _as_control(
    config: Path | None,
    data: Path | None,
    language: str,
    act: Callable[[asyncpg.Connection], Awaitable[Result]],
) -> Result:
    """Do one thing on a deployment's database as lt_control; faults end as sentences."""

    async def connected() -> Result:
        database = database_of(configured(config, data))
        connection = await connect(database, Role.CONTROL, application="lienthong findings")
        try:
            return await act(connection)
        finally:
            await connection.close()

    with told():
        try:
            return asyncio.run(connected())
        except FindingError as error:
            raise click.ClickException(_said(language, error.vi, error.en)) from error


def _print(found: Finding, language: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
        return
    meaning = _MEANINGS.get(found.kind)
    facts = [
        (_said(language, "Phát hiện", "Finding"), f"{found.number} ({found.kind})"),
        (
            _said(language, "Ý nghĩa", "Meaning"),
            "" if meaning is None else _said(language, meaning.vi, meaning.en),
        ),
        (_said(language, "Lúc", "At"), f"{found.at:%Y-%m-%d %H:%M:%S}Z"),
        (_said(language, "Cơ quan, hệ thống", "Agency, system"), f"{found.agency}, {found.system}"),
        (_said(language, "Cán bộ khai thác", "Officer"), found.officer),
        (_said(language, "Bản ghi", "Record"), "" if found.record is None else str(found.record)),
        (_said(language, "Chi tiết", "Detail"), found.detail),
    ]
    if found.closed is not None:
        closed = found.closed
        facts += [
            (_said(language, "Đóng lúc", "Closed at"), f"{closed.at:%Y-%m-%d %H:%M:%S}Z"),
            (_said(language, "Người đóng, tài khoản", "By, account"), f"{closed.by}, {closed.account}"),
            (_said(language, "Lý do", "Reason"), closed.reason),
            (_said(language, "Bản ghi việc đóng", "Record of closing"), str(closed.record)),
        ]
    else:
        facts.append((_said(language, "Tình trạng", "State"), _said(language, "chưa đóng", "open")))
    for name, value in facts:
        if value:
            click.echo(f"{name}: {value}")


def _said(language: str, vi: str, en: str) -> str:
    return vi if language == "vi" else en

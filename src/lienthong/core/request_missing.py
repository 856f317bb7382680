"""What a connection request still lacks of its seven contents, item by item, with where it is mended.

Nothing here stops the three tracks, which start on receipt whether the request is complete or not.
Law: R5.1, R5.2.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from lienthong.core.bodies import IDENTIFIER_TEXTS, IdentifierProblem, parse_body_id
from lienthong.core.channels import channel_missing
from lienthong.core.connection_request import (
    DIRECTION_LABELS,
    ConnectionRequest,
    Direction,
    counted_fields,
    written_count,
)
from lienthong.core.letters import SIGNATORY_TEXTS, signatory_problems
from lienthong.core.missing import Missing, Section
from lienthong.core.papers import PROBLEM_TEXTS, Paper, paper_problems
from lienthong.core.purpose import PurposeGround
from lienthong.core.request_fields import fields_missing
from lienthong.core.request_services import asks_fields, gives_something
from lienthong.core.service_catalogue import BY_CODE
from lienthong.core.speech import Text
from lienthong_protocol.record import Act

_PHONE = re.compile(r"\+?[0-9][0-9 .()-]{6,18}[0-9]")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")


def missing(request: ConnectionRequest, today: date) -> tuple[Missing, ...]:
    """Return what a request lacks on a day, in the order of the law's seven contents. Law: R5.1.

    An empty answer is a complete request, which only awaits its signature (`signature_missing`).
    """
    return (
        *_unit(request),
        *_mandates(request, today),
        *_systems(request),
        *_officers(request),
        *_purposes(request),
        *fields_missing(request),
        *_counts(request),
        *_services(request),
        *_technical_description(request, today),
        *channel_missing(request.channel, today),
    )


def signature_missing(request: ConnectionRequest) -> tuple[Missing, ...]:
    """Return what the signing of a request lacks: before that it does not count as sent. Law: R5.3."""
    if request.signatory is None:
        return (
            Missing(
                "signatory",
                Section.SIGNATURE,
                Text(
                    "Văn bản đề nghị phải do người đứng đầu hoặc người được ủy quyền ký thì mới được gửi.",
                    "The head of the body or a delegate signs the request before it counts as sent.",
                ),
            ),
        )
    return tuple(
        Missing(f"signatory_{problem}", Section.SIGNATURE, SIGNATORY_TEXTS[problem])
        for problem in signatory_problems(request.signatory)
    )


def _unit(request: ConnectionRequest) -> Iterator[Missing]:
    if not request.unit.name.strip():
        yield Missing(
            "unit_name",
            Section.UNIT,
            Text("Chưa ghi tên đơn vị đăng ký.", "The registering unit is not named."),
        )
    parsed = parse_body_id(request.unit.identifier)
    if isinstance(parsed, IdentifierProblem):
        yield Missing(f"unit_identifier_{parsed}", Section.UNIT, IDENTIFIER_TEXTS[parsed])


def _mandates(request: ConnectionRequest, today: date) -> Iterator[Missing]:
    where = Section.MANDATES
    if not request.mandates:
        yield Missing(
            "mandates",
            where,
            Text(
                "Chưa nêu chức năng, nhiệm vụ, quyền hạn được giao.",
                "No assigned function, duty or power is stated.",
            ),
        )
    yield from _repeated("mandate_repeated", where, (mandate.code for mandate in request.mandates))
    for mandate in request.mandates:
        if not mandate.description.strip():
            yield Missing(
                "mandate_description",
                where,
                Text("Chưa ghi nội dung nhiệm vụ được giao.", "The assigned duty is not described."),
                mandate.code,
            )
        yield from _paper(
            mandate.assigned_by,
            "mandate_paper",
            where,
            Text("Thiếu văn bản giao nhiệm vụ này.", "The paper that assigns this is missing."),
            about=mandate.code,
            today=today,
        )


def _paper(
    paper: Paper | None, name: str, where: Section, absent: Text, *, about: str, today: date
) -> Iterator[Missing]:
    if paper is None:
        yield Missing(name, where, absent, about)
        return
    for problem in paper_problems(paper, today):
        yield Missing(f"{name}_{problem}", where, PROBLEM_TEXTS[problem], about)


def _systems(request: ConnectionRequest) -> Iterator[Missing]:
    where = Section.SYSTEMS
    if not request.systems:
        yield Missing(
            "systems",
            where,
            Text(
                "Chưa nêu hệ thống thông tin, cơ sở dữ liệu nào.",
                "No information system or database is named.",
            ),
        )
    yield from _repeated("system_repeated", where, (system.id for system in request.systems))
    for system in request.systems:
        if not system.name.strip():
            yield Missing(
                "system_name", where, Text("Chưa ghi tên hệ thống.", "The system has no name."), system.id
            )
        if system.managed_by != request.unit.identifier:
            yield Missing(
                "system_manager",
                where,
                Text(
                    "Hệ thống này không do đơn vị đăng ký quản lý.",
                    "This system is not managed by the registering unit.",
                ),
                system.id,
            )


def _officers(request: ConnectionRequest) -> Iterator[Missing]:
    where = Section.OFFICERS
    covered = {act for officer in request.officers for act in officer.acts}
    for act in _needed_acts(request):
        if act not in covered:
            yield Missing("officer_for_act", where, _ACT_TEXTS[act], act)
    for officer in request.officers:
        if not officer.name.strip() or not officer.post.strip():
            yield Missing(
                "officer_name",
                where,
                Text("Chưa ghi họ tên, chức vụ của cán bộ.", "Name or post of the officer is missing."),
                officer.name,
            )
        if _PHONE.fullmatch(officer.phone.strip()) is None:
            yield Missing(
                "officer_phone",
                where,
                Text("Số điện thoại của cán bộ chưa đúng.", "The officer's telephone number is not usable."),
                officer.name,
            )
        if _EMAIL.fullmatch(officer.email.strip()) is None:
            yield Missing(
                "officer_email",
                where,
                Text(
                    "Địa chỉ thư điện tử của cán bộ chưa đúng.", "The officer's e-mail address is not usable."
                ),
                officer.name,
            )


_ACT_TEXTS = {
    Act.CONNECT: Text("Chưa có cán bộ phụ trách kết nối.", "No officer is in charge of connecting."),
    Act.SHARE: Text("Chưa có cán bộ phụ trách chia sẻ thông tin.", "No officer is in charge of sharing."),
    Act.EXPLOIT: Text("Chưa có cán bộ phụ trách khai thác thông tin.", "No officer is in charge of access."),
}


def _needed_acts(request: ConnectionRequest) -> tuple[Act, ...]:
    directions = {choice.direction for choice in request.choices}
    share = (Act.SHARE,) if Direction.GIVE in directions else ()
    exploit = (Act.EXPLOIT,) if Direction.GET in directions else ()
    return (Act.CONNECT, *share, *exploit)


def _purposes(request: ConnectionRequest) -> Iterator[Missing]:
    where = Section.CONTENT
    if not request.purposes:
        yield Missing("purposes", where, Text("Chưa nêu mục đích nào.", "No purpose is stated."))
    yield from _repeated("purpose_repeated", where, (purpose.code for purpose in request.purposes))
    mandates = {mandate.code for mandate in request.mandates}
    for purpose in request.purposes:
        if not purpose.name.strip():
            yield Missing(
                "purpose_name",
                where,
                Text("Chưa ghi tên mục đích.", "The purpose has no name."),
                purpose.code,
            )
        if not purpose.scope.strip():
            yield Missing(
                "purpose_scope",
                where,
                Text("Chưa nêu phạm vi khai thác.", "The scope of the purpose is not stated."),
                purpose.code,
            )
        if purpose.mandate not in mandates:
            yield Missing(
                "purpose_mandate",
                where,
                Text(
                    "Mục đích này chưa gắn với một chức năng, nhiệm vụ, quyền hạn được giao.",
                    "This purpose does not hang on an assigned function.",
                ),
                purpose.code,
            )
        if purpose.ground is PurposeGround.OTHER_LAW and not purpose.law.strip():
            yield Missing(
                "purpose_law",
                where,
                Text("Chưa nêu tên luật làm căn cứ.", "The law that is the ground is not named."),
                purpose.code,
            )


def _counts(request: ConnectionRequest) -> Iterator[Missing]:
    """Compare the number of fields written in the letter with the fields chosen, per direction."""
    for direction in Direction:
        counted, written = counted_fields(request.choices, direction), written_count(request, direction)
        label = DIRECTION_LABELS[direction]
        if written is None and counted:
            text = Text(
                f"{label.vi}: chưa ghi số lượng trường thông tin (đã chọn {counted}).",
                f"{label.en}: the number of fields is not written ({counted} are chosen).",
            )
            yield Missing("count_not_written", Section.CONTENT, text, direction)
        elif written is not None and written != counted:
            text = Text(
                f"{label.vi}: văn bản ghi {written} trường thông tin nhưng đã chọn {counted} trường.",
                f"{label.en}: the letter says {written} fields, but {counted} are chosen.",
            )
            yield Missing("count_differs", Section.CONTENT, text, direction)


def _services(request: ConnectionRequest) -> Iterator[Missing]:
    where = Section.SERVICES
    # The catalogue has services of access alone: who only shares has none to name.
    only_gives = gives_something(request) and not asks_fields(request)
    if not only_gives and not request.services:
        yield Missing("services", where, Text("Chưa đăng ký dịch vụ nào.", "No service is registered."))
    purposes = {purpose.code for purpose in request.purposes}
    for choice in request.services:
        if choice.service not in BY_CODE:
            yield Missing(
                "service_unknown",
                where,
                Text("Dịch vụ này không có trong danh mục.", "The catalogue has no such service."),
                choice.service,
            )
        if choice.purpose not in purposes:
            yield Missing(
                "service_purpose",
                where,
                Text("Dịch vụ này chưa gắn với một mục đích.", "This service does not hang on a purpose."),
                choice.service,
            )


def _technical_description(request: ConnectionRequest, today: date) -> Iterator[Missing]:
    where = Section.TECHNICAL_DESCRIPTION
    description = request.technical_description
    if description is None or (description.secret is None and not description.upload):
        yield Missing(
            "technical_description",
            where,
            Text(
                "Chưa có tài liệu mô tả kỹ thuật thành phần hệ thống có kết nối.",
                "The technical description of the connecting component is missing.",
            ),
        )
        return
    if description.secret is None:
        return
    for problem in paper_problems(description.secret, today):
        yield Missing(f"technical_description_{problem}", where, PROBLEM_TEXTS[problem])
    if description.upload or description.title or description.secret.degree is None:
        yield Missing(
            "technical_description_secret",
            where,
            Text(
                "Tài liệu bí mật nhà nước chỉ ghi số, ngày, cơ quan ban hành và độ mật.",
                "Of a state secret only number, date, issuer and degree are recorded.",
            ),
        )


def _repeated(name: str, where: Section, ids: Iterable[str]) -> Iterator[Missing]:
    for id, times in Counter(ids).items():
        if times > 1:
            yield Missing(name, where, Text("Mục này được nêu hai lần.", "This entry is there twice."), id)

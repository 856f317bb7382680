"""The fields of a connection request: each chosen by itself, for a purpose, with a reason.

A derived field is measured by what it is computed from, and one that the chosen services cannot give is
shown before the request is filed. Law: R5.1, R1.2, R8.2.
"""

from collections import Counter
from collections.abc import Iterator

from lienthong.core.connection_request import ConnectionRequest, Direction, FieldChoice
from lienthong.core.missing import Missing, Section
from lienthong.core.service_catalogue import BY_CODE
from lienthong.core.speech import Text


def fields_missing(request: ConnectionRequest) -> tuple[Missing, ...]:
    """Return what the choice of fields lacks: a reason, a purpose, a place in the catalogue. Law: R5.1."""
    return tuple(_missing(request))


def marked_fields(request: ConnectionRequest) -> tuple[str, ...]:
    """Return the sensitive and family fields of a request, which forms and letters mark. Law: R1.2."""
    return tuple(dict.fromkeys(choice.field for choice in request.choices if choice.is_marked))


def _missing(request: ConnectionRequest) -> Iterator[Missing]:
    where = Section.CONTENT
    if not request.choices:
        yield Missing("fields", where, Text("Chưa chọn trường thông tin nào.", "No field is chosen."))
    keys = Counter((choice.field, choice.direction, choice.purpose) for choice in request.choices)
    for (name, _, _), times in keys.items():
        if times > 1:
            yield Missing(
                "field_repeated",
                where,
                Text(
                    "Trường thông tin này được chọn hai lần cho cùng một mục đích.",
                    "This field is chosen twice for the same purpose.",
                ),
                name,
            )
    purposes = {purpose.code for purpose in request.purposes}
    for choice in request.choices:
        yield from _choice(choice, purposes)
    yield from _not_offered(request)


def _choice(choice: FieldChoice, purposes: set[str]) -> Iterator[Missing]:
    where = Section.CONTENT
    if not choice.reason.strip():
        yield Missing(
            "field_reason",
            where,
            Text("Chưa nêu lý do cần trường thông tin này.", "No reason is given for this field."),
            choice.field,
        )
    if choice.purpose not in purposes:
        yield Missing(
            "field_purpose",
            where,
            Text("Trường này chưa gắn với một mục đích.", "This field does not hang on a purpose."),
            choice.field,
        )
    if choice.known is not None:
        return
    if choice.direction is Direction.GET:
        yield Missing(
            "field_unknown",
            where,
            Text("Trường này không có trong danh mục.", "The catalogue has no such field."),
            choice.field,
        )
    elif not choice.label.strip():
        yield Missing(
            "field_label",
            where,
            Text("Chưa ghi tên thông tin chuyên ngành.", "The item of information has no name."),
            choice.field,
        )


def _not_offered(request: ConnectionRequest) -> Iterator[Missing]:
    """Find the fields that none of the services registered for their purpose gives or compares."""
    offered: dict[str, int] = {}
    for service in request.services:
        entry = BY_CODE.get(service.service)
        if entry is not None:
            offered[service.purpose] = offered.get(service.purpose, 0) | entry.fields
    for choice in request.choices:
        if choice.direction is not Direction.GET or choice.known is None or choice.purpose not in offered:
            continue
        if not offered[choice.purpose] & choice.known.bit:
            yield Missing(
                "field_not_offered",
                Section.CONTENT,
                Text(
                    "Không dịch vụ nào đã đăng ký cho mục đích này cung cấp trường này.",
                    "No service registered for this purpose offers this field.",
                ),
                choice.field,
            )

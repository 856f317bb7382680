"""The other persons an answer tells about: who of them may be told of, and their own lines in the log.

A protected person is left out of the lists of others as if not recorded there. Whoever is told about gets a
line of their own, as far as the register knows who that is. Law: R1.2.
"""

from collections.abc import Iterator

from lienthong.core.answer import LineFacts, TagLabel
from lienthong.core.evidence import Evidence, ListRow
from lienthong.core.field_kinds import Field, FieldType
from lienthong.core.fields import fields_in, source_bits
from lienthong.core.grant import Right
from lienthong_protocol.record import Outcome, Visibility


def without_protected(evidence: Evidence, right: Right, now: int) -> Evidence:
    """Return the evidence without list entries about protected persons the right does not reach."""
    if all(right.sees_protected(row.related_protection, now) for row in evidence.lists):
        return evidence
    return Evidence(
        person_id=evidence.person_id,
        person_key=evidence.person_key,
        current_number=evidence.current_number,
        name=evidence.name,
        birth_date=evidence.birth_date,
        death_kind=evidence.death_kind,
        province=evidence.province,
        protection=evidence.protection,
        examination=evidence.examination,
        candidates=evidence.candidates,
        values=evidence.values,
        consent=evidence.consent,
        lists=tuple(row for row in evidence.lists if right.sees_protected(row.related_protection, now)),
    )


def lines_of_relatives(
    evidence: Evidence, told: int, *, visibility: Visibility, law: str | None, case: str | None
) -> tuple[LineFacts, ...]:
    """Return a line for each other person that the told fields (bits) say something about.

    One line a person, also where one stands in several lists. Nobody gets a line about themselves here, and
    an entry without key and number is of no one who could be found again.
    """
    asked: dict[tuple[bytes, str], int] = {}
    given: dict[tuple[bytes, str], int] = {}
    fields = tuple(fields_in(source_bits(told)))
    for row in evidence.lists:
        who = _who(row)
        if who is None or row.related_key == evidence.person_key:
            continue
        asked[who] = asked.get(who, 0) | sum(field.bit for field in fields if field.list == row.list)
        given[who] = given.get(who, 0) | sum(field.bit for field in _known(row, fields))
    return tuple(
        LineFacts(
            label=TagLabel.PERSON if key else TagLabel.CLAIMED,
            person_key=key,
            number=number,
            outcome=Outcome.RELATED,
            asked=asked[key, number],
            given=bits,
            visibility=visibility,
            law=law,
            case=case,
        )
        for (key, number), bits in given.items()
        if bits
    )


def _who(row: ListRow) -> tuple[bytes, str] | None:
    if row.related_key:
        return row.related_key, ""
    number = row.number or row.old_number
    return (b"", number) if number else None


def _known(row: ListRow, fields: tuple[Field, ...]) -> Iterator[Field]:
    """Yield the fields whose part of this entry is known."""
    for field in fields:
        if field.list == row.list and _part(row, field) is not None:
            yield field


def _part(row: ListRow, field: Field) -> str | None:
    match field.type:
        case FieldType.NAME:
            return row.name
        case FieldType.NUMBER:
            return row.number
        case FieldType.OLD_NUMBER:
            return row.old_number
        case _:
            return row.relation if field.name.endswith("relations") else row.nationality

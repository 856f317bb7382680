"""Guides: owed when a request is accepted or a grant published, written, published, owed anew."""

from datetime import timedelta

import msgspec
import pytest
from django.db import ProgrammingError, connection

from lienthong.control.audit.events import database_now, events_of
from lienthong.control.guides import opening, queries, writing
from lienthong.control.guides.models import Guide, GuideEdition, GuideSource
from lienthong.control.guides.owed import current_text
from lienthong.control.guides.queries import Shown
from lienthong.control.jobs.registry import DUTIES
from lienthong.control.notices.models import Notice
from lienthong.core.access import Role
from lienthong.core.connection_request import Direction
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.grant_document import encode_document
from lienthong.core.guide_states import GuideState
from lienthong.core.guides import FILL_IN, LONGEST_PART, Basis, DutyState, GuidePart
from lienthong.core.legal_days import moment
from lienthong.db import Role as DatabaseRole
from lienthong.db import connect_blocking
from tests.control.filed import body_of, received
from tests.control.guided import (
    LESS,
    MORE,
    ONE_SYSTEM,
    asked,
    fill_in,
    fresh,
    guide_of,
    owed,
    publish,
    published,
)
from tests.control.portal import OTHER_BODY, OWN_BODY
from tests.core.granting import document, right


def code_of(refusal: object) -> ControlCode:
    assert isinstance(refusal, ControlRefuse), refusal
    return refusal.code


def duty_of(guide: Guide, reader: object) -> DutyState:
    return queries.guide_page(guide.pk, reader).duty.state


@pytest.mark.law("R7.1")
def test_a_request_received_has_a_draft_and_no_duty_yet(portals):
    guide, writer = asked(), portals.account(Role.INTEGRATOR)
    page = queries.guide_page(guide.pk, writer)
    assert (page.duty.state, page.duty.due) == (DutyState.AHEAD, None)
    services = page.text.parts[GuidePart.SERVICES]
    for choice in ONE_SYSTEM.choices:
        if choice.direction is Direction.GET:
            assert f"`{choice.field}`" in services
            assert choice.reason in services
    assert FILL_IN in page.text.parts[GuidePart.RECORDS]
    assert "02 năm" in page.text.parts[GuidePart.RECORDS]
    assert queries.missing_count() == 0


@pytest.mark.law("R7.1")
def test_an_accepted_request_opens_the_duty_and_tells_who_writes(portals):
    writer, head = portals.account(Role.INTEGRATOR), portals.account(Role.AGENCY_HEAD)
    guide = owed(portals)
    row = queries.of_body(OWN_BODY)[0]
    assert (row.state, queries.missing_count()) == (DutyState.OPEN, 1)
    assert guide.due_at - guide.since > timedelta(days=30)
    told = Notice.objects.filter(account=writer.id, subject_vi__contains="tài liệu hướng dẫn")
    assert told.get().link == f"/agency/guides/{guide.pk}/"
    assert not Notice.objects.filter(account=head.id, subject_vi__contains="tài liệu hướng dẫn").exists()
    before = Notice.objects.count(), len(events_of("guide", str(guide.pk)))
    assert opening.look() == 0
    assert (Notice.objects.count(), len(events_of("guide", str(guide.pk)))) == before


@pytest.mark.law("R7.1")
def test_an_edition_meets_the_duty_and_stays_as_it_was(portals):
    guide, publisher = owed(portals), portals.account(Role.CONTACT_OFFICER)
    fill_in(guide, publisher)
    assert publish(guide, publisher) == 1
    assert fresh(guide).state == GuideState.PUBLISHED
    assert duty_of(guide, publisher) is DutyState.MET
    assert queries.missing_count() == 0
    first = queries.edition(guide.pk, 1)
    assert events_of("guide", str(guide.pk))[0].detail == {"edition": "1", "sha256": first.row.sha256}
    text = "Đầu mối mới: Lê Thị An."
    contacts = current_text(fresh(guide)).parts[GuidePart.CONTACTS]
    saved = writing.save_part(
        guide.pk, GuidePart.CONTACTS, text, base=writing.mark_of(contacts), actor=publisher
    )
    assert isinstance(saved, writing.SavedPart)
    assert duty_of(guide, publisher) is DutyState.MET, "while the next edition is written this one holds"
    assert publish(guide, publisher) == 2
    assert queries.edition(guide.pk, 1) == first
    assert dict(queries.edition(guide.pk).parts)[GuidePart.CONTACTS] == text


@pytest.mark.law("R7.1")
def test_a_wider_scope_opens_the_duty_again_and_says_what_is_missing(portals):
    guide = published(portals)
    reader = portals.account(Role.INTEGRATOR)
    due = guide.due_at
    Guide.objects.filter(pk=guide.pk).update(due_at=due - timedelta(days=40))
    owed(portals, content=MORE)
    page = queries.guide_page(guide.pk, reader)
    assert [item.code for item in page.duty.lacking] == ["blood_group"]
    assert (page.duty.state, page.state) == (DutyState.OPEN, GuideState.OUTDATED)
    assert fresh(guide).due_at >= due, "the term of what is new begins anew"
    publisher = portals.account(Role.CONTACT_OFFICER)
    assert publish(guide, publisher) == 2, "the generated part tells the new scope by itself"
    assert duty_of(guide, reader) is DutyState.MET


@pytest.mark.law("R7.1")
def test_a_narrower_scope_and_a_mere_request_leave_the_duty_met(portals):
    guide = published(portals)
    owed(portals, content=LESS)
    reader = portals.account(Role.INTEGRATOR)
    assert (duty_of(guide, reader), fresh(guide).state) == (DutyState.MET, GuideState.PUBLISHED)
    received(OWN_BODY, content=MORE)
    opening.look()
    assert duty_of(guide, reader) is DutyState.MET
    assert fresh(guide).basis == Basis.AGREED


@pytest.mark.law("R7.1")
def test_a_withdrawn_request_takes_its_draft_back_and_no_other(portals):
    guide, reader = asked(), portals.account(Role.INTEGRATOR)
    request = GuideSource.objects.select_related("version__request").get().version.request
    request.state = "withdrawn"
    request.save()
    opening.look()
    assert duty_of(guide, reader) is DutyState.NONE
    held = published(portals, OTHER_BODY)
    other = received(OTHER_BODY, content=MORE)
    opening.look()
    other.state = "withdrawn"
    other.save()
    opening.look()
    assert fresh(held).basis == Basis.AGREED


@pytest.mark.law("R7.1")
def test_who_is_late_is_reminded_once_and_listed_first(portals):
    writer = portals.account(Role.CONTACT_OFFICER)
    guide = owed(portals)
    late = moment(database_now()) - timedelta(days=1)
    Guide.objects.filter(pk=guide.pk).update(due_at=late)
    assert opening.look() == 1
    assert opening.look() == 0
    overdue = Notice.objects.filter(account=writer.id, subject_vi__contains="Quá hạn")
    assert overdue.count() == 1
    assert "Giới tính" in overdue.get().body_vi
    assert [row.state for row in queries.listed(Shown.OVERDUE, "", 1).rows] == [DutyState.OVERDUE]
    assert events_of("guide", str(guide.pk))[0].kind == "guide.reminded"


def test_the_lists_tell_apart_what_is_missing_and_what_is_published(portals):
    published(portals)
    owed(portals, OTHER_BODY)
    assert [row.body for row in queries.listed(Shown.MISSING, "", 1).rows] == ["Sở Y tế số 8"]
    assert [row.body for row in queries.listed(Shown.PUBLISHED, "", 1).rows] == ["Sở Y tế số 7"]
    assert [row.body for row in queries.listed(Shown.ALL, "số 7", 1).rows] == ["Sở Y tế số 7"]
    assert queries.listed(Shown.ALL, "", 1).total == 2
    assert queries.listed(Shown.OVERDUE, "", 1).total == 0
    assert [row.edition for row in queries.missing_of_body(OTHER_BODY)] == [0]


@pytest.mark.law("R7.1")
def test_what_is_not_whole_is_not_published(portals):
    guide, publisher = owed(portals), portals.account(Role.CONTACT_OFFICER)

    def refused() -> ControlRefuse:
        text = current_text(fresh(guide))
        answer = writing.publish(guide.pk, seen=text.sha256, actor=publisher)
        assert code_of(answer) is ControlCode.GUIDE_NOT_READY
        return answer

    writing.save_part(guide.pk, GuidePart.OFFICERS, "Chỉ khai thác khi có hồ sơ.", base="", actor=publisher)
    assert "còn chỗ phải điền" in refused().text.vi
    fill_in(guide, publisher)
    shown = current_text(fresh(guide)).parts
    for part, text, why in (
        (GuidePart.OFFICERS, " \r\n ", "Trách nhiệm của cán bộ khai thác còn trống"),
        (GuidePart.SERVICES, "Tra cứu.", "chưa nêu"),
    ):
        base = writing.mark_of(shown[part])
        assert isinstance(
            writing.save_part(guide.pk, part, text, base=base, actor=publisher), writing.SavedPart
        )
        assert why in refused().text.vi
        writing.save_part(
            guide.pk, part, shown[part], base=writing.mark_of(writing.tidy(text)), actor=publisher
        )
    assert GuideEdition.objects.count() == 0
    assert publish(guide, publisher) == 1


def test_a_part_that_is_too_long_is_refused_and_not_cut(portals):
    guide, writer = owed(portals), portals.account(Role.INTEGRATOR)
    refusal = writing.save_part(guide.pk, GuidePart.OFFICERS, "a" * (LONGEST_PART + 1), base="", actor=writer)
    assert code_of(refusal) is ControlCode.GUIDE_PART_TOO_LONG
    assert (fresh(guide).parts, fresh(guide).state) == ({}, GuideState.DUE)
    most = writing.save_part(guide.pk, GuidePart.OFFICERS, "á" * LONGEST_PART, base="", actor=writer)
    assert isinstance(most, writing.SavedPart)


def test_of_two_tabs_the_second_is_told_and_nothing_is_overwritten(portals):
    guide = owed(portals)
    first, second = (
        portals.account(Role.INTEGRATOR, name="Lê Văn Bình"),
        portals.account(Role.CONTACT_OFFICER),
    )
    opened = writing.mark_of(current_text(guide).parts[GuidePart.OFFICERS])
    assert isinstance(
        writing.save_part(guide.pk, GuidePart.OFFICERS, "Một", base=opened, actor=first), writing.SavedPart
    )
    lost = writing.save_part(guide.pk, GuidePart.OFFICERS, "Hai", base=opened, actor=second)
    assert code_of(lost) is ControlCode.GUIDE_PART_WRITTEN
    assert "Lê Văn Bình" in lost.text.vi
    assert queries.part_text(guide.pk, GuidePart.OFFICERS).text == "Một"
    same = writing.save_part(guide.pk, GuidePart.OFFICERS, "Một", base=opened, actor=second)
    assert isinstance(same, writing.SavedPart), "who wrote the same has lost nothing"
    other = writing.save_part(guide.pk, GuidePart.CALLS, "Ba", base="", actor=second)
    assert isinstance(other, writing.SavedPart), "another part is nobody's loss"
    on_purpose = writing.save_part(
        guide.pk, GuidePart.OFFICERS, "Hai", base=writing.mark_of("Một"), actor=second
    )
    assert isinstance(on_purpose, writing.SavedPart)


@pytest.mark.law("R7.1")
def test_what_is_published_is_what_was_read_and_once(portals):
    guide, publisher = owed(portals), portals.account(Role.CONTACT_OFFICER)
    fill_in(guide, publisher)
    read = current_text(fresh(guide)).sha256
    writing.save_part(guide.pk, GuidePart.CALLS, "Khác", base="", actor=publisher)
    shown = current_text(fresh(guide)).parts[GuidePart.CALLS]
    writing.save_part(guide.pk, GuidePart.CALLS, "Khác", base=writing.mark_of(shown), actor=publisher)
    stale = writing.publish(guide.pk, seen=read, actor=publisher)
    assert code_of(stale) is ControlCode.GUIDE_MOVED
    assert publish(guide, publisher) == 1
    again = writing.publish(guide.pk, seen=current_text(fresh(guide)).sha256, actor=publisher)
    assert code_of(again) is ControlCode.GUIDE_UNCHANGED
    assert GuideEdition.objects.count() == 1
    assert sum(event.kind == "guide.published" for event in events_of("guide", str(guide.pk))) == 1


def test_the_generated_text_can_be_taken_back(portals):
    guide, writer = owed(portals), portals.account(Role.INTEGRATOR)
    drafted = current_text(guide).parts[GuidePart.OFFICERS]
    writing.save_part(guide.pk, GuidePart.OFFICERS, "Một", base=writing.mark_of(drafted), actor=writer)
    assert writing.restore_part(guide.pk, GuidePart.OFFICERS, actor=writer) is None
    assert queries.part_text(guide.pk, GuidePart.OFFICERS).text == drafted
    assert writing.restore_part(guide.pk, GuidePart.OFFICERS, actor=writer) is None


@pytest.mark.law("R7.1", "R8.1")
def test_nobody_writes_or_publishes_what_is_not_theirs(portals):
    guide = owed(portals)
    head, staff = portals.account(Role.AGENCY_HEAD), portals.account(Role.HANDLER, Role.CHIEF)
    stranger = portals.account(Role.CONTACT_OFFICER, body=OTHER_BODY)
    for actor, code in (
        (head, ControlCode.NOT_YOUR_ROLE),
        (staff, ControlCode.NOT_FOUND_HERE),
        (stranger, ControlCode.NOT_FOUND_HERE),
    ):
        assert code_of(writing.save_part(guide.pk, GuidePart.CALLS, "x", base="", actor=actor)) is code
        assert code_of(writing.restore_part(guide.pk, GuidePart.CALLS, actor=actor)) is code
    fill_in(guide, portals.account(Role.INTEGRATOR))
    text = current_text(fresh(guide)).sha256
    for actor in (head, staff, stranger, portals.account(Role.INTEGRATOR)):
        refusal = code_of(writing.publish(guide.pk, seen=text, actor=actor))
        assert refusal in (ControlCode.NOT_YOUR_ROLE, ControlCode.NOT_FOUND_HERE)
    assert GuideEdition.objects.count() == 0
    sharing = writing.save_part(guide.pk, GuidePart.SHARING, "x", base="", actor=stranger)
    assert code_of(sharing) is ControlCode.NOT_FOUND_HERE


def test_the_database_keeps_editions_as_they_were(portals):
    published(portals)
    with pytest.raises(ProgrammingError, match="permission denied"):
        GuideEdition.objects.update(title="x")
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM guide_edition")


@pytest.mark.law("R9.1")
def test_the_authority_writes_and_publishes_its_own_guide(portals):
    handler, chief = portals.account(Role.HANDLER), portals.account(Role.CHIEF)
    assert opening.look() == 1
    assert opening.look() == 0
    number = queries.authority_guide_number()
    guide = Guide.objects.get(pk=number)
    page = queries.guide_page(number, handler)
    assert (page.duty.state, page.duty.due, page.may_publish) == (DutyState.OPEN, None, False)
    assert queries.missing_count() == 0, "the count is of connected bodies"
    fill_in(guide, handler)
    assert (
        code_of(writing.publish(number, seen=current_text(fresh(guide)).sha256, actor=handler))
        is ControlCode.NOT_YOUR_ROLE
    )
    assert publish(guide, chief) == 1
    assert duty_of(guide, handler) is DutyState.MET
    agency = portals.account(Role.CONTACT_OFFICER)
    assert code_of(writing.save_part(number, GuidePart.CONNECTING, "x", base="", actor=agency)) is (
        ControlCode.NOT_FOUND_HERE
    )


def test_the_duty_comes_round_and_one_unreadable_file_holds_up_no_other(portals, caplog):
    broken = received(OTHER_BODY, content=ONE_SYSTEM)
    with connect_blocking(portals.database, DatabaseRole.ADMINISTRATOR) as administrator:
        # What was signed is nobody's to change who works here; a later program may read it otherwise.
        administrator.execute(
            "UPDATE control.request_version SET content = '{\"unit\": 1}' WHERE request_id = %s", [broken.pk]
        )
    received(OWN_BODY, content=ONE_SYSTEM)
    DUTIES["guides.look"].act()
    assert guide_of(OWN_BODY).basis == Basis.ASKED
    assert f"request {broken.reference} cannot be read" in caplog.text
    caplog.clear()
    DUTIES["guides.look"].act()
    assert caplog.text == ""


def granted(portals, version: int, *, revision: int, content: bytes | None = None, **changes: object) -> None:
    """Publish a grant of OWN_BODY's first system, as the notary would."""
    made = document(revision=revision, **changes)
    made = msgspec.structs.replace(made, system=msgspec.structs.replace(made.system, id=f"his-{OWN_BODY}"))
    with connect_blocking(portals.database, DatabaseRole.ADMINISTRATOR) as administrator:
        administrator.execute(
            "INSERT INTO exchange.grant "
            "(version, system, revision, document, signature, signer, published_at) "
            "VALUES (%s, %s, %s, %s, '', 'x', now())",
            [version, f"his-{OWN_BODY}", revision, content or encode_document(made)],
        )


@pytest.mark.law("R7.1", "R8.2")
def test_a_grant_in_force_is_what_the_guide_has_to_tell(portals):
    body_of(OWN_BODY)
    writer = portals.account(Role.INTEGRATOR)
    granted(portals, 1, revision=1, rights=(right(fields=("sex",)),))
    assert opening.look() == 2, "the authority's own and the granted one"
    guide = guide_of(OWN_BODY)
    page = queries.guide_page(guide.pk, writer)
    assert (page.basis, page.duty.state) == (Basis.GRANTED, DutyState.OPEN)
    assert [item.code for item in page.duty.lacking] == ["patient", "lookup", "sex"]
    assert opening.look() == 0
    since, due = guide.since, guide.due_at
    granted(portals, 2, revision=2, rights=(right(fields=("sex",)),))
    opening.look()
    assert (fresh(guide).since, fresh(guide).due_at) == (since, due), "confirmed: the term runs on"
    granted(portals, 3, revision=3, rights=(right(fields=("sex", "religion")),))
    opening.look()
    assert fresh(guide).since > since
    assert len(Notice.objects.filter(account=writer.id)) == 2
    received(OWN_BODY, content=MORE)
    opening.look()
    assert fresh(guide).basis == Basis.GRANTED, "what is asked for moves nothing"


@pytest.mark.law("R7.1")
def test_a_connection_that_has_ended_owes_no_guide(portals, caplog):
    body_of(OWN_BODY)
    reader = portals.account(Role.INTEGRATOR)
    granted(portals, 1, revision=1, rights=(right(fields=("sex",)),))
    opening.look()
    guide = guide_of(OWN_BODY)
    past = moment(database_now()) - timedelta(days=1)
    Guide.objects.filter(pk=guide.pk).update(until=past, due_at=past)
    assert opening.look() == 0, "nobody is reminded of what has ended"
    assert duty_of(guide, reader) is DutyState.NONE
    assert (queries.missing_count(), queries.missing_of_body(OWN_BODY)) == (0, ())
    granted(portals, 2, revision=2, content=b"no grant")
    opening.look()
    assert "grant 2 cannot be read" in caplog.text
    granted(portals, 3, revision=3, rights=())
    opening.look()
    assert fresh(guide).basis == Basis.NONE

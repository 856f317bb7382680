"""Letters of the authority: from draft to issue, numbers never burnt, refusals that need their law."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from pyhanko.pdf_utils.reader import PdfFileReader

from lienthong.config import AuthoritySettings
from lienthong.control.assessments.models import Assessment
from lienthong.control.audit.events import database_now, events_of
from lienthong.control.connections.handling import set_stand_in
from lienthong.control.connections.models import DocumentsTrack, Message, Request, SupportTrack
from lienthong.control.letters import outgoing
from lienthong.control.letters.models import Counter, OutgoingLetter, Upload
from lienthong.control.letters.outgoing import Wording
from lienthong.control.letters.outgoing_content import Purpose
from lienthong.control.letters.uploads import content_of
from lienthong.core.access import Actor, Role
from lienthong.core.connection_request import ConnectionRequest
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.legal_days import day_of
from lienthong.core.letter_states import OutgoingState
from lienthong.core.letters import Capacity
from lienthong.core.request_answer import OBJECTION, RefusalDraft, RefusalGround
from lienthong.core.request_states import RequestState
from lienthong.documents.pdf_signature import SignedBy, verify_letter
from tests.control.filed import assigned, fresh, received, seen
from tests.control.portal import OWN_BODY
from tests.control.test_handling import both
from tests.core.requesting import COMPLETE
from tests.documents.authority import TestAuthority

AHEAD = date(2030, 1, 31)
INCOMPLETE: ConnectionRequest = replace(COMPLETE, officers=())
REFUSAL = RefusalDraft(
    ground=RefusalGround.NO_LEGAL_BASIS,
    reasons="Mục đích quảng cáo không có căn cứ.",
    law="Thông tư số 46/2022/TT-BCA",
    objection=OBJECTION.vi,
)


class Office:
    """The people of the unit, and a request that lies with its handler."""

    def __init__(self, portals, content: ConnectionRequest = COMPLETE) -> None:
        self.chief = portals.account(Role.CHIEF, name="Đại tá Vũ Hải")
        self.handler = portals.account(Role.HANDLER, name="Lê Thị Hường")
        self.clerk = portals.account(Role.INTAKE_CLERK, name="Phạm Minh Đức")
        self.request: Request = assigned(OWN_BODY, self.chief, self.handler, content=content)

    def wording(self, **changes: object) -> Wording:
        return Wording(
            **{
                "signer": self.chief.id,
                "title": "Cục trưởng",
                "points": ("Cán bộ phụ trách",),
                "until": AHEAD,
            }
            | changes
        )

    def draft(self, purpose: Purpose = Purpose.SUPPLEMENT, **changes: object) -> OutgoingLetter:
        if purpose is Purpose.REFUSAL:
            changes = {"refusal": REFUSAL} | changes
        made = outgoing.draft(seen(self.request), purpose, self.wording(**changes), actor=self.handler)
        assert isinstance(made, int), made.text
        return OutgoingLetter.objects.get(pk=made)

    def signed(self, purpose: Purpose = Purpose.SUPPLEMENT, **changes: object) -> OutgoingLetter:
        letter = self.draft(purpose, **changes)
        assert self.act(outgoing.submit, letter, self.handler) is None
        assert self.act(outgoing.sign, letter, self.chief) is None
        return self.fresh(letter)

    @staticmethod
    def fresh(letter: OutgoingLetter) -> OutgoingLetter:
        return OutgoingLetter.objects.get(pk=letter.pk)

    @classmethod
    def act(cls, does, letter: OutgoingLetter, actor: Actor, *more: object) -> ControlRefuse | None:
        return does(letter.pk, cls.fresh(letter).version, *more, actor=actor)


@pytest.fixture
def office(portals, seal) -> Office:
    return Office(portals)


@pytest.mark.law("R5.3", "R1.3")
def test_the_issue_of_a_letter_asks_for_the_supplement(office, seal: TestAuthority):
    letter = office.signed()
    assert (letter.number, letter.dated, letter.signed_by) == (None, None, office.chief.id)
    assert fresh(office.request).state == RequestState.ASSIGNED
    assert office.act(outgoing.issue, letter, office.clerk) is None
    letter, request = office.fresh(letter), fresh(office.request)
    assert letter.state == OutgoingState.ISSUED
    assert letter.number == "01/C06-DLDC"
    assert letter.dated == day_of(database_now())
    assert (request.state, request.supplement_by) == (RequestState.SUPPLEMENT_ASKED, AHEAD)
    assert DocumentsTrack.objects.get(request=request).state == "preparing", "no track waits for it"
    assert "01/C06-DLDC" in Message.objects.get(request=request).text
    event = events_of("request", request.reference)[0]
    assert event.kind == "letter.issue"
    assert event.detail["to"] == "supplement_asked"
    content = content_of(letter.document)
    signed = verify_letter(content, drafted=None, roots=[seal.root], now=datetime(2026, 12, 1, tzinfo=UTC))
    assert isinstance(signed, SignedBy)
    assert signed.name == "C06"


@pytest.mark.law("R5.3")
def test_the_letter_says_what_was_drafted(office):
    letter = office.signed(points=("Cán bộ phụ trách", "Lý do dùng trường tôn giáo"))
    assert office.act(outgoing.issue, letter, office.clerk) is None
    text = text_of(content_of(office.fresh(letter).document))
    for words in (
        "01/C06-DLDC", "Sở Y tế số 7", "Lý do dùng trường tôn giáo", "31/01/2030", "CỤC TRƯỞNG",
        "Đại tá Vũ Hải", "Thông tư số 46/2022/TT-BCA", office.request.reference, "Ký bởi",
    ):  # fmt: skip
        assert words in text


def text_of(pdf: bytes) -> str:
    import subprocess

    assert PdfFileReader(io.BytesIO(pdf))
    read = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(read.stdout.decode().split())


@pytest.mark.law("R1.3", "R8.7")
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"law": " "}, "nêu căn cứ pháp luật"),
        ({"reasons": ""}, "nêu lý do"),
        ({"objection": ""}, "cách đề nghị xem xét lại"),
        ({"ground": RefusalGround.NOT_SUPPLEMENTED}, "đã đủ nội dung"),
    ],
)
def test_a_refusal_without_law_reasons_or_objection_is_never_signed(office, change, why):
    letter = office.draft(Purpose.REFUSAL, refusal=replace(REFUSAL, **change))
    refusal = office.act(outgoing.submit, letter, office.handler)
    assert refusal.code is ControlCode.REFUSAL_NOT_LAWFUL
    assert why in refusal.text.vi
    # Even a row that was submitted past the rules finds them at the signature and at the issue.
    OutgoingLetter.objects.filter(pk=letter.pk).update(state="submitted")
    assert office.act(outgoing.sign, letter, office.chief).code is ControlCode.REFUSAL_NOT_LAWFUL
    OutgoingLetter.objects.filter(pk=letter.pk).update(state="signed")
    assert office.act(outgoing.issue, letter, office.clerk).code is ControlCode.REFUSAL_NOT_LAWFUL
    assert fresh(office.request).state == RequestState.ASSIGNED
    assert not Counter.objects.filter(series="outgoing").exists()


@pytest.mark.law("R1.3", "R8.7")
def test_a_lawful_refusal_settles_the_request_and_closes_its_tracks(office):
    letter = office.signed(Purpose.REFUSAL)
    assert office.act(outgoing.issue, letter, office.clerk) is None
    request = fresh(office.request)
    assert request.state == RequestState.REFUSED
    assert request.settled_at is not None
    assert DocumentsTrack.objects.get(request=request).state == "closed"
    assert SupportTrack.objects.get(request=request).state == "closed"
    assert {each.state for each in Assessment.objects.filter(request=request)} == {"closed"}
    text = text_of(content_of(office.fresh(letter).document))
    assert "Căn cứ pháp luật" in text
    assert "người giải quyết không phải là người đã từ chối" in text


@pytest.mark.law("R1.3")
def test_an_incomplete_request_is_refused_only_after_the_term_of_its_supplement(portals, seal):
    office = Office(portals, INCOMPLETE)
    office.act(outgoing.issue, office.signed(), office.clerk)
    office.request = fresh(office.request)
    draft = replace(REFUSAL, ground=RefusalGround.NOT_SUPPLEMENTED)
    letter = office.draft(Purpose.REFUSAL, refusal=draft)
    refusal = office.act(outgoing.submit, letter, office.handler)
    assert "chờ hết thời hạn" in refusal.text.vi
    Request.objects.update(supplement_by=day_of(database_now()) - timedelta(days=1))
    assert office.act(outgoing.submit, letter, office.handler) is None


def test_a_letter_that_comes_too_late_changes_nothing(office):
    """Signed to ask for a supplement, while the request was accepted meanwhile."""
    letter = office.signed()
    Request.objects.filter(pk=office.request.pk).update(state="proposed")
    Request.objects.filter(pk=office.request.pk).update(state="accepted")
    assert office.act(outgoing.issue, letter, office.clerk).code is ControlCode.NOT_IN_THIS_STATE
    assert office.fresh(letter).number is None
    assert not Counter.objects.filter(series="outgoing").exists()


@pytest.mark.law("R5.3")
def test_a_failed_signature_burns_no_number(office, settings_of, tmp_path):
    first, second = office.signed(), office.signed(Purpose.RECEIPT)
    broken = tmp_path / "broken.key"
    broken.write_text("no key")
    for authority, code in (
        (AuthoritySettings(), ControlCode.SEAL_MISSING),
        (AuthoritySettings(seal_key=broken, seal_certificate=broken), ControlCode.SEAL_FAILED),
        (AuthoritySettings(seal_key=tmp_path / "x", seal_certificate=broken), ControlCode.SEAL_FAILED),
    ):
        with settings_of(authority=authority):
            assert office.act(outgoing.issue, first, office.clerk).code is code
    assert office.fresh(first).state == OutgoingState.SIGNED
    assert not Counter.objects.filter(series="outgoing").exists()
    assert not Upload.objects.filter(name__contains="C06").exists()
    assert office.act(outgoing.issue, second, office.clerk) is None
    assert office.act(outgoing.issue, first, office.clerk) is None
    assert [office.fresh(each).number for each in (second, first)] == ["01/PB-C06", "02/C06-DLDC"]


def test_a_crash_after_the_seal_burns_no_number(office, monkeypatch):
    letter = office.signed()
    with monkeypatch.context() as patched:
        patched.setattr("lienthong.control.audit.acting.write", lambda *_a, **_n: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            office.act(outgoing.issue, letter, office.clerk)
    assert office.fresh(letter).state == OutgoingState.SIGNED
    assert fresh(office.request).state == RequestState.ASSIGNED
    assert not Counter.objects.filter(series="outgoing").exists()


@pytest.mark.law("R5.3")
def test_letters_issued_at_once_have_numbers_one_after_another(portals, seal):
    offices = [Office(portals) for _ in range(3)]
    letters = [office.signed() for office in offices]
    results = both(
        *(
            lambda office=office, letter=letter: office.act(outgoing.issue, letter, office.clerk)
            for office, letter in zip(offices, letters, strict=True)
        )
    )
    assert results == [None, None, None]
    numbers = sorted(OutgoingLetter.objects.values_list("number", flat=True))
    assert numbers == ["01/C06-DLDC", "02/C06-DLDC", "03/C06-DLDC"]


def test_of_two_clerks_who_issue_one_letter_one_is_told(office, portals):
    letter = office.signed()
    other = portals.account(Role.INTAKE_CLERK)
    version = letter.version
    results = both(
        lambda: outgoing.issue(letter.pk, version, actor=office.clerk),
        lambda: outgoing.issue(letter.pk, version, actor=other),
    )
    (lost,) = [result for result in results if result is not None]
    assert lost.code is ControlCode.DECIDED_MEANWHILE
    assert Counter.objects.get(series="outgoing").last == 1


def test_a_draft_is_returned_with_a_remark_mended_and_submitted_again(office):
    letter = office.draft()
    assert office.act(outgoing.submit, letter, office.handler) is None
    assert office.act(outgoing.return_draft, letter, office.chief, " ").code is ControlCode.MESSAGE_EMPTY
    assert office.act(outgoing.return_draft, letter, office.chief, "Ghi rõ điểm") is None
    assert (office.fresh(letter).state, office.fresh(letter).remark) == (
        OutgoingState.RETURNED,
        "Ghi rõ điểm",
    )
    mended = office.wording(
        points=("Điểm a",), capacity=Capacity.BY_ORDER, for_title="Cục trưởng", title="Phó"
    )
    assert office.act(outgoing.rewrite, letter, office.handler, mended) is None
    assert office.fresh(letter).state == OutgoingState.DRAFT
    assert office.act(outgoing.submit, letter, office.handler) is None
    text = text_of(outgoing.preview(letter.pk))
    assert "TL. CỤC TRƯỞNG" in text
    assert "Ký bởi" not in text


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"points": (" ",)}, ControlCode.LETTER_NOT_READY),
        ({"until": None}, ControlCode.LETTER_NOT_READY),
        ({"until": date(2026, 1, 1)}, ControlCode.TERM_NOT_AHEAD),
        ({"title": ""}, ControlCode.LETTER_NOT_READY),
        ({"capacity": Capacity.DEPUTY}, ControlCode.LETTER_NOT_READY),
    ],
)
def test_a_letter_that_lacks_something_is_not_submitted(office, changes, code):
    letter = office.draft(**changes)
    assert office.act(outgoing.submit, letter, office.handler).code is code
    assert office.fresh(letter).state == OutgoingState.DRAFT


def test_only_the_signatory_signs_and_only_staff_who_may_are_named(office, portals):
    other = portals.account(Role.APPROVER)
    letter = office.draft()
    assert office.act(outgoing.submit, letter, office.handler) is None
    refusal = office.act(outgoing.sign, letter, other)
    assert refusal.code is ControlCode.NOT_THE_SIGNATORY
    assert office.chief.name in refusal.text.vi
    assert office.act(outgoing.sign, letter, office.handler).code is ControlCode.NOT_YOUR_ROLE
    assert office.act(outgoing.withdraw, letter, office.handler) is None
    made = outgoing.draft(
        seen(office.request), Purpose.SUPPLEMENT, office.wording(signer=office.clerk.id), actor=office.handler
    )
    assert made.code is ControlCode.SIGNER_UNKNOWN


@pytest.mark.law("R1.3")
def test_one_account_with_both_roles_writes_no_letter_that_it_signs(office, portals):
    twofold = portals.account(Role.HANDLER, Role.CHIEF, name="Phạm Hai Vai")
    assert set_stand_in(seen(office.request), twofold.id, actor=office.chief) is None
    office.request.refresh_from_db()
    letter = office.draft(signer=twofold.id)
    assert office.act(outgoing.rewrite, letter, twofold, office.wording(signer=twofold.id)) is None
    assert office.act(outgoing.submit, letter, office.handler) is None
    refusal = office.act(outgoing.sign, letter, twofold)
    assert refusal.code is ControlCode.SECOND_PERSON_WANTED
    letter = office.fresh(letter)
    assert (letter.state, letter.writers) == (
        OutgoingState.SUBMITTED,
        sorted((office.handler.id, twofold.id)),
    )


@pytest.mark.law("R1.3")
def test_a_submitted_letter_is_returned_within_its_chain_alone(office, portals):
    other, leader = portals.account(Role.CHIEF), portals.account(Role.APPROVER)
    letter = office.draft()
    assert office.act(outgoing.submit, letter, office.handler) is None
    for outsider in (other, leader):
        refusal = office.act(outgoing.return_draft, letter, outsider, "Sửa")
        assert refusal.code is ControlCode.NOT_IN_CHAIN
        assert office.chief.name in refusal.text.vi
    assert office.act(outgoing.sign, letter, office.chief) is None
    assert office.act(outgoing.withdraw, letter, other).code is ControlCode.NOT_IN_CHAIN
    assert office.act(outgoing.withdraw, letter, office.chief) is None
    higher = office.draft(signer=leader.id)
    assert office.act(outgoing.submit, higher, office.handler) is None
    assert office.act(outgoing.return_draft, higher, other, "Ghi rõ điểm") is None


def test_one_letter_of_a_kind_is_under_way_and_only_the_handler_drafts(office, portals):
    letter = office.draft()
    again = outgoing.draft(seen(office.request), Purpose.SUPPLEMENT, office.wording(), actor=office.handler)
    assert again.code is ControlCode.LETTER_UNDER_WAY
    assert str(letter.pk) in again.text.vi
    stranger = portals.account(Role.HANDLER)
    refused = outgoing.draft(seen(office.request), Purpose.RECEIPT, office.wording(), actor=stranger)
    assert refused.code is ControlCode.NOT_YOUR_FILE
    assert office.act(outgoing.rewrite, letter, stranger, office.wording()).code is ControlCode.NOT_YOUR_FILE
    assert office.act(outgoing.withdraw, letter, stranger).code is ControlCode.NOT_YOUR_FILE
    assert office.act(outgoing.submit, letter, office.handler) is None
    assert office.act(outgoing.withdraw, letter, stranger).code is ControlCode.NOT_YOUR_FILE


def test_nothing_is_asked_of_a_request_that_is_not_in_hand(office):
    request = received(OWN_BODY)
    Request.objects.filter(pk=request.pk).update(handler=office.handler.id)
    made = outgoing.draft(
        seen(request), Purpose.REFUSAL, office.wording(refusal=REFUSAL), actor=office.handler
    )
    assert made.code is ControlCode.NOT_IN_THIS_STATE


@pytest.mark.law("R5.3")
@pytest.mark.parametrize("state", ["issued", "signed"])
def test_the_database_knows_no_short_way_to_a_letter(office, state):
    letter = office.draft()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE outgoing_letter SET state = %s WHERE id = %s", [state, letter.pk])
    assert settings.LIENTHONG.authority.symbol == "C06"

"""Files taken in: kept under their hash, found again whole, refused with every reason, removed for good."""

import io
import threading
import zipfile
from dataclasses import replace

import pytest
from django.db import ProgrammingError, connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from lienthong.control.audit.events import events_of
from lienthong.control.connections import drafting
from lienthong.control.connections.drafting import SentCopy
from lienthong.control.connections.models import Request
from lienthong.control.connections.own_drafts import draft_of
from lienthong.control.connections.written import Part
from lienthong.control.letters.arrivals import Scan, enter
from lienthong.control.letters.arrived import give_back
from lienthong.control.letters.jobs import erase_upload
from lienthong.control.letters.models import Upload
from lienthong.control.letters.uploads import UploadLostError, content_of, erase, judged, keep
from lienthong.control.participants import mandates
from lienthong.control.participants.models import Mandate
from lienthong.control.participants.papers import GivenPaper, SentFile
from lienthong.core.access import Role
from lienthong.core.arrived_letters import GiveBackGround
from lienthong.core.conditions import ConditionEvidence
from lienthong.core.connection_request import MandateKind
from lienthong.core.control_refusals import ControlRefuse
from lienthong.core.grant_document import ConditionName
from lienthong.core.papers import SecretDegree
from lienthong.core.uploads import FileKind, UploadProblem
from tests.control.portal import OTHER_BODY, OWN_BODY, Portals
from tests.control.requesting import PAPER, begun, complete, sent
from tests.control.test_arrivals import paper

PDF = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
NOW = 1_795_000_000_000_000


def taken(content: bytes = PDF, name: str = "mo-ta.pdf") -> Upload:
    found = keep(content, name=name, declared_type="application/pdf", body=None, actor=None, now=NOW)
    assert isinstance(found, Upload), found
    return found


@pytest.mark.law("R5.1")
def test_a_file_is_kept_once_and_found_whole(portals: Portals) -> None:
    first, again = taken(), taken(name="ban-khac.pdf")
    assert content_of(first) == content_of(again) == PDF
    assert bytes(first.sha256) == bytes(again.sha256)
    assert (first.kind, first.size) == (FileKind.PDF, len(PDF))


def test_a_file_that_is_gone_or_another_is_a_fault(portals: Portals, control_folder) -> None:
    upload = taken(PDF + b"% another\n%%EOF\n")
    path = next(control_folder.glob(f"uploads/*/{bytes(upload.sha256).hex()}"))
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(b"%PDF-1.7 changed")
    with pytest.raises(UploadLostError, match="another file"):
        content_of(upload)
    path.unlink()
    with pytest.raises(UploadLostError):
        content_of(upload)


def bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("[Content_Types].xml", "<Types/>")
        container.writestr("word/document.xml", b"0" * 30_000_000)
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "problem"),
    [
        (bomb(), "x.docx", UploadProblem.CONTAINER_BOMB),
        (b"MZ" + b"0" * 100, "x.pdf", UploadProblem.CONTENT_DIFFERS),
        (b"PK\x03\x04 broken", "x.docx", UploadProblem.CONTAINER_UNREADABLE),
        (PDF, "../x.pdf", UploadProblem.NAME),
        (b"", "x.pdf", UploadProblem.EMPTY),
    ],
)
def test_a_bad_file_leaves_neither_row_nor_file(
    portals: Portals, control_folder, content: bytes, name: str, problem: UploadProblem
) -> None:
    files = set(control_folder.glob("uploads/**/*"))
    found = keep(content, name=name, declared_type="", body=None, actor=None, now=NOW)
    assert isinstance(found, tuple)
    assert problem in found
    assert not Upload.objects.exists()
    assert set(control_folder.glob("uploads/**/*")) == files
    assert judged(content, name=name, declared_type="") == found


def stored(control_folder, digest: str) -> bool:
    return bool(tuple(control_folder.glob(f"uploads/*/{digest}")))


def settle() -> None:
    """Do the jobs that take bytes from the disk."""
    for waiting in ProcrastinateJob.objects.filter(task_name="letters.erase_upload"):
        erase_upload(**waiting.args)


def described(reference: str) -> str:
    return draft_of(reference).content.written.request.technical_description.upload


SECRET = PDF + b"% made up, and secret\n%%EOF\n"


def describe(reference: str, actor, content: bytes = SECRET) -> str:
    refusal = drafting.keep_description(
        reference, content, name="mat.pdf", declared_type="application/pdf", title="", actor=actor
    )
    assert refusal is None, refusal.text
    return described(reference)


@pytest.mark.law("R1.1", "R5.1")
def test_a_secret_uploaded_by_mistake_leaves_its_hash_and_no_byte(portals: Portals, control_folder) -> None:
    writer = portals.account(Role.INTEGRATOR)
    reference = begun(writer)
    digest = describe(reference, writer)
    secret = replace(PAPER, degree=SecretDegree.TOP)
    assert drafting.describe_secret(reference, secret, actor=writer) is None
    settle()
    assert not stored(control_folder, digest)
    row = Upload.objects.get(sha256=bytes.fromhex(digest))
    assert (row.name, row.removed_by, row.removed_at is not None) == ("mat.pdf", writer.id, True)
    assert events_of("request", reference)[0].detail["removed"] == digest
    with pytest.raises(UploadLostError):
        content_of(row)
    # What stands of it is not rewritten, and the same bytes may come again as a file of their own.
    with pytest.raises(ProgrammingError), transaction.atomic():
        Upload.objects.filter(pk=row.pk).update(name="khac.pdf")
    assert drafting.describe_secret(reference, None, actor=writer) is None
    again = Upload.objects.get(sha256=bytes.fromhex(describe(reference, writer)), removed_at=None)
    assert content_of(again) == SECRET
    settle()
    assert content_of(again) == SECRET


@pytest.mark.law("R1.1", "R1.4")
def test_evidence_that_is_named_a_secret_leaves_no_byte_of_its_copy(portals: Portals, control_folder) -> None:
    writer = portals.account(Role.INTEGRATOR)
    safety = ConditionName.SAFETY
    evidence = ConditionEvidence(condition=safety, paper=PAPER)
    reference = complete(writer, evidence=(evidence,))
    copy = SentCopy(content=SECRET, name="mat.pdf", declared_type="application/pdf")
    assert drafting.keep_evidence_copy(reference, safety, copy, actor=writer) is None
    (named,) = draft_of(reference).content.written.request.evidence
    secret = replace(evidence, paper=replace(PAPER, degree=SecretDegree.TOP))

    def named_secret(written):
        return replace(written, request=replace(written.request, evidence=(secret,)))

    saved = drafting.save_part(
        reference, Part.CONDITIONS, named_secret, typed={}, is_readable=True, seen=1_000, actor=writer
    )
    assert not isinstance(saved, ControlRefuse)
    settle()
    assert not stored(control_folder, named.paper.upload)


@pytest.mark.law("R5.1")
def test_a_file_that_something_else_refers_to_stays(portals: Portals, control_folder) -> None:
    writer, other = portals.account(Role.INTEGRATOR), portals.account(Role.INTEGRATOR, body=OTHER_BODY)
    reference, elsewhere = begun(writer), begun(other)
    digest = describe(reference, writer)
    assert describe(elsewhere, other) == digest
    assert drafting.describe_secret(reference, None, actor=writer) is None
    assert events_of("request", reference)[0].detail["taken_out"] == digest
    settle()
    assert stored(control_folder, digest)
    # A version that was sent keeps its description, whatever its supplement says.
    under_way = sent(portals, writer)
    first = described(under_way)
    Request.objects.filter(reference=under_way).update(state="assigned")
    Request.objects.filter(reference=under_way).update(state="supplement_asked")
    assert describe(under_way, writer, SECRET + b"%\n%%EOF\n") != first
    settle()
    assert stored(control_folder, first)
    assert not Upload.objects.filter(sha256=bytes.fromhex(first)).exclude(removed_at=None).exists()


def test_bytes_that_are_kept_at_the_moment_of_their_removal_stay(portals: Portals, control_folder) -> None:
    writer = portals.account(Role.INTEGRATOR)
    reference = begun(writer)
    digest = describe(reference, writer)
    assert drafting.describe_secret(reference, None, actor=writer) is None
    erased: list[bool] = []

    def work() -> None:
        try:
            erased.append(erase(digest))
        finally:
            connection.close()

    removal = threading.Thread(target=work)
    with transaction.atomic():
        kept = taken(SECRET)
        removal.start()
        removal.join(0.3)
        assert removal.is_alive()
    removal.join()
    assert erased == [False]
    assert content_of(kept) == SECRET


@pytest.mark.law("R1.1", "R5.3")
def test_the_scan_of_a_letter_given_back_as_a_secret_is_removed(portals: Portals, control_folder) -> None:
    clerk, ground = portals.account(Role.INTAKE_CLERK), GiveBackGround.STATE_SECRET
    scan = Scan(name="quet.pdf", declared_type="application/pdf", content=SECRET)
    number = enter(paper(), scan, actor=clerk).letter
    digest = bytes(Upload.objects.get().sha256).hex()
    assert give_back(number, 2, ground, "Gửi sai đường", actor=clerk) is None
    settle()
    assert not stored(control_folder, digest)
    assert Upload.objects.get().removed_by == clerk.id
    assert portals.signed_in(clerk).get(f"/staff/arrivals/{number}/scan/").status_code == 404


@pytest.mark.law("R1.1", "R5.1")
def test_the_copy_of_a_paper_that_turns_out_secret_is_removed(portals: Portals, control_folder) -> None:
    writer = portals.account(Role.INTEGRATOR)
    begun(writer)
    facts = mandates.MandateFacts(
        code="CN9", kind=MandateKind.DUTY, description="Việc mẫu",
        paper=GivenPaper(PAPER, SentFile("mat.pdf", "application/pdf", SECRET)),
    )  # fmt: skip
    number = mandates.add(OWN_BODY, facts, actor=writer)
    digest = Mandate.objects.get(pk=number).paper["upload"]
    secret = replace(facts, paper=GivenPaper(replace(PAPER, degree=SecretDegree.PLAIN)))
    assert mandates.change(number, 1, secret, actor=writer) is None
    settle()
    assert not stored(control_folder, digest)
    assert Upload.objects.get(sha256=bytes.fromhex(digest)).removed_by == writer.id

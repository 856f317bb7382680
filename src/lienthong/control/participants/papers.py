"""Papers that come in with an act: judged by the rules, their copy kept, in the transaction of the act."""

from dataclasses import dataclass, replace

from lienthong.control.audit.acting import Act
from lienthong.control.letters.models import Upload
from lienthong.control.letters.uploads import content_of, keep, let_go
from lienthong.core.access import Actor
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.legal_days import day_of
from lienthong.core.papers import PROBLEM_TEXTS, Paper, paper_problems
from lienthong.core.speech import joined
from lienthong.core.uploads import CONTENT_TYPES, UPLOAD_TEXTS, FileKind


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as a browser sent it."""

    name: str
    declared_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class GivenPaper:
    """A paper as it was stated, with the copy sent now, if any."""

    paper: Paper
    file: SentFile | None = None


@dataclass(frozen=True, slots=True)
class PaperCopy:
    """The kept copy of a paper, to be handed out."""

    name: str
    content_type: str
    content: bytes


_PENDING = "pending"


def take_paper(
    given: GivenPaper, *, body: int | None, actor: Actor | None, act: Act
) -> Paper | ControlRefuse:
    """Return the paper as it is kept, or why it cannot be taken.

    1. The paper is judged as if its copy were there: of a state secret no byte may be written.
    2. The copy is judged and kept. Law: R5.1, R1.1.
    """
    paper, file = given.paper, given.file
    judged = paper if file is None else replace(paper, upload=_PENDING)
    problems = paper_problems(judged, day_of(act.now))
    if problems:
        texts = joined(PROBLEM_TEXTS[problem] for problem in problems)
        return ControlRefuse(ControlCode.PAPER_INVALID, {"problems": texts})
    if file is None:
        return paper
    kept = keep(
        file.content, name=file.name, declared_type=file.declared_type, body=body, actor=actor, now=act.now
    )
    if isinstance(kept, tuple):
        texts = joined(UPLOAD_TEXTS[problem] for problem in kept)
        return ControlRefuse(ControlCode.PAPER_FILE_REFUSED, {"name": file.name, "problems": texts})
    return replace(paper, upload=bytes(kept.sha256).hex())


def with_copy(paper: Paper, before: Paper | None) -> Paper:
    """Return a paper with the copy that was kept of it before; another paper or a state secret has none."""
    if before is None or before.name != paper.name or paper.degree is not None:
        return paper
    return replace(paper, upload=before.upload)


def drop_copy(before: Paper | None, after: Paper | None, *, actor: Actor | None, act: Act) -> None:
    """Remove the copy of a paper that is not stated any more, once what states it was written.

    A copy that something else refers to stays. Law: R1.1.
    """
    digest = "" if before is None else before.upload
    if digest and digest != (after and after.upload) and let_go(digest, actor=actor, now=act.now):
        act.event.detail["removed"] = digest


def copy_of(paper: Paper | None) -> PaperCopy | None:
    """Return the kept copy of a paper, none where there is none; raises UploadLostError."""
    if paper is None or not paper.upload:
        return None
    upload = Upload.objects.filter(sha256=bytes.fromhex(paper.upload), removed_at=None).order_by("pk").first()
    if upload is None:
        return None
    return PaperCopy(upload.name, CONTENT_TYPES[FileKind(upload.kind)], content_of(upload))

"""How a file comes to its state: the acts of writers, heads, handlers, the chief and the clerk, one by one.

Nothing here writes to a table: what cannot be reached by an act is not shown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from lienthong.control.audit.events import database_now
from lienthong.control.connections import (
    conditions,
    drafting,
    filing,
    handling,
    own_messages,
    support,
    tracks,
)
from lienthong.control.connections.conditions import Recording
from lienthong.control.connections.content import read_request
from lienthong.control.connections.handling import Seen, Weighed, newest
from lienthong.control.connections.models import Draft, Request
from lienthong.control.connections.own_drafts import offers_of
from lienthong.control.connections.written import Part
from lienthong.control.letters import outgoing
from lienthong.control.letters.models import OutgoingLetter
from lienthong.control.letters.outgoing_content import Purpose
from lienthong.control.participants.models import Body
from lienthong.control.showcase.contents import Apply, File, Head, mended, parts
from lienthong.control.showcase.dates import let_term_pass, set_back
from lienthong.control.showcase.pages import description_of
from lienthong.control.showcase.people import ShowcaseError, Side, Unit, done
from lienthong.control.showcase.words import WORDS
from lienthong.core.grant_document import ConditionName, Verdict
from lienthong.core.legal_days import day_of
from lienthong.core.letters import Capacity
from lienthong.core.request_answer import OBJECTION, RefusalDraft, RefusalGround
from lienthong.core.request_handling import Opinion, key_of

_LAW: Final = WORDS["law"]
_TERM: Final = timedelta(days=10)


@dataclass(slots=True)
class Telling:
    """A file being told: who acts, and its reference once it is begun."""

    file: File
    head: Head
    side: Side
    unit: Unit | None
    reference: str = ""

    @property
    def staff(self) -> Unit:
        """The authority's people; a story that wants them is not told before they are there."""
        assert self.unit is not None, "told before the authority's people were there"
        return self.unit

    @property
    def request(self) -> Request:
        """The request as it stands."""
        return Request.objects.get(reference=self.reference)

    @property
    def seen(self) -> Seen:
        """What somebody who has just read the file sees."""
        return Seen(self.reference, self.request.version)


def tell(file: File, head: Head, side: Side, unit: Unit | None) -> None:
    """Tell the story of one file, unless it was told before; raises ShowcaseError."""
    told = Draft.objects.filter(request__body=side.writer.body, content__purposes__0__code=file.code)
    if told.exists():
        return
    try:
        STORIES[file.story](Telling(file, head, side, unit))
    except ShowcaseError as error:
        raise ShowcaseError(f"{file.code} ({file.story}): {error}") from error


def _draft(tale: Telling) -> None:
    writer = tale.side.writer
    tale.reference = drafting.start(actor=writer)
    body = Body.objects.get(pk=writer.body)
    if tale.file.letter:
        title, content = description_of(tale.file, body.name)
        kept = drafting.keep_description(
            tale.reference,
            content,
            name="mo-ta-ky-thuat.pdf",
            declared_type="application/pdf",
            title=title,
            actor=writer,
        )
        done(kept)
    assert writer.body is not None
    offers = offers_of(writer.body)
    for part, apply in parts(tale.file, offers, tale.head, place=body.place, today=_today()):
        _save(tale, part, apply)


def _save(tale: Telling, part: Part, apply: Apply) -> None:
    seen = Draft.objects.get(request__reference=tale.reference).counter
    saved = drafting.save_part(
        tale.reference, part, apply, typed={}, is_readable=True, seen=seen, actor=tale.side.writer
    )
    done(saved)


def _discarded(tale: Telling) -> None:
    _draft(tale)
    done(drafting.discard(tale.reference, actor=tale.side.writer))


def _to_sign(tale: Telling) -> None:
    _draft(tale)
    done(filing.submit(tale.reference, actor=tale.side.writer))


def _sign(tale: Telling) -> None:
    seen = tale.request.version
    done(filing.sign_for_demonstration(tale.reference, seen=seen, actor=tale.side.head))


def _received(tale: Telling) -> None:
    """Sign and send; then the file is made as old as it should look."""
    _to_sign(tale)
    _sign(tale)
    # Made at once, as by the jobs: what is set back would look as if it had never begun.
    tracks.provide(tale.request.pk)
    set_back(tale.reference, tale.file.age)


def _giving(tale: Telling) -> None:
    """Receive what only gives: its documents tell what is shared, and there is nothing to test yet."""
    _received(tale)


def _withdrawn(tale: Telling) -> None:
    _received(tale)
    done(filing.withdraw(tale.reference, tale.file.reason, actor=tale.side.head))


def _assigned(tale: Telling) -> None:
    _received(tale)
    done(handling.assign(tale.seen, tale.staff.handler.id, actor=tale.staff.chief))


def _in_hand(tale: Telling) -> None:
    """Weigh field by field, write to and fro, name a stand-in; the receipt slip is issued."""
    _assigned(tale)
    _letter(tale, Purpose.RECEIPT, _SIGNED_AND_ISSUED)
    done(handling.set_stand_in(tale.seen, tale.staff.colleague.id, actor=tale.staff.chief))
    _weigh(tale)
    _judge(tale, ConditionName.CONFIDENTIALITY, Verdict.MET)
    _judge(tale, ConditionName.SAFETY, Verdict.FAILED)
    for said in tale.file.thread:
        if said.by == "body":
            done(own_messages.write(tale.reference, said.text, None, actor=tale.side.writer))
        else:
            done(support.answer(tale.reference, said.text, actor=tale.staff.handler))


def _overdue(tale: Telling) -> None:
    """Let a file change hands and lie; its receipt slip was drafted and given up."""
    _assigned(tale)
    letter = _letter(tale, Purpose.RECEIPT, ())
    version = OutgoingLetter.objects.get(pk=letter).version
    done(outgoing.withdraw(letter, version, actor=tale.staff.handler))
    done(handling.reassign(tale.seen, tale.staff.colleague.id, actor=tale.staff.chief))


def _weigh(tale: Telling) -> None:
    weighed = {}
    for choice in read_request(newest(tale.request).content).choices:
        thought = tale.file.opinions.get(choice.field)
        opinion = Opinion.AGREED if thought is None else thought.opinion
        weighed[key_of(choice)] = Weighed(opinion, "" if thought is None else thought.remark)
    done(handling.weigh(tale.seen, weighed, actor=tale.staff.handler))


def _judge(tale: Telling, condition: ConditionName, verdict: Verdict) -> None:
    """Record a verdict on a condition of each system, by the evidence that the body names."""
    for sheet in conditions.sheets_of(tale.reference).systems:
        line = next(each for each in sheet.lines if each.name is condition)
        assert line.offered is not None, "bodies of a demonstration name evidence for what is judged"
        recording = Recording(
            condition=condition,
            verdict=verdict,
            evidence=line.offered.paper,
            decided_on=_today(),
            valid_until=line.offered.valid_until,
            note="" if verdict is Verdict.MET else WORDS["condition_failed"],
        )
        done(
            conditions.record(tale.reference, sheet.code, recording, last=line.last, actor=tale.staff.handler)
        )


def _proposed(tale: Telling) -> None:
    _assigned(tale)
    _weigh(tale)
    remark = WORDS["proposal"]
    done(handling.propose(tale.seen, actor=tale.staff.handler, remark=remark))


def _accepted(tale: Telling) -> None:
    _proposed(tale)
    for condition in (ConditionName.SAFETY, ConditionName.CONFIDENTIALITY):
        _judge(tale, condition, Verdict.MET)
    done(handling.accept(tale.seen, actor=tale.staff.chief))


def _supplement_asked(tale: Telling) -> None:
    _assigned(tale)
    _letter(tale, Purpose.SUPPLEMENT, _SIGNED_AND_ISSUED)


def _supplemented(tale: Telling) -> None:
    _supplement_asked(tale)
    place = Body.objects.get(pk=tale.side.writer.body).place
    for part, apply in mended(tale.file, place=place, today=_today()):
        _save(tale, part, apply)
    done(filing.submit(tale.reference, actor=tale.side.writer))
    _sign(tale)
    tracks.provide(tale.request.pk)


def _refused(tale: Telling) -> None:
    _assigned(tale)
    _letter(tale, Purpose.REFUSAL, _SIGNED_AND_ISSUED)


def _not_supplemented(tale: Telling) -> None:
    """Asked for a supplement, waited the term out, and is being answered by a refusal in draft."""
    _supplement_asked(tale)
    let_term_pass(tale.reference)
    _letter(tale, Purpose.REFUSAL, ())


def _letter_submitted(tale: Telling) -> None:
    _assigned(tale)
    _letter(tale, Purpose.SUPPLEMENT, (_submit,))


def _letter_returned(tale: Telling) -> None:
    _assigned(tale)
    letter = _letter(tale, Purpose.SUPPLEMENT, (_submit,))
    version = OutgoingLetter.objects.get(pk=letter).version
    done(outgoing.return_draft(letter, version, tale.file.remark, actor=tale.staff.chief))


def _letter_signed(tale: Telling) -> None:
    _assigned(tale)
    _letter(tale, Purpose.RECEIPT, (_submit, _sign_letter))


_Step = Callable[[Telling, int, int], object]


def _letter(tale: Telling, purpose: Purpose, steps: tuple[_Step, ...]) -> int:
    """Draft a letter of the authority and lead it on; return its number among the drafts."""
    wording = outgoing.Wording(
        signer=tale.staff.chief.id,
        title=WORDS["deputy"],
        capacity=Capacity.DEPUTY,
        for_title=outgoing.head_title(),
        points=tale.file.points,
        until=_today() + _TERM,
        refusal=_refusal(tale.file),
    )
    letter = outgoing.draft(tale.seen, purpose, wording, actor=tale.staff.handler)
    if not isinstance(letter, int):
        raise ShowcaseError(f"{letter.code}: {letter.text.en}")
    for step in steps:
        done(step(tale, letter, OutgoingLetter.objects.get(pk=letter).version))
    return letter


def _submit(tale: Telling, letter: int, version: int) -> object:
    return outgoing.submit(letter, version, actor=tale.staff.handler)


def _sign_letter(tale: Telling, letter: int, version: int) -> object:
    return outgoing.sign(letter, version, actor=tale.staff.chief)


def _issue(tale: Telling, letter: int, version: int) -> object:
    return outgoing.issue(letter, version, actor=tale.staff.clerk)


_SIGNED_AND_ISSUED: Final = (_submit, _sign_letter, _issue)


def _refusal(file: File) -> RefusalDraft | None:
    if not file.reason:
        return None
    ground = RefusalGround.NO_LEGAL_BASIS if file.points else RefusalGround.OUTSIDE_FUNCTION
    return RefusalDraft(ground=ground, reasons=file.reason, law=_LAW, objection=OBJECTION.vi)


def _today() -> date:
    return day_of(database_now())


STORIES: Final[Mapping[str, Callable[[Telling], None]]] = {
    "draft": _draft,
    "discarded": _discarded,
    "to_sign": _to_sign,
    "received": _received,
    "giving": _giving,
    "withdrawn": _withdrawn,
    "overdue": _overdue,
    "in_hand": _in_hand,
    "proposed": _proposed,
    "accepted": _accepted,
    "supplement_asked": _supplement_asked,
    "supplemented": _supplemented,
    "refused": _refused,
    "not_supplemented": _not_supplemented,
    "letter_submitted": _letter_submitted,
    "letter_returned": _letter_returned,
    "letter_signed": _letter_signed,
}

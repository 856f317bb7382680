"""Writing a guide part by part, and publishing what was written as an edition that is kept for ever.

Keeping text is no act of the procedure and writes no event; beginning and publishing are. Law: R7.1, R9.1.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from django.db import transaction

from lienthong.control.audit.acting import Act, acting
from lienthong.control.audit.events import Event, database_now
from lienthong.control.guides.models import Guide, GuideEdition
from lienthong.control.guides.owed import (
    CurrentText,
    WrittenPart,
    current_text,
    is_own,
    kept_parts,
    newest,
    owed_of,
    written_parts,
)
from lienthong.control.theme import dates
from lienthong.core.access import Actor, may_act
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.guide_states import GUIDE_MACHINE, GUIDE_WRITERS, GuideAct, GuideState
from lienthong.core.guides import (
    LONGEST_PART,
    PART_LABELS,
    PROBLEM_TEXTS,
    GuidePart,
    Publication,
    judge_publication,
    parts_of,
)
from lienthong.core.legal_days import moment
from lienthong.core.machines import names_of
from lienthong.core.plain_text import composed, unplain
from lienthong.core.speech import Text, joined

_LAW: Final = ("R7.1", "R9.1")


@dataclass(frozen=True, slots=True)
class SavedPart:
    """A part was saved: when, and the mark of its text that the next save brings along."""

    at: datetime
    mark: str


def mark_of(text: str) -> str:
    """Return the mark by which a text that somebody has open is told from one saved since."""
    return sha256(text.encode()).hexdigest()[:16]


def tidy(text: str) -> str:
    """Return a text as it is kept: letters composed, one kind of line end."""
    return composed(text).replace("\r\n", "\n").replace("\r", "\n").strip()


def save_part(
    guide: int, part: GuidePart, text: str, *, base: str, actor: Actor
) -> SavedPart | ControlRefuse:
    """Save one part; `base` is the mark of the text that the page was opened with, or last saved.

    Where another has saved the part since, that stays and the refusal says so.
    """
    text = tidy(text)
    if (refusal := unplain(text, has_lines=True)) is not None:
        return refusal
    if len(text) > LONGEST_PART:
        return ControlRefuse(
            ControlCode.GUIDE_PART_TOO_LONG, {"length": str(len(text)), "most": str(LONGEST_PART)}
        )
    if (refusal := _begin(guide, part, actor)) is not None:
        return refusal
    with transaction.atomic():
        row = _locked(guide)
        parts = written_parts(row)
        present = parts.get(part)
        shown = current_text(row).parts[part]
        if present is not None and text != present.text and mark_of(shown) != base:
            return _written_since(present)
        now = moment(database_now())
        if text != shown:
            parts[part] = WrittenPart(text, now, actor.id, actor.name)
            row.parts = kept_parts(parts)
            row.save(update_fields=("parts",))
    return SavedPart(now, mark_of(text))


def restore_part(guide: int, part: GuidePart, *, actor: Actor) -> ControlRefuse | None:
    """Put the generated text back in the place of what was written; what was published stays."""
    if (refusal := _begin(guide, part, actor)) is not None:
        return refusal
    with transaction.atomic():
        row = _locked(guide)
        parts = written_parts(row)
        if parts.pop(part, None) is not None:
            row.parts = kept_parts(parts)
            row.save(update_fields=("parts",))
    return None


def publish(guide: int, *, seen: str, actor: Actor) -> int | ControlRefuse:
    """Publish the guide as it was read in the preview with the hash `seen`; return the edition's number.

    1. The row is locked: of two who publish at once the second finds the first one's edition.
    2. What is published is what was read: a text that was saved since is shown first.
    3. The rules judge the whole: every part there, nothing left to fill in, all that is owed named.
    4. Edition, state and event are one commit.
    """
    event = Event(kind="guide.published", actor=actor, subject_kind="guide", subject=str(guide), law=_LAW)
    with acting(event) as act:
        # 1.
        row = _locked(guide)
        if not is_own(row, actor):
            return act.refuse(ControlRefuse(ControlCode.NOT_FOUND_HERE))
        target = GUIDE_MACHINE.step(GuideAct.PUBLISH, row.state, actor)
        if isinstance(target, ControlRefuse):
            return act.refuse(target)
        # 2.
        text, last = current_text(row), newest(row)
        if last is not None and last.sha256 == text.sha256 and row.is_met:
            return act.refuse(ControlRefuse(ControlCode.GUIDE_UNCHANGED, {"number": str(last.number)}))
        if text.sha256 != seen:
            return act.refuse(ControlRefuse(ControlCode.GUIDE_MOVED))
        # 3.
        judged = judge(row, text)
        if not judged.is_fit:
            return act.refuse(_not_ready(judged))
        # 4.
        number = 1 if last is None else last.number + 1
        _add(row, text, number, judged, actor, act)
        row.state, row.is_met = target, True
        row.version += 1
        row.save(update_fields=("state", "is_met", "version"))
        event.body = None if row.system is None else row.system.body_id
        event.detail = {"edition": str(number), "sha256": text.sha256}
    return number


def judge(row: Guide, text: CurrentText) -> Publication:
    """Return what stands in the way of publishing a guide as it is now."""
    return judge_publication(text.parts, parts_of(is_authority=row.system_id is None), owed_of(row))


def _add(row: Guide, text: CurrentText, number: int, judged: Publication, actor: Actor, act: Act) -> None:
    GuideEdition.objects.create(
        guide=row,
        number=number,
        title=text.title,
        parts=[[part.value, words] for part, words in text.parts.items()],
        named=sorted(judged.named),
        sha256=text.sha256,
        published_at=moment(act.now),
        published_by=actor.id,
        published_name=actor.name,
    )


def _begin(guide: int, part: GuidePart, actor: Actor) -> ControlRefuse | None:
    """Take a guide in hand, if nobody has yet: an act of its own. Refuses whoever may not write it."""
    row = Guide.objects.select_related("system").get(pk=guide)
    if not is_own(row, actor) or part not in parts_of(is_authority=row.system_id is None):
        return ControlRefuse(ControlCode.NOT_FOUND_HERE)
    if not may_act(actor, GUIDE_WRITERS):
        act_label = GUIDE_MACHINE.acts[GuideAct.WRITE]
        return ControlRefuse(ControlCode.NOT_YOUR_ROLE, {"act": act_label, "roles": names_of(GUIDE_WRITERS)})
    if row.state in (GuideState.DRAFTED, GuideState.PUBLISHED):
        return None
    event = Event(kind="guide.begun", actor=actor, subject_kind="guide", subject=str(guide), law=_LAW)
    with acting(event) as act:
        row = _locked(guide)
        event.body = None if row.system is None else row.system.body_id
        if row.state in (GuideState.DRAFTED, GuideState.PUBLISHED):
            # Another tab began a moment ago: there is nothing left to do.
            act.refuse(ControlRefuse(ControlCode.NOT_FOUND_HERE))
            return None
        target = GUIDE_MACHINE.step(GuideAct.WRITE, row.state, actor)
        if isinstance(target, ControlRefuse):
            return act.refuse(target)
        row.state = target
        row.version += 1
        row.save(update_fields=("state", "version"))
    return None


def _locked(guide: int) -> Guide:
    rows = Guide.objects.select_for_update(of=("self",)).select_related("system__body")
    return rows.get(pk=guide)


def _written_since(present: WrittenPart) -> ControlRefuse:
    said = Text(dates.moment(present.at, "vi"), dates.moment(present.at, "en"))
    return ControlRefuse(ControlCode.GUIDE_PART_WRITTEN, {"who": present.name, "when": said})


_NOT_NAMED: Final = Text("chưa nêu {labels}", "does not name {labels}")


def _not_ready(judged: Publication) -> ControlRefuse:
    return ControlRefuse(ControlCode.GUIDE_NOT_READY, {"problems": joined(problems_of(judged), "; ")})


def problems_of(judged: Publication) -> list[Text]:
    """Return what stands in the way, one sentence each."""
    found = [joined((PART_LABELS[fault.part], PROBLEM_TEXTS[fault.problem])) for fault in judged.faults]
    if judged.lacking:
        labels = ", ".join(item.label or item.code for item in judged.lacking)
        found.append(Text(_NOT_NAMED.vi.format(labels=labels), _NOT_NAMED.en.format(labels=labels)))
    return found

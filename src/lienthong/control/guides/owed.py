"""A guide's row as the rules see it: what is owed, what its text is now, what its draft is made from.

Law: R7.1, R9.1.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, cast

import msgspec
from django.conf import settings

from lienthong.control.audit.events import database_now
from lienthong.control.guides.models import Guide, GuideEdition
from lienthong.control.participants.models import ContactOfficer
from lienthong.core.access import Actor, Portal
from lienthong.core.guide_scope import GuideScope, items_of, scope_catalogued
from lienthong.core.guides import PART_LABELS, Basis, GuidePart, Owed, parts_of
from lienthong.core.law import profile_at
from lienthong.core.legal_days import day_of, instant
from lienthong.core.service_catalogue import CONTACT_EMAIL
from lienthong.documents.exploitation_guide import (
    GuideContact,
    GuideFacts,
    authority_guide,
    body_guide,
    guide_markdown,
    guide_title,
)

EMPTY: Final = GuideScope()


@dataclass(frozen=True, slots=True)
class WrittenPart:
    """One part as somebody saved it."""

    text: str
    at: datetime
    by: int
    name: str


def is_own(guide: Guide, actor: Actor) -> bool:
    """Say whether a guide is the actor's to write: the body's own, or the authority's for its staff."""
    if guide.system is None:
        return actor.portal is Portal.STAFF
    return actor.portal is Portal.AGENCY and guide.system.body_id == actor.body


def scope_in(guide: Guide) -> GuideScope:
    """Return the scope that a guide has to tell of."""
    return msgspec.convert(guide.scope, GuideScope) if guide.scope else EMPTY


def scope_row(scope: GuideScope) -> dict[str, Any]:
    """Return a scope as it is kept."""
    return cast(dict[str, Any], msgspec.to_builtins(scope, order="deterministic"))


def owed_of(guide: Guide) -> Owed:
    """Return what a guide owes."""
    if guide.system_id is None:
        return Owed(basis=Basis.CATALOGUE, items=scope_catalogued(), since=0)
    return Owed(
        basis=Basis(guide.basis),
        items=items_of(scope_in(guide)),
        since=0 if guide.since is None else instant(guide.since),
        until=None if guide.until is None else instant(guide.until),
    )


def newest(guide: Guide) -> GuideEdition | None:
    """Return the newest edition of a guide."""
    return GuideEdition.objects.filter(guide=guide).order_by("-number").first()


def written_parts(guide: Guide) -> dict[GuidePart, WrittenPart]:
    """Return what people have written; parts that nobody touched are not there."""
    return msgspec.convert(guide.parts, dict[GuidePart, WrittenPart])


def kept_parts(parts: dict[GuidePart, WrittenPart]) -> dict[str, Any]:
    """Return written parts as they are kept."""
    return cast(dict[str, Any], msgspec.to_builtins(parts))


@dataclass(frozen=True, slots=True)
class CurrentText:
    """A guide as it would be published now: its title, its parts in order, the hash of its Markdown."""

    title: str
    parts: dict[GuidePart, str]

    @property
    def markdown(self) -> bytes:
        """Return the whole as one Markdown file."""
        return edition_markdown(self.title, [(part.value, text) for part, text in self.parts.items()])

    @property
    def sha256(self) -> str:
        """Return the hash by which a preview and an edition are told from others."""
        return sha256(self.markdown).hexdigest()


def edition_markdown(title: str, parts: list[tuple[str, str]]) -> bytes:
    """Return a guide as one Markdown file; editions are in Vietnamese, as their readers are."""
    return guide_markdown(title, [(PART_LABELS[GuidePart(part)].vi, text) for part, text in parts])


def current_text(guide: Guide) -> CurrentText:
    """Return the guide as it is now: what people wrote, and the generated text of every other part."""
    facts = _facts(guide)
    drafted = generated(guide, facts)
    written = written_parts(guide)
    texts = {
        part: written[part].text if part in written else drafted[part]
        for part in parts_of(is_authority=guide.system_id is None)
    }
    return CurrentText(guide_title(facts, is_authority=guide.system_id is None), texts)


def generated(guide: Guide, facts: GuideFacts | None = None) -> dict[GuidePart, str]:
    """Return the draft made from what is owed, part by part."""
    facts = facts or _facts(guide)
    return authority_guide(facts) if guide.system_id is None else body_guide(facts)


def _facts(guide: Guide) -> GuideFacts:
    now = database_now()
    authority = settings.LIENTHONG.authority
    system = guide.system
    contacts = (
        ()
        if system is None
        else ContactOfficer.objects.filter(body=system.body_id)
        .exclude(ended_on__lte=day_of(now))
        .order_by("name", "id")
        .values_list("name", "post", "phone", "email")
    )
    return GuideFacts(
        body=authority.name if system is None else system.body.name,
        system="" if system is None else system.name,
        code="" if system is None else system.code,
        scope=scope_in(guide),
        contacts=tuple(
            GuideContact(name=name, post=post, phone=phone, email=email)
            for name, post, phone, email in contacts
        ),
        retention=profile_at(now).number("log.retention"),
        support_phone=authority.support_phone,
        support_hours=authority.support_hours,
        support_email=CONTACT_EMAIL,
        authority=authority.name,
    )

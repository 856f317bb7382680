"""Guides of a demonstration: the authority's own and one of a body published, another being written."""

import re
from typing import Final

from lienthong.control.guides import opening, writing
from lienthong.control.guides.models import Guide
from lienthong.control.guides.owed import current_text, newest
from lienthong.control.showcase.people import Side, Unit, contact_officer_of, done
from lienthong.control.showcase.words import WORDS
from lienthong.core.access import Actor
from lienthong.core.guide_states import GuideState
from lienthong.core.guides import FILL_IN

_PUBLISHED: Final = "H31.KHOKQ"
_WRITTEN: Final = "H31.CDVC"
_PLACE: Final = re.compile(FILL_IN + "[^⟧]*⟧")


def show_guides(side: Side, unit: Unit) -> None:
    """Open the duties that the files bring, and write and publish where somebody is ahead of the others."""
    opening.look()
    _publish(Guide.objects.get(system=None), unit.handler, unit.chief)
    _publish(Guide.objects.get(system__code=_PUBLISHED), side.writer, contact_officer_of(side))
    _write(Guide.objects.get(system__code=_WRITTEN), side.writer)


def _publish(guide: Guide, writer: Actor, publisher: Actor) -> None:
    if newest(guide) is not None:
        return
    _write(guide, writer)
    guide.refresh_from_db()
    done(writing.publish(guide.pk, seen=current_text(guide).sha256, actor=publisher))


def _write(guide: Guide, writer: Actor) -> None:
    """Fill in what only the body itself knows."""
    if guide.state is not GuideState.DUE:
        return
    for part, text in current_text(guide).parts.items():
        if FILL_IN in text:
            filled = _PLACE.sub(WORDS["filled_in"], text)
            done(writing.save_part(guide.pk, part, filled, base=writing.mark_of(text), actor=writer))

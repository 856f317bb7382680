"""A body's things as its pages show them in both portals: values with their words."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest

from lienthong.control.frame.requests import PortalRequest
from lienthong.control.participants.queries import (
    ContactEntry,
    MandateEntry,
    PersonEntry,
    SystemEntry,
)
from lienthong.control.participants.system_queries import KeyEntry, SystemPage
from lienthong.control.participants.systems import Evidence, paper_at
from lienthong.control.portals.bodies.words import (
    ACCOUNT_KINDS,
    ACT_LABELS,
    ENVIRONMENT_LABELS,
    EXEMPTION_LABELS,
    KEY_KINDS,
)
from lienthong.control.theme.kinds import Kind
from lienthong.control.theme.speech import spoken
from lienthong.core.access import ROLE_LABELS, may_act
from lienthong.core.account_states import ACCOUNT_MACHINE
from lienthong.core.bodies import SYSTEM_KIND_LABELS
from lienthong.core.connection_request import MANDATE_LABELS
from lienthong.core.control_refusals import ControlRefuse
from lienthong.core.grant_document import SystemKind
from lienthong.core.key_states import KEY_MACHINE
from lienthong.core.pages import PAGES, Page
from lienthong.core.papers import DEGREE_LABELS, Paper
from lienthong.core.speech import Text, joined
from lienthong.core.system_facts import DatedFact


@dataclass(frozen=True, slots=True)
class ShownMandate:
    """A mandate with its words."""

    entry: MandateEntry
    kind: Text
    degree: Text | None


@dataclass(frozen=True, slots=True)
class ShownContact:
    """A contact officer with the acts in words."""

    entry: ContactEntry
    acts: Text


@dataclass(frozen=True, slots=True)
class ShownPerson:
    """An account with its words."""

    entry: PersonEntry
    roles: Text
    kind: Kind
    state: Text


@dataclass(frozen=True, slots=True)
class ShownSystem:
    """A system of a list with its words."""

    entry: SystemEntry
    kind: Text


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A key with its words; `may` are the names of the pages on which the reader may act on it."""

    entry: KeyEntry
    kind: Kind
    state: Text
    environment: Text
    may: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPaper:
    """One piece of evidence of a system: what it shows, its paper, from when to when."""

    place: Evidence
    label: Text
    paper: Paper | None
    degree: Text | None
    fact: DatedFact | None = None


EVIDENCE_LABELS = {
    Evidence.DECISION: Text("Quyết định phê duyệt cấp độ", "Decision on the level"),
    Evidence.PLAN: Text("Phương án bảo đảm an toàn đã phê duyệt", "Approved protection plan"),
    Evidence.CARRIED_OUT: Text(
        "Chứng minh phương án đã được triển khai", "Proof that the plan is carried out"
    ),
    Evidence.DEFENCE: Text("Do Bộ Quốc phòng quản lý", "Managed by the Ministry of National Defence"),
    Evidence.MONITORING: Text(
        "Chia sẻ trực tuyến dữ liệu giám sát cho Bộ Công an", "Monitoring shared online with the Ministry"
    ),
    Evidence.IDENTIFICATION: Text(
        "Đã kết nối nền tảng định danh và xác thực điện tử", "On the e-identification platform already"
    ),
}


def shown_mandates(entries: tuple[MandateEntry, ...]) -> tuple[ShownMandate, ...]:
    """Return mandates with their words."""
    return tuple(ShownMandate(each, MANDATE_LABELS[each.kind], _degree(each.paper)) for each in entries)


def shown_contacts(entries: tuple[ContactEntry, ...]) -> tuple[ShownContact, ...]:
    """Return contact officers with their words."""
    return tuple(ShownContact(each, joined((ACT_LABELS[act] for act in each.acts), ", ")) for each in entries)


def shown_people(entries: tuple[PersonEntry, ...]) -> tuple[ShownPerson, ...]:
    """Return accounts with their words."""
    return tuple(
        ShownPerson(
            each,
            joined((ROLE_LABELS[role] for role in each.roles), "; "),
            ACCOUNT_KINDS[each.state],
            ACCOUNT_MACHINE.state(each.state).label,
        )
        for each in entries
    )


def shown_systems(entries: tuple[SystemEntry, ...]) -> tuple[ShownSystem, ...]:
    """Return systems of a list with their words."""
    return tuple(ShownSystem(each, SYSTEM_KIND_LABELS[SystemKind(each.kind)]) for each in entries)


def shown_keys(request: PortalRequest, entries: tuple[KeyEntry, ...]) -> tuple[ShownKey, ...]:
    """Return keys with their words and what the reader may do with each in this portal."""
    return tuple(_key(request, each) for each in entries)


def _key(request: PortalRequest, entry: KeyEntry) -> ShownKey:
    pages = {
        "accept": Page.ACCEPT_KEY,
        "reject": Page.REJECT_KEY,
        "withdraw": Page.WITHDRAW_KEY,
        "revoke": Page.REVOKE_KEY,
    }
    return ShownKey(
        entry,
        KEY_KINDS[entry.state],
        KEY_MACHINE.state(entry.state).label,
        ENVIRONMENT_LABELS[entry.environment],
        tuple(act.value for act in entry.acts if act in pages and may_open_here(request, pages[act])),
    )


def shown_evidence(system: SystemPage) -> tuple[ShownPaper, ...]:
    """Return every piece of evidence that a system can have, with what there is of it."""
    facts = system.facts
    dated = {
        Evidence.DEFENCE: facts.defence,
        Evidence.MONITORING: facts.monitoring,
        Evidence.IDENTIFICATION: facts.identification_platform,
    }
    return tuple(
        ShownPaper(
            place=place,
            label=EVIDENCE_LABELS[place],
            paper=paper_at(facts, place),
            degree=_degree(paper_at(facts, place)),
            fact=dated.get(place),
        )
        for place in Evidence
    )


def shown_exemptions(system: SystemPage) -> tuple[Text, ...]:
    """Return the exemptions that the facts of today speak for."""
    return tuple(EXEMPTION_LABELS[code] for code in system.exemptions)


def may_open_here(request: PortalRequest, name: Page) -> bool:
    """Say whether a page stands in this portal and the reader has a role for it."""
    rule = PAGES[name]
    return rule.portal in (None, request.portal) and (not rule.roles or may_act(request.actor, rule.roles))


def tell(request: HttpRequest, done: Text) -> None:
    """Say on the next page what was done."""
    messages.success(request, spoken(done))


def tell_or_refuse(request: HttpRequest, refusal: ControlRefuse | None, done: Text) -> None:
    """Say on the next page what was done, or why not, with the code."""
    if refusal is None:
        tell(request, done)
    else:
        messages.error(request, spoken(refusal.coded))


def _degree(paper: Paper | None) -> Text | None:
    return None if paper is None or paper.degree is None else DEGREE_LABELS[paper.degree]

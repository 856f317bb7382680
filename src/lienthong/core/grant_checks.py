"""Whether a grant document agrees with itself: what the notary refuses to sign and a gateway to load.

A grant that says two things at once would be decided by whichever line was read first. Each problem names
the member concerned and says how to mend it.
"""

from collections.abc import Iterable, Iterator

from lienthong.core.codes import CURRENT_PLACES, CodeList, find
from lienthong.core.fields import (
    BY_NAME,
    FieldType,
    ListKind,
    bits_of_names,
    fields_in,
    names_in,
    source_bits,
)
from lienthong.core.grant_document import (
    Channel,
    ExemptionCode,
    GrantDocument,
    ParticipantKind,
    PurposeEntry,
    RightEntry,
)
from lienthong.core.law import PROFILES, Profile
from lienthong.core.legal_days import DAY, instant
from lienthong.core.login import login_problems
from lienthong.core.override import Override, OverrideError
from lienthong.core.purpose import Actor, CasePatternError, PurposeGround, case_pattern
from lienthong_protocol.record import Visibility

PRODUCTION = "production"
"""The environment of real persons; what a grant for any other may say there is less strict."""
_LISTS_OF_PERSONS = sum(kind for kind in ListKind if kind >= ListKind.FATHER)
_RELATED = sum(
    field.bit
    for field in BY_NAME.values()
    if any(
        source.list is not None and source.list & _LISTS_OF_PERSONS
        for source in fields_in(source_bits(field.bit))
    )
)
RELATED_FIELDS = _RELATED
"""The fields that tell about other persons, as bits."""
RELATED_NUMBERS = sum(
    field.bit
    for field in BY_NAME.values()
    if field.bit & _RELATED and field.type in {FieldType.NUMBER, FieldType.OLD_NUMBER}
)
"""Those of them that are numbers of other persons, as bits."""
NOT_COMPARED = sum(
    field.bit for field in BY_NAME.values() if field.type in {FieldType.ADDRESS, FieldType.CARD}
)
"""The fields that no claim is compared with, as bits: they have parts, not one value."""


def problems(document: GrantDocument) -> tuple[str, ...]:
    """Return everything in which a document contradicts itself or the catalogue; empty if nothing."""
    return tuple(_problems(document))


def _problems(document: GrantDocument) -> Iterator[str]:
    profile = PROFILES.get(document.profile)
    if profile is None:
        yield f"profile: no law profile is called {document.profile!r}; there are {', '.join(PROFILES)}"
    yield from _system(document)
    yield from _keys(document, profile)
    yield from _repeats("officers", (officer.id for officer in document.officers))
    yield from _repeats("purposes", (purpose.code for purpose in document.purposes))
    for purpose in document.purposes:
        yield from (f"purposes.{purpose.code}: {text}" for text in _purpose(purpose))
    yield from _repeats("rights", (right.purpose for right in document.rights))
    purposes = {purpose.code: purpose for purpose in document.purposes}
    overrides = {override.id for override in document.overrides}
    for right in document.rights:
        yield from (f"rights.{right.purpose}: {text}" for text in _right(right, purposes, overrides))
    yield from _facts(document)
    yield from _overrides(document)
    if document.login is not None:
        is_production = document.system.environment == PRODUCTION
        yield from (f"login.{text}" for text in login_problems(document.login, is_production=is_production))


def _repeats(where: str, names: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield f"{where}: '{name}' stands twice; keep one"
        seen.add(name)


def _system(document: GrantDocument) -> Iterator[str]:
    system = document.system
    if system.channel is Channel.PLATFORM and system.platform is None:
        yield "system.platform: name the integration platform the calls come through"
    if system.channel is Channel.DIRECT and system.direct is None:
        yield "system.direct: a direct connection records its ground, decision and review date"
    if not system.proofs or not system.profiles:
        yield "system.proofs, system.profiles: name at least one of each"


def _keys(document: GrantDocument, profile: Profile | None) -> Iterator[str]:
    for position, key in enumerate(document.keys):
        start, end = instant(key.valid_from), instant(key.valid_until)
        if end <= start:
            yield f"keys[{position}]: valid_until lies before valid_from"
        elif profile is not None and end - start > (longest := profile.number("key.longest")) * DAY:
            yield f"keys[{position}]: a key lives at most {longest} days; set an earlier valid_until"
        if (key.jwk.kty == "EC") is not (key.jwk.crv == "P-256") or (key.jwk.y is None) is (
            key.jwk.kty == "EC"
        ):
            yield f"keys[{position}].jwk: OKP goes with Ed25519 and x, EC with P-256, x and y"


def _purpose(purpose: PurposeEntry) -> Iterator[str]:
    if purpose.ground is PurposeGround.OTHER_LAW and purpose.law is None:
        yield "law: the ground other_law names that law"
    if purpose.bulk and purpose.law is None:
        yield "law: a bulk purpose names the law that provides for it"
    if purpose.actor is Actor.AUTOMATIC and purpose.decision is None:
        yield "decision: an automatic purpose names the decision under which the programme runs"
    if purpose.case_pattern is not None:
        if not purpose.case_required:
            yield "case_required: set it to true, or leave case_pattern out"
        try:
            case_pattern(purpose.case_pattern)
        except CasePatternError as error:
            yield f"case_pattern: {error}"


def _right(right: RightEntry, purposes: dict[str, PurposeEntry], overrides: set[str]) -> Iterator[str]:
    purpose = purposes.get(right.purpose)
    if purpose is None:
        yield "purpose: this purpose is not registered; add it to purposes or correct the name"
    yield from _repeats("services", right.services)
    for where, names in (("fields", right.fields), ("verify_fields", right.verify_fields)):
        yield from _repeats(where, names)
        unknown = [name for name in names if name not in BY_NAME]
        if unknown:
            yield f"{where}: not in the catalogue: {', '.join(unknown)}"
    given, compared = _known(right.fields), _known(right.verify_fields)
    lookup = any(service.is_lookup for service in right.services)
    if lookup is not bool(right.fields):
        yield "fields: they go with the service lookup or lookup_batch, and it with them"
    if right.verify_fields and all(service.is_lookup for service in right.services):
        yield "verify_fields: they go with the service verify or verify_batch"
    yield from _derived(given, compared)
    yield from _related(right, given | compared)
    parted = names_in(compared & NOT_COMPARED & ~source_bits(compared & ~NOT_COMPARED))
    if parted:
        yield f"verify_fields: these have parts and cannot be compared: {', '.join(parted)}"
    nowhere = [code for code in right.provinces if find(CodeList.PROVINCE, CURRENT_PLACES, code) is None]
    if nowhere:
        yield f"provinces: not in the list of 34 provinces: {', '.join(nowhere)}"
    batch = any(service.is_batch for service in right.services)
    if batch is not (right.batch_items is not None):
        yield "batch_items: it goes with the service lookup_batch or verify_batch, and they with it"
    if batch and purpose is not None and purpose.ground is PurposeGround.CONSENT:
        yield "services: a batch names many persons, a consent one; leave the batch services out"
    if batch and purpose is not None and purpose.actor is Actor.CITIZEN:
        yield "services: a citizen asks for one person; leave the batch services out"
    yield from _override_named(right, overrides)


def _derived(given: int, compared: int) -> Iterator[str]:
    for where, bits, held in (("fields", given, given), ("verify_fields", compared, given | compared)):
        for field in fields_in(bits):
            missing = names_in(source_bits(field.bit) & ~held)
            if missing:
                yield f"{where}: {field.name} is computed from {', '.join(missing)}; grant that, too"


def _related(right: RightEntry, bits: int) -> Iterator[str]:
    if bits & RELATED_FIELDS and not right.related:
        yield f"related: set it to true to give {', '.join(names_in(bits & RELATED_FIELDS))}"
    if bits & RELATED_NUMBERS and not right.related_numbers:
        yield f"related_numbers: set it to true to give {', '.join(names_in(bits & RELATED_NUMBERS))}"


def _override_named(right: RightEntry, overrides: set[str]) -> Iterator[str]:
    needed = bool(right.protected) or right.visibility is not Visibility.SHOWN
    if needed and right.override is None:
        yield "override: hiding lines or seeing protected persons needs an override by another law"
    if right.override is not None and right.override not in overrides:
        yield f"override: no override is called {right.override!r}; add it to overrides"


def _known(names: tuple[str, ...]) -> int:
    return bits_of_names(name for name in names if name in BY_NAME)


def _facts(document: GrantDocument) -> Iterator[str]:
    facts = document.facts
    defence = document.participant.kind is ParticipantKind.DEFENCE_BODY
    if facts.defence_result is not None and not defence:
        yield "facts.defence_result: only systems of the Ministry of National Defence have one"
    if any(entry.code is ExemptionCode.E1 for entry in facts.exemptions) and not defence:
        yield "facts.exemptions: E1 is for systems managed by the Ministry of National Defence"


def _overrides(document: GrantDocument) -> Iterator[str]:
    yield from _repeats("overrides", (override.id for override in document.overrides))
    for entry in document.overrides:
        try:
            Override(entry.law, instant(entry.valid_from), instant(entry.valid_until), entry.approvers)
        except OverrideError as error:
            yield f"overrides.{entry.id}: {error}"

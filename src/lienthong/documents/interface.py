"""The interface of one system: the services, purposes and fields its documents are made for, nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from lienthong.core.fields import BY_NAME, Field, bits_of_names, fields_in
from lienthong.core.request import Service

SUBJECT_HEADER = "LT-Subject"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a caller may have of one service: purposes and fields by name.

    `own_purposes` are those for which the signed-in citizen is asked about, proved by LT-Subject.
    """

    purposes: Sequence[str]
    fields: Sequence[str]
    own_purposes: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PurposeOffer:
    """One purpose: its code, its title as the request words it, and what it asks for by service.

    `headers` are the LT headers that a call for this purpose needs beside LT-Purpose and LT-Request-Id.
    """

    code: str
    title: str
    headers: tuple[str, ...]
    services: Mapping[Service, tuple[str, ...]]

    @property
    def is_own(self) -> bool:
        """Say whether the signed-in citizen is asked about: then bodies name nobody."""
        return SUBJECT_HEADER in self.headers


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePerson:
    """The person the samples ask for: one that exists in the environment the documents are made for."""

    number: str
    full_name: str
    birth_date: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """What the documents of one system are generated from. Law: R5.2, R8.2.

    `origin` is the public origin of the environment the system will call, `system` its code there. `person`
    and `other` live there too: the samples ask for the first, a batch names both.
    """

    origin: str
    system: str
    name: str
    person: SamplePerson
    other: SamplePerson
    purposes: tuple[PurposeOffer, ...]

    def offers(self) -> dict[str, Offer]:
        """Return what each service gives over all purposes, by name of the service."""
        found: dict[str, tuple[set[str], set[str]]] = {}
        own = {purpose.code for purpose in self.purposes if purpose.is_own}
        for purpose in self.purposes:
            for service, fields in purpose.services.items():
                codes, names = found.setdefault(service, (set(), set()))
                codes.add(purpose.code)
                names.update(fields)
        return {
            service: Offer(sorted(codes), in_order(names), sorted(codes & own))
            for service, (codes, names) in found.items()
        }

    def question(
        self, purpose: PurposeOffer, service: Service, *, claims: Mapping[str, object]
    ) -> dict[str, object]:
        """Return the body of a call: the purpose's fields looked up, or `claims` verified.

        It is about the samples' person, or about the signed-in citizen, and then names nobody.
        """
        fields = list(purpose.services[service])
        asked: dict[str, object] = {"fields": fields} if service.is_lookup else {"claims": dict(claims)}
        if not service.is_batch:
            return asked if purpose.is_own else asdict(self.person) | asked
        item = {"ref": "1"} | asdict(self.person)
        return asked | {"items": [item]} if service.is_lookup else {"items": [item | asked]}

    def fields(self) -> tuple[Field, ...]:
        """List the fields of all services, by number."""
        return tuple(
            BY_NAME[name]
            for name in in_order({name for offer in self.offers().values() for name in offer.fields})
        )


def in_order(names: set[str]) -> tuple[str, ...]:
    """List fields by their permanent number."""
    return tuple(field.name for field in fields_in(bits_of_names(names)))

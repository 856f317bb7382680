"""Whether a consent covers one question: this person, this system, this purpose, these fields, now.

Law: R1.1 (consent as the ground of a purpose; explicit, per purpose, withdrawn at any time).
"""

from lienthong.core.evidence import ConsentFact
from lienthong.core.fields import source_bits
from lienthong.core.legal_days import instant


def consent_holds(
    consent: ConsentFact | None, *, person_id: int, system: str, purpose: str, fields: int, now: int
) -> bool:
    """Say whether the consent named covers the question at an instant; no such consent covers nothing.

    `fields` are the fields asked for, as bits. A derived field is covered by a consent to it, or to all it
    is computed from. Withdrawal counts from its own instant. Law: R1.1.
    """
    if consent is None:
        return False
    if consent.person_id != person_id or consent.system != system or consent.purpose != purpose:
        return False
    if source_bits(fields & ~consent.fields) & ~consent.fields:
        return False
    if now < instant(consent.valid_from):
        return False
    ends = (consent.valid_until, consent.withdrawn_at)
    return all(end is None or now < instant(end) for end in ends)

"""Two people for one act: whoever wrote or proposed a thing does not decide on it or sign it.

An account may hold several roles; what it did with one of them it does not approve with another. No clause
asks for it in these words; it is how the authority keeps that a request is answered as the law says (R1.3).
"""

from collections.abc import Collection

from lienthong.core.access import Actor, Role, may_act
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.speech import Text


def second_person(actor: Actor, wanted: Text, *, first: Collection[int]) -> ControlRefuse | None:
    """Refuse an act to whoever prepared it; `first` are the accounts that did. Law: R1.3."""
    if actor.id in first:
        return ControlRefuse(ControlCode.SECOND_PERSON_WANTED, {"act": wanted})
    return None


def outside_chain(
    actor: Actor, *, signer: int, signer_roles: frozenset[Role], who: str
) -> ControlRefuse | None:
    """Refuse to touch a submitted letter outside its chain: the signatory, and the chief under an approver.

    A letter that a leader signs passes the chief of the unit; one that a chief signs concerns no other.
    Law: R1.3.
    """
    passes_chief = Role.CHIEF not in signer_roles and may_act(actor, frozenset({Role.CHIEF}))
    if actor.id == signer or passes_chief:
        return None
    return ControlRefuse(ControlCode.NOT_IN_CHAIN, {"who": who})

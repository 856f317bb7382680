"""Every state table: a thing whose machine is not entered here cannot be written to the database."""

from typing import Any, Final

from lienthong.core.account_states import ACCOUNT_MACHINE
from lienthong.core.guide_states import GUIDE_MACHINE
from lienthong.core.key_states import KEY_MACHINE
from lienthong.core.letter_states import INCOMING_MACHINE, OUTGOING_MACHINE
from lienthong.core.machines import Machine
from lienthong.core.request_states import REQUEST_MACHINE
from lienthong.core.run_states import RUN_MACHINE
from lienthong.core.track_states import ASSESSMENT_MACHINE, DOCUMENTS_MACHINE, SUPPORT_MACHINE
from lienthong.core.trial_states import TRIAL_MACHINE

MACHINES: Final[tuple[Machine[Any, Any], ...]] = (
    ACCOUNT_MACHINE,
    REQUEST_MACHINE,
    DOCUMENTS_MACHINE,
    SUPPORT_MACHINE,
    ASSESSMENT_MACHINE,
    INCOMING_MACHINE,
    OUTGOING_MACHINE,
    KEY_MACHINE,
    RUN_MACHINE,
    TRIAL_MACHINE,
    GUIDE_MACHINE,
)

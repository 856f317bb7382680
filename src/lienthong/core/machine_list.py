"""Every state table: a thing whose machine is not entered here cannot be written to the database."""

from typing import Any, Final

from lienthong.core.account_states import ACCOUNT_MACHINE
from lienthong.core.machines import Machine

MACHINES: Final[tuple[Machine[Any, Any], ...]] = (ACCOUNT_MACHINE,)

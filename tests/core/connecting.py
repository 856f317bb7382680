"""Facts of a system and its network that the tests of the procedure share."""

from datetime import date

from lienthong.core.network_sheet import NetworkSheet
from lienthong.core.system_facts import DatedFact, LevelFacts
from tests.core.filing import DECREE, LATER_PAPER

LEVEL = LevelFacts(level=3, decision=DECREE, plan=DECREE, carried_out=LATER_PAPER)
FACT = DatedFact(paper=DECREE, valid_from=date(2026, 4, 1), valid_to=date(2026, 12, 31))
NETWORK = NetworkSheet(
    line="Mạng TSLCD cấp II",
    public_addresses=("203.113.0.7",),
    private_addresses=("10.20.0.0/24",),
    ports=(443,),
)

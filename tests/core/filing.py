"""The day, the body, the papers and the law that the tests of the procedure share."""

from dataclasses import replace
from datetime import date

from lienthong.core.law import Profile, profile_at
from lienthong.core.legal_days import start_of_day
from lienthong.core.papers import Paper

TODAY = date(2026, 11, 24)
BODY = "H20.12"
PROFILE: Profile = profile_at(start_of_day(TODAY))
DECREE = Paper(number="12/QĐ-UBND", issuer="UBND tỉnh", issued_on=date(2026, 3, 2))
LATER_PAPER = Paper(number="99/BC-STTTT", issuer="Sở", issued_on=date(2026, 5, 4))
PAPER_OF_TOMORROW = replace(DECREE, issued_on=date(2026, 11, 25))

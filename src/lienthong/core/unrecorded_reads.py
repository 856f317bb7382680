"""Whether more persons were read from the register than the log tells of: what a stolen gateway gives away.

Reads are counted by the register, lines by the log, and neither at the same instant: a read under way has no
line yet. So two bounds are kept and never mixed. `most` counts every read that has no line yet as unrecorded;
`least` is taken one reading later, when what was under way has its line. What `least` exceeds the lowest
`most` of the last day by was read and not recorded, whatever the load. Law: R6.1.
"""

from msgspec import Struct

from lienthong.core.legal_days import day_of


class Reading(Struct, frozen=True, forbid_unknown_fields=True):
    """The counts at one instant (microseconds), each since the beginning.

    `size` is the log's; `explained` counts persons in its lines and reads that its records account for. It is
    counted before `reads`, so that no read is missed that has its line already.
    """

    at: int
    size: int
    reads: int
    explained: int

    @property
    def most(self) -> int:
        """Return how many reads at most have no line, up to a constant."""
        return self.reads - self.explained


class Balance(Struct, frozen=True, forbid_unknown_fields=True):
    """What is kept between readings: the last one, and the lowest `most` of its day and of the day before."""

    last: Reading
    lowest: int
    lowest_before: int


def begin(reading: Reading) -> Balance:
    """Return the balance that begins with a reading."""
    return Balance(reading, reading.most, reading.most)


def weigh(balance: Balance, reading: Reading) -> tuple[Balance, int]:
    """Return the balance with the next reading, and how many reads of the last day have no record at least.

    Between two readings every exchange that was under way must have ended. Counts that went back are those
    of a restored database: the balance begins anew.
    """
    last = balance.last
    if reading.reads < last.reads or reading.size < last.size:
        return begin(reading), 0
    least = last.reads - reading.explained
    unrecorded = max(0, least - min(balance.lowest, balance.lowest_before))
    if day_of(reading.at) != day_of(last.at):
        return Balance(reading, reading.most, balance.lowest), unrecorded
    return Balance(reading, min(balance.lowest, reading.most), balance.lowest_before), unrecorded

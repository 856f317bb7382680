"""The kinds of protection by law that the register knows; a reader is told of each as a bit."""

from enum import IntEnum


class ProtectionKind(IntEnum):
    """Why a person is shown only to those who have the right to it.

    Law: R1.5 (each protection names the law it rests on, and is dated).
    """

    WITNESS = 1
    ADOPTION = 2
    TRAFFICKING_VICTIM = 3
    STATE_SECRET = 4


GROUNDS = {
    ProtectionKind.WITNESS: "Bộ luật Tố tụng hình sự",
    ProtectionKind.ADOPTION: "Luật Nuôi con nuôi",
    ProtectionKind.TRAFFICKING_VICTIM: "Luật Phòng, chống mua bán người",
    ProtectionKind.STATE_SECRET: "Luật Bảo vệ bí mật nhà nước",
}
"""The law each kind rests on."""

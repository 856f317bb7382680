"""What happened in trials and runs, in words for the histories of both portals."""

from typing import Final

from lienthong.core.speech import Text

TRIAL_EVENTS: Final = {
    "trial.give_key": Text("Nộp khóa kiểm thử", "Key for the trial given"),
    "trial.enrol": Text("Đã đăng ký vào môi trường kiểm thử", "Enrolled in the sandbox"),
    "trial.refuse": Text("Môi trường kiểm thử không nhận hệ thống", "System refused by the sandbox"),
    "trial.fail": Text("Chưa đăng ký được vào môi trường kiểm thử", "Not enrolled in the sandbox yet"),
    "trial.renew": Text("Đăng ký lại vào môi trường kiểm thử", "To be enrolled in the sandbox again"),
    "trial.remove": Text("Đã rút khỏi môi trường kiểm thử", "Removed from the sandbox"),
    "run.open": Text("Mở lượt kiểm thử", "Run of the test started"),
    "run.reach": Text("Môi trường kiểm thử đã mở lượt kiểm thử", "Run opened at the sandbox"),
    "run.start": Text("Hệ thống gọi lần đầu trong lượt kiểm thử", "First call in a run"),
    "run.pass": Text("Kiểm thử kỹ thuật: đạt", "Technical test passed"),
    "run.fail": Text("Kiểm thử kỹ thuật: không đạt", "Technical test failed"),
    "run.abandon": Text("Bỏ lượt kiểm thử", "Run abandoned"),
    "run.lose": Text("Môi trường kiểm thử không còn lượt này", "Run unknown to the sandbox"),
    "run.report_refused": Text("Báo cáo kiểm thử không được ghi nhận", "Report of a run not filed"),
}
TRIAL_WARNINGS: Final = frozenset(
    {"trial.refuse", "trial.fail", "run.fail", "run.lose", "run.report_refused"}
)

"""The steps of the technical test in words: what is given, what the system does, what must be seen."""

from collections.abc import Mapping
from typing import Final

from lienthong.core.conformance import Step, StepText
from lienthong.core.speech import Text

_ASKS = Text(
    "Hệ thống gửi một yêu cầu hợp lệ về một công dân trong danh sách kiểm thử, với mã hồ sơ của bước.",
    "The system sends a valid request about a person of the test list, with the step's case.",
)
_REPORTS_REJECTION = Text(
    "Hệ thống báo đã loại bỏ câu trả lời (`rejected` là `true`) và không dùng dữ liệu trong đó.",
    "The system reports that it rejected the answer (`rejected` is `true`) and used nothing of it.",
)
_SENT_AGAIN = "cùng LT-Request-Id, cùng nội dung, nonce mới"
_SENT_AGAIN_EN = "the same LT-Request-Id, the same body, a new nonce"

STEP_TEXTS: Final[Mapping[Step, StepText]] = {
    Step.ANSWER: StepText(
        title=Text("Trả lời và biên nhận", "Answer and receipt"),
        given=Text("Máy chủ kiểm thử trả lời bình thường.", "The sandbox answers as usual."),
        when=_ASKS,
        then=Text(
            "Hệ thống kiểm tra chữ ký, lưu biên nhận và trình lại đúng biên nhận (`receipt`).",
            "The system checks the signature, keeps the receipt and shows it again (`receipt`).",
        ),
    ),
    Step.FORGED_SIGNATURE: StepText(
        title=Text("Chữ ký trả lời sai", "Wrong response signature"),
        given=Text(
            "Chữ ký của câu trả lời đã bị sửa một bit.", "One bit of the answer's signature was changed."
        ),
        when=_ASKS,
        then=_REPORTS_REJECTION,
    ),
    Step.OTHER_ANSWER: StepText(
        title=Text("Câu trả lời của yêu cầu khác", "The answer to another request"),
        given=Text(
            "Câu trả lời được ký đúng, nhưng cho một yêu cầu khác.",
            "The answer is signed properly, but for another request.",
        ),
        when=_ASKS,
        then=_REPORTS_REJECTION,
    ),
    Step.WRONG_CLOCK: StepText(
        title=Text("Đồng hồ lệch 90 giây", "A clock 90 seconds off"),
        given=Text(
            "Câu trả lời được ký với thời điểm sớm hơn yêu cầu 90 giây.",
            "The answer is signed 90 seconds before the request.",
        ),
        when=_ASKS,
        then=_REPORTS_REJECTION,
    ),
    Step.ENDED_KEY: StepText(
        title=Text("Khóa đã hết hạn", "An ended key"),
        given=Text(
            "Câu trả lời được ký bằng khóa có trong `/v1/keys` nhưng đã hết hạn.",
            "The answer is signed with a key of `/v1/keys` that has ended.",
        ),
        when=_ASKS,
        then=_REPORTS_REJECTION,
    ),
    Step.UNAVAILABLE: StepText(
        title=Text("Tạm ngừng, mã 503", "Unavailable, 503"),
        given=Text(
            "Lần gửi đầu nhận 503 với `Retry-After: 3`.", "The first attempt gets 503 with `Retry-After: 3`."
        ),
        when=_ASKS,
        then=Text(
            f"Sau ít nhất 3 giây hệ thống gửi lại: {_SENT_AGAIN}.",
            f"After at least 3 seconds the system sends again: {_SENT_AGAIN_EN}.",
        ),
    ),
    Step.REPLAY: StepText(
        title=Text("Yêu cầu đã được gửi trước đó", "Seen before"),
        given=Text("Lần gửi đầu bị từ chối với mã LT209.", "The first attempt is refused with LT209."),
        when=_ASKS,
        then=Text(
            f"Hệ thống ký lại và gửi: {_SENT_AGAIN}.", f"The system signs and sends again: {_SENT_AGAIN_EN}."
        ),
    ),
    Step.REFUSAL: StepText(
        title=Text("Trường ngoài phạm vi", "A field outside the scope"),
        given=Text("Máy chủ kiểm thử trả lời bình thường.", "The sandbox answers as usual."),
        when=Text(
            "Hệ thống hỏi thêm một trường không có trong văn bản đề nghị.",
            "The system asks for a field that its request does not name.",
        ),
        then=Text(
            "Hệ thống báo đúng mã từ chối (`code`) và không gửi lại nguyên trạng.",
            "The system reports the refusal's code (`code`) and does not send the same again.",
        ),
    ),
    Step.MISS: StepText(
        title=Text("Thông tin không khớp", "No match"),
        given=Text("Máy chủ kiểm thử trả lời bình thường.", "The sandbox answers as usual."),
        when=Text(
            "Hệ thống hỏi về công dân được đánh dấu «không khớp» trong danh sách kiểm thử.",
            "The system asks about the person marked as no match in the test list.",
        ),
        then=Text(
            "Hệ thống báo đúng mã từ chối (`code`) và không gửi lại nguyên trạng.",
            "The system reports the refusal's code (`code`) and does not send the same again.",
        ),
    ),
    Step.BATCH: StepText(
        title=Text("Danh sách", "A batch"),
        given=Text("Máy chủ kiểm thử trả lời bình thường.", "The sandbox answers as usual."),
        when=Text(
            "Hệ thống gửi một danh sách có cả người khớp và người không khớp.",
            "The system sends a batch with persons who match and one who does not.",
        ),
        then=Text(
            "Hệ thống báo kết quả từng dòng (`items`): `given` hoặc mã từ chối.",
            "The system reports what each item got (`items`): `given` or the refusal's code.",
        ),
    ),
}

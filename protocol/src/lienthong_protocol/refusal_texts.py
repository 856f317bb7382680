"""What each refusal code says to people, in Vietnamese and English, with its HTTP status and its clause.

The sentences speak to the officer or integrator; a `citizen` sentence is one the officer may read out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lienthong_protocol.refusals import Code


@dataclass(frozen=True, slots=True)
class RefusalText:
    """What a code means to people: HTTP status, sentences for the officer and for the citizen, clause id."""

    status: int
    vi: str
    en: str
    citizen_vi: str = ""
    citizen_en: str = ""
    law: str = ""


_TEXTS: dict[Code, RefusalText] = {
    Code.MALFORMED_JSON: RefusalText(
        status=400,
        vi="Nội dung yêu cầu không phải JSON hợp lệ.",
        en="The body is not valid JSON.",
    ),
    Code.DUPLICATE_MEMBER: RefusalText(
        status=400,
        vi="Nội dung yêu cầu có tên thành phần lặp lại.",
        en="The body repeats a member name.",
    ),
    Code.UNKNOWN_MEMBER: RefusalText(
        status=400,
        vi="Nội dung yêu cầu có thành phần không được định nghĩa.",
        en="The body has a member that is not defined.",
    ),
    Code.INVALID_VALUE: RefusalText(
        status=400,
        vi="Nội dung yêu cầu có giá trị thiếu hoặc sai định dạng.",
        en="The body lacks a member or has a value of the wrong form.",
    ),
    Code.BODY_TOO_LARGE: RefusalText(
        status=413,
        vi="Nội dung yêu cầu vượt quá kích thước cho phép.",
        en="The body is larger than this service accepts.",
    ),
    Code.UNSUPPORTED_MEDIA_TYPE: RefusalText(
        status=415,
        vi="Kiểu nội dung phải là application/json, không nén.",
        en="The content type must be application/json, not compressed.",
    ),
    Code.NO_SUCH_ROUTE: RefusalText(
        status=404,
        vi="Không có dịch vụ ở địa chỉ này.",
        en="There is no service at this address.",
    ),
    Code.METHOD_NOT_ALLOWED: RefusalText(
        status=405,
        vi="Dịch vụ này không nhận phương thức HTTP đã dùng.",
        en="This service does not take the HTTP method used.",
    ),
    Code.INVALID_TARGET: RefusalText(
        status=400,
        vi="Địa chỉ yêu cầu chứa ký tự mã hóa hoặc thành phần không được phép.",
        en="The request target holds encoded or otherwise forbidden parts.",
    ),
    Code.FIELDS_EMPTY: RefusalText(
        status=400,
        vi="Phải nêu ít nhất một trường thông tin.",
        en="At least one field must be asked for.",
        law="R8.2",
    ),
    Code.TOO_MANY_FIELDS: RefusalText(
        status=400,
        vi="Số trường thông tin vượt quá giới hạn của một yêu cầu.",
        en="More fields are asked for than one request may hold.",
        law="R8.2",
    ),
    Code.UNKNOWN_FIELD: RefusalText(
        status=400,
        vi="Yêu cầu nêu trường thông tin không có trong danh mục.",
        en="A field is asked for that is not in the catalogue.",
        law="R8.2",
    ),
    Code.INVALID_HEADER: RefusalText(
        status=400,
        vi="Tiêu đề LT- có giá trị không hợp lệ hoặc bị lặp.",
        en="An LT- header has a forbidden value or is repeated.",
    ),
    Code.REQUEST_TIMEOUT: RefusalText(
        status=408,
        vi="Yêu cầu không được gửi hết trong thời gian cho phép.",
        en="The request did not arrive whole in the time allowed.",
    ),
    Code.HEADERS_TOO_LARGE: RefusalText(
        status=431,
        vi="Phần tiêu đề của yêu cầu quá lớn.",
        en="The request's headers are too large.",
    ),
    Code.BATCH_SIZE: RefusalText(
        status=400,
        vi="Một danh sách phải có từ 1 đến 1.000 dòng.",
        en="A batch must hold between 1 and 1,000 items.",
    ),
    Code.DUPLICATE_ITEM: RefusalText(
        status=400,
        vi="Danh sách có mã dòng hoặc số định danh lặp lại.",
        en="The batch repeats a reference or a number.",
    ),
    Code.NUMBER_OUTSIDE_ENVIRONMENT: RefusalText(
        status=400,
        vi="Môi trường này chỉ nhận số định danh dành cho nó (môi trường thử: bắt đầu bằng 099).",
        en=(
            "This environment takes only the numbers meant for it (test environments: those that "
            "start with 099)."
        ),
    ),
    Code.NO_SUCH_ENTRY: RefusalText(
        status=404,
        vi="Nhật ký không có mục này hoặc mục chưa được chốt.",
        en="The log has no such entry, or it is not yet under a checkpoint.",
    ),
    Code.SIGNATURE_MISSING: RefusalText(
        status=401,
        vi="Yêu cầu chưa được ký.",
        en="The request is not signed.",
        law="R1.1",
    ),
    Code.SIGNATURE_MALFORMED: RefusalText(
        status=401,
        vi="Chữ ký của yêu cầu sai định dạng.",
        en="The request's signature headers are malformed.",
        law="R1.1",
    ),
    Code.SIGNATURE_INVALID: RefusalText(
        status=401,
        vi="Chữ ký không khớp với yêu cầu.",
        en="The signature does not match the request.",
        law="R1.1",
    ),
    Code.KEY_NOT_ACCEPTED: RefusalText(
        status=401,
        vi="Khóa ký không được chấp nhận: không đăng ký, đã hết hạn hoặc đã thu hồi.",
        en="The signing key is not accepted: unknown, ended or revoked.",
        law="R1.4",
    ),
    Code.CLOCK_SKEW: RefusalText(
        status=401,
        vi="Thời điểm ký nằm ngoài khoảng cho phép; hãy đồng bộ đồng hồ theo tiêu đề Date.",
        en="The signing time is outside the window; set your clock by the Date header.",
    ),
    Code.DIGEST_MISMATCH: RefusalText(
        status=401,
        vi="Content-Digest không khớp với nội dung yêu cầu.",
        en="Content-Digest does not match the body.",
    ),
    Code.COVERAGE_WRONG: RefusalText(
        status=401,
        vi="Chữ ký không bao phủ đúng các thành phần mà quy ước yêu cầu.",
        en="The signature does not cover exactly the components the profile demands.",
    ),
    Code.ALGORITHM_NOT_ALLOWED: RefusalText(
        status=401,
        vi="Thuật toán hoặc tham số chữ ký không được phép.",
        en="The signature algorithm or a signature parameter is not allowed.",
    ),
    Code.REPLAYED: RefusalText(
        status=409,
        vi="Yêu cầu này đã được gửi trước đó; hãy ký lại với nonce mới.",
        en="This request was seen before; sign again with a new nonce.",
    ),
    Code.OFFICER_REQUIRED: RefusalText(
        status=403,
        vi="Mục đích này yêu cầu mã cán bộ khai thác.",
        en="This purpose needs the officer in whose name the call is made.",
        law="R8.1",
    ),
    Code.OFFICER_UNKNOWN: RefusalText(
        status=403,
        vi="Mã cán bộ không có trong danh sách đã đăng ký hoặc đã hết hiệu lực.",
        en="The officer is not on the registered roster, or no longer.",
        law="R8.1",
    ),
    Code.CASE_REQUIRED: RefusalText(
        status=403,
        vi="Mục đích này yêu cầu mã hồ sơ.",
        en="This purpose needs the reference of the case.",
        law="R8.1",
    ),
    Code.CASE_INVALID: RefusalText(
        status=403,
        vi="Mã hồ sơ không đúng mẫu đã đăng ký cho mục đích này.",
        en="The case reference is not of the form registered for this purpose.",
        law="R8.1",
    ),
    Code.SUBJECT_REQUIRED: RefusalText(
        status=403,
        vi="Mục đích này yêu cầu bằng chứng đăng nhập của công dân.",
        en="This purpose needs the signed-in citizen's proof of identity.",
        law="R8.1",
    ),
    Code.TOO_MANY_FAILURES: RefusalText(
        status=429,
        vi="Quá nhiều chữ ký sai từ địa chỉ này; hãy thử lại sau.",
        en="Too many failed signatures from this address; try again later.",
    ),
    Code.RATE_LIMITED: RefusalText(
        status=429,
        vi="Hệ thống gửi nhanh hơn mức đã thống nhất; hãy thử lại sau.",
        en="The system sends faster than was agreed; try again later.",
        law="R8.2",
    ),
    Code.PROOF_KIND_NOT_AGREED: RefusalText(
        status=403,
        vi="Cách chứng thực này chưa được thống nhất cho hệ thống.",
        en="This way of proving the caller was not agreed for the system.",
        law="R8.2",
    ),
    Code.SUBJECT_MALFORMED: RefusalText(
        status=403,
        vi="Bằng chứng đăng nhập của công dân (LT-Subject) không phải một ID token có thể đọc được.",
        en="The citizen's proof of identity (LT-Subject) is no identity token that can be read.",
        law="R10.1",
    ),
    Code.SUBJECT_ALGORITHM: RefusalText(
        status=403,
        vi="ID token của công dân không được ký bằng thuật toán của khóa đã thống nhất.",
        en="The identity token is not signed with the algorithm of the agreed key.",
        law="R10.1",
    ),
    Code.SUBJECT_KEY_UNKNOWN: RefusalText(
        status=403,
        vi="ID token nêu khóa không thuộc hệ thống đăng nhập đã thống nhất.",
        en="The identity token names a key that is none of the agreed issuer's.",
        law="R10.1",
    ),
    Code.SUBJECT_SIGNATURE_INVALID: RefusalText(
        status=403,
        vi="Chữ ký của ID token không đúng.",
        en="The signature of the identity token does not hold.",
        law="R10.1",
    ),
    Code.SUBJECT_ISSUER: RefusalText(
        status=403,
        vi="ID token không do hệ thống đăng nhập đã thống nhất cấp.",
        en="The identity token is not from the agreed issuer.",
        law="R10.1",
    ),
    Code.SUBJECT_AUDIENCE: RefusalText(
        status=403,
        vi="ID token được cấp cho hệ thống khác; mỗi hệ thống chỉ dùng token cấp cho chính mình.",
        en="The identity token was made for another system; each uses only its own.",
        law="R8.1",
    ),
    Code.SUBJECT_NOT_YET_VALID: RefusalText(
        status=403,
        vi="ID token chưa có hiệu lực; hãy đồng bộ đồng hồ của hệ thống đăng nhập.",
        en="The identity token is not valid yet; set the issuer's clock.",
        law="R10.1",
    ),
    Code.SUBJECT_EXPIRED: RefusalText(
        status=403,
        vi="ID token đã hết hạn; công dân cần đăng nhập lại.",
        en="The identity token has expired; the citizen has to sign in again.",
        citizen_vi="Phiên đăng nhập đã hết hạn; ông/bà vui lòng đăng nhập lại.",
        citizen_en="Your sign-in has ended; please sign in again.",
        law="R10.1",
    ),
    Code.SUBJECT_TOO_OLD: RefusalText(
        status=403,
        vi="ID token được cấp quá lâu; công dân cần xác thực lại.",
        en="The identity token was made too long ago; the citizen has to sign in again.",
        citizen_vi="Phiên đăng nhập đã quá lâu; ông/bà vui lòng đăng nhập lại.",
        citizen_en="You signed in too long ago; please sign in again.",
        law="R10.1",
    ),
    Code.SUBJECT_ASSURANCE: RefusalText(
        status=403,
        vi="Mức độ xác thực của lần đăng nhập chưa đủ cho việc này.",
        en="The citizen signed in at a lower level of assurance than was agreed.",
        citizen_vi="Ông/bà cần đăng nhập ở mức xác thực cao hơn.",
        citizen_en="Please sign in at a higher level of assurance.",
        law="R10.1",
    ),
    Code.SUBJECT_NUMBER: RefusalText(
        status=403,
        vi="ID token không có số định danh cá nhân gồm 12 chữ số ở thông tin đã thống nhất.",
        en="The identity token has no personal number of 12 digits in the agreed claim.",
        law="R10.1",
    ),
    Code.SUBJECT_AND_PERSON: RefusalText(
        status=403,
        vi="Yêu cầu theo mục đích này không được nêu tên ai: người được tra cứu là công dân đã đăng nhập.",
        en="A request for this purpose names nobody: the person is the citizen who signed in.",
        law="R10.2",
    ),
    Code.SUBJECT_NOT_AGREED: RefusalText(
        status=403,
        vi="Phạm vi của hệ thống chưa nêu hệ thống đăng nhập nào được tin cậy cho mục đích của công dân.",
        en="The grant names no issuer whose identity tokens are believed.",
        law="R8.1",
    ),
    Code.SUBJECT_NOT_EXPECTED: RefusalText(
        status=403,
        vi="Mục đích này không phải của công dân đã đăng nhập; không gửi LT-Subject.",
        en="This purpose is not one of the signed-in citizen; leave LT-Subject out.",
        law="R8.1",
    ),
    Code.PURPOSE_UNKNOWN: RefusalText(
        status=403,
        vi="Mục đích không được nêu hoặc chưa được đăng ký.",
        en="The purpose is not named or not registered.",
        law="R8.1",
    ),
    Code.FIELD_NOT_GRANTED: RefusalText(
        status=403,
        vi="Yêu cầu có trường thông tin ngoài phạm vi đã thống nhất.",
        en="A field is asked for that was not agreed.",
        law="R8.2",
    ),
    Code.SERVICE_NOT_GRANTED: RefusalText(
        status=403,
        vi="Dịch vụ này không có trong nội dung đã thống nhất.",
        en="This service is not part of what was agreed.",
        law="R8.2",
    ),
    Code.AGREEMENT_ENDED: RefusalText(
        status=403,
        vi="Nội dung thống nhất về chia sẻ thông tin chưa có hoặc đã hết hiệu lực.",
        en="The agreed content on sharing is not in force.",
        law="R8.2",
    ),
    Code.SUSPENDED: RefusalText(
        status=403,
        vi="Kết nối của hệ thống đang bị tạm ngừng.",
        en="The system's connection is suspended.",
        law="R8.6",
    ),
    Code.CONFIRMATION_MISSING: RefusalText(
        status=403,
        vi="Hệ thống chưa có văn bản xác nhận an ninh, an toàn thông tin hoặc căn cứ thay thế.",
        en="The system has neither the written security confirmation nor what may stand in its place.",
        law="R4.4",
    ),
    Code.QUOTA_EXHAUSTED: RefusalText(
        status=429,
        vi="Đã dùng hết hạn mức đã thống nhất trong ngày.",
        en="The agreed daily quota is used up.",
        law="R8.2",
    ),
    Code.CONSENT_REQUIRED: RefusalText(
        status=403,
        vi="Mục đích này cần sự đồng ý của công dân; yêu cầu chưa nêu.",
        en="This purpose needs the citizen's consent; the request names none.",
        citizen_vi="Cơ quan này cần sự đồng ý của ông/bà trước khi xem thông tin.",
        citizen_en="This body needs your consent before it may see your data.",
        law="R1.1",
    ),
    Code.CONSENT_INVALID: RefusalText(
        status=403,
        vi="Sự đồng ý được nêu không có hiệu lực cho yêu cầu này.",
        en="The consent named is not valid for this request.",
        citizen_vi="Sự đồng ý đã hết hạn, đã rút hoặc không dùng cho việc này.",
        citizen_en="The consent has ended, was withdrawn, or was given for something else.",
        law="R1.1",
    ),
    Code.BATCH_SUSPENDED: RefusalText(
        status=403,
        vi="Quyền tra cứu theo danh sách đang bị tạm ngừng vì có quá nhiều dòng không khớp.",
        en="The right to ask in batches is suspended because too many items did not match.",
        law="R8.2",
    ),
    Code.ASSESSMENT_OVERDUE: RefusalText(
        status=403,
        vi="Hệ thống đã quá hạn kiểm tra, đánh giá định kỳ và quy định hiện hành giới hạn việc khai thác.",
        en="The periodic check is overdue and the rule in force restricts access.",
        law="R4.6",
    ),
    Code.CONDITION_MISSING: RefusalText(
        status=403,
        vi="Một điều kiện kết nối không còn được bảo đảm.",
        en="A condition of being connected is not kept.",
        law="R1.4",
    ),
    Code.NO_MATCH: RefusalText(
        status=404,
        vi="Thông tin đã cung cấp không khớp với Cơ sở dữ liệu quốc gia về dân cư.",
        en="What was given does not match the population register.",
        citizen_vi="Thông tin đã khai không khớp với Cơ sở dữ liệu quốc gia về dân cư.",
        citizen_en="What you gave does not match the population register.",
        law="R1.2",
    ),
    Code.FIELD_DIFFERS: RefusalText(
        status=404,
        vi="Có trường thông tin khác với Cơ sở dữ liệu quốc gia về dân cư.",
        en="A field differs from the population register.",
        citizen_vi=(
            "Thông tin đã khai khác với Cơ sở dữ liệu quốc gia về dân cư; nếu cần điều chỉnh, liên hệ "
            "Công an cấp xã nơi cư trú."
        ),
        citizen_en=(
            "What you gave differs from the population register; to have it corrected, ask the "
            "commune police where you live."
        ),
        law="R1.2",
    ),
    Code.NOT_IN_REGISTER: RefusalText(
        status=404,
        vi="Không tìm thấy công dân trong Cơ sở dữ liệu quốc gia về dân cư.",
        en="The person is not in the population register.",
        citizen_vi=(
            "Chưa có thông tin trong Cơ sở dữ liệu quốc gia về dân cư; liên hệ Công an cấp xã nơi cư "
            "trú để được thu thập."
        ),
        citizen_en=(
            "You are not yet in the population register; ask the commune police where you live to be entered."
        ),
        law="R1.2",
    ),
    Code.BATCH_MISSES: RefusalText(
        status=403,
        vi="Quá nhiều dòng trong danh sách không khớp; phần còn lại bị từ chối.",
        en="Too many items of the batch did not match; the rest is refused.",
        law="R8.2",
    ),
    Code.OVERLOADED: RefusalText(
        status=503,
        vi="Hệ thống đang quá tải; hãy gửi lại sau.",
        en="The service is overloaded; send again later.",
    ),
    Code.DATABASE_UNAVAILABLE: RefusalText(
        status=503,
        vi="Cơ sở dữ liệu tạm thời không sẵn sàng; không có thông tin nào được trả.",
        en="The database is not available; nothing was answered.",
    ),
    Code.RECORD_UNCERTAIN: RefusalText(
        status=503,
        vi="Chưa chắc nhật ký đã được ghi, nên không trả kết quả; hãy gửi lại với cùng mã yêu cầu.",
        en=(
            "It is not certain that the record is durable, so nothing is answered; send again with "
            "the same request id."
        ),
        law="R6.1",
    ),
    Code.LOW_DISK: RefusalText(
        status=503,
        vi="Dung lượng lưu nhật ký sắp hết; tạm dừng nhận yêu cầu mới.",
        en="Space for the log is running out; no new requests are taken.",
        law="R6.1",
    ),
    Code.DRAINING: RefusalText(
        status=503,
        vi="Máy chủ đang dừng để bảo trì; hãy gửi lại.",
        en="The server is shutting down; send again.",
    ),
    Code.CLOCK_UNSYNCHRONISED: RefusalText(
        status=503,
        vi="Đồng hồ máy chủ chưa được đồng bộ; tạm dừng nhận yêu cầu.",
        en="The server's clock is not synchronised; no requests are taken.",
    ),
    Code.GRANTS_CHANGING: RefusalText(
        status=503,
        vi="Phạm vi đang được cập nhật; hãy gửi lại.",
        en="The grants are being changed; send again.",
    ),
    Code.LOG_READ_ONLY: RefusalText(
        status=503,
        vi="Nhật ký đang ở chế độ chỉ đọc sau khi khôi phục.",
        en="The log is read-only after a restore.",
        law="R6.1",
    ),
    Code.INTERNAL: RefusalText(
        status=500,
        vi="Lỗi bên trong hệ thống; hãy báo kèm mã sự cố.",
        en="An internal error; report it with the incident id.",
    ),
}

REFUSALS: Final[Mapping[Code, RefusalText]] = MappingProxyType(_TEXTS)
"""The whole table; a test proves that every code has its row."""

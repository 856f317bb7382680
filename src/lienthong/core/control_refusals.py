"""Every way the control plane says no to a person at work: permanent codes with both sentences.

A refusal is a value, never an exception, and is shown on the page. A code keeps its meaning for ever.
LC1 signing in, LC2 acting on a file, LC3 bodies and systems, LC4 letters, LC5 requests, LC6 tracks,
LC7 uploads, LC8 guides, LC90 the calendar of working days, LC95 what a browser sent and people typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from lienthong.core.speech import Text


class ControlCode(StrEnum):
    """The permanent codes."""

    SIGN_IN_WRONG = "LC101"
    SIGN_IN_BLOCKED = "LC102"
    SECOND_FACTOR_WRONG = "LC103"
    SECOND_FACTOR_USED = "LC104"
    INVITATION_ENDED = "LC105"
    PASSWORD_WEAK = "LC106"  # noqa: S105 - a code, not a password
    ACCOUNT_NOT_ACTIVE = "LC107"
    EMAIL_TAKEN = "LC108"
    ROLES_MISPLACED = "LC109"
    BODY_WANTED = "LC110"
    SESSION_UNKNOWN = "LC111"
    ROLES_WANTED = "LC112"
    LAST_ADMINISTRATOR = "LC113"
    DECIDED_MEANWHILE = "LC201"
    NOT_IN_THIS_STATE = "LC202"
    NOT_YOUR_ROLE = "LC203"
    SECOND_PERSON_WANTED = "LC204"
    IDENTIFIER_INVALID = "LC301"
    IDENTIFIER_TAKEN = "LC302"
    BODY_ENDED = "LC303"
    SYSTEM_CODE_INVALID = "LC304"
    SYSTEM_CODE_TAKEN = "LC305"
    PAPER_INVALID = "LC306"
    PAPER_FILE_REFUSED = "LC307"
    MANDATE_CODE_TAKEN = "LC308"
    ENDED_ALREADY = "LC309"
    NOT_FOUND_HERE = "LC310"
    KEY_PRIVATE = "LC311"
    KEY_UNREADABLE = "LC312"
    KEY_REFUSED = "LC313"
    OFFICER_REFUSED = "LC314"
    OFFICER_CODE_TAKEN = "LC315"
    ROSTER_UNREADABLE = "LC316"
    ROSTER_PREVIEW_ENDED = "LC317"
    ROSTER_MOVED = "LC318"
    SUCCESSION_REFUSED = "LC319"
    SUCCESSION_EARLY = "LC320"
    BODY_UNKNOWN = "LC321"
    SUCCESSION_MOVED = "LC322"
    CONTACT_KNOWN = "LC323"
    SUCCESSION_EMPTY = "LC324"
    LETTER_NOT_READY = "LC451"
    REFUSAL_NOT_LAWFUL = "LC452"
    TERM_NOT_AHEAD = "LC453"
    LETTER_UNDER_WAY = "LC454"
    NOT_THE_SIGNATORY = "LC455"
    SEAL_MISSING = "LC456"
    SEAL_FAILED = "LC457"
    SIGNER_UNKNOWN = "LC458"
    NOT_IN_CHAIN = "LC459"
    ARRIVAL_WRONG = "LC461"
    ARRIVAL_TWICE = "LC462"
    SCAN_REFUSED = "LC463"
    SENDER_NO_BODY = "LC464"
    ARRIVAL_KNOWN = "LC465"
    NO_GROUND_TO_GIVE_BACK = "LC466"
    FILE_UNKNOWN = "LC467"
    FILE_OF_ANOTHER_BODY = "LC468"
    NOT_YOUR_FILE = "LC551"
    ACCEPTANCE_NOT_READY = "LC552"
    HANDLER_UNKNOWN = "LC553"
    VERDICT_REFUSED = "LC554"
    EVIDENCE_NOT_NAMED = "LC555"
    MESSAGE_EMPTY = "LC651"
    SANDBOX_MISSING = "LC661"
    SANDBOX_AWAY = "LC662"
    SANDBOX_UNTRUSTED = "LC663"
    SANDBOX_REFUSES = "LC664"
    SANDBOX_DEAF = "LC665"
    NOTHING_TO_TEST = "LC666"
    TRIAL_KEY_ELSEWHERE = "LC667"
    TRIAL_NOT_READY = "LC668"
    RUN_OPEN_ALREADY = "LC669"
    REPORT_UNPROVEN = "LC670"
    REPORT_OF_ANOTHER_RUN = "LC671"
    LETTER_INCOMPLETE = "LC571"
    MAY_NOT_FILE = "LC572"
    LETTER_NUMBER_USED = "LC573"
    AWAITS_SIGNATURE = "LC574"
    NOT_THE_SIGNED_LETTER = "LC575"
    NO_DEMONSTRATION_SIGNATURE = "LC576"
    WRITTEN_MEANWHILE = "LC577"
    NOT_PREPARED = "LC578"
    UPLOAD_REFUSED = "LC751"
    GUIDE_NOT_READY = "LC801"
    GUIDE_PART_TOO_LONG = "LC802"
    GUIDE_PART_WRITTEN = "LC803"
    GUIDE_UNCHANGED = "LC804"
    GUIDE_MOVED = "LC805"
    WORK_DAYS_UNREADABLE = "LC901"
    WORK_DAY_KNOWN = "LC902"
    DECISION_WANTED = "LC903"
    FORM_TOO_LARGE = "LC951"
    FORM_TOO_MANY_PARTS = "LC952"
    FORM_UNREADABLE = "LC953"
    TEXT_NOT_PLAIN = "LC954"


@dataclass(frozen=True, slots=True)
class ControlRefuse:
    """One refusal: its code, and the values that its sentence names."""

    code: ControlCode
    detail: Mapping[str, Text | str] = field(default_factory=dict)

    @property
    def text(self) -> Text:
        """The sentence in both languages, values filled in."""
        sentence = CONTROL_REFUSALS[self.code]
        return Text(*(self._filled(sentence, language) for language in ("vi", "en")))

    @property
    def coded(self) -> Text:
        """The sentence with its permanent code behind it, as every page shows it."""
        text = self.text
        return Text(f"{text.vi} ({self.code})", f"{text.en} ({self.code})")

    def _filled(self, sentence: Text, language: str) -> str:
        values = {
            name: value.in_language(language) if isinstance(value, Text) else value
            for name, value in self.detail.items()
        }
        return sentence.in_language(language).format_map(values)


CONTROL_REFUSALS: Final[dict[ControlCode, Text]] = {
    ControlCode.SIGN_IN_WRONG: Text(
        "Thư điện tử hoặc mật khẩu không đúng.", "The e-mail address or the password is wrong."
    ),
    ControlCode.SIGN_IN_BLOCKED: Text(
        "Đã nhập sai nhiều lần. Hãy thử lại sau {minutes} phút.",
        "Wrong too many times. Try again in {minutes} minutes.",
    ),
    ControlCode.SECOND_FACTOR_WRONG: Text(
        "Mã xác thực không đúng. Kiểm tra giờ của điện thoại và nhập mã đang hiện.",
        "The code is wrong. Check the clock of the telephone and enter the code shown now.",
    ),
    ControlCode.SECOND_FACTOR_USED: Text(
        "Mã này đã được dùng. Hãy đợi mã kế tiếp.", "This code was used already. Wait for the next one."
    ),
    ControlCode.INVITATION_ENDED: Text(
        "Liên kết kích hoạt đã hết hạn hoặc đã được dùng. Đề nghị quản trị hệ thống cấp lại.",
        "The activation link has ended or was used. Ask the administrator for a new one.",
    ),
    ControlCode.PASSWORD_WEAK: Text(
        "Mật khẩu quá dễ đoán: dùng ít nhất {least} ký tự, không dùng từ phổ biến hay tên của mình.",
        "The password is too easy to guess: use at least {least} characters, no common word, not your name.",
    ),
    ControlCode.ACCOUNT_NOT_ACTIVE: Text(
        "Tài khoản đang ở trạng thái “{state}”, không đăng nhập được.",
        "The account is “{state}” and cannot sign in.",
    ),
    ControlCode.EMAIL_TAKEN: Text(
        "Đã có tài khoản dùng thư điện tử {email}.", "There is an account with the address {email}."
    ),
    ControlCode.ROLES_MISPLACED: Text(
        "Tài khoản của cổng này không giữ được vai trò: {roles}.",
        "An account of this portal cannot hold: {roles}.",
    ),
    ControlCode.BODY_WANTED: Text(
        "Tài khoản của cổng cơ quan phải thuộc một cơ quan; tài khoản cán bộ thì không.",
        "An account of the agency portal belongs to a body; one of staff does not.",
    ),
    ControlCode.SESSION_UNKNOWN: Text(
        "Phiên này không còn hoạt động.", "This session is not active any more."
    ),
    ControlCode.ROLES_WANTED: Text(
        "Tài khoản phải có ít nhất một vai trò.", "An account holds at least one role."
    ),
    ControlCode.LAST_ADMINISTRATOR: Text(
        "Đây là tài khoản quản trị cuối cùng còn đăng nhập được. Hãy cấp quyền quản trị cho một người khác, "
        "đợi người đó kích hoạt, rồi thực hiện lại.",
        "This is the last account that can administer. Give the right to somebody else, wait until that "
        "account is activated, then do this again.",
    ),
    ControlCode.DECIDED_MEANWHILE: Text(
        "{who} đã xử lý hồ sơ này lúc {when}. Xem lại nội dung mới trước khi tiếp tục.",
        "{who} has acted on this file at {when}. Read what is new before going on.",
    ),
    ControlCode.NOT_IN_THIS_STATE: Text(
        "Không thực hiện được “{act}” khi đang ở trạng thái “{state}”.",
        "“{act}” is not possible while the state is “{state}”.",
    ),
    ControlCode.NOT_YOUR_ROLE: Text("“{act}” thuộc thẩm quyền của: {roles}.", "“{act}” belongs to: {roles}."),
    ControlCode.SECOND_PERSON_WANTED: Text(
        "“{act}” cần người thứ hai: người đã soạn, trình hoặc đề xuất không tự quyết định việc đó.",
        "“{act}” needs a second person: whoever wrote, submitted or proposed it does not decide on it.",
    ),
    ControlCode.IDENTIFIER_INVALID: Text("{problem}", "{problem}"),
    ControlCode.IDENTIFIER_TAKEN: Text(
        "Mã định danh {identifier} đã thuộc về {name}.", "The identifier {identifier} belongs to {name}."
    ),
    ControlCode.BODY_ENDED: Text(
        "{name} đã chấm dứt, không thay đổi được nữa. Hãy làm việc trên cơ quan kế thừa.",
        "{name} has ended and cannot be changed. Work on the body that succeeds it.",
    ),
    ControlCode.SYSTEM_CODE_INVALID: Text(
        "Mã hệ thống gồm 1 đến 64 chữ cái không dấu, chữ số, dấu chấm, gạch nối, gạch dưới, gạch chéo, "
        "bắt đầu bằng chữ hoặc số.",
        "A system's code is 1 to 64 unaccented letters, digits, full stops, hyphens, underscores or slashes, "
        "and begins with a letter or digit.",
    ),
    ControlCode.SYSTEM_CODE_TAKEN: Text(
        "Mã hệ thống {code} đã được dùng. Hãy chọn mã khác.",
        "The code {code} is in use. Choose another one.",
    ),
    ControlCode.PAPER_INVALID: Text("{problems}", "{problems}"),
    ControlCode.PAPER_FILE_REFUSED: Text(
        "Không nhận tệp {name}: {problems}", "The file {name} is not taken: {problems}"
    ),
    ControlCode.MANDATE_CODE_TAKEN: Text(
        "Mã {code} đã được dùng cho một chức năng, nhiệm vụ khác.",
        "The code {code} is in use for another function or duty.",
    ),
    ControlCode.ENDED_ALREADY: Text("Mục này đã kết thúc từ {day}.", "This has ended already, on {day}."),
    ControlCode.NOT_FOUND_HERE: Text("Không tìm thấy mục này.", "There is no such thing."),
    ControlCode.KEY_PRIVATE: Text(
        "ĐÂY LÀ KHÓA BÍ MẬT. Nội dung vừa gửi không được lưu. Hãy coi khóa này là đã lộ: hủy nó, tạo cặp "
        "khóa mới và chỉ gửi phần công khai.",
        "THIS IS A PRIVATE KEY. What you sent was not kept. Take the key for disclosed: destroy it, make a "
        "new pair and send the public half alone.",
    ),
    ControlCode.KEY_UNREADABLE: Text(
        "Không đọc được khóa công khai: {why}.", "The public key cannot be read: {why}."
    ),
    ControlCode.KEY_REFUSED: Text("{why}", "{why}"),
    ControlCode.OFFICER_REFUSED: Text("{problems}", "{problems}"),
    ControlCode.OFFICER_CODE_TAKEN: Text(
        "Mã cán bộ {code} đã có trong danh sách.", "The code {code} stands in the roster already."
    ),
    ControlCode.ROSTER_UNREADABLE: Text(
        "Không đọc được danh sách: {why}", "The roster cannot be read: {why}"
    ),
    ControlCode.ROSTER_PREVIEW_ENDED: Text(
        "Bản xem trước đã quá một giờ hoặc không còn nguyên vẹn. Hãy tải tệp lên lại.",
        "The preview is more than an hour old or was altered. Upload the file again.",
    ),
    ControlCode.ROSTER_MOVED: Text(
        "Danh sách đã được thay đổi sau khi xem trước. Hãy tải tệp lên lại để so sánh với hiện tại.",
        "Somebody has changed the roster since the preview. Upload the file again to compare it with now.",
    ),
    ControlCode.SUCCESSION_REFUSED: Text("{problems}", "{problems}"),
    ControlCode.SUCCESSION_EARLY: Text(
        "Quyết định có hiệu lực từ {day}; hãy ghi nhận từ ngày đó, khi mọi thứ được chuyển cùng lúc.",
        "The decision takes effect on {day}: record it from that day on, when everything moves at once.",
    ),
    ControlCode.BODY_UNKNOWN: Text(
        "Chưa có cơ quan nào mang mã định danh {identifier}.", "No body has the identifier {identifier}."
    ),
    ControlCode.CONTACT_KNOWN: Text(
        "{name} đã có trong danh sách cán bộ phụ trách.", "{name} is named as a contact officer already."
    ),
    ControlCode.SUCCESSION_EMPTY: Text(
        "Quyết định này không làm thay đổi gì: tên mới giống tên hiện tại.",
        "This decision would change nothing: the new name is the one there is.",
    ),
    ControlCode.SUCCESSION_MOVED: Text(
        "Nội dung của các cơ quan đã thay đổi sau khi xem trước. Hãy xem lại bản mới dưới đây.",
        "What these bodies hold has changed since the preview. Read the new one below.",
    ),
    ControlCode.LETTER_NOT_READY: Text(
        "Dự thảo chưa trình ký được: {problems}", "The draft cannot be submitted: {problems}"
    ),
    ControlCode.REFUSAL_NOT_LAWFUL: Text(
        "Chưa thể từ chối: {problems}", "The request cannot be refused: {problems}"
    ),
    ControlCode.TERM_NOT_AHEAD: Text(
        "Hạn bổ sung {day} phải ở sau ngày hôm nay.", "The day for the supplement, {day}, has to lie ahead."
    ),
    ControlCode.LETTER_UNDER_WAY: Text(
        "Hồ sơ này đang có văn bản cùng loại chưa ban hành (số {letter}).",
        "A letter of this kind is under way for this file already (no. {letter}).",
    ),
    ControlCode.NOT_THE_SIGNATORY: Text(
        "Dự thảo ghi người ký là {who}. Người soạn rút hoặc sửa dự thảo nếu người khác ký.",
        "The draft names {who} as its signatory. Its writer withdraws or mends it if somebody else signs.",
    ),
    ControlCode.SEAL_MISSING: Text(
        "Chưa cấu hình chứng thư số của cơ quan, chưa ban hành được và chưa cấp số.",
        "The authority's certificate is not configured; nothing was issued and no number was given.",
    ),
    ControlCode.SEAL_FAILED: Text(
        "Không ký số được ({why}); chưa ban hành và chưa cấp số. Hãy thử lại.",
        "The digital signature failed ({why}); nothing was issued and no number was given. Try again.",
    ),
    ControlCode.SIGNER_UNKNOWN: Text(
        "Người ký phải là chỉ huy hoặc lãnh đạo đang hoạt động.",
        "The signatory is an active chief or approver.",
    ),
    ControlCode.NOT_IN_CHAIN: Text(
        "Văn bản này trình {who} ký; người ngoài tuyến trình không trả lại, không rút được.",
        "This letter was submitted to {who}; nobody outside its chain returns or withdraws it.",
    ),
    ControlCode.ARRIVAL_WRONG: Text(
        "Chưa vào sổ được: {problems}", "The letter cannot be registered: {problems}"
    ),
    ControlCode.ARRIVAL_TWICE: Text(
        "Văn bản này đã vào sổ bằng cùng cách gửi, số đến {arrival}.",
        "This letter was registered already from the same channel, arrival no. {arrival}.",
    ),
    ControlCode.SCAN_REFUSED: Text("Không nhận tệp: {problems}", "The file is not accepted: {problems}"),
    ControlCode.SENDER_NO_BODY: Text(
        "Nơi gửi “{sender}” chưa được ghi nhận là cơ quan, tổ chức. Hãy ghi nhận cơ quan rồi ghi mã định "
        "danh ở văn bản này; nếu nơi gửi là cá nhân thì trả lại văn bản, nêu rõ lý do.",
        "The sender “{sender}” is not registered as a body. Register it and name its identifier on this "
        "letter; a letter of an individual is given back with the reason.",
    ),
    ControlCode.ARRIVAL_KNOWN: Text(
        "Văn bản này của {sender} đã đến trước đó, số đến {arrival}, hồ sơ {reference}. Hãy đưa bản này vào "
        "hồ sơ đó.",
        "This letter of {sender} came before, arrival no. {arrival}, file {reference}. Put this copy there.",
    ),
    ControlCode.NO_GROUND_TO_GIVE_BACK: Text(
        "Trả lại văn bản phải chọn căn cứ và nêu rõ lý do; thiếu nội dung không phải là căn cứ trả lại.",
        "A letter is given back on a ground and for a stated reason; contents that lack are no ground.",
    ),
    ControlCode.FILE_UNKNOWN: Text(
        "Không có hồ sơ đã gửi nào mang mã {reference}.", "There is no file {reference} that was sent."
    ),
    ControlCode.FILE_OF_ANOTHER_BODY: Text(
        "Hồ sơ {reference} là của {body}, không phải của nơi gửi văn bản này.",
        "The file {reference} is that of {body}, not of the sender of this letter.",
    ),
    ControlCode.NOT_YOUR_FILE: Text("Hồ sơ này được giao cho {who}.", "This file was given to {who}."),
    ControlCode.ACCEPTANCE_NOT_READY: Text(
        "Chưa thể đề xuất chấp thuận: {problems}", "Acceptance cannot be proposed: {problems}"
    ),
    ControlCode.HANDLER_UNKNOWN: Text(
        "Chỉ giao được cho cán bộ xử lý hồ sơ đang hoạt động.", "Files are given to active handlers only."
    ),
    ControlCode.VERDICT_REFUSED: Text("Chưa ghi kết luận: {problems}", "No verdict recorded: {problems}"),
    ControlCode.EVIDENCE_NOT_NAMED: Text(
        "Chưa ghi số, cơ quan ban hành, ngày của tài liệu chứng minh cho điều kiện này; hãy lưu trước rồi "
        "tải bản sao. Tài liệu bí mật nhà nước không có bản sao.",
        "The evidence for this condition is not named yet: save number, issuer and day first, then upload "
        "its copy. Of a state secret there is no copy.",
    ),
    ControlCode.MESSAGE_EMPTY: Text("Chưa nhập nội dung.", "Nothing was written."),
    ControlCode.SANDBOX_MISSING: Text(
        "Chưa cấu hình được môi trường kiểm thử ({why}); hệ thống tự thử lại.",
        "The sandbox is not configured ({why}); this is tried again by itself.",
    ),
    ControlCode.SANDBOX_AWAY: Text(
        "Môi trường kiểm thử tạm thời không trả lời ({why}); hệ thống tự thử lại.",
        "The sandbox does not answer for now ({why}); this is tried again by itself.",
    ),
    ControlCode.SANDBOX_UNTRUSTED: Text(
        "Câu trả lời không mang chữ ký của môi trường kiểm thử ({why}); không sử dụng, quản trị hệ thống "
        "phải kiểm tra khóa đã ghim.",
        "The answer does not bear the sandbox's signature ({why}); it was not used. The administrator has to "
        "look at the pinned keys.",
    ),
    ControlCode.SANDBOX_REFUSES: Text(
        "Môi trường kiểm thử không nhận: {code} {why}", "The sandbox refuses: {code} {why}"
    ),
    ControlCode.SANDBOX_DEAF: Text(
        "Môi trường kiểm thử không nhận khóa của hệ thống này ({code}); quản trị hệ thống phải kiểm tra "
        "cấu hình, hệ thống tự thử lại.",
        "The sandbox does not know this system's key ({code}); the administrator has to look at the "
        "configuration. This is tried again by itself.",
    ),
    ControlCode.NOTHING_TO_TEST: Text(
        "Đề nghị không chọn dịch vụ nào có trường thông tin để kiểm thử.",
        "The request chooses no service with a field, so there is nothing to test.",
    ),
    ControlCode.TRIAL_KEY_ELSEWHERE: Text(
        "Khóa này đã đăng ký cho môi trường hoặc hệ thống khác; hãy tạo khóa riêng để kiểm thử.",
        "This key is registered for another environment or system; make one of its own for the trial.",
    ),
    ControlCode.TRIAL_NOT_READY: Text(
        "Chưa bắt đầu được lượt kiểm thử: {state}.", "A run cannot be started yet: {state}."
    ),
    ControlCode.RUN_OPEN_ALREADY: Text(
        "Hệ thống này đang có một lượt kiểm thử chưa xong. Hãy hoàn thành hoặc bỏ lượt đó trước.",
        "This system has an unfinished run. Finish or abandon it first.",
    ),
    ControlCode.REPORT_UNPROVEN: Text(
        "Báo cáo không mang chữ ký của môi trường kiểm thử; không ghi nhận, được giữ riêng.",
        "The report does not bear the sandbox's signature; it was not filed and is kept aside.",
    ),
    ControlCode.REPORT_OF_ANOTHER_RUN: Text(
        "Báo cáo nói về lượt, hệ thống hoặc kết quả khác; không ghi nhận, được giữ riêng.",
        "The report is about another run, system or result; it was not filed and is kept aside.",
    ),
    ControlCode.LETTER_INCOMPLETE: Text(
        "Chưa trình ký được: còn {count} nội dung phải bổ sung.",
        "Not ready for signature: {count} things are still missing.",
    ),
    ControlCode.MAY_NOT_FILE: Text("{reason}", "{reason}"),
    ControlCode.LETTER_NUMBER_USED: Text(
        "Văn bản số {number} ngày {day} đã được gửi cho hồ sơ {reference}. Hãy ghi số, ngày khác.",
        "Letter {number} of {day} was sent already, with file {reference}. Give another number or date.",
    ),
    ControlCode.AWAITS_SIGNATURE: Text(
        "Văn bản đang chờ ký nên không sửa được. Hãy lấy về sửa trước.",
        "The letter awaits its signature and cannot be changed. Take it back first.",
    ),
    ControlCode.NOT_THE_SIGNED_LETTER: Text("{reason}", "{reason}"),
    ControlCode.NO_DEMONSTRATION_SIGNATURE: Text(
        "Môi trường này không có chữ ký trình diễn. Hãy ký bằng chứng thư số của cơ quan.",
        "There is no demonstration signature here. Sign with the certificate of the body.",
    ),
    ControlCode.WRITTEN_MEANWHILE: Text(
        "{who} đã lưu phần này lúc {when}, sau khi trang này được mở. Chưa ghi đè gì: "
        "chữ của bạn được giữ riêng, chọn bên dưới.",
        "{who} saved this part at {when}, after this page was opened. Nothing was overwritten: "
        "your text is kept aside, choose below.",
    ),
    ControlCode.NOT_PREPARED: Text(
        "Chưa có văn bản trình ký.", "No letter has been submitted for signature."
    ),
    ControlCode.GUIDE_NOT_READY: Text("Chưa công bố được: {problems}", "Not fit to be published: {problems}"),
    ControlCode.GUIDE_PART_TOO_LONG: Text(
        "Phần này dài {length} ký tự; tối đa {most}. Chưa lưu: hãy rút gọn hoặc chuyển bớt sang phần khác.",
        "This part has {length} characters; {most} are the most. Not saved: shorten it or move some of it.",
    ),
    ControlCode.GUIDE_PART_WRITTEN: Text(
        "{who} đã lưu phần này lúc {when}, sau khi trang này được mở. Chưa ghi đè gì; chữ của bạn vẫn ở đây. "
        "Bấm Lưu để xem hai bản cạnh nhau rồi chọn.",
        "{who} saved this part at {when}, after this page was opened. Nothing was overwritten; your text is "
        "still here. Press Save to see both and choose.",
    ),
    ControlCode.GUIDE_UNCHANGED: Text(
        "Nội dung giống hệt bản số {number}; không có gì mới để công bố.",
        "The text is that of edition {number}; there is nothing new to publish.",
    ),
    ControlCode.GUIDE_MOVED: Text(
        "Nội dung đã thay đổi sau khi bạn xem trước. Xem lại bản mới dưới đây rồi công bố.",
        "The text has changed since you previewed it. Read the new one below, then publish.",
    ),
    ControlCode.UPLOAD_REFUSED: Text("Không nhận tệp này: {reasons}", "The file was not taken: {reasons}"),
    ControlCode.WORK_DAYS_UNREADABLE: Text("Chưa ghi ngày nào: {problems}", "No day was entered: {problems}"),
    ControlCode.WORK_DAY_KNOWN: Text(
        "Đã có quyết định về ngày {day}: {decision}. Hãy bỏ quyết định cũ trước.",
        "There is a decision on {day} already: {decision}. Remove the old one first.",
    ),
    ControlCode.DECISION_WANTED: Text(
        "Ghi số, ký hiệu của quyết định hoặc thông báo.", "Name the decision or notice by number and symbol."
    ),
    ControlCode.FORM_TOO_LARGE: Text(
        "Nội dung gửi lên quá lớn, chưa ghi nhận gì: mỗi tệp tối đa {file} MB, phần chữ tối đa {text} MB.",
        "Too much was sent; nothing was recorded: a file has {file} MB at most, all text together {text} MB.",
    ),
    ControlCode.FORM_TOO_MANY_PARTS: Text(
        "Biểu mẫu có quá nhiều ô hoặc tệp, nên chưa ghi nhận gì. Hãy tải lại trang và gửi lại.",
        "The form has too many fields or files, so nothing was recorded. Reload the page and send it again.",
    ),
    ControlCode.FORM_UNREADABLE: Text(
        "Không đọc được nội dung gửi lên, chưa ghi nhận gì: cần mã hóa UTF-8, tên tệp ngắn. Hãy gửi lại.",
        "What was sent cannot be read; nothing was recorded: send UTF-8 and short file names.",
    ),
    ControlCode.TEXT_NOT_PLAIN: Text(
        "Có {what} ({code}) {where}. Hãy xóa và gõ lại chỗ đó.",
        "There is {what} ({code}) {where}. Delete that place and type it anew.",
    ),
}
"""What each code says; `{places}` are filled from `ControlRefuse.detail`."""

"""The story, step by step: asked, granted, refused, recorded, proved. Each step says what must come out."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from lienthong.demo.agencies import Letter, Player, Reply, claimed
from lienthong.demo.transcript import Transcript
from lienthong.register.cast import Cast
from lienthong_agency import Person

HOSPITAL_FIELDS = [
    "full_name",
    "number",
    "birth_date",
    "sex",
    "permanent_residence",
    "current_residence",
    "phone",
]
CASE = "BN-2026-000123"
OTHER_CASE = "BN-2026-000124"
PROCEDURE_CASE = "000.00.31.H31-261124-0001"
ACCOUNT_CASE = "TK0000123"


@dataclass(slots=True)
class Story:
    """What every step needs: who plays, who calls, where it is printed."""

    cast: Cast
    agencies: dict[str, Player]
    consent: str
    tell: Transcript

    def look_up(self, who: str, person: Person, fields: list[str], case: str | None) -> Reply:
        """Ask for fields of a person as one of the agencies, and print what came back."""
        reply = self.agencies[who].look_up(person, fields, case=case)
        self.show(reply)
        return reply

    def verify(self, person: Person, claims: dict[str, str], consent: str | None) -> Reply:
        """Let the bank verify claims about a person."""
        reply = self.agencies["bank"].verify(person, claims, case=ACCOUNT_CASE, consent=consent)
        self.show(reply)
        return reply

    def show(self, reply: Reply) -> None:
        """Print an answer shortly: values, verdicts, or code and sentence."""
        leaf = "" if reply.receipt is None else f"  (leaf {reply.receipt.index})"
        if reply.code:
            fields = ", ".join(reply.fields)
            self.tell.saw(f"{reply.status} {reply.code} {fields}{leaf}")
            self.tell.saw(f"“{reply.sentence(self.tell.language)}”")
        elif "claims" in reply.content:
            self.tell.saw(f"200 match {reply.content['claims']}{leaf}")
        else:
            for name, value in reply.content.get("values", {}).items():
                self.tell.saw(f"{name}: {_short(value)}")
            self.tell.saw(f"200{leaf}")
        if reply.content.get("flags"):
            self.tell.saw(f"flags: {reply.content['flags']}")
        if reply.notice:
            self.tell.saw(f"LT-Notice: {reply.notice}")


def _short(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(str(part) for part in value.values() if isinstance(part, str) and part)[:70]
    return str(value)


def play_exchange(story: Story) -> None:
    """Play every exchange of the story against the running hub."""
    for step in _STEPS:
        step(story)


def _hospital_is_answered(story: Story) -> None:
    with story.tell.step(
        "Bệnh viện tra cứu bằng số định danh + họ tên + ngày sinh, nhận đúng 7 trường đã thống nhất",
        "A hospital looks up by number + name + birth date and gets exactly its 7 fields",
    ):
        reply = story.look_up("hospital", claimed(story.cast.ordinary), HOSPITAL_FIELDS, CASE)
        story.tell.expect(reply.status == 200, "an answer")
        story.tell.expect(set(reply.content["values"]) == set(HOSPITAL_FIELDS), "the seven fields, no other")
        story.tell.expect(reply.receipt is not None, "a receipt")


def _eighth_field_is_refused(story: Story) -> None:
    with story.tell.step(
        "Bệnh viện hỏi thêm trường thứ 8 (tôn giáo): bị từ chối, nêu đúng tên trường",
        "It asks for an 8th field (religion) and is refused, the field named",
    ):
        reply = story.look_up("hospital", claimed(story.cast.ordinary), [*HOSPITAL_FIELDS, "religion"], CASE)
        story.tell.expect((reply.code, reply.fields) == ("LT302", ["religion"]), "LT302 religion")


def _desk_sees_what_differs(story: Story) -> None:
    with story.tell.step(
        "Một cửa cấp tỉnh thấy trường nào khác và câu để nói với công dân",
        "A province's one-stop desk sees which field differs, and the sentence for the citizen",
    ):
        person = claimed(story.cast.resident, full_name=story.cast.resident.full_name + " Anh")
        reply = story.look_up("province", person, ["full_name", "sex"], PROCEDURE_CASE)
        story.tell.saw(f"→ {reply.content.get('citizen', {}).get(story.tell.language, '')}")
        story.tell.expect((reply.code, reply.fields) == ("LT402", ["full_name"]), "LT402 full_name")
        absent = claimed(story.cast.resident, number="099199999999")
        reply = story.look_up("province", absent, ["full_name"], PROCEDURE_CASE)
        story.tell.expect(reply.code == "LT403", "not in the register is told apart: LT403")


def _bank_needs_consent(story: Story) -> None:
    claims = {"sex": str(story.cast.consenting.sex)}
    with story.tell.step(
        "Ngân hàng không có sự đồng ý của công dân: bị từ chối; có sự đồng ý: chỉ nhận đúng/sai",
        "A bank without the citizen's consent is refused; with it, it verifies and gets no data",
    ):
        reply = story.verify(claimed(story.cast.consenting), claims, None)
        story.tell.expect(reply.code == "LT308", "LT308 without consent")
        reply = story.verify(claimed(story.cast.not_consenting), claims, story.consent)
        story.tell.expect(reply.code == "LT309", "LT309 with somebody else's consent")
        reply = story.verify(claimed(story.cast.consenting), claims, story.consent)
        story.tell.expect(reply.content.get("claims") == {"sex": "match"}, "match, and no value")
        story.tell.expect("values" not in reply.content, "no data")


def _guessing_tells_nothing(story: Story) -> None:
    with story.tell.step(
        "Đoán mò: sai tên, sai ngày, số không có, người được bảo vệ — một câu trả lời như nhau",
        "A stranger's guesses: wrong name, wrong date, no such number, a protected person: one answer",
    ):
        cast = story.cast
        guesses = [
            claimed(cast.minor, full_name="Nguyễn Văn Đoán"),
            claimed(cast.foreigner, birth_date="1901-01-01"),
            claimed(cast.ordinary, number="099199999998"),
            claimed(cast.protected),
        ]
        hospital = story.agencies["hospital"]
        replies = [hospital.look_up(person, ["sex"], case=CASE) for person in guesses]
        story.show(replies[0])
        story.tell.expect({reply.code for reply in replies} == {"LT401"}, "LT401 each time")
        story.tell.expect(len({str(reply.content) for reply in replies}) == 1, "the same bytes each time")


def _replay_is_refused(story: Story) -> None:
    with story.tell.step(
        "Gửi lại nguyên văn một yêu cầu đã ký: bị từ chối, nêu bản ghi đầu tiên",
        "A signed request sent again as it was: refused, the first record named",
    ):
        hospital = story.agencies["hospital"]
        letter = hospital.sign_by_hand(claimed(story.cast.ordinary), ["full_name"], case=CASE)
        first, again = letter.send(), letter.send()
        story.show(again)
        story.tell.saw(again.content.get("detail", ""))
        story.tell.expect(first.status == 200, "the first is answered")
        story.tell.expect(again.code == "LT209", "the second is LT209")


def _standing_decides(story: Story) -> None:
    with story.tell.step(
        "Hết hiệu lực nội dung thống nhất và bị tạm ngừng thì dừng; quá hạn kiểm tra định kỳ chỉ cảnh báo",
        "An ended agreement and a signed suspension stop a system; an overdue yearly check only warns",
    ):
        reply = story.look_up("ended", claimed(story.cast.ordinary), ["full_name"], None)
        story.tell.expect(reply.code == "LT304", "LT304: the agreement ended")
        reply = story.agencies["suspended"].verify(claimed(story.cast.consenting), {"sex": "1"}, case=None)
        story.show(reply)
        story.tell.expect(reply.code == "LT305", "LT305: suspended")
        reply = story.look_up("insurance", claimed(story.cast.ordinary), ["full_name"], "BH-1")
        story.tell.expect(reply.status == 200 and "overdue" in reply.notice, "an answer with a warning")
        reply = story.look_up("education", claimed(story.cast.ordinary), ["full_name"], "TS-1")
        story.tell.expect(reply.status == 200, "E0 frees from the check before connecting")


def _names_and_numbers(story: Story) -> None:
    cast = story.cast
    with story.tell.step(
        "Số cũ, cách đặt dấu khác, chỉ biết năm sinh, người đã mất: trả lời kèm cờ an toàn",
        "A former number, another tone placement, a year-only birth, a death: answers with safety flags",
    ):
        reply = story.look_up("hospital", claimed(cast.renumbered, number=cast.former_number), ["sex"], CASE)
        story.tell.expect(reply.content.get("flags", {}).get("number_superseded"), "number_superseded")
        reply = story.look_up(
            "hospital", claimed(cast.respelled, full_name=cast.other_spelling), ["sex"], CASE
        )
        story.tell.expect(reply.status == 200, "the other spelling is equivalent")
        reply = story.look_up("hospital", claimed(cast.year_only), ["birth_date"], CASE)
        story.tell.expect(reply.status == 200, "a year is enough where the register knows no more")
        reply = story.look_up("hospital", claimed(cast.deceased), ["sex"], CASE)
        story.tell.expect(reply.content.get("flags", {}).get("deceased"), "deceased")


def _batch_is_judged_one_by_one(story: Story) -> None:
    with story.tell.step(
        "Cơ quan thuế rà soát một danh sách 1.000 dòng, mỗi người một dòng nhật ký",
        "The tax authority sends a batch of 1,000; each person gets a line in the log",
    ):
        people = [claimed(member) for member in story.cast.several[:1_000]]
        people[3] = claimed(story.cast.several[3], full_name="Trần Không Khớp")
        started = time.perf_counter()
        reply = story.agencies["tax"].batch(people, ["full_name", "sex", "is_alive"])
        took = time.perf_counter() - started
        answers = reply.content.get("items", [])
        refused = [item for item in answers if item.get("refusal")]
        story.tell.saw(
            f"{len(answers) - len(refused)} answered, {len(refused)} refused in {took * 1e3:,.0f} ms"
        )
        story.tell.expect(len(answers) == len(people), f"an outcome for each item, not {reply.content}")
        story.tell.expect([item["ref"] for item in refused] == ["r3"], "the one wrong row is refused alone")


def _stolen_key_is_useless(story: Story) -> None:
    with story.tell.step(
        "Chữ ký sửa một ký tự: không chứng thực được, không ghi nhật ký, không lộ gì",
        "A signature with one letter changed proves nothing, fills no log and learns nothing",
    ):
        hospital = story.agencies["hospital"]
        letter = hospital.sign_by_hand(claimed(story.cast.ordinary), ["full_name"], case=CASE)
        changed = [(name, value.replace(CASE, OTHER_CASE)) for name, value in letter.headers]
        reply = Letter(letter.url, changed, letter.body).send()
        story.show(reply)
        story.tell.expect((reply.status, reply.code) == (401, "LT203"), "401 LT203")


_STEPS: tuple[Callable[[Story], None], ...] = (
    _hospital_is_answered,
    _eighth_field_is_refused,
    _desk_sees_what_differs,
    _bank_needs_consent,
    _guessing_tells_nothing,
    _replay_is_refused,
    _standing_decides,
    _names_and_numbers,
    _batch_is_judged_one_by_one,
    _stolen_key_is_useless,
)

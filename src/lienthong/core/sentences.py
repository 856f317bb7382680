"""What a desk officer can read to the citizen when the register does not confirm what was given.

Each sentence names the field that differs and where correction is asked. None can hold a registered value:
nothing here is given one. Law: R1.2, R8.4; Decree 70/2024/NĐ-CP as amended (who corrects, and when).
"""

from collections.abc import Iterable

from lienthong.core.fields import BY_NAME, Field
from lienthong.core.identity import DateDifference, IdentityResult, Reason
from lienthong.core.names import NameDifference
from lienthong.core.speech import Text

CORRECTION_WORKING_DAYS = 2


_REASONS: dict[Reason, Text] = {
    NameDifference.DIACRITICS_MISSING: Text(
        "Họ tên được khai không có dấu.", "The name was given without its diacritics."
    ),
    NameDifference.DIACRITICS_DIFFER: Text(
        "Cần kiểm tra lại dấu của họ tên.", "The diacritics of the name need to be checked."
    ),
    NameDifference.SPELLING_VARIANT: Text(
        "Cần kiểm tra lại cách viết y/i, dấu gạch nối hoặc khoảng trắng trong họ tên.",
        "The spelling with y or i, hyphens or spaces in the name need to be checked.",
    ),
    NameDifference.SURNAME_MOVED: Text(
        "Cần kiểm tra lại thứ tự họ và tên.", "The order of surname and given name needs to be checked."
    ),
    NameDifference.GIVEN_AND_MIDDLE_SWAPPED: Text(
        "Cần kiểm tra lại thứ tự chữ đệm và tên.",
        "The order of middle name and given name needs to be checked.",
    ),
    NameDifference.WORD_ORDER: Text(
        "Cần kiểm tra lại thứ tự các chữ trong họ tên.",
        "The order of the words of the name needs to be checked.",
    ),
    NameDifference.WORD_MISSING: Text(
        "Họ tên được khai có thể thiếu chữ.", "A word of the name may be missing."
    ),
    NameDifference.WORD_ADDED: Text(
        "Họ tên được khai có thể thừa chữ.", "The name may have a word too many."
    ),
    NameDifference.LETTERS_DIFFER: Text(
        "Cần kiểm tra lại chính tả của họ tên.", "The spelling of the name needs to be checked."
    ),
    DateDifference.DAY_AND_MONTH_SWAPPED: Text(
        "Cần kiểm tra lại thứ tự ngày và tháng sinh.",
        "The order of day and month of birth needs to be checked.",
    ),
    DateDifference.LESS_PRECISE: Text(
        "Cần khai đầy đủ ngày, tháng, năm sinh.", "Day, month and year of birth are needed in full."
    ),
}


def sentence_for(
    result: IdentityResult | None, *, working_days: int = CORRECTION_WORKING_DAYS
) -> Text | None:
    """Say what to tell the citizen about a claim: None for a person not in the register.

    Answers None when the claim agrees. `working_days` is the term of the law profile for deciding a
    correction. Law: R1.2.
    """
    if result is None:
        return _not_in_register()
    if result.agrees:
        return None
    if result.is_ambiguous:
        return _ambiguous(working_days)
    sentence = sentence_for_fields((BY_NAME[name] for name in result.differing), working_days=working_days)
    hints = [_REASONS[reason] for reason in result.reasons]
    return Text(
        " ".join([*(hint.vi for hint in hints), sentence.vi]),
        " ".join([*(hint.en for hint in hints), sentence.en]),
    )


def sentence_for_fields(fields: Iterable[Field], *, working_days: int = CORRECTION_WORKING_DAYS) -> Text:
    """Say which fields differ, and where correction is asked; for claims that were verified and differ."""
    named = tuple(fields)
    labels_vi = "; ".join(f"“{field.label_vi}”" for field in named)
    labels_en = "; ".join(f"“{field.label_en}”" for field in named)
    differ = "differs" if len(named) == 1 else "differ"
    return Text(
        f"Thông tin {labels_vi} đã khai khác với Cơ sở dữ liệu quốc gia về dân cư. Đề nghị đối chiếu với giấy"
        " tờ; nếu dữ liệu chưa đúng, công dân đề nghị điều chỉnh tại Công an cấp xã nơi cư trú, được giải"
        f" quyết trong {working_days:02d} ngày làm việc.",
        f"What was given as {labels_en} {differ} from the population register. Compare it with the papers; if"
        " the register is wrong, ask the commune police of the place of residence for a correction, decided"
        f" within {working_days} working days.",
    )


def _ambiguous(working_days: int) -> Text:
    return Text(
        "Số giấy tờ đã khai chưa đủ để xác định một công dân. Đề nghị dùng số định danh cá nhân 12 số; nếu"
        " chưa biết số, liên hệ Công an cấp xã nơi cư trú, đề nghị điều chỉnh được giải quyết trong"
        f" {working_days:02d} ngày làm việc.",
        "The number given does not lead to one person. Use the 12-digit personal number; whoever does not"
        " know it asks the commune police of the place of residence, where a correction is decided within"
        f" {working_days} working days.",
    )


def _not_in_register() -> Text:
    return Text(
        "Chưa tìm thấy công dân theo số đã khai trong Cơ sở dữ liệu quốc gia về dân cư. Đề nghị kiểm tra lại"
        " số; nếu số đúng, liên hệ Công an cấp xã nơi cư trú để được thu thập, cập nhật thông tin.",
        "No person with the number given is in the population register. Check the number; if it is right, ask"
        " the commune police of the place of residence to be entered.",
    )

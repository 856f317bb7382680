"""Refusals of the control plane: permanent codes, both sentences, the same places in both."""

import re

from lienthong.core.control_refusals import CONTROL_REFUSALS, ControlCode, ControlRefuse
from lienthong.core.speech import Text

_PLACE = re.compile(r"\{(\w+)\}")


def test_every_code_has_both_sentences_with_the_same_places():
    assert CONTROL_REFUSALS.keys() == set(ControlCode)
    for code, text in CONTROL_REFUSALS.items():
        assert re.fullmatch(r"LC\d{3}", code)
        assert text.vi
        assert text.en
        assert set(_PLACE.findall(text.vi)) == set(_PLACE.findall(text.en)), code


def test_values_are_said_in_the_language_of_the_sentence():
    refusal = ControlRefuse(
        ControlCode.DECIDED_MEANWHILE,
        {"who": "Lê {An}", "when": Text("09:00 05/12/2026", "5 Dec 2026 09:00")},
    )
    assert refusal.text.vi.startswith("Lê {An} đã xử lý hồ sơ này lúc 09:00 05/12/2026.")
    assert refusal.text.en.startswith("Lê {An} has acted on this file at 5 Dec 2026 09:00.")


def test_a_refusal_is_shown_with_its_code() -> None:
    refusal = ControlRefuse(ControlCode.SIGN_IN_BLOCKED, {"minutes": "4"})
    assert refusal.coded.vi == f"{refusal.text.vi} ({refusal.code})"
    assert refusal.coded.en == f"{refusal.text.en} ({refusal.code})"

import pytest

from lienthong.core.override import Override, OverrideError


def test_an_override_holds_in_its_half_open_term() -> None:
    override = Override("Luật X", 10, 20, ("A", "B"))
    assert [override.in_force(now) for now in (9, 10, 19, 20)] == [False, True, True, False]


@pytest.mark.law("R1.5")
@pytest.mark.parametrize("law", ["", "  ", "\n"])
def test_an_override_without_a_law_cannot_be_built(law: str) -> None:
    with pytest.raises(OverrideError, match="law"):
        Override(law, 1, 2, ("A", "B"))


@pytest.mark.law("R1.5")
@pytest.mark.parametrize("approvers", [("A", "A"), ("A", " a "), ("", "B"), ("A", " ")])
def test_an_override_has_two_different_approvers(approvers: tuple[str, str]) -> None:
    with pytest.raises(OverrideError, match="approvers"):
        Override("Luật X", 1, 2, approvers)


@pytest.mark.law("R1.5")
@pytest.mark.parametrize("until", [1, 0])
def test_an_override_ends(until: int) -> None:
    with pytest.raises(OverrideError, match="ends"):
        Override("Luật X", 1, until, ("A", "B"))

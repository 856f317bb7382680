"""Characters that nobody sees: told wherever people type or import, and nothing that was typed is lost."""

import re
from pathlib import Path

import pytest

from lienthong.control import portals as pages_of_portals
from lienthong.control.accounts import actions
from lienthong.control.accounts.models import Account
from lienthong.control.connections import filing
from lienthong.control.connections.own_drafts import draft_of
from lienthong.control.connections.written import Part
from lienthong.control.participants.papers import SentFile
from lienthong.control.participants.roster_sheets import read_roster
from lienthong.core.access import Portal, Role
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.guides import GuidePart
from lienthong.core.roster import RowProblem, row_problems
from tests.control.guided import fresh, owed
from tests.control.participants import XLSX, sheet
from tests.control.requesting import begun
from tests.control.test_drafting import typing

TURNED = "Sở Y tế \u202egnòhP iảH"
APART, COMPOSED = "Nguye\u0302\u0303n Thi\u0323 Hoa\u0300", "Nguyễn Thị Hoà"


@pytest.mark.law("R5.1")
@pytest.mark.parametrize("text", [TURNED, "Sở\x00Y tế", "Sở\u200bY tế"])
def test_a_draft_keeps_the_text_and_shows_what_is_wrong_until_it_is_mended(portals, text):
    writer = portals.account(Role.INTEGRATOR)
    browser, reference = portals.signed_in(writer), begun(writer)
    url = f"/agency/requests/{reference}/draft/parts/unit/"
    saved = typing(browser, reference, "unit", name=text, parent="UBND", counter=0).content.decode()
    assert "Đã lưu lúc" in saved
    assert "(LC954)" in saved
    shown = browser.get(url).content.decode()
    assert text.replace("\x00", "\ufffd") in shown
    assert "(LC954)" in shown
    content = draft_of(reference).content
    assert content.written.request.unit.name == ""
    assert content.written.request.unit.parent == "UBND"
    refusal = filing.submit(reference, actor=writer)
    assert isinstance(refusal, ControlRefuse)
    assert refusal.code is ControlCode.LETTER_INCOMPLETE
    mended = typing(browser, reference, "unit", name=APART, parent="UBND", counter=1).content.decode()
    assert "LC954" not in mended
    content = draft_of(reference).content
    assert content.written.request.unit.name == COMPOSED
    assert Part.UNIT not in content.typed


def test_a_part_of_a_guide_is_not_taken_and_stays_on_the_page(portals):
    guide, browser = owed(portals), portals.browser(Role.CONTACT_OFFICER)
    url = f"/agency/guides/{guide.pk}/parts/{GuidePart.CONTACTS}/"
    before = fresh(guide).parts
    answer = browser.post(url, {"text": f"Gọi {TURNED}", "act": "next"}).content.decode()
    assert "LC954" in answer
    assert f"Gọi {TURNED}" in answer
    assert fresh(guide).parts == before
    autosaved = browser.post(url, {"text": "x\x00"}, HTTP_HX_REQUEST="true").content.decode()
    assert "LC954" in autosaved


def test_a_roster_names_the_row_and_takes_composed_names():
    rows = read_roster(
        SentFile(
            "can-bo.xlsx",
            XLSX,
            sheet(
                ("cb-1", APART, "Phòng", "02/01/2026", ""),
                ("cb-2", "Nguyễn\u200b An", "Phòng", "02/01/2026", ""),
                ("cb-3", "Nguyễn An", TURNED, "02/01/2026", ""),
            ),
        )
    )
    assert not isinstance(rows, ControlRefuse)
    assert [row_problems(row) for row in rows] == [
        (), (RowProblem.CHARACTERS,), (RowProblem.CHARACTERS,)
    ]  # fmt: skip
    assert rows[0].name == COMPOSED


def test_an_account_has_a_name_that_can_be_read(portals):
    fit = {"portal": Portal.STAFF, "email": "a@example.vn", "roles": frozenset({Role.CHIEF})}
    for name in (TURNED, "Nguyễn\nAn", "Nguyễn\udcff"):
        refused = actions.invite(actions.NewAccount(name=name, **fit), actor=None)
        assert isinstance(refused, ControlRefuse), name
        assert refused.code is ControlCode.TEXT_NOT_PLAIN
    made = actions.invite(actions.NewAccount(name=APART, **fit), actor=None)
    assert isinstance(made, actions.Invitation)
    assert Account.objects.get(pk=made.account).name == COMPOSED


def test_the_command_line_tells_a_name_that_cannot_be_read(portals, processes):
    words = ("accounts", "add", "--portal", "staff", "--email", "a@b.vn", "--role", "chief", "--name")
    refused = processes.run(*words, "An\udcff")
    assert refused.returncode == 2
    assert "LC954" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_every_field_of_the_portals_keeps_to_the_rule():
    """A field of Django's own takes what nobody sees; passwords alone are taken as they are."""
    sources = sorted(Path(pages_of_portals.__file__).parent.rglob("*.py"))
    calls = [
        (source.name, call)
        for source in sources
        for call in re.findall(
            r"forms\.(?:Char|Email|Regex|Slug|URL|JSON)Field\(.*?\n    \)", source.read_text(), re.S
        )
    ]
    assert len(calls) == 4
    assert all("widget=Secret(" in call for _, call in calls), calls

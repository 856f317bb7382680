"""Bodies merge, split, change their name: shown first, then moved by one act; old identifiers lead on."""

from urllib.parse import urlencode

import pytest
from django.db import connection

from lienthong.control.accounts.models import Account
from lienthong.control.audit.events import events_of
from lienthong.control.connections.models import Request
from lienthong.control.participants import keys, queries, succession
from lienthong.control.participants.models import (
    Body,
    ContactOfficer,
    Mandate,
    Succession,
    System,
    SystemKey,
)
from lienthong.control.participants.seeding import seed_bodies
from lienthong.control.participants.succession import Plan
from lienthong.core.access import Role
from lienthong.core.control_refusals import ControlCode
from tests.control.participants import PDF, body_of, contact_of, key_of, mandate_of, system_of, text_of
from tests.control.portal import OTHER_BODY, OWN_BODY

PAPER = {
    "paper_number": "1687/NQ-UBTVQH15",
    "paper_issuer": "UBTV Quốc hội",
    "paper_issued_on": "16/06/2025",
    "effective_on": "01/07/2025",
}
NEW = "/staff/bodies/successions/new/"
ACT = "/staff/bodies/successions/"


def decision(kind: str, before: str, after: str, **more: str) -> dict[str, str]:
    return {
        "kind": kind,
        "predecessors": before.replace(" ", "\n"),
        "successors": after.replace(" ", "\n"),
        **PAPER,
        **more,
    }


def print_of(page: str) -> str:
    begin = page.index('name="print" value="') + len('name="print" value="')
    return page[begin : begin + 64]


def carried_out(browser, given: dict[str, str]):
    shown = text_of(browser.get(NEW, given))
    return browser.post(f"{ACT}?{urlencode(given)}", {"print": print_of(shown)})


def open_file(body: int, reference: str) -> Request:
    return Request.objects.create(body_id=body, reference=reference, started_at="2026-01-01T00:00Z")


@pytest.mark.law("R1.2", "R6.1")
def test_a_merger_moves_everything_at_once_and_old_identifiers_lead_on(portals):
    body_of(9)
    system = system_of(OWN_BODY, "H07.X")
    key = key_of(system)
    assert keys.accept(key, 1, actor=portals.account(Role.KEY_OFFICER)) is None
    mandates = mandate_of(OWN_BODY, "CN-01"), mandate_of(OTHER_BODY, "CN-01")
    contact = contact_of(OWN_BODY)
    request = open_file(OWN_BODY, "YC-2026-000001")
    agency = portals.browser(Role.INTEGRATOR)
    administrator = portals.browser(Role.ADMINISTRATOR)
    given = decision("merge", "H07 h08", "H09")
    before = [events_of("system", str(system)), SystemKey.objects.values().get(pk=key)]
    shown = text_of(administrator.get(NEW, given))
    for words in ("Hệ thống một cửa (H07.X)", "YC-2026-000001", agency.actor.name, "H09"):
        assert words in shown
    assert System.objects.get().body_id == OWN_BODY, "nothing has moved yet"
    done = carried_out(administrator, given)
    assert done.headers["Location"] == "/staff/bodies/9/"
    assert System.objects.get(pk=system).body_id == 9
    assert {row.pk: row.body_id for row in Mandate.objects.all()} == dict.fromkeys(mandates, 9)
    assert {row.code for row in Mandate.objects.all()} == {"CN-01", "H08-CN-01"}
    assert ContactOfficer.objects.get(pk=contact).body_id == 9
    request.refresh_from_db()
    assert request.body_id == 9
    assert Account.objects.get(pk=agency.actor.id).body == 9
    assert [events_of("system", str(system)), SystemKey.objects.values().get(pk=key)] == before
    # The signed-in integrator goes on working, now for the successor.
    assert "Cơ quan số 9" in text_of(agency.get("/agency/body/"))
    assert agency.get(f"/agency/systems/{system}/").status_code == 200
    # Old names and addresses.
    assert administrator.get("/staff/bodies/7/").headers["Location"] == "/staff/bodies/9/"
    assert "đã chấm dứt; đây là cơ quan kế thừa" in text_of(administrator.get("/staff/bodies/9/"))
    was = text_of(administrator.get("/staff/bodies/7/?as-it-was"))
    assert "Cơ quan số 7" in was
    assert "Đã chấm dứt" in was
    found = text_of(administrator.get("/staff/bodies/", {"words": "H07"}))
    assert "Cơ quan số 9" in found
    assert "Kế thừa: Cơ quan số 7 (H07)" in found
    named = administrator.get("/staff/bodies/named/H07/", follow=True)
    assert "Cơ quan số 9" in text_of(named)
    assert Succession.objects.count() == 1
    event = events_of("succession", str(Succession.objects.get().pk))[0]
    assert event.detail["decision"].startswith("1687/NQ-UBTVQH15")
    # Pressed twice: refused by the rules, nothing changes.
    again = administrator.post(f"{ACT}?{urlencode(given)}", {"print": print_of(shown)})
    assert "LC319" in text_of(administrator.get(again.headers["Location"]))
    assert Succession.objects.count() == 1


@pytest.mark.law("R1.2")
def test_a_split_asks_who_receives_each_thing_and_does_nothing_before_all_is_said(portals):
    body_of(9)
    system = system_of(OWN_BODY, "H07.X")
    key_of(system)
    mandate = mandate_of(OWN_BODY)
    person = portals.account(Role.INTEGRATOR)
    administrator = portals.browser(Role.ADMINISTRATOR)
    given = decision("split", "H07", "H07 H09")
    shown = text_of(administrator.get(NEW, given))
    assert "Chưa chỉ định cơ quan kế thừa nhận mục này. (4 mục)" in shown
    assert 'name="print"' not in shown
    crafted = administrator.post(f"{ACT}?{urlencode(given)}", {"print": "0" * 64})
    assert "LC319" in text_of(administrator.get(crafted.headers["Location"]))
    chosen = {f"to-system-{system}": "H09", f"to-mandate-{mandate}": "H07", f"to-account-{person.id}": "H09"}
    foreign = text_of(administrator.get(NEW, given | chosen | {f"to-mandate-{mandate}": "H99"}))
    assert "không phải là cơ quan kế thừa" in foreign
    assert carried_out(administrator, given | chosen).status_code == 302
    assert System.objects.get(pk=system).body_id == 9
    assert Mandate.objects.get(pk=mandate).body_id == OWN_BODY
    assert Account.objects.get(pk=person.id).body == 9
    assert Body.objects.get(pk=OWN_BODY).ended_on is None, "a body that is among its successors goes on"


@pytest.mark.law("R1.2")
def test_a_body_that_ends_by_a_split_shows_all_who_follow_it(portals):
    for number in (7, 8, 9):
        body_of(number)
    administrator = portals.browser(Role.ADMINISTRATOR)
    assert carried_out(administrator, decision("split", "H07", "H08 H09")).status_code == 302
    page = text_of(administrator.get("/staff/bodies/7/"))
    assert "Cơ quan kế thừa" in page
    assert "Cơ quan số 8" in page
    assert "Cơ quan số 9" in page
    assert [each.identifier for each in queries.answering_for(7)] == ["H08", "H09"]


@pytest.mark.law("R1.2")
def test_a_body_is_renamed_found_by_its_old_name_and_not_renamed_twice(portals):
    body_of(OWN_BODY)
    administrator = portals.browser(Role.ADMINISTRATOR)
    nameless = text_of(administrator.get(NEW, decision("rename", "H07", "H07")))
    assert "Chưa nhập tên mới" in nameless
    given = decision("rename", "H07", "H07", new_name="Bộ Mẫu Mới")
    assert carried_out(administrator, given).status_code == 302
    page = text_of(administrator.get("/staff/bodies/7/"))
    assert "Bộ Mẫu Mới" in page
    assert "Cơ quan số 7" in page, "its former name"
    assert "Bộ Mẫu Mới" in text_of(administrator.get("/staff/bodies/", {"words": "cơ quan số 7"}))
    assert "không làm thay đổi gì" in text_of(administrator.get(NEW, given))
    again = administrator.post(f"{ACT}?{urlencode(given)}", {"print": "0" * 64})
    assert again.status_code == 302
    assert Succession.objects.count() == 1


@pytest.mark.law("R5.3")
def test_only_what_was_shown_is_done(portals):
    body_of(OWN_BODY), body_of(OTHER_BODY)
    administrator = portals.browser(Role.ADMINISTRATOR)
    given = decision("merge", "H07 H08", "H08")
    shown = text_of(administrator.get(NEW, given))
    system = system_of(OWN_BODY)
    moved = administrator.post(f"{ACT}?{urlencode(given)}", {"print": print_of(shown)})
    page = text_of(administrator.get(moved.headers["Location"]))
    assert "LC322" in page
    assert "Hệ thống một cửa" in page
    assert System.objects.get(pk=system).body_id == OWN_BODY
    assert Body.objects.get(pk=OWN_BODY).ended_on is None
    assert not Succession.objects.exists()
    assert carried_out(administrator, given).status_code == 302
    assert System.objects.get(pk=system).body_id == OTHER_BODY


def test_what_stands_against_a_decision_is_said(portals):
    body_of(OWN_BODY), body_of(OTHER_BODY)
    administrator = portals.browser(Role.ADMINISTRATOR)
    for given, words in (
        (decision("merge", "H07", "H08"), "Sáp nhập cần từ hai cơ quan"),
        (decision("merge", "H07 H99", "H08"), "Chưa có cơ quan nào mang mã định danh H99"),
        (
            decision("merge", "H07 H08", "H08", effective_on="01/01/2999"),
            "Quyết định có hiệu lực từ 01/01/2999",
        ),
        (decision("merge", "H07 H08", "H08", paper_issued_on="01/01/2999"), "ở sau ngày hôm nay"),
        (decision("merge", "H07 H07 H08", "H08"), "nêu hai lần"),
        (decision("merge", "H07 H08", "H08", paper_number=""), "bắt buộc"),
        (decision("nonsense", "H07 H08", "H08"), ""),
    ):
        page = text_of(administrator.get(NEW, given))
        assert words in page
        assert 'name="print"' not in page
        assert administrator.post(f"{ACT}?{urlencode(given)}", {"print": "0" * 64}).status_code == 302
        assert administrator.post(f"{ACT}?{urlencode(given)}", {}).status_code == 302
    assert not Succession.objects.exists()


def test_it_is_weighty_and_the_administrators_alone(portals):
    body_of(OWN_BODY), body_of(OTHER_BODY)
    given = decision("merge", "H07 H08", "H08")
    late = portals.browser(Role.ADMINISTRATOR, proven_again=False)
    shown = text_of(late.get(NEW, given))
    referer = {"Referer": f"http://127.0.0.1:8410{NEW}?{urlencode(given)}"}
    asked = late.post(f"{ACT}?{urlencode(given)}", {"print": print_of(shown)}, headers=referer)
    assert asked.headers["Location"].startswith(
        "/staff/prove-again/?next=%2Fstaff%2Fbodies%2Fsuccessions%2Fnew"
    )
    handler = portals.account(Role.HANDLER)
    made = succession.plan(succession_of(given))
    assert isinstance(made, Plan)
    refusal = succession.carry_out(succession_of(given), made.print, None, actor=handler)
    assert refusal.code is ControlCode.NOT_YOUR_ROLE
    assert not Succession.objects.exists()


def succession_of(given: dict[str, str]) -> succession.Decision:
    from datetime import date

    from lienthong.core.papers import Paper
    from lienthong.core.succession import SuccessionKind

    return succession.Decision(
        kind=SuccessionKind(given["kind"]),
        paper=Paper(number=given["paper_number"], issuer=given["paper_issuer"], issued_on=date(2025, 6, 16)),
        effective_on=date(2025, 7, 1),
        predecessors=tuple(given["predecessors"].split()),
        successors=tuple(given["successors"].split()),
    )


def test_the_copy_of_the_decision_is_kept_and_a_bad_one_stops_the_act(portals):
    from django.core.files.uploadedfile import SimpleUploadedFile

    body_of(OWN_BODY), body_of(OTHER_BODY)
    administrator = portals.browser(Role.ADMINISTRATOR)
    given = decision("merge", "H07 H08", "H08")
    shown = print_of(text_of(administrator.get(NEW, given)))
    bad = SimpleUploadedFile("qd.pdf", b"MZ", "application/pdf")
    refused = administrator.post(f"{ACT}?{urlencode(given)}", {"print": shown, "file": bad})
    assert "LC307" in text_of(administrator.get(refused.headers["Location"]))
    assert Body.objects.get(pk=OWN_BODY).ended_on is None
    good = SimpleUploadedFile("qd.pdf", PDF, "application/pdf")
    administrator.post(f"{ACT}?{urlencode(given)}", {"print": shown, "file": good})
    assert Succession.objects.get().content["decision"]["upload"]


@pytest.mark.law("R5.3")
def test_a_crash_in_the_middle_moves_nothing(portals, monkeypatch):
    system = system_of(OWN_BODY)
    body_of(OTHER_BODY)
    administrator = portals.account(Role.ADMINISTRATOR)
    given = succession_of(decision("merge", "H07 H08", "H08"))
    made = succession.plan(given)

    def crash(*_arguments: object, **_named: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(succession.Successor.objects, "bulk_create", crash)
    with pytest.raises(ZeroDivisionError):
        succession.carry_out(given, made.print, None, actor=administrator)
    connection.close()
    assert System.objects.get(pk=system).body_id == OWN_BODY
    assert Body.objects.get(pk=OWN_BODY).ended_on is None
    assert not Succession.objects.exists()


def test_demonstration_bodies_are_made_once_and_their_people_cannot_be_taken_for_real(portals):
    made = seed_bodies()
    assert set(made) == {"H31", "H31.25.7", "G09", "0999000001", "G01.31", "Z31.LGSP", "G22.9", "H98"}
    assert seed_bodies() == {}
    names = [officer.name for officer in ContactOfficer.objects.all()]
    assert len(names) > 5
    assert all("Mẫu" in name for name in names)
    assert System.objects.count() == 19
    assert all(
        system.officers.count() == len({o.code for o in system.officers.all()})
        for system in System.objects.all()
    )

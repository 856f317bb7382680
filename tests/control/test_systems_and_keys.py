"""Systems with their evidence, keys from the first hand-in to the end; a private key leaves no trace."""

import json
import threading
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection

from lienthong.config import Environment
from lienthong.control.audit.events import database_now, events_of
from lienthong.control.jobs.registry import DUTIES
from lienthong.control.participants import keys, system_queries
from lienthong.control.participants.models import System, SystemKey
from lienthong.core.access import Role
from lienthong.core.control_refusals import ControlCode
from lienthong.core.key_states import KeyState
from lienthong.core.legal_days import DAY, instant
from lienthong.core.system_facts import ManagedBy
from lienthong.db import Role as DatabaseRole
from lienthong.db import connect_blocking
from lienthong_protocol.keys import Algorithm
from tests.control.participants import (
    PDF,
    body_of,
    is_refused_at,
    key_of,
    private_text,
    public_text,
    signing_key,
    system_of,
    text_of,
)
from tests.control.portal import OTHER_BODY, OWN_BODY
from tests.core.granting import document

SYSTEM = {"code": "H07.MOTCUA", "name": "Hệ thống một cửa", "kind": "province_procedures"}
FACTS = {"version": "1", "name": "Hệ thống một cửa", "kind": "province_procedures", "managed_by": "ordinary"}


def paper(place: str, number: str = "1/QĐ") -> dict[str, str]:
    return {f"{place}_number": number, f"{place}_issuer": "Sở Mẫu", f"{place}_issued_on": "02/03/2025"}


@pytest.mark.law("R5.1", "R4.1")
def test_a_system_is_registered_and_what_its_level_lacks_is_shown_to_both_sides(portals):
    body_of(OWN_BODY)
    browser, handler = portals.browser(Role.INTEGRATOR), portals.browser(Role.HANDLER)
    made = browser.post("/agency/systems/new/", SYSTEM | {"is_database": "on"})
    number = System.objects.get().pk
    assert made.headers["Location"] == f"/agency/systems/{number}/edit/"
    for page in (
        text_of(browser.get(f"/agency/systems/{number}/")),
        text_of(handler.get(f"/staff/systems/{number}/")),
    ):
        assert "Chưa khai cấp độ an toàn của hệ thống thông tin." in page
        assert "Cơ sở dữ liệu" in page
    file = SimpleUploadedFile("cap-do.pdf", PDF, "application/pdf")
    given = FACTS | {"level": "3", "decision_file": file} | paper("decision") | paper("plan")
    assert browser.post(f"/agency/systems/{number}/edit/", given).status_code == 302
    page = text_of(handler.get(f"/staff/systems/{number}/"))
    assert "Thiếu tài liệu chứng minh phương án" in page
    assert "Thiếu quyết định phê duyệt cấp độ" not in page
    assert handler.get(f"/staff/systems/{number}/papers/decision/").content == PDF
    assert handler.get(f"/staff/systems/{number}/papers/plan/").status_code == 404
    assert handler.get(f"/staff/systems/{number}/papers/other/").status_code == 404
    whole = FACTS | {"level": "3", "version": "2"} | paper("decision") | paper("plan") | paper("carried_out")
    assert browser.post(f"/agency/systems/{number}/edit/", whole).status_code == 302
    assert "Đủ tài liệu cấp độ" in text_of(browser.get(f"/agency/systems/{number}/"))
    assert browser.get(f"/agency/systems/{number}/papers/decision/").content == PDF, "the copy stays"
    assert events_of("system", str(number))[0].detail == {"code": "H07.MOTCUA", "level": "changed"}


@pytest.mark.law("R4.3", "R4.6", "R4.8")
def test_each_fact_has_its_paper_and_dates(portals):
    number = system_of(OWN_BODY)
    browser = portals.browser(Role.INTEGRATOR)
    given = FACTS | {
        "managed_by": "defence",
        "has_monitoring": "on",
        "has_identification": "on",
        "monitoring_from": "01/05/2025",
        "defence_from": "01/01/2024",
        "identification_from": "05/12/2024",
        "identification_to": "04/12/2024",
    }
    refused = browser.post(f"/agency/systems/{number}/edit/", given)
    for field in ("defence_number", "monitoring_issuer", "identification_issued_on", "identification_to"):
        assert is_refused_at(refused, field)
    papers = paper("defence") | paper("monitoring") | paper("identification")
    given |= papers | {"identification_to": "05/12/2030"}
    assert browser.post(f"/agency/systems/{number}/edit/", given).status_code == 302
    found = system_queries.system_page(number)
    assert found.facts.managed_by is ManagedBy.DEFENCE
    assert found.facts.monitoring.valid_from == date(2025, 5, 1)
    assert [code.value for code in found.exemptions] == ["E0", "E1", "E2"]
    page = text_of(browser.get(f"/agency/systems/{number}/"))
    assert "05/12/2024" in page
    assert "Có thể được miễn kiểm tra trước khi kết nối" in page
    # What is no longer stated goes, its paper with it.
    plain = FACTS | {"version": "2"} | papers
    assert browser.post(f"/agency/systems/{number}/edit/", plain).status_code == 302
    assert system_queries.system_page(number).exemptions == ()
    level = FACTS | {"version": "3"} | paper("decision")
    assert is_refused_at(browser.post(f"/agency/systems/{number}/edit/", level), "level")


def test_codes_of_systems_are_sound_and_given_once(portals):
    system_of(OTHER_BODY, "H08.X")
    body_of(OWN_BODY)
    browser = portals.browser(Role.CONTACT_OFFICER)
    for code, words in (("một cửa", "Mã hệ thống gồm"), ("H08.X", "Mã hệ thống H08.X đã được dùng")):
        answer = browser.post("/agency/systems/new/", SYSTEM | {"code": code})
        assert words in text_of(answer)
        assert is_refused_at(answer, "code")
    assert System.objects.count() == 1


@pytest.mark.law("R5.3")
def test_of_two_who_change_a_system_the_later_is_told(portals):
    number = system_of(OWN_BODY)
    first, second = portals.browser(Role.INTEGRATOR), portals.browser(Role.CONTACT_OFFICER)
    assert first.post(f"/agency/systems/{number}/edit/", FACTS | {"name": "Tên mới"}).status_code == 302
    told = second.post(f"/agency/systems/{number}/edit/", FACTS | {"name": "Tên khác"})
    assert f"{first.actor.name} đã xử lý" in text_of(told)
    assert System.objects.get(pk=number).name == "Tên mới"


@pytest.mark.law("R1.1")
@pytest.mark.parametrize("algorithm", Algorithm)
@pytest.mark.parametrize("as_file", [False, True])
def test_the_public_half_is_handed_in_and_accepted_by_the_key_officer(portals, algorithm, as_file):
    number = system_of(OWN_BODY)
    browser, officer = portals.browser(Role.INTEGRATOR), portals.browser(Role.KEY_OFFICER)
    page = text_of(browser.get(f"/agency/systems/{number}/keys/new/"))
    assert "lienthong-agency keygen --out " in page
    text = public_text(3, algorithm)
    file = SimpleUploadedFile("key.jwk", text.encode(), "application/json")
    given = {"environment": "sandbox"} | ({"file": file} if as_file else {"text": text})
    assert browser.post(f"/agency/systems/{number}/keys/new/", given).status_code == 302
    key = SystemKey.objects.get()
    assert key.thumbprint == signing_key(3, algorithm).key_id
    assert key.jwk == dict(signing_key(3, algorithm).jwk)
    waiting = text_of(officer.get("/staff/keys/"))
    assert key.thumbprint[:22] in waiting
    assert officer.post(f"/staff/keys/{key.pk}/accept/", {"version": "1"}).status_code == 302
    key.refresh_from_db()
    assert key.state is KeyState.ACTIVE
    assert key.valid_until - key.valid_from == 365 * DAY
    assert "Đang dùng" in text_of(browser.get(f"/agency/systems/{number}/keys/"))
    again = officer.post(f"/staff/keys/{key.pk}/accept/", {"version": "1"})
    assert "đã xử lý hồ sơ này" in text_of(again)


@pytest.mark.law("R1.1")
@pytest.mark.parametrize("as_file", [False, True])
def test_a_private_key_is_refused_loudly_and_leaves_no_trace(portals, as_file, caplog, control_folder):
    number = system_of(OWN_BODY)
    browser = portals.browser(Role.INTEGRATOR)
    secret = json.loads(private_text(5))["d"]
    before = set(control_folder.rglob("*"))
    file = SimpleUploadedFile("key.jwk", private_text(5).encode(), "application/json")
    given = {"environment": "production"} | ({"file": file} if as_file else {"text": private_text(5)})
    answer = browser.post(f"/agency/systems/{number}/keys/new/", given)
    page = text_of(answer)
    assert answer.status_code == 200
    assert "ĐÂY LÀ KHÓA BÍ MẬT" in page
    assert secret not in page
    assert secret not in caplog.text
    assert not SystemKey.objects.exists()
    assert set(control_folder.rglob("*")) == before
    with connect_blocking(portals.database, DatabaseRole.ADMINISTRATOR) as administrator:
        tables = administrator.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
            "WHERE schemaname IN ('control', 'audit', 'jobs', 'exchange')"
        ).fetchall()
        for (table,) in tables:
            found = administrator.execute(
                f"SELECT count(*) FROM {table} AS t WHERE t::text LIKE %s", [f"%{secret}%"]
            ).fetchone()
            assert found == (0,), table


def test_a_key_is_registered_once_for_ever_whoever_hands_it_in(portals):
    own, other = system_of(OWN_BODY), system_of(OTHER_BODY)
    key_of(other, 9)
    browser = portals.browser(Role.INTEGRATOR)
    answer = browser.post(
        f"/agency/systems/{own}/keys/new/", {"environment": "sandbox", "text": public_text(9)}
    )
    assert "đã được đăng ký" in text_of(answer)
    broken = browser.post(f"/agency/systems/{own}/keys/new/", {"environment": "sandbox", "text": "{"})
    assert "không phải JSON" in text_of(broken)
    demo = browser.post(f"/agency/systems/{own}/keys/new/", {"environment": "demo", "text": public_text(8)})
    assert is_refused_at(demo, "environment")
    assert SystemKey.objects.count() == 1


@pytest.mark.law("R1.1")
def test_the_older_key_gives_way_within_seven_days_and_there_are_never_three(portals):
    system = system_of(OWN_BODY)
    officer = portals.account(Role.KEY_OFFICER)
    first, second, third, elsewhere = (
        key_of(system, seed, environment)
        for seed, environment in (
            (21, Environment.SANDBOX),
            (22, Environment.SANDBOX),
            (23, Environment.SANDBOX),
            (24, Environment.PRODUCTION),
        )
    )
    for key in (first, second, elsewhere):
        assert keys.accept(key, 1, actor=officer) is None
    older, newer = SystemKey.objects.get(pk=first), SystemKey.objects.get(pk=second)
    assert (older.state, newer.state) == (KeyState.OVERLAPPING, KeyState.ACTIVE)
    assert older.valid_until == newer.valid_from + 7 * DAY
    assert SystemKey.objects.get(pk=elsewhere).state is KeyState.ACTIVE, "environments are apart"
    refusal = keys.accept(third, 1, actor=officer)
    assert refusal.code is ControlCode.KEY_REFUSED
    assert "hãy thu hồi một khóa trước" in refusal.text.vi
    assert keys.revoke(first, reason="đổi máy", actor=officer) is None
    assert keys.accept(third, 1, actor=officer) is None
    assert SystemKey.objects.get(pk=second).state is KeyState.OVERLAPPING


@pytest.mark.law("R1.1")
def test_a_key_is_revoked_at_once_by_its_own_body_or_the_key_officer(portals):
    key = key_of(system_of(OWN_BODY), 31)
    officer = portals.account(Role.KEY_OFFICER)
    assert keys.accept(key, 1, actor=officer) is None
    old = portals.browser(Role.AGENCY_HEAD, proven_again=False)
    assert "/prove-again/" in old.post(f"/agency/keys/{key}/revoke/", {"reason": "x"}).headers["Location"]
    assert SystemKey.objects.get(pk=key).state is KeyState.ACTIVE
    stranger = portals.browser(Role.AGENCY_HEAD, body=body_of(OTHER_BODY))
    assert stranger.post(f"/agency/keys/{key}/revoke/", {"reason": "x"}).status_code == 404
    assert keys.revoke(key, reason="x", actor=stranger.actor).code is ControlCode.NOT_FOUND_HERE
    browser = portals.browser(Role.AGENCY_HEAD)
    before = database_now()
    assert browser.post(f"/agency/keys/{key}/revoke/", {"reason": "Nghi lộ khóa"}).status_code == 302
    row = SystemKey.objects.get(pk=key)
    assert row.state is KeyState.REVOKED
    assert before <= row.revoked_at <= database_now()
    assert events_of("key", str(key))[0].detail["reason"] == "Nghi lộ khóa"
    again = browser.post(f"/agency/keys/{key}/revoke/", {"reason": "x"})
    assert "Đã thu hồi" in text_of(again)
    with pytest.raises(IntegrityError, match="no way from state"):
        SystemKey.objects.filter(pk=key).update(state="active")


def test_a_proposed_key_is_withdrawn_or_rejected_with_the_reason(portals):
    system = system_of(OWN_BODY)
    first, second = key_of(system), key_of(system)
    browser, officer = portals.browser(Role.INTEGRATOR), portals.browser(Role.KEY_OFFICER)
    assert browser.post(f"/agency/keys/{first}/withdraw/").status_code == 302
    assert officer.post(f"/staff/keys/{second}/reject/", {"reason": "Sai dấu vân"}).status_code == 302
    assert [SystemKey.objects.get(pk=each).state for each in (first, second)] == ["withdrawn", "rejected"]
    browser.post(f"/agency/keys/{second}/withdraw/")
    assert "LC202" in text_of(browser.get(f"/agency/systems/{system}/keys/"))
    assert "Sai dấu vân" not in text_of(officer.get("/staff/keys/"))
    assert keys.accept(second, 1, actor=browser.actor).code is ControlCode.DECIDED_MEANWHILE


@pytest.mark.law("R4.4")
def test_a_production_key_ends_with_its_ground(portals):
    system = system_of(OWN_BODY, "H07.MOTCUA")
    officer = portals.account(Role.KEY_OFFICER)
    granted = document()
    with connect_blocking(portals.database, DatabaseRole.ADMINISTRATOR) as administrator:
        from lienthong.core.grant_document import encode_document

        administrator.execute(
            "INSERT INTO exchange.grant "
            "(version, system, revision, document, signature, signer, published_at) "
            "VALUES (1, 'H07.MOTCUA', 1, %s, '', 'x', now())",
            [encode_document(granted)],
        )
    key, sandbox = key_of(system, 41, Environment.PRODUCTION), key_of(system, 42)
    assert keys.accept(key, 1, actor=officer) is None
    assert keys.accept(sandbox, 1, actor=officer) is None
    row = SystemKey.objects.get(pk=key)
    ends = [granted.facts.agreement.valid_until, granted.facts.confirmation.valid_until]
    assert row.valid_until == min([row.valid_from + 365 * DAY, *(instant(end) for end in ends if end)])
    other = SystemKey.objects.get(pk=sandbox)
    assert other.valid_until == other.valid_from + 365 * DAY


@pytest.mark.law("R1.1")
def test_a_key_whose_term_has_passed_is_shown_ended_and_ended_by_the_jobs(portals):
    system = system_of(OWN_BODY)
    officer = portals.account(Role.KEY_OFFICER)
    key = key_of(system, 51)
    assert keys.accept(key, 1, actor=officer) is None
    past = database_now() - DAY
    SystemKey.objects.filter(pk=key).update(valid_from=past - DAY, valid_until=past)
    assert system_queries.key(key, officer).state is KeyState.ENDED
    assert system_queries.key(key, officer).acts == ()
    assert keys.revoke(key, reason="x", actor=officer).code is ControlCode.KEY_REFUSED
    for _ in range(2):  # what comes round does nothing, and says nothing, where there is nothing to do
        DUTIES["participants.end_passed_keys"].act()
    assert len(events_of("keys", "")) == 1
    assert SystemKey.objects.get(pk=key).state is KeyState.ENDED


@pytest.mark.law("R5.3")
def test_of_two_acceptances_at_once_the_terms_follow_one_another(portals):
    system = system_of(OWN_BODY)
    officer = portals.account(Role.KEY_OFFICER)
    proposed = [key_of(system, seed) for seed in (61, 62, 63)]
    barrier = threading.Barrier(len(proposed))
    results = []

    def accept(key: int) -> None:
        try:
            barrier.wait()
            results.append(keys.accept(key, 1, actor=officer))
        finally:
            connection.close()

    threads = [threading.Thread(target=accept, args=(key,)) for key in proposed]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(result is None for result in results) == [False, True, True]
    states = sorted(SystemKey.objects.values_list("state", flat=True))
    assert states == ["active", "overlapping", "proposed"]

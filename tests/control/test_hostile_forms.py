"""Every form of every page, sent what nobody should send: it comes back with errors, and nothing is done."""

import re

import pytest
from django import forms

from lienthong.control.connections.models import Draft
from lienthong.control.connections.own_drafts import draft_of
from lienthong.control.connections.written import Part
from lienthong.control.participants.models import System
from lienthong.control.theme.fields import PlainText
from lienthong.core.access import Role
from lienthong.core.pages import Page
from tests.control.page_samples import SAMPLES
from tests.control.participants import key_of, system_of
from tests.control.portal import OTHER_BODY, OWN_BODY
from tests.control.requesting import OFFICERS, begun, complete, seed_body
from tests.control.walking import events_written, filled, hidden_in, look, names_read, places

LONG = "x" * 20_001
ENDS_OF_TIME = ("31/12/9999", "01/01/0001", "00/00/0000", "29/02/2026")
ONE_PRESS = {
    # What needs no word from whoever presses: on one's own thing it is done, whatever else was sent along.
    Page.SIGN_OUT, Page.RECOVERY_CODES, Page.LANGUAGE, Page.READ_ALL_NOTICES, Page.OWN_REQUEST_START,
    Page.OWN_DRAFT_DISCARD, Page.END_MANDATE, Page.END_CONTACT, Page.WITHDRAW_KEY,
}  # fmt: skip


def is_text(field: forms.Field) -> bool:
    """Say whether any word can be typed into a field."""
    return isinstance(field, PlainText) and not field.widget.is_hidden


def test_no_form_takes_characters_nobody_sees_or_text_without_end(portals):
    tried = 0
    for _, (browser, listed) in places(portals).items():
        for place in listed:
            if place.address.page in (Page.SIGN_OUT, Page.OWN_DRAFT_PART):
                continue
            shown, text = look(browser, place.url)
            for kind, form in shown.items():
                names = [
                    name for name, field in form.fields.items() if is_text(field) and f'name="{name}"' in text
                ]
                if not names or 'method="get"' in _tag_around(text, names[0]):
                    continue
                for bad in ("a\u202eb", LONG):
                    before = events_written()
                    data = hidden_in(text) | filled(form) | dict.fromkeys(names, bad)
                    answer = browser.post(_target(text, names[0]) or place.url, data)
                    assert answer.status_code in (200, 302), (place.name, bad[:5])
                    assert events_written() == before, (place.name, bad[:5], names)
                    if answer.status_code == 200:
                        said = answer.content.decode()
                        lacking = [name for name in names if f'id="id_{name}_error"' not in said]
                        is_told = "govuk-error-" in said or re.search(r"LC\d{3}", said)
                        assert not lacking or is_told, (place.name, kind, lacking)
                    tried += 1
    assert tried > 40


def _tag_around(text: str, name: str) -> str:
    """Return the tag of the form in which a field stands."""
    return text[text.rfind("<form", 0, text.find(f'name="{name}"')) :].partition(">")[0]


def _target(text: str, name: str) -> str:
    found = re.search(r'action="([^"]+)"', _tag_around(text, name))
    return found[1] if found else ""


def test_days_at_the_ends_of_time_are_no_fault_in_any_form(portals):
    tried = 0
    for _, (browser, listed) in places(portals).items():
        for place in listed:
            if place.address.page is Page.SIGN_OUT:
                continue
            for form in look(browser, place.url)[0].values():
                days = [name for name, field in form.fields.items() if isinstance(field, forms.DateField)]
                for day in ENDS_OF_TIME if days else ():
                    answer = browser.post(place.url, filled(form) | dict.fromkeys(days, day))
                    assert answer.status_code in (200, 302), (place.name, day)
                    assert browser.get(place.url).status_code in (200, 302), (place.name, day)
                    tried += 1
    assert tried > 20


GARBAGE = {
    "nothing": "",
    "a number without end": "9" * 4_400,
    "several of each": ["1", "-1", "\0"],
}


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_in_every_name_that_any_page_reads_changes_nothing(portals, kind):
    garbage = {"csrfmiddlewaretoken": "x"} | dict.fromkeys(names_read(), GARBAGE[kind])
    assert len(garbage) > 90
    for portal, (browser, listed) in places(portals).items():
        for place in sorted(listed, key=lambda each: each.address.page in ONE_PRESS):
            if place.address.page is Page.SIGN_OUT:
                continue
            before = events_written()
            answer = browser.post(place.url, garbage)
            assert answer.status_code < 500, place.name
            assert events_written() == before or place.address.page in ONE_PRESS | _SPEAKS, place.name
            if place.address.page not in (Page.RECOVERY_CODES, Page.OWN_DRAFT_DISCARD):
                assert browser.get(place.url, garbage).status_code < 500, (portal, place.name)


_SPEAKS = {Page.DESK_THREAD, Page.PROVE_AGAIN}
"""Where any word is in order: a message, and a code, of which a wrong one is an event of its own."""


@pytest.mark.parametrize("part", sorted(set(Part) - {Part.TECHNICAL}))
def test_a_draft_keeps_what_was_typed_and_no_part_of_it_is_a_fault(portals, part):
    browser = portals.browser(Role.INTEGRATOR)
    reference = complete(browser.actor)
    url = f"/agency/requests/{reference}/draft/parts/{part}/"
    (form,) = (form for form in look(browser, url)[0].values() if getattr(form, "part", None) == part)
    for bad in ("a\0b", LONG[:3_000], "31/12/9999", "9" * 4_400, "\x0b\x1b\u202e"):
        for field in (name for name in form.fields if name not in ("purpose", "direction", "codes")):
            if field.startswith(("pick-", "reason-")) and "full_name" not in field:
                continue
            data = filled(form) | {field: bad, "counter": draft_of(reference).counter, "codes": "MD1"}
            assert browser.post(url, data, HTTP_HX_REQUEST="true").status_code == 200, (field, bad[:5])
            assert browser.get(url).status_code == 200
    assert browser.get(f"/agency/requests/{reference}/draft/").status_code == 200
    assert "\0" not in str(Draft.objects.get(request__reference=reference).content)


@pytest.mark.law("R8.1")
def test_ids_of_another_body_inside_a_form_reach_nothing(portals):
    """Mandates, systems, officers, purposes of another body, by code and number, where a form takes one."""
    browser = portals.browser(Role.INTEGRATOR)
    reference, other = begun(browser.actor), seed_body(OTHER_BODY)
    other.mandates.filter(code="CN1").update(code="KHAC")
    other.contact_officers.filter(name=OFFICERS[0]).update(name="Người cơ quan khác")
    for part, entries in (("mandates", other.mandates), ("officers", other.contact_officers)):
        for picked in ("KHAC", "Người cơ quan khác", *(str(each.pk) for each in entries.all())):
            _type(browser, reference, part, picked=[picked])
            assert not getattr(draft_of(reference).content.written.request, part)
    for system in System.objects.filter(body=other):
        for number in (system.code, str(system.pk)):
            _type(browser, reference, "systems", picked=[number])
    assert draft_of(reference).content.written.request.systems == ()
    _type(browser, reference, "purposes", codes="MD1", **{"MD1-name": "x", "MD1-mandate": "KHAC"})
    assert [each.mandate for each in draft_of(reference).content.written.request.purposes] == [""]
    _type(browser, reference, "fields", purpose="MD9", direction="get", **{"pick-full_name": "on"})
    assert {each.purpose for each in draft_of(reference).content.written.request.choices} <= {"MD1"}


def test_a_key_of_another_body_is_not_taken_for_a_trial(portals):
    browser = portals.browser(Role.INTEGRATOR)
    values = SAMPLES[Page.OWN_TRIAL_KEY](portals, OWN_BODY)
    foreign = key_of(system_of(OTHER_BODY))
    url = f"/agency/requests/{values['reference']}/trial/{values['trial']}/key/"
    before = events_written()
    answer = browser.post(url, {"version": "1", "chosen": str(foreign), "text": ""})
    assert answer.status_code == 200
    assert events_written() == before
    stolen = browser.post(url.replace(str(values["reference"]), "YC-2026-999999"), {"version": "1"})
    assert stolen.status_code == 404


def test_nobody_is_named_who_does_not_hold_the_role(portals):
    """Named by number: an account of an agency, one without the role, none at all."""
    chief = portals.browser(Role.CHIEF)
    reference = SAMPLES[Page.DESK_ASSIGN](portals, OWN_BODY)["reference"]
    before = events_written()
    wrong = [portals.account(Role.INTEGRATOR).id, portals.account(Role.INSPECTOR).id, 10**19, 0]
    before = events_written()
    for person in wrong:
        for act in ("assign", "reassign", "stand_in", "supporter"):
            sent = {"version": "1", "person": str(person), "act": act}
            chief.post(f"/staff/requests/{reference}/assign/", sent)
    assert events_written() == before


def _type(browser, reference: str, part: str, **values: object) -> None:
    data = values | {"counter": draft_of(reference).counter}
    assert (
        browser.post(
            f"/agency/requests/{reference}/draft/parts/{part}/", data, HTTP_HX_REQUEST="true"
        ).status_code
        == 200
    )

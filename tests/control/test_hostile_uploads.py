"""Files that are not what they say, sent through every field of both portals that takes one."""

import io
import re
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile

from lienthong.control.conformance.models import Trial
from lienthong.control.letters.models import Upload
from lienthong.control.participants.papers import SentFile
from lienthong.control.participants.roster_sheets import read_roster
from lienthong.control.participants.systems import Evidence
from lienthong.core.access import Portal, Role
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.uploads import LONGEST_FILE_NAME
from tests.control.participants import XLSX, public_text, sheet
from tests.control.requesting import complete, sent, submitted
from tests.control.walking import events_written, filled, hidden_in, look, places
from tests.evil.uploads.files import ATTACKS, HARMLESS_NAMES, PLAIN_PDF, Attack

ROSTER = sheet(("cb-1", "Cán bộ Mẫu", "Phòng một cửa", "01/01/2026", ""))


def sending(attack: Attack) -> SimpleUploadedFile:
    return SimpleUploadedFile(attack.name, attack.content, attack.declared_type)


def file_fields(portals):
    """Yield every field for a file that a page shows: browser, address, form, name, what the page hides."""
    for portal, (browser, listed) in places(portals).items():
        more = []
        if portal is Portal.AGENCY:
            writer = portals.account(Role.INTEGRATOR)
            draft, letter = complete(writer), submitted(writer, number="1188/SYT-VP")
            under_way = sent(portals, writer, number="1189/SYT-VP")
            # A trial goes with its system to the newest request.
            trial = Trial.objects.filter(request__reference=under_way).latest("pk").pk
            more = [f"{draft}/draft/parts/technical/", f"{letter}/sign/", f"{under_way}/thread/"]
            more.append(f"{under_way}/trial/{trial}/key/")
        for url in (*(place.url for place in listed), *(f"/agency/requests/{each}" for each in more)):
            shown, text = look(browser, url)
            for form in shown.values():
                for name, field in form.fields.items():
                    if isinstance(field, forms.FileField) and f'name="{name}"' in text:
                        yield browser, url, form, name, hidden_in(text)


def data_for(form, name: str, file: SimpleUploadedFile) -> dict[str, object]:
    """Return the form in order, with one file in one field; a paper whose copy it is is named whole."""
    data = filled(form)
    place = name.removesuffix("_file")
    stated = {
        "number": "12/QĐ-UBND",
        "issuer": "UBND",
        "issued_on": "02/03/2026",
        "degree": "",
        "title": "Mẫu",
    }
    data |= {f"{place}_{part}": value for part, value in stated.items() if f"{place}_{part}" in form.fields}
    if "level" in form.fields:
        others = [each for each in data if each not in ("version", "name", "kind", "managed_by")]
        data |= dict.fromkeys((each for each in others if not each.startswith(place)), "")
        data |= {"level": "3"} | ({f"has_{place}": "on"} if f"has_{place}" in form.fields else {})
        data |= {"managed_by": "defence" if place == "defence" else "ordinary"}
        data |= {each: "" for each in data if each.endswith("_to")}
    return {key: value for key, value in data.items() if value != ""} | {name: file}


def harmless(form, name: str) -> Attack:
    """Return what the field is there for."""
    match type(form).__name__:
        case "RosterForm":
            return Attack("can-bo.xlsx", XLSX, ROSTER)
        case "KeyForm" | "TrialKeyForm" as kind:
            return Attack("khoa.jwk", "application/json", public_text(len(kind)).encode())
        case _:
            return Attack("mo-ta.pdf", "application/pdf", PLAIN_PDF)


EVERYWHERE = (
    "zip bomb in a document", "macro workbook under a plain name", "two entries of one name", "pdf and page",
    "pdf and archive", "picture and script", "page under a plain name",
)  # fmt: skip
WHOLE = {"DescriptionForm", "RosterForm"}
"""The forms that are sent every attack; all fields lead to one judgement, which the others show by some."""


@pytest.mark.law("R5.1")
def test_no_field_of_any_page_takes_a_file_that_is_not_what_it_says(portals, control_folder):
    fields: set[str] = set()
    for browser, url, form, name, hidden in file_fields(portals):
        kind = type(form).__name__
        before = events_written(), Upload.objects.count(), set(control_folder.glob("uploads/**/*"))
        for attack in ATTACKS if kind in WHOLE else EVERYWHERE:
            answer = browser.post(url, hidden | data_for(form, name, sending(ATTACKS[attack])))
            text = answer.content.decode()
            assert answer.status_code == 200, (url, attack)
            assert re.search(r'id="id_\w+_error"|\(LC\d{3}\)|LC\d{3}:', text), (url, attack)
            assert "<script>fetch" not in text
        assert before == (events_written(), Upload.objects.count(), set(control_folder.glob("uploads/**/*")))
        # The same form with the file that it is there for is taken: it was the file that was refused.
        now = hidden_in(browser.get(url).content.decode())
        good = browser.post(url, data_for(form, name, sending(harmless(form, name))) | now)
        if kind == "RosterForm":
            assert 'name="sealed"' in good.content.decode()
        elif kind == "SignedForm":
            assert ControlCode.NOT_THE_SIGNED_LETTER in good.content.decode()
        else:
            assert (good.status_code, events_written()) == (302, before[0] + 1), (url, name)
        fields.add(f"{kind}.{name}")
    assert fields == {
        "ArrivalForm.scan", "DescriptionForm.file", "KeyForm.file", "MandateForm.paper_file",
        "MessageForm.file", "RosterForm.file", "SignedForm.file", "TrialKeyForm.file",
        *(f"SystemForm.{each.value}_file" for each in Evidence),
    }  # fmt: skip


@pytest.mark.parametrize("name", HARMLESS_NAMES)
def test_of_a_name_only_what_people_can_read_is_kept_and_never_a_path(portals, control_folder, name):
    writer = portals.account(Role.INTEGRATOR)
    reference = complete(writer)
    browser, before = portals.signed_in(writer), Upload.objects.count()
    file = sending(Attack("x.pdf", "application/pdf", PLAIN_PDF + b"%% \n%%EOF\n"))
    file._name = HARMLESS_NAMES[name]
    answer = browser.post(
        f"/agency/requests/{reference}/draft/parts/technical/", {"title": "x", "file": file}
    )
    if answer.status_code == 400:
        assert ControlCode.FORM_UNREADABLE in answer.content.decode()
    assert Upload.objects.count() - before == (answer.status_code == 302)
    kept = Upload.objects.latest("pk").name
    assert len(kept) <= LONGEST_FILE_NAME
    assert kept.isprintable()
    assert not set("/\\").intersection(kept)
    assert not tuple(control_folder.glob("**/x.pdf"))
    assert not tuple(control_folder.glob("**/*cron*"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "_rels/.rels", "xl/sheet.any"]
)
def test_a_workbook_that_declares_entities_is_not_opened(encoding, part):
    """Within the growth that the parser allows, entities still make one megabyte a hundred: none is read."""
    entity = '<!DOCTYPE x [<!ENTITY e "' + "x" * 10_000 + '">]>'
    content = f'<?xml version="1.0" encoding="{encoding}"?>{entity}<x>{"&e;" * 50}</x>'.encode(encoding)
    made = io.BytesIO()
    with ZipFile(io.BytesIO(ROSTER)) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        new.writestr(part, content)
    refusal = read_roster(SentFile("can-bo.xlsx", XLSX, made.getvalue()))
    assert isinstance(refusal, ControlRefuse)
    assert refusal.code is ControlCode.ROSTER_UNREADABLE
    assert "DOCTYPE" in refusal.text.en


def test_a_workbook_that_states_false_sizes_is_not_read():
    """The directory says a hundred kilobytes, the part has thirty million: reading stops at what was said."""
    made = io.BytesIO()
    with ZipFile(io.BytesIO(ROSTER)) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, b" " * 30_000_000 if name == "xl/worksheets/sheet1.xml" else old.read(name))
    lying = made.getvalue().replace((30_000_000).to_bytes(4, "little"), (100_000).to_bytes(4, "little"))
    refusal = read_roster(SentFile("can-bo.xlsx", XLSX, lying))
    assert isinstance(refusal, ControlRefuse)
    assert refusal.code is ControlCode.ROSTER_UNREADABLE

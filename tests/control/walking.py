"""Every page of both portals, the forms on it, what may be sent there: for tests of what nobody sends."""

import html
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.template import Template
from django.test.utils import instrumented_test_render

from lienthong.control import portals as pages_of_portals
from lienthong.control.frame.completeness import Address, addresses
from lienthong.control.frame.page import address_of
from lienthong.core.access import ROLES_OF, Portal
from tests.control.page_samples import SAMPLES
from tests.control.participants import PDF
from tests.control.portal import OWN_BODY, Browser, Portals

_WORDS: Final = {
    "code": "MAU-01",
    "number": "1187/SYT-VP",
    "identifier": "H77",
    "scan": "",
    "text": "Văn bản mẫu",
}
_CHOSEN: Final = frozenset({"copy"})
_HIDDEN: Final = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
_SOURCES: Final = tuple(Path(pages_of_portals.__file__).parent.glob("**/*.py"))
_READ: Final = re.compile(r'(?:POST|GET)\.get\("(\w+)"')
_DECLARED: Final = re.compile(
    r"^    (\w+)(?:: [^=]+)? = (?:forms\.\w+|DayField|PlainText|PlainEmail|one_line|optional_line)\(",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """One page on a thing of the own body."""

    address: Address
    values: Mapping[str, object]

    @property
    def url(self) -> str:
        """Return the page's address."""
        return address_of(self.address.portal, self.address.page, **self.values)

    @property
    def name(self) -> str:
        """Return the name by which a failure tells the page."""
        return f"{self.address.portal} {self.address.page}"


def places(portals: Portals) -> dict[Portal, tuple[Browser, list[Place]]]:
    """Return for each portal a browser that may open everything, and every page on a thing of its body."""
    found = {}
    for portal in Portal:
        browser = portals.browser(*sorted(ROLES_OF[portal]), body=OWN_BODY)
        browser.raise_request_exception = False
        listed = [
            Place(each, SAMPLES[each.page](portals, OWN_BODY))
            for each in sorted(addresses(), key=lambda each: each.page)
            if each.portal is portal
        ]
        found[portal] = (browser, listed)
    return found


def names_read() -> list[str]:
    """Return the name of everything that a view or form of the portals reads, as their sources have it."""
    texts = [source.read_text() for source in _SOURCES]
    return sorted(
        {name for text in texts for pattern in (_READ, _DECLARED) for name in pattern.findall(text)}
    )


def forms_shown(answer: HttpResponse) -> dict[type[forms.Form], forms.Form]:
    """Return the forms on a page, one of each class."""
    shown = (
        value for context in answer.context or () for values in context.dicts for value in values.values()
    )
    found: dict[type[forms.Form], forms.Form] = {}
    for value in shown:
        if isinstance(value, forms.Form):
            found.setdefault(type(value), value)
    return found


@contextmanager
def watched_templates() -> Iterator[None]:
    """Let answers tell with which values their pages were drawn."""
    before = Template._render
    Template._render = instrumented_test_render
    try:
        yield
    finally:
        Template._render = before


def look(browser: Browser, url: str) -> tuple[dict[type[forms.Form], forms.Form], str]:
    """Return the forms on the page at an address, and its text."""
    with watched_templates():
        answer = browser.get(url)
    assert answer.status_code < 500, url
    is_page = answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html")
    return (forms_shown(answer), answer.content.decode()) if is_page else ({}, "")


def hidden_in(text: str) -> dict[str, str]:
    """Return what a page sends along without showing it."""
    return {name: html.unescape(value) for name, value in _HIDDEN.findall(text)}


def filled(form: forms.Form) -> dict[str, object]:
    """Return data with which the form would be in order as far as its fields alone can tell."""
    return {form.add_prefix(name): _value(form, name, field) for name, field in form.fields.items()}


def _value(form: forms.Form, name: str, field: forms.Field) -> object:
    shown = form.get_initial_for_field(field, name)
    match field:
        case forms.FileField():
            return SimpleUploadedFile("mau.pdf", PDF, "application/pdf") if field.required else ""
        case forms.DateField():
            return "05/12/2025"
        case forms.MultipleChoiceField():
            return [value for value, _ in field.choices][:1]
        case forms.ChoiceField():
            values = [str(value) for value, _ in field.choices]
            is_left = not field.required and "" in values and name not in _CHOSEN
            return "" if is_left else next((each for each in values if each), "")
        case forms.IntegerField():
            return str(shown if shown is not None else 1)
        case forms.BooleanField():
            return "on"
        case forms.EmailField():
            return "mau@example.vn"
        case _:
            return str(shown or _WORDS.get(name, "Văn bản mẫu"))


def events_written() -> int:
    """Return how many acts there were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit.event")
        return int(cursor.fetchone()[0])

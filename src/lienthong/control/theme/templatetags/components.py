"""Small components drawn from values: status tags, timelines, steps, documents, navigation, tiles."""

from collections.abc import Sequence
from functools import lru_cache

from django import template
from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.template.context import Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from lienthong.control.theme.components import draw
from lienthong.control.theme.kinds import Kind
from lienthong.control.theme.parts import Alert, Document, Event, Paging, Step
from lienthong.control.theme.shell import Entry
from lienthong.control.theme.speech import spoken
from lienthong.core.speech import Text

register = template.Library()


@register.simple_tag
def tag(kind: str, words: Text | str, *, large: bool = False) -> SafeString:
    """Draw a status: a shape of its kind and its word.

    Raises:
        ValueError: there is no such kind.

    """
    return _tag(Kind(kind), conditional_escape(spoken(words)), large=large)


@lru_cache(maxsize=512)
def _tag(kind: Kind, escaped: str, *, large: bool) -> SafeString:
    """Draw a status once for each word: lists show the same few over and over."""
    extent = " lt-tag--large" if large else ""
    return mark_safe(f'<strong class="lt-tag lt-tag--{kind.value}{extent}">{escaped}</strong>')  # noqa: S308


@register.simple_tag
def timeline(events: Sequence[Event]) -> SafeString:
    """List what happened, newest first, with who did it and when."""
    return draw("timeline", events=events)


@register.simple_tag
def steps(steps: Sequence[Step], label: Text | str) -> SafeString:
    """Show the way through something that goes step by step."""
    return draw("steps", steps=steps, label=label)


@register.simple_tag
def documents(documents: Sequence[Document]) -> SafeString:
    """List files to open."""
    return draw("documents", documents=documents)


@register.simple_tag
def alerts(alerts: Sequence[Alert]) -> SafeString:
    """List what wants attention."""
    return draw("alerts", alerts=alerts)


@register.simple_tag
def tabs(entries: Sequence[Entry], label: Text | str) -> SafeString:
    """Show the parts of one subject; each is a page of its own."""
    return draw("tabs", entries=entries, label=label)


@register.simple_tag
def segments(entries: Sequence[Entry], label: Text | str) -> SafeString:
    """Show a choice between a few views of the same thing."""
    return draw("segments", entries=entries, label=label)


@register.simple_tag(takes_context=True)
def pagination(context: Context, paging: Paging) -> SafeString:
    """Say which part of a list is shown and lead to the others; other parameters of the address stay."""
    return draw("pagination", paging=paging, request=context.get("request"))


@register.simple_tag(takes_context=True)
def page_address(context: Context, paging: Paging, page: int) -> str:
    """Return the address of another page of the list shown, with all that the address said otherwise."""
    query = context["request"].GET.copy()
    query[paging.parameter] = str(page)
    return f"?{query.urlencode()}"


@register.simple_tag
def kpi(
    name: Text | str, value: str, *, note: Text | str = "", kind: str = "idle", spark: SafeString | str = ""
) -> SafeString:
    """Draw one figure with what it is compared to; stands in a `ul` of class `lt-kpis`."""
    return draw("kpi", name=name, value=value, note=note, kind=Kind(kind).value, spark=spark)


@register.simple_tag
def error_summary(form: BaseForm) -> SafeString | str:
    """List all errors of a form on top of it, each leading to its field; nothing when there is none."""
    if not form.errors:
        return ""
    fields = [
        (spoken(field.label).rstrip("."), field.errors, _first_control(field))
        for field in form.visible_fields()
        if field.errors
    ]
    loose = [*form.non_field_errors(), *(error for field in form.hidden_fields() for error in field.errors)]
    return draw("error_summary", fields=fields, loose=loose)


def _first_control(field: BoundField) -> str:
    """Return the id of the control that an error leads to: of a group its first choice."""
    return f"{field.auto_id}_0" if field.use_fieldset else str(field.id_for_label or field.auto_id)

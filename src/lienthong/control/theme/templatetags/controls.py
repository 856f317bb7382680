"""Pieces of form controls that every form draws many times over: attributes, classes, options."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from lienthong.control.theme.speech import spoken

register = template.Library()


@register.filter
def attributes(widget: Mapping[str, Any]) -> SafeString:
    """Return the attributes of a control but its class, each after a space."""
    written = [
        _attribute(name, value)
        for name, value in widget["attrs"].items()
        if name != "class" and value is not False
    ]
    return mark_safe("".join(written))  # noqa: S308 - each is escaped


def _attribute(name: str, value: object) -> str:
    return format_html(" {}", name) if value is True else format_html(' {}="{}"', name, str(value))


@register.filter
def classes(widget: Mapping[str, Any]) -> SafeString:
    """Return the classes that a form gives a control beyond its own, after a space."""
    given = widget["attrs"].get("class")
    return format_html(" {}", given) if given else mark_safe("")


@register.filter
def options(widget: Mapping[str, Any]) -> SafeString:
    """Return the options of a list to choose from, in their groups."""
    return mark_safe("".join(_group(name, within) for name, within, _ in widget["optgroups"]))  # noqa: S308 - escaped


def _group(name: Any, within: Iterable[Mapping[str, Any]]) -> str:  # noqa: ANN401 - a text, later spoken or not
    written = "".join(_option(each) for each in within)
    return f'<optgroup label="{conditional_escape(spoken(name))}">{written}</optgroup>' if name else written


def _option(option: Mapping[str, Any]) -> str:
    value, label = conditional_escape(str(option["value"])), conditional_escape(spoken(option["label"]))
    return f'<option value="{value}"{" selected" if option["selected"] else ""}>{label}</option>'

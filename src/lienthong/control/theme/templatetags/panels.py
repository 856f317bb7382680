"""Components around pieces of template, which stand between a tag and its end: cards, tracks, notes."""

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.text import slugify

from lienthong.control.theme.components import draw
from lienthong.control.theme.kinds import Kind
from lienthong.control.theme.speech import spoken
from lienthong.core.speech import Text

register = template.Library()


@register.simple_block_tag
def pagehead(
    content: SafeString,
    title: Text | str,
    *,
    caption: Text | str = "",
    kind: str = "",
    status: Text | str = "",
    end: SafeString | str = "",
) -> SafeString:
    """Draw the head of a page: whose it is, what it is called, how it stands; content are short facts."""
    return draw("pagehead", content=content, title=title, caption=caption, kind=kind, status=status, end=end)


@register.simple_block_tag
def crumbs(content: SafeString) -> SafeString:
    """Draw the way down to this page; content are `li` elements, the last without a link."""
    return draw("crumbs", content=content)


@register.simple_block_tag
def card(
    content: SafeString,
    title: Text | str,
    *,
    note: Text | str = "",
    kind: str = "",
    width: str = "",
    flush: bool = False,
    name: str = "",
) -> SafeString:
    """Draw a titled card.

    `kind` is `act` for what the reader is to do and `weighty` for what cannot be taken back; `width` the
    share of a grid (`half`, `two-thirds`, `whole`); `flush` lets a table reach the edges; `name` becomes the
    address of the heading where the title alone would not be unique on the page.
    """
    heading = name or slugify(spoken(title))
    values = {"title": title, "note": note, "kind": kind, "width": width, "flush": flush, "heading": heading}
    return draw("card", content=content, **values)


@register.simple_block_tag
def facts(content: SafeString) -> SafeString:
    """Draw a list of labelled facts; content are `fact` blocks."""
    return draw("facts", content=content)


@register.simple_block_tag
def fact(content: SafeString, label: Text | str, *, url: str = "", action: Text | str = "") -> SafeString:
    """Draw one labelled fact, with a link that changes it where there is one."""
    return draw("fact", content=content, label=label, url=url, action=action)


@register.simple_block_tag
def tracks(content: SafeString, label: Text | str) -> SafeString:
    """Draw tracks that run beside each other; content are `track` blocks."""
    return draw("tracks", content=content, label=label)


@register.simple_block_tag
def track(
    content: SafeString,
    title: Text | str,
    *,
    kind: str,
    status: Text | str,
    since: Text | str = "",
    owner: Text | str = "",
) -> SafeString:
    """Draw one track: how it stands, since when, what is in it, and whose turn it is."""
    values = {"title": title, "kind": Kind(kind).value, "status": status, "since": since, "owner": owner}
    return draw("track", content=content, **values)


@register.simple_block_tag
def note(content: SafeString, kind: str = "warn", *, title: Text | str = "") -> SafeString:
    """Draw a remark that the reader should not miss."""
    return draw("note", content=content, kind=Kind(kind).value, title=title)


@register.simple_block_tag
def nothing(content: SafeString, title: Text | str) -> SafeString:
    """Draw the place of a list that has no entry yet, with what to do about it."""
    return draw("nothing", content=content, title=title)


@register.simple_block_tag
def filters(content: SafeString, *, action: str, clear_url: str = "") -> SafeString:
    """Draw the bar that narrows a list; content are the fields of a form."""
    return draw("filters", content=content, action=action, clear_url=clear_url)


@register.simple_block_tag
def heading_end(content: SafeString) -> SafeString:
    """Keep a piece of template for the right end of `pagehead`: `{% heading_end as NAME %}…`."""
    return content


@register.simple_block_tag(takes_context=True)
def confirm(
    context: Context,
    content: SafeString,
    title: Text | str,
    *,
    button: Text | str,
    back_url: str,
    action: str = "",
) -> SafeString:
    """Draw the panel that asks once more before a weighty act: what it does, who is sure, and the way back.

    Content are what follows from the act (a list of class `lt-effects`) and the fields that prove who asks.
    """
    values = {
        "content": content,
        "title": title,
        "button": button,
        "back_url": back_url,
        "action": action,
        "account": getattr(context.get("shell"), "account", None),
        # The frame's processors are not run again for a part of the page.
        "csrf_token": context.get("csrf_token"),
    }
    return draw("confirm", **values)

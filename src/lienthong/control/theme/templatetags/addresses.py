"""`url` as Django writes it, over addresses that are made once: a list names one for each row.

Views are named with their portal, and each portal stands once: where the page itself stands changes nothing.
"""

from django import template
from django.template import defaulttags
from django.template.base import Parser, Token
from django.template.context import Context
from django.utils.html import conditional_escape

from lienthong.control.theme.addresses import address

register = template.Library()


class AddressNode(defaulttags.URLNode):
    """Writes an address, or keeps it under a name; one that there is not is an error of the template."""

    def render(self, context: Context) -> str:
        """Return the address, escaped; raises NoReverseMatch."""
        values = [each.resolve(context) for each in self.args]
        named = {name: each.resolve(context) for name, each in self.kwargs.items()}
        found = address(self.view_name.resolve(context), *values, **named)
        if self.asvar:
            context[self.asvar] = found
            return ""
        return conditional_escape(found)


@register.tag
def url(parser: Parser, token: Token) -> AddressNode:
    """Read `{% url "staff:home" %}` with values and `as NAME`."""
    node = defaulttags.url(parser, token)
    return AddressNode(node.view_name, node.args, node.kwargs, node.asvar)

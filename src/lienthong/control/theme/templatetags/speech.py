"""Words of the interface: both languages stand side by side where they are used, so none can be missing.

{% say "Đăng xuất" "Sign out" %}
{% say "Còn {days} ngày" "{days} days left" days=remaining|number %}
{% say %}Xin <strong>chào</strong>{% english %}<strong>Hello</strong>{% endsay %}
{% card "Tài liệu"|say:"Documents" %}
{{ refusal.text|text }}
"""

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from lienthong.control.theme.speech import ENGLISH, active_language, spoken
from lienthong.core.speech import Text

register = template.Library()


class InlineSay(template.Node):
    """Two literal sentences, with places such as `{days}` filled by values."""

    def __init__(self, sentences: Text, values: dict[str, FilterExpression], target: str | None) -> None:
        self.sentences = sentences
        self.values = values
        self.target = target

    def render(self, context: Context) -> SafeString:
        """Return the sentence of this request's language; values are escaped."""
        sentence = spoken(self.sentences)
        if self.values:
            filled = {name: conditional_escape(value.resolve(context)) for name, value in self.values.items()}
            sentence = sentence.format(**filled)
        said = mark_safe(sentence)  # noqa: S308 - the sentence is the template's own text, its values are escaped
        if self.target is None:
            return said
        context[self.target] = said
        return mark_safe("")


class BlockSay(template.Node):
    """Two pieces of template."""

    def __init__(self, vietnamese: NodeList, english: NodeList) -> None:
        self.vietnamese = vietnamese
        self.english = english

    def render(self, context: Context) -> SafeString:
        """Return the piece of this request's language."""
        return (self.english if active_language() == ENGLISH else self.vietnamese).render(context)


@register.tag("say")
def compile_say(parser: Parser, token: Token) -> template.Node:
    """Read either form; a missing language or an unequal set of places is an error of the template."""
    _, *bits = token.split_contents()
    if not bits:
        vietnamese = parser.parse(("english",))
        parser.delete_first_token()
        english = parser.parse(("endsay",))
        parser.delete_first_token()
        return BlockSay(vietnamese, english)
    target = None
    if len(bits) > 2 and bits[-2] == "as":
        target = bits[-1]
        bits = bits[:-2]
    if len(bits) < 2 or not all(_is_literal(bit) for bit in bits[:2]):
        raise template.TemplateSyntaxError("say takes two literal sentences: Vietnamese, then English")
    sentences = Text(bits[0][1:-1], bits[1][1:-1])
    rest = bits[2:]
    values = token_kwargs(rest, parser)
    if rest:
        raise template.TemplateSyntaxError(f"say does not understand {' '.join(rest)!r}")
    _check_places(sentences, values)
    return InlineSay(sentences, values, target)


def _is_literal(bit: str) -> bool:
    return len(bit) > 2 and bit[0] in "\"'" and bit[-1] == bit[0]


def _check_places(sentences: Text, values: dict[str, FilterExpression]) -> None:
    if not values:
        return
    for sentence in (sentences.vi, sentences.en):
        missing = [name for name in values if f"{{{name}}}" not in sentence]
        if missing:
            raise template.TemplateSyntaxError(f"{sentence!r} has no place for {', '.join(missing)}")


@register.filter("say", is_safe=True)
def say(vietnamese: str, english: str) -> str:
    """Return the one of two literals that is in this request's language: for arguments of other tags."""
    return english if active_language() == ENGLISH else vietnamese


@register.filter(is_safe=True)
def text(words: Text | str | Promise | None) -> str:
    """Return a `Text` in this request's language; a string as it is, nothing for nothing."""
    return "" if words is None else spoken(words)

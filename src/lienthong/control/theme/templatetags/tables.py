"""Tables: columns named once, above the head and beside each cell where a phone shows rows as cards.

    {% table "Trường thông tin"|say:"Fields" %}
      {% column "Trường"|say:"Field" %}{% column "Lượt"|say:"Calls" numeric=True %}
      {% for field in fields %}{% row %}
        {% cell %}{{ field.name }}{% endcell %}{% cell %}{{ field.calls|number }}{% endcell %}
      {% endrow %}{% endfor %}
    {% endtable %}

The first cell of a row is its heading. `wide=True` lets a table of many numbers scroll instead.
"""

from dataclasses import dataclass, field

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from lienthong.control.theme.components import draw
from lienthong.control.theme.speech import spoken
from lienthong.core.speech import Text

register = template.Library()
_STATE = "theme_table"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; `sorted` is `ascending` or `descending` where the rows follow it.

    `opening` begins each cell of it: escaped once for a column, not once for a cell.
    """

    label: str
    numeric: bool = False
    sort_url: str = ""
    sorted: str = ""
    opening: str = ""


@dataclass(slots=True)
class _State:
    """The table being drawn: its columns, and which of them the next cell is in."""

    columns: list[Column] = field(default_factory=list)
    position: int = 0


def _state(context: Context) -> _State:
    state = context.get(_STATE)
    if not isinstance(state, _State):
        raise template.TemplateSyntaxError("column, row and cell stand inside a table")
    return state


class TableNode(template.Node):
    """Draws the frame and the head once the content has named the columns."""

    def __init__(self, nodelist: NodeList, label: FilterExpression, wide: FilterExpression | None) -> None:
        self.nodelist = nodelist
        self.label = label
        self.wide = wide

    def render(self, context: Context) -> SafeString:
        """Return the table in its scroll region."""
        state = _State()
        with context.push(**{_STATE: state}):
            rows = self.nodelist.render(context)
        values = {
            "label": self.label.resolve(context),
            "columns": state.columns,
            "wide": self.wide is not None and bool(self.wide.resolve(context)),
            "rows": rows,
        }
        return draw("table", **values)


class RowNode(template.Node):
    """Starts again at the first column."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        """Return the row; a row with too few cells is an error of the template."""
        state = _state(context)
        state.position = 0
        cells = self.nodelist.render(context)
        if state.position != len(state.columns):
            raise template.TemplateSyntaxError(f"{state.position} cells for {len(state.columns)} columns")
        return mark_safe(f'<tr role="row">{cells}</tr>')  # noqa: S308 - rendered nodes are escaped


class CellNode(template.Node):
    """Takes the next column's label and kind."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        """Return the cell; one more than there are columns is an error of the template."""
        state = _state(context)
        if state.position >= len(state.columns):
            raise template.TemplateSyntaxError("more cells than columns")
        column = state.columns[state.position]
        state.position += 1
        content = self.nodelist.render(context)
        if state.position == 1:
            cell = f'<th scope="row" role="rowheader">{content}</th>'
        else:
            cell = f"{column.opening}{content}</div></td>"
        return mark_safe(cell)  # noqa: S308 - rendered nodes are escaped, and so is the label of the column


@register.tag
def table(parser: Parser, token: Token) -> TableNode:
    """Read `{% table LABEL wide=BOOL %}`; the label names the scroll region."""
    _, *bits = token.split_contents()
    if not bits:
        raise template.TemplateSyntaxError("a table needs a label")
    label = parser.compile_filter(bits[0])
    rest = bits[1:]
    arguments = token_kwargs(rest, parser)
    if rest or arguments.keys() - {"wide"}:
        raise template.TemplateSyntaxError("table takes a label and wide=")
    nodelist = parser.parse(("endtable",))
    parser.delete_first_token()
    return TableNode(nodelist, label, arguments.get("wide"))


@register.tag
def row(parser: Parser, _token: Token) -> RowNode:
    """Read `{% row %}…{% endrow %}`."""
    nodelist = parser.parse(("endrow",))
    parser.delete_first_token()
    return RowNode(nodelist)


@register.tag
def cell(parser: Parser, _token: Token) -> CellNode:
    """Read `{% cell %}…{% endcell %}`."""
    nodelist = parser.parse(("endcell",))
    parser.delete_first_token()
    return CellNode(nodelist)


@register.simple_tag(takes_context=True)
def column(
    context: Context, label: Text | str, *, numeric: bool = False, sort_url: str = "", sorted: str = ""
) -> str:
    """Name the next column; with `sort_url` its heading is a link that sorts by it."""
    state = _state(context)
    name = spoken(label)
    number = mark_safe(' class="is-number"') if numeric else ""
    opening = format_html('<td role="cell" data-label="{}"{}><div>', name, number)
    state.columns.append(
        Column(label=name, numeric=numeric, sort_url=sort_url, sorted=sorted, opening=opening)
    )
    return ""

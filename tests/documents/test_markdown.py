"""Markdown of people and of the project: drawn as meant, and nothing in it acts."""

import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.documents.markdown import plain_text, render_page, render_written

ATTACKS = tomllib.loads((Path(__file__).parents[1] / "evil/guides/markdown.toml").read_text())["attack"]
ELEMENTS = {
    "p", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "hr", "pre", "code", "em", "strong", "a",
    "br", "div", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title", "rel"}, "code": {"class"}, "ol": {"start"}, "table": {"class"},
    "th": {"class"}, "td": {"class"}, "div": {"class", "role", "aria-label", "tabindex"},
}  # fmt: skip
SCHEMES = ("http:", "https:", "mailto:", "tel:", "#")


class Seen(HTMLParser):
    """Everything a browser would make an element of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.others: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_decl(self, decl):
        self.others.append(decl)

    handle_comment = handle_pi = unknown_decl = handle_decl


def assert_harmless(html: str) -> None:
    seen = Seen(html)
    assert seen.others == []
    for tag, attributes in seen.elements:
        assert tag in ELEMENTS, tag
        assert set(attributes) <= ATTRIBUTES.get(tag, set()), (tag, attributes)
        if tag == "a":
            assert attributes["href"].lower().startswith(SCHEMES), attributes
            assert attributes["rel"] == "noopener noreferrer nofollow"


def written(text: str) -> str:
    return render_written(text, below=2, table_label="Bảng")


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack["name"])
def test_what_people_write_never_acts(attack):
    assert_harmless(written(attack["text"]))


@given(st.text(alphabet=st.sampled_from("<>[]()!\"'`|-:#*_\\&;/=\n\t xjavascript:https"), max_size=80))
def test_nothing_that_people_can_type_acts(text):
    assert_harmless(written(text))


def test_the_test_sees_what_acts():
    for html in ("<script>1</script>", '<p onclick="1">', '<a href="javascript:1" rel="x">', "<!-- x -->"):
        with pytest.raises(AssertionError):
            assert_harmless(html)


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("# Một", ["h3"]),
        ("### Ba\n\n##### Năm\n\n### Ba", ["h3", "h4", "h3"]),
        ("#### Sâu\n\n# Nông\n\n#### Sâu", ["h3", "h3", "h4"]),
        ("# 1\n\n## 2\n\n### 3\n\n#### 4\n\n##### 5", ["h3", "h4", "h5", "h6", "h6"]),
    ],
)
def test_headings_follow_those_of_the_page_and_none_is_left_out(text, levels):
    assert [tag for tag, _ in Seen(written(text)).elements if tag.startswith("h")] == levels


def test_tables_scroll_in_a_named_region():
    html = written("| a | b |\n|---|--:|\n| 1 | 2 |")
    assert '<div class="lt-scroll" role="group" aria-label="Bảng" tabindex="0">' in html
    assert html.count("</div>") == 1
    assert '<td class="is-number">2</td>' in html


def test_the_words_of_a_text_are_read_without_its_marks():
    assert plain_text("## `number` **Số**\n\n- [x](https://a.vn)\n\n```\nmã\n```") == "number Số\nx\nmã\n"


def test_headings_of_a_page_have_the_anchors_that_links_spell():
    page = render_page(
        "# 1. Tạo khóa\n## Ký & gửi `POST /v1`\n## Ký\n## Ký", resolve=str, table_label="Table"
    )
    assert [heading.anchor for heading in page.headings] == ["1-tạo-khóa", "ký--gửi-post-v1", "ký", "ký-1"]
    assert '<h1 id="1-tạo-khóa">' in page.html


def test_a_link_of_a_page_that_leads_nowhere_in_the_site_keeps_its_words():
    page = render_page(
        "[a](x.md) **[b](y.py)**",
        resolve=lambda target: "x.html" if target == "x.md" else None,
        table_label="",
    )
    assert page.html == '<p><a href="x.html">a</a> <strong>b</strong></p>\n'

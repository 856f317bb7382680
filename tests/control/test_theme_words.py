"""Tags and filters say what they should in each language, and refuse what would leave one out."""

import http.client
from urllib.parse import urlsplit

import pytest


@pytest.fixture
def say(gallery):
    """Render a piece of template in the gallery's process; return status and text."""

    def rendered(source: str, language: str = "vi") -> tuple[int, str]:
        connection = http.client.HTTPConnection(urlsplit(gallery).netloc, timeout=10)
        connection.request("POST", "/render/", source.encode(), {"Accept-Language": language})
        response = connection.getresponse()
        answer = response.status, response.read().decode()
        connection.close()
        return answer

    return rendered


@pytest.mark.parametrize(
    ("source", "vi", "en"),
    [
        ('{% say "Đăng xuất" "Sign out" %}', "Đăng xuất", "Sign out"),
        ('{% say "Còn {n} ngày" "{n} days left" n=count|number %}', "Còn 1.284.906 ngày", "1,284,906 days left"),
        ('{% say "a & b" "c & d" as kept %}[{{ kept }}]', "[a & b]", "[c & d]"),
        ("{% say %}<b>{{ share|number:2 }}</b>{% english %}{{ share|number:1 }}{% endsay %}", "<b>99,94</b>", "99.9"),
        ('{{ "Tệp"|say:"File" }}', "Tệp", "File"),
        ("{{ words|text }}{{ nothing|text }}", "Xin chào", "Hello"),
        ("{{ on|day }} {{ nothing|day }}", "05/12/2026 –", "5 Dec 2026 –"),
        ("{{ at|moment }} {{ at|day }} {{ at|weekday }}", "01:41, 19/11/2026 19/11/2026 Thứ Năm", "01:41, 19 Nov 2026 19 Nov 2026 Thursday"),
        ("{% when at %}", '<time datetime="2026-11-19T01:41+07:00">01:41, 19/11/2026</time>', '<time datetime="2026-11-19T01:41+07:00">01:41, 19 Nov 2026</time>'),
        ("{% when on %}{% when nothing %}", '<time datetime="2026-12-05">05/12/2026</time>–', '<time datetime="2026-12-05">5 Dec 2026</time>–'),
        ("{{ 421888|filesize }} {{ 3250586|filesize }} {{ 12|filesize }}", "412 KB 3,1 MB 12 B", "412 KB 3.1 MB 12 B"),
        ("{{ nothing|number }}", "–", "–"),
    ],
)  # fmt: skip
def test_each_language_gets_its_words(say, source, vi, en):
    assert say(source, "vi") == (200, vi)
    assert say(source, "en") == (200, en)
    assert say(source, "fr") == (200, vi), "whoever reads neither gets Vietnamese"


def test_values_are_escaped_wherever_they_come_in(say):
    escaped = "&lt;b&gt;Đỗ &amp; Vũ&lt;/b&gt;"
    assert say('{% say "Ông {who}" "Mr {who}" who=name %}') == (200, f"Ông {escaped}")
    assert say("{% tag 'ok' name %}") == (200, f'<strong class="lt-tag lt-tag--ok">{escaped}</strong>')
    for source in (
        "{% card name %}{{ name }}{% endcard %}",
        "{% facts %}{% fact name url=name %}{{ name }}{% endfact %}{% endfacts %}",
        "{% pagehead name caption=name %}{{ name }}{% endpagehead %}",
        "{% note title=name %}{{ name }}{% endnote %}",
        "{% track name kind='ok' status=name since=name owner=name %}{{ name }}{% endtrack %}",
        "{% nothing name %}{{ name }}{% endnothing %}",
        "{% kpi name name note=name %}",
        "{% table name %}{% column name sort_url=name %}{% row %}{% cell %}{{ name }}{% endcell %}{% endrow %}{% endtable %}",
        "{% confirm name button=name back_url=name %}{{ name }}{% endconfirm %}",
    ):
        status, page = say(source)
        assert status == 200
        assert "<b>" not in page
        assert escaped in page


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ('{% say "Một mình" %}', "two literal sentences"),
        ('{% say "Tệp" "" %}', "two literal sentences"),
        ('{% say words "File" %}', "two literal sentences"),
        ('{% say "Còn {n}" "left" n=count %}', "no place for n"),
        ('{% say "a" "b" "c" %}', "does not understand"),
        ("{% say %}Một{% endsay %}", "english"),
        ("{% tag 'green' 'x' %}", "green"),
        ("{% cell %}x{% endcell %}", "inside a table"),
        ("{% table 't' %}{% column 'a' %}{% column 'b' %}{% row %}{% cell %}{% endcell %}{% endrow %}{% endtable %}", "1 cells for 2"),
        ("{% table 't' %}{% column 'a' %}{% row %}{% cell %}{% endcell %}{% cell %}{% endcell %}{% endrow %}{% endtable %}", "more cells"),
        ("{% table %}{% endtable %}", "needs a label"),
        ("{% table 't' tall=True %}{% endtable %}", "takes a label and wide="),
        ("{{ naive|moment }}", "without a zone"),
    ],
)  # fmt: skip
def test_a_template_that_would_mislead_is_refused(say, source, wrong):
    status, answer = say(source)
    assert status == 422
    assert wrong in answer


def test_an_inner_table_leaves_the_outer_one_its_columns(say):
    inner = "{% table 'i' %}{% column 'x' %}{% row %}{% cell %}1{% endcell %}{% endrow %}{% endtable %}"
    source = (
        "{% table 'o' %}{% column 'a' %}{% column 'b' numeric=True %}{% row %}{% cell %}"
        + inner
        + "{% endcell %}"
        "{% cell %}2{% endcell %}{% endrow %}{% endtable %}"
    )
    status, page = say(source)
    assert status == 200
    assert '<td role="cell" data-label="b" class="is-number"><div>2</div></td>' in page

"""The documentation as a site: whole, held together by its links, and refused while one is broken."""

from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, normpath
from urllib.parse import unquote, urlsplit

import pytest
from click.testing import CliRunner

from lienthong.control.theme.configuration import STATIC
from lienthong.core.fields import FIELDS
from lienthong.documentation_commands import documentation
from lienthong.documents.site import build_site
from lienthong_protocol.refusals import Code

ROOT = Path(__file__).resolve().parents[2]


class Drawn(HTMLParser):
    """What a page refers to, and the names that links can reach in it."""

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.links: list[str] = []
        self.names: list[str] = []
        self.acting: list[str] = []
        self.feed(html.decode())

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("href", "src"):
                self.links.append(value)
            if name == "id":
                self.names.append(value)
            if name == "style" or name.startswith("on") or tag == "script":
                self.acting.append(f"{tag} {name}")


@pytest.fixture(scope="module")
def site():
    return build_site(ROOT, theme=STATIC)


@pytest.mark.law("R9.1")
def test_no_link_of_the_documentation_is_broken(site):
    assert site.faults == ()
    pages = {place: Drawn(file.content) for place, file in site.files.items() if place.endswith(".html")}
    followed = 0
    for place, page in pages.items():
        assert page.acting == [], place
        assert len(page.names) == len(set(page.names)), place
        for address in page.links:
            if urlsplit(address).scheme:
                continue
            path, _, anchor = address.partition("#")
            aim = normpath(f"{dirname(place)}/{path}") if path else place
            aim = aim.removeprefix("/")
            assert aim in site.files, f"{place}: {address}"
            if anchor:
                assert unquote(anchor) in pages[aim].names, f"{place}: {address}"
            followed += 1
    assert followed > 1_000


@pytest.mark.law("R9.1")
def test_every_page_of_the_project_and_every_list_of_the_rules_is_there(site):
    for path in (ROOT / "docs").rglob("*.md"):
        assert f"{path.relative_to(ROOT / 'docs').with_suffix('.html')}" in site.files
    fields = site.files["catalogue/truong-thong-tin.html"].content.decode()
    assert all(f"<code>{field.name}</code>" in fields for field in FIELDS)
    refusals = site.files["catalogue/ma-tu-choi.html"].content.decode()
    assert all(code.value in refusals for code in Code)


def project(folder: Path, page: str, **others: str) -> Path:
    for name, text in {"docs/law/page.md": page, "README.md": "# Read\n\n## Here\n", **others}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("[a](gone.md)", "docs/law/page.md: gone.md leads nowhere"),
        ("[a](../../../outside.md)", "docs/law/page.md: ../../../outside.md leads nowhere"),
        ("[a](../../README.md#gone)", "docs/law/page.md: ../../README.md#gone names no heading of README.md"),
        ("[a](#gone)", "docs/law/page.md: #gone names no heading of docs/law/page.md"),
        ("![a](gone.png)", "docs/law/page.md: gone.png is no image of the project"),
        ("![a](../../README.md)", "docs/law/page.md: ../../README.md is no image of the project"),
        (
            "![a](https://elsewhere.example/a.png)",
            "docs/law/page.md: https://elsewhere.example/a.png is an image from elsewhere, "
            "which no page may load",
        ),
    ],
)
def test_what_a_page_refers_to_must_be_there(tmp_path, page, fault):
    assert build_site(project(tmp_path, f"# T\n\n{page}\n"), theme=STATIC).faults == (fault,)


def test_links_that_hold_are_no_fault_and_images_come_along(tmp_path):
    page = "# T\n\n[a](../../README.md#here) [b](#t) [c](https://a.vn/x.md) [d](../../setup.py) ![e](p.png)\n"
    site = build_site(project(tmp_path, page, **{"setup.py": "", "docs/law/p.png": "x"}), theme=STATIC)
    assert site.faults == ()
    assert site.files["law/p.png"].content == b"x"
    html = site.files["law/page.html"].content.decode()
    assert '<a href="../project/README.html#here">a</a> <a href="#t">b</a>' in html
    assert '<a href="https://a.vn/x.md">c</a> d <img src="p.png" alt="e"' in html


def test_a_folder_that_the_navigation_does_not_know_is_a_fault(tmp_path):
    site = build_site(project(tmp_path, "# T", **{"docs/new/page.md": "# N"}), theme=STATIC)
    assert site.faults == ("docs/new belongs to no group of the navigation",)


def test_titles_of_pages_are_text_in_the_lists(tmp_path):
    site = build_site(project(tmp_path, "# A <script>alert(1)</script> & `b`\n"), theme=STATIC)
    for file in (site.files["law/page.html"], site.files["index.html"]):
        assert b"<script" not in file.content
        assert b"A &lt;script&gt;alert(1)&lt;/script&gt; &amp; b" in file.content


def test_the_command_lays_the_site_out_and_refuses_a_broken_one(tmp_path):
    sound, broken = tmp_path / "sound", tmp_path / "broken"
    run = CliRunner().invoke
    done = run(documentation, ["build", str(sound / "site"), "--project", str(project(sound, "# T"))])
    assert done.exit_code == 0, done.output
    assert "pages" in done.output
    assert (sound / "site/index.html").is_file()
    assert (sound / "site/theme/theme.css").read_bytes() == (STATIC / "theme.css").read_bytes()
    refused = run(
        documentation, ["build", str(broken / "site"), "--project", str(project(broken, "# T\n[a](b.md)"))]
    )
    assert refused.exit_code == 2
    assert "docs/law/page.md: b.md leads nowhere" in refused.output
    assert not (broken / "site").exists()
    empty = run(documentation, ["build", str(tmp_path / "none"), "--project", str(STATIC)])
    assert empty.exit_code == 2
    assert "there are no pages" in empty.output

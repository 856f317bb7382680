"""The checks of words, assets and compiled sentences find what they are for."""

import shutil
from pathlib import Path

import django
import polib
import pytest

import check_assets
import check_speech
import compile_messages

ROOT = Path(__file__).resolve().parents[2]
PAGE = "src/lienthong/control/portals/staff/templates/staff/page.html"
FORM = "src/lienthong/control/portals/staff/forms.py"


def found(check, root: Path) -> list[str]:
    return [str(finding) for finding in check.check(root)]


def plant(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("<p>Hồ sơ</p>", "Vietnamese outside say"),
        ("<p>\n\nSubmit</p>", f"{PAGE}:3: 'Submit' is said in one language only"),
        ('<a aria-label="Next page" href="#">2</a>', "'Next page' is said"),
        ('{% card "Hồ sơ" %}{% endcard %}', "Vietnamese outside say"),
        ('{% say "Một" "One" %} Hai', "'Hai' is said"),
        ('<div data-i18n.show="Show"></div>', "'Show' is said"),
    ],
)
def test_a_word_in_one_language_is_found_in_a_template(tmp_path, text, wrong):
    plant(tmp_path, PAGE, text)
    assert any(wrong in finding for finding in found(check_speech, tmp_path))


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('x = "Hồ sơ"', "Vietnamese outside a Text"),
        ('f = CharField(label="Name")', "label is no Text"),
        ('f = CharField(help_text="Name")', "help_text is no Text"),
        ('f = other("Tệp", "File")', "Vietnamese outside a Text"),
    ],
)
def test_a_word_in_one_language_is_found_in_python(tmp_path, text, wrong):
    plant(tmp_path, FORM, text)
    assert any(wrong in finding for finding in found(check_speech, tmp_path))


def test_words_in_both_languages_are_clean(tmp_path):
    plant(
        tmp_path,
        PAGE,
        '{# Ghi chú #}{% say "Một {n}" "One {n}" n=x|number %}{% say %}<b>Hai</b>{% english %}Two{% endsay %}'
        '{% card "Ba"|say:"Three" note=n %}<p class="Bốn-less">PDF {{ name }}</p>{% endcard %}'
        '<a title="{% say "Năm" "Five" %}" href="/staff/">·</a>',
    )
    plant(tmp_path, FORM, '"""Biểu mẫu."""\nf = CharField(label=say("Tệp", "File"), help_text="")\n')
    assert [finding for finding in found(check_speech, tmp_path) if "Bốn" not in finding] == [
        f"{PAGE}:1: Vietnamese outside say"
    ], "even a class is no place for Vietnamese"


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "assets", tmp_path / "assets", ignore=shutil.ignore_patterns("node_modules"))
    shutil.copytree(ROOT / check_assets.BUILT, tmp_path / check_assets.BUILT)
    return tmp_path


def test_sources_that_moved_on_are_found_without_node(assets):
    assert found(check_assets, assets) == []

    plant(assets, "assets/scss/_tag.scss", "/* other */")
    plant(assets, "assets/js/extra.js", "1")
    (assets / "assets/mark.svg").unlink()

    assert [finding.split(":")[0] for finding in found(check_assets, assets)] == [
        "assets/js/extra.js",
        "assets/mark.svg",
        "assets/scss/_tag.scss",
    ]


def test_the_lock_names_no_registry():
    lock = (ROOT / "assets/package-lock.json").read_text(encoding="utf-8")
    assert '"integrity"' in lock
    assert "http" not in lock.replace('"url": "https', "")


def test_every_sentence_that_django_may_show_is_in_vietnamese():
    """Django's own catalogue and ours together leave out nothing but pages that only developers see."""
    locale = Path(django.__file__).parent / "conf/locale"
    known = {
        entry.msgid for entry in polib.pofile(str(locale / "vi/LC_MESSAGES/django.po")).translated_entries()
    }
    ours = ROOT / "src/lienthong/control/theme/locale/vi/LC_MESSAGES/django.po"
    known |= {entry.msgid for entry in polib.pofile(str(ours)).translated_entries()}
    missing = [
        entry.msgid
        for entry in polib.pofile(str(locale / "en/LC_MESSAGES/django.po"))
        if entry.msgid not in known and entry.occurrences[0][0].startswith(("forms/", "core/", "utils/"))
    ]
    assert missing == []


def test_a_catalogue_that_is_not_compiled_or_not_finished_is_found(tmp_path):
    name = "src/lienthong/control/theme/locale/vi/LC_MESSAGES/django.po"
    plant(tmp_path, name, 'msgid ""\nmsgstr ""\n\nmsgid "Enter"\nmsgstr ""\n')
    assert found(compile_messages, tmp_path) == [
        f"{name.replace('.po', '.mo')}: run `make format`",
        f"{name}:4: has no Vietnamese sentence",
    ]

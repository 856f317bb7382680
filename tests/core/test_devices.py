"""A browser's own words become a name its owner knows."""

import pytest

from lienthong.core.devices import device_name

MOZILLA = "Mozilla/5.0"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (f"{MOZILLA} (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome on Linux"),
        (f"{MOZILLA} (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        (f"{MOZILLA} (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        (f"{MOZILLA} (iPhone; like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        (f"{MOZILLA} (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
        ("Firefox/140.0", "Firefox"),
        ("curl/8.5 " + "x" * 100, ("curl/8.5 " + "x" * 100)[:40]),
        ("", "Unknown"),
    ],
)  # fmt: skip
def test_a_device_is_named(said, name):
    assert device_name(said).en == name


def test_both_languages_are_said():
    assert device_name("Chrome/1 Linux").vi == "Chrome trên Linux"
    assert device_name("").vi == "Không rõ"

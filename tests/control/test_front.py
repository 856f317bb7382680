"""Who asks, told from the connection and from proxies of ours alone."""

import pytest

from lienthong.control.front import Front, address_of_caller, networks

PROXIES = networks(["10.0.0.4", "10.1.0.0/16", "fd00::/8"])


@pytest.mark.parametrize(
    ("peer", "forwarded", "caller"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # a stranger's header is no news
        ("10.0.0.4", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.4", "", "10.0.0.4"),
        ("10.0.0.4", "1.1.1.1, 198.51.100.1", "198.51.100.1"),  # the left was written by the caller
        ("10.0.0.4", "198.51.100.1,10.1.2.3", "198.51.100.1"),
        ("10.0.0.4", "10.1.2.3", "10.1.2.3"),
        ("10.0.0.4", "1.1.1.1, nonsense, 10.1.2.3", "10.1.2.3"),
        ("10.0.0.4", "nonsense", "10.0.0.4"),
        ("fd00::1", "2001:db8::5", "2001:db8::5"),
        ("10.2.0.4", "198.51.100.1", "10.2.0.4"),
        ("", "198.51.100.1", ""),
    ],
)
def test_the_caller_is_the_last_address_that_is_no_proxy(peer, forwarded, caller):
    assert address_of_caller(peer, forwarded, PROXIES) == caller


def test_the_scheme_is_the_deployments_own_and_health_is_answered_before_django():
    seen: list[tuple[str, str]] = []
    said: list[str] = []

    def inner(environ, respond):
        seen.append((environ["wsgi.url_scheme"], environ["REMOTE_ADDR"]))
        return []

    def respond(status, headers, error=None):
        said.append(status)
        return lambda _data: None

    is_well = [True]
    front = Front(inner, proxies=(), scheme="https", is_ready=lambda: is_well[0])
    front({"PATH_INFO": "/staff/", "REMOTE_ADDR": "1.2.3.4", "HTTP_X_FORWARDED_PROTO": "http"}, respond)
    assert seen == [("https", "1.2.3.4")]
    assert list(front({"PATH_INFO": "/healthz"}, respond)) == [b"ok\n"]
    assert list(front({"PATH_INFO": "/readyz"}, respond)) == [b"ready\n"]
    is_well[0] = False
    assert list(front({"PATH_INFO": "/healthz"}, respond)) == [b"ok\n"]
    front({"PATH_INFO": "/readyz"}, respond)
    assert said == ["200 OK", "200 OK", "200 OK", "503 Service Unavailable"]
    assert len(seen) == 1

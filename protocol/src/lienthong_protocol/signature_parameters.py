"""The parameters of a request's signature: when, by which key, with which nonce, under which tag."""

import re
from typing import Any, Final

from lienthong_protocol.refusals import Code, Refuse

REQUEST_TAG: Final = "lienthong-req-1"

SECONDS_PAST: Final = 60
"""How old a request may be, by the hub's clock."""
SECONDS_FUTURE: Final = 10
"""How far a caller's clock may run ahead."""
SECONDS_LIFETIME: Final = 60
"""The longest time from `created` to `expires`."""

_INTEGER: Final = "([1-9][0-9]{0,14})"
_FORMS: Final = {
    "created": _INTEGER,
    "expires": _INTEGER,
    "keyid": '"([A-Za-z0-9_-]{43})"',
    "nonce": '"([A-Za-z0-9_-]{22,64})"',
    "tag": f'"({REQUEST_TAG})"',
}
_FORM = {name: re.compile(form) for name, form in _FORMS.items()}

USUAL_ORDER: Final = "".join(
    f"(?:;{name}={form})?" if name == "expires" else f";{name}={form}" for name, form in _FORMS.items()
)
"""The pattern of the parameters in the order most callers write them; its groups are those of `_FORMS`."""

Texts = tuple[str | Any, ...]
"""created, expires or None, keyid, nonce, tag, each of its own form."""

Parameters = tuple[int, int | None, str, str]
"""created, expires, keyid and nonce; times in seconds since the epoch. A plain tuple: read once, at once."""


def in_window(texts: Texts, now: int) -> Parameters | Refuse:
    """Return the parameters that `texts` spell, or the refusal where `now` is outside their window."""
    created, expires = int(texts[0]), None if texts[1] is None else int(texts[1])
    if expires is not None and not created < expires <= created + SECONDS_LIFETIME:
        return Refuse(Code.SIGNATURE_MALFORMED, f"expires must be at most {SECONDS_LIFETIME} after created")
    if not now - SECONDS_PAST <= created <= now + SECONDS_FUTURE:
        return Refuse(Code.CLOCK_SKEW, f"created {created}, now {now}")
    if expires is not None and expires < now:
        return Refuse(Code.CLOCK_SKEW, f"expires {expires}, now {now}")
    return created, expires, texts[2], texts[3]


def read_in_any_order(params: str) -> Texts | Refuse:
    """Return the texts of the parameters in `params`, the text after the component list, or what is wrong.

    Each of created, keyid, nonce and tag stands there once, expires at most once, in any order, in the
    canonical spelling of RFC 8941; nothing else does.
    """
    found: dict[str, str] = {}
    for part in params[1:].split(";"):
        name, _, value = part.partition("=")
        form = _FORM.get(name)
        if form is None:
            return Refuse(Code.ALGORITHM_NOT_ALLOWED, f"allowed parameters: {', '.join(_FORM)}")
        if name in found:
            return Refuse(Code.SIGNATURE_MALFORMED, f"{name} is repeated")
        text = form.fullmatch(value)
        if text is None:
            code = Code.KEY_NOT_ACCEPTED if name == "keyid" else Code.SIGNATURE_MALFORMED
            return Refuse(code, f"{name} must be {form.pattern}")
        found[name] = text[1]
    for name in ("created", "keyid", "nonce", "tag"):
        if name not in found:
            return Refuse(Code.SIGNATURE_MALFORMED, f"{name} is missing")
    return tuple(found.get(name) for name in _FORMS)

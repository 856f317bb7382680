"""What a portal tells the page frame about itself; views put it into the context as `shell`."""

from dataclasses import dataclass

from lienthong.core.speech import Text

_WAITING = Text("đang chờ", "waiting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a navigation, of tabs or of a choice of views; `count` is what waits behind it."""

    url: str
    label: Text
    current: bool = False
    count: int | None = None
    counted: Text = _WAITING


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """The frame around every page of one portal.

    `environment` is named while the hub is not the real one; `account` is the signed-in person, if anyone is.
    `sign_out_url` and `language_url` take a POST; one with `language` and `next`, the page to return to.
    """

    home_url: str
    portal: Text
    language_url: str
    nav: tuple[Entry, ...] = ()
    environment: Text | None = None
    account: str | None = None
    account_url: str = ""
    sign_out_url: str = ""
    footer_note: Text | None = None
    footer_links: tuple[Entry, ...] = ()

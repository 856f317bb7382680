"""Both portals: files in every state, and entered as a person does, with password and second factor."""

import re
import subprocess
import sys
import urllib.error
import urllib.request
from http import HTTPStatus
from http.cookiejar import CookieJar
from typing import Final
from urllib.parse import urlencode

import click
import msgspec

from lienthong.core.machine_list import MACHINES
from lienthong.core.request_states import REQUEST_MACHINE, RequestState
from lienthong.demo.transcript import Transcript
from lienthong.running import Running

_TOKEN: Final = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
_WAIT: Final = 30
_VISITS: Final = (
    ("handler", "staff", "requests/?overdue=on", "quá hạn"),
    ("chief", "staff", "desk/", "Theo người xử lý"),
    ("integrator", "agency", "requests/", "YC-"),
)


class Account(msgspec.Struct, frozen=True):
    """How to sign in as one role, for an agency's account with its body."""

    portal: str
    role: str
    name: str
    email: str
    body: str


class SignIns(msgspec.Struct, frozen=True):
    """The accounts of the demonstration, their password and factor; how much is in which state."""

    origin: str
    password: str
    secret: str
    accounts: tuple[Account, ...]
    states: dict[str, dict[str, int]]


def play_portals(tell: Transcript, hub: Running) -> SignIns:
    """Furnish the portals with files in every state, then enter both and find the files there."""
    sign_ins = _furnish(tell, hub)
    with tell.step(
        "Cán bộ xử lý, chỉ huy và cán bộ kỹ thuật của cơ quan đăng nhập hai cổng, thấy hồ sơ của mình",
        "Handler, chief and an agency's integrator sign in to the two portals and find their files",
    ):
        for role, portal, path, found in _VISITS:
            account = next(each for each in sign_ins.accounts if each.role == role)
            tell.expect(account.portal == portal, f"{role} in the {portal} portal")
            visitor = _Visitor(f"{hub.portals}/{portal}/")
            tell.expect(
                visitor.get("").endswith("sign-in/?next=%2F" + portal + "%2F"), "a sign-in page first"
            )
            visitor.send({"email": account.email, "password": sign_ins.password})
            tell.expect("second-factor" in visitor.address, "the second factor after the password")
            visitor.send({"code": _run(hub, "code").strip()})
            tell.expect(visitor.address == f"{hub.portals}/{portal}/", "the portal's first page")
            tell.expect(account.name in visitor.page, account.name)
            visitor.get("account/")
            tell.expect("127.0.0.1" in visitor.page, "the session among the account's own")
            visitor.get(path)
            tell.expect(found in visitor.page, f"{found} on {path}")
            tell.saw(f"{hub.portals}/{portal}/{path}  {account.email}  {account.name}")
    return sign_ins


def _furnish(tell: Transcript, hub: Running) -> SignIns:
    """Make bodies, files and letters by the acts of their people, and tell how many are in which state."""
    with tell.step(
        "Hai cổng có hồ sơ mẫu ở mọi trạng thái, mỗi hồ sơ do đúng các thao tác của người làm ra",
        "The portals get invented files in every state, each led there by the acts of its people",
    ):
        sign_ins = msgspec.json.decode(_run(hub, "demonstrate", "--files", "--json"), type=SignIns)
        for machine in MACHINES:
            found = sign_ins.states[machine.name]
            counted = ", ".join(
                f"{state.label.in_language(tell.language)} {found[state.name]}"
                for state in machine.states
                if found[state.name]
            )
            if counted:
                tell.saw(f"{machine.label.in_language(tell.language)}: {counted}")
        requests = sign_ins.states[REQUEST_MACHINE.name]
        # A request is received in the very act by which it is sent: none stays in between.
        lacking = [state for state in RequestState if not requests[state] and state is not RequestState.SENT]
        tell.expect(not lacking, f"a request in each state, none is {', '.join(lacking)}")
    return sign_ins


def show_sign_ins(tell: Transcript, hub: Running, sign_ins: SignIns) -> None:
    """Print how to sign in as each role."""
    tell.say("\nĐăng nhập hai cổng (người giả):", "\nSigning in to the portals (invented people):")
    for account in sign_ins.accounts:
        place = f"{hub.portals}/{account.portal + '/':<8}"
        click.echo(f"  {place} {account.email:<46} {account.role:<15} {account.body}".rstrip())
    config = hub.deployment.configuration_file
    tell.say(f"  mật khẩu     {sign_ins.password}", f"  password     {sign_ins.password}")
    tell.say(f"  khóa mã      {sign_ins.secret}", f"  secret       {sign_ins.secret}")
    click.echo(f"  $ .venv/bin/lienthong accounts code --config {config}")


class _Visitor:
    """A browser as far as forms need one: it keeps cookies and follows where it is led."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.address = home
        self.page = ""

    def get(self, path: str) -> str:
        return self._open(urllib.request.Request(self._home + path))  # noqa: S310 - our own loopback address

    def send(self, values: dict[str, str]) -> str:
        """Send the form of the page that is open."""
        tokens = _TOKEN.findall(self.page)
        body = urlencode(values | {"csrfmiddlewaretoken": tokens[-1] if tokens else ""}).encode()
        return self._open(urllib.request.Request(self.address, data=body))  # noqa: S310 - likewise

    def _open(self, request: urllib.request.Request) -> str:
        try:
            with self._opener.open(request, timeout=_WAIT) as answer:
                self.address, self.page = answer.url, answer.read().decode()
        except urllib.error.HTTPError as error:
            self.page = f"{HTTPStatus(error.code).phrase}: {error.read().decode(errors='replace')}"
        return self.address


def _run(hub: Running, *words: str) -> str:
    """Run `lienthong accounts …`: Django is set up once per process, and this one has it for migrations."""
    config = ("--config", str(hub.deployment.configuration_file))
    command = [sys.executable, "-m", "lienthong", "accounts", *words, *config]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode:
        raise click.ClickException(f"lienthong accounts {words[0]}: {done.stderr.strip()}")
    return done.stdout

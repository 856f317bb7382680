"""Both portals, entered as a person does: invented accounts of every role, password, second factor."""

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

from lienthong.demo.transcript import Transcript
from lienthong.running import Running

_TOKEN: Final = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
_WAIT: Final = 30
_WHO_PLAYS: Final = {"staff": "handler", "agency": "integrator"}


class Account(msgspec.Struct, frozen=True):
    """How to sign in as one role."""

    portal: str
    role: str
    name: str
    email: str


class SignIns(msgspec.Struct, frozen=True):
    """The accounts of the demonstration, their one password and the secret of their second factor."""

    origin: str
    password: str
    secret: str
    accounts: tuple[Account, ...]


def furnish_portals(hub: Running) -> SignIns:
    """Make the accounts of the demonstration where they are missing."""
    return msgspec.json.decode(_run(hub, "demonstrate", "--json"), type=SignIns)


def play_portals(tell: Transcript, hub: Running, sign_ins: SignIns) -> None:
    """Sign in to both portals over HTTP, and find the sign-in in the account's own sessions."""
    with tell.step(
        "Cán bộ xử lý hồ sơ và cán bộ kỹ thuật của cơ quan đăng nhập hai cổng, bằng mật khẩu và mã xác thực",
        "A handler and an agency's integrator sign in to the two portals, with password and second factor",
    ):
        for portal, role in _WHO_PLAYS.items():
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
            tell.saw(f"{hub.portals}/{portal}/  {account.email}  {account.name}")


def show_sign_ins(tell: Transcript, hub: Running, sign_ins: SignIns) -> None:
    """Print how to sign in as each role."""
    tell.say("\nĐăng nhập hai cổng (người giả):", "\nSigning in to the portals (invented people):")
    for account in sign_ins.accounts:
        click.echo(f"  {hub.portals}/{account.portal + '/':<8} {account.email:<36} {account.role}")
    config = hub.deployment.configuration_file
    tell.say(f"  mật khẩu     {sign_ins.password}", f"  password     {sign_ins.password}")
    tell.say(f"  khoá mã      {sign_ins.secret}", f"  secret       {sign_ins.secret}")
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

"""`lienthong accounts`: the first accounts, access given anew, and the accounts of a demonstration."""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from lienthong.config import Configuration
from lienthong.core.access import Portal, Role
from lienthong.ledger.invocation import (
    TOLD,
    NotDoneError,
    configured,
    database_of,
    json_option,
    of_deployment,
)

_portal_option = click.option(
    "--portal", required=True, type=click.Choice([portal.value for portal in Portal]), help="Which portal."
)
_INVITATION_TEXT: Final = "open this within a week to choose a password and set up the second factor:"


@click.group("accounts")
def accounts() -> None:
    """Accounts of the portals."""


@accounts.command("add")
@of_deployment
@_portal_option
@click.option("--email", required=True, help="The address to sign in with.")
@click.option("--name", required=True, help="The person's name.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in Role]),
    help="A role; may be given several times.",
)
@click.option("--body", "identifier", help="Electronic identifier of the body, for the agency portal.")
@json_option
def add(
    *,
    config: Path | None,
    data: Path | None,
    portal: str,
    email: str,
    name: str,
    roles: tuple[str, ...],
    identifier: str | None,
    as_json: bool,
) -> None:
    """Make an account and print the link with which its owner activates it."""
    with _prepared(config, data) as configuration:
        from lienthong.control.accounts.actions import NewAccount, invite

        new = NewAccount(
            portal=Portal(portal),
            email=email,
            name=name,
            roles=frozenset(Role(role) for role in roles),
            body=None if identifier is None else _body(identifier),
        )
        _show_invitation(
            configuration, Portal(portal), invite(new, actor=None, by=_account()), as_json=as_json
        )


@accounts.command("reset")
@of_deployment
@_portal_option
@click.option("--email", required=True, help="The address of the account.")
@click.option("--reason", required=True, help="Why; goes into the audit.")
@json_option
def reset(
    *, config: Path | None, data: Path | None, portal: str, email: str, reason: str, as_json: bool
) -> None:
    """End an account's password, second factor and sessions, and print a new link for its owner."""
    with _prepared(config, data) as configuration:
        from lienthong.control.accounts.queries import account_of
        from lienthong.control.accounts.renewal import renew_access

        found = account_of(Portal(portal), email)
        if found is None:
            raise NotDoneError(f"the {portal} portal has no account with the address {email}")
        renewed = renew_access(found.id, actor=None, reason=reason, by=_account())
        _show_invitation(configuration, Portal(portal), renewed, as_json=as_json)


@accounts.command("list")
@of_deployment
@json_option
def list_command(config: Path | None, data: Path | None, *, as_json: bool) -> None:
    """List all accounts."""
    with _prepared(config, data):
        from lienthong.control.accounts.queries import all_accounts

        found = all_accounts()
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
        return
    for account in found:
        factor = "" if account.has_factor else "  (no second factor yet)"
        roles = ", ".join(account.roles)
        click.echo(
            f"{account.portal:<6}  {account.email}  {account.name}  [{roles}]  {account.state}{factor}"
        )


@accounts.command("forget-factors")
@of_deployment
@click.option("--reason", required=True, help="Why; goes into the audit.")
@json_option
def forget_factors(config: Path | None, data: Path | None, *, reason: str, as_json: bool) -> None:
    """Forget all second factors, where the secret that sealed them is lost: owners enrol anew."""
    with _prepared(config, data, is_secret_lost=True):
        from lienthong.control.accounts import renewal

        count = renewal.forget_factors(reason=reason, by=_account())
    click.echo(msgspec.json.encode({"forgotten": count}).decode() if as_json else f"{count} forgotten")


@accounts.command("demonstrate")
@of_deployment
@click.option("--files", is_flag=True, help="Also make bodies and files in every state.")
@json_option
def demonstrate(config: Path | None, data: Path | None, *, files: bool, as_json: bool) -> None:
    """Make an account for each role, with a password and a second factor that are printed.

    Refused in production.
    """
    with _prepared(config, data) as configuration:
        from lienthong.control import demonstration
        from lienthong.control.participants.seeding import SeedingError
        from lienthong.control.showcase.people import ShowcaseError
        from lienthong.control.showcase.showing import Shown, show

        try:
            shown = show(configuration) if files else Shown(demonstration.furnish(configuration), {})
        except (demonstration.NotDemonstrationError, SeedingError, ShowcaseError) as error:
            raise NotDoneError(str(error)) from error
    origin, password, secret = (
        configuration.control.public_origin,
        demonstration.PASSWORD,
        demonstration.SECRET,
    )
    if as_json:
        content = {"origin": origin, "password": password, "secret": secret, "accounts": shown.sign_ins}
        click.echo(msgspec.json.encode(content | {"states": shown.states}).decode())
        return
    for machine, states in shown.states.items():
        counts = ", ".join(f"{state} {count}" for state, count in states.items() if count)
        click.echo(f"{machine}: {counts or '–'}")
    for each in shown.sign_ins:
        click.echo(f"{origin}/{each.portal}/  {each.email:<36} {each.role:<16} {each.name}  {each.body}")
    click.echo(
        f"password {password}, secret of the second factor {secret}; `lienthong accounts code` shows a code"
    )


@accounts.command("code")
@of_deployment
def code(config: Path | None, data: Path | None) -> None:
    """Print the code that the second factor of a demonstration's accounts shows now."""
    with _prepared(config, data):
        from lienthong.control.demonstration import code_now

        click.echo(code_now())


@contextmanager
def _prepared(
    config: Path | None, data: Path | None, *, is_secret_lost: bool = False
) -> Iterator[Configuration]:
    """Set Django up for a deployment; faults end as sentences."""
    from django.db import Error

    from lienthong.control.preconditions import NotFitError, require_secret
    from lienthong.control.starting import prepare

    try:
        configuration = configured(config, data)
        if not is_secret_lost:
            require_secret(configuration, database_of(configuration))
        prepare(configuration)
        yield configuration
    except (NotFitError, *TOLD) as error:
        raise NotDoneError(str(error)) from error
    except Error as error:
        raise NotDoneError(f"the database says: {error}") from error


def _body(identifier: str) -> int:
    from lienthong.control.participants.models import Body
    from lienthong.core.bodies import IDENTIFIER_TEXTS, BodyId, parse_body_id

    parsed = parse_body_id(identifier)
    if not isinstance(parsed, BodyId):
        raise NotDoneError(IDENTIFIER_TEXTS[parsed].en)
    found = Body.objects.filter(identifier=parsed.text).first()
    if found is None:
        raise NotDoneError(f"there is no body with the identifier {parsed.text}")
    return int(found.pk)


def _show_invitation(configuration: Configuration, portal: Portal, given: Any, *, as_json: bool) -> None:  # noqa: ANN401
    from lienthong.core.control_refusals import ControlRefuse

    if isinstance(given, ControlRefuse):
        raise NotDoneError(f"{given.code}: {given.text.en}")
    link = f"{configuration.control.public_origin}/{portal}/accept/{given.token}/"
    if as_json:
        click.echo(msgspec.json.encode({"account": given.account, "link": link}).decode())
        return
    click.echo(f"account {given.account}: {_INVITATION_TEXT}\n{link}")


def _account() -> str:
    """Return the account this process runs under, as the system knows it and not as the environment says."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"

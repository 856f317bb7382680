"""Commands for acts on single persons of a synthetic register, until sources send such changes themselves."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import click

from lienthong.core.fields import bits_of_names
from lienthong.core.numbers import is_synthetic
from lienthong.register import writer
from lienthong.register.protections import GROUNDS, ProtectionKind
from lienthong.register.surroundings import as_json, configured, on_register, say
from lienthong.register.writer import Consent, NumberStatus


class Instant(click.ParamType[datetime]):
    """An instant in ISO 8601 with its offset; a day alone is its first instant in UTC."""

    name = "instant"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Read the instant, or fail with what to write."""
        if isinstance(value, datetime):
            return value
        try:
            instant = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no instant: write 2026-11-24 or 2026-11-24T08:00:00+07:00", param, ctx)
        return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)


def _now() -> datetime:
    return datetime.now(UTC)


_number = click.option("--number", required=True, help="Current number of the person.")


@click.group("consent")
def consent() -> None:
    """Register and withdraw consents."""


@consent.command("add")
@_number
@click.option("--id", "consent_id", required=True, help="What callers name in LT-Consent.")
@click.option("--system", required=True, help="System that may ask.")
@click.option("--purpose", required=True, help="Purpose it may ask for.")
@click.option("--field", "fields", multiple=True, required=True, help="Field it may have; repeat for more.")
@click.option("--from", "valid_from", type=Instant(), default=_now, help="Default: now.")
@click.option("--until", "valid_until", type=Instant(), help="Default: without end.")
@configured
@as_json
def add_consent(  # noqa: PLR0913 (one per option)
    *,
    number: str,
    consent_id: str,
    system: str,
    purpose: str,
    fields: tuple[str, ...],
    valid_from: datetime,
    valid_until: datetime | None,
    configuration_file: Path,
    as_json: bool,
) -> None:
    """Register the consent of a person."""
    try:
        bits = bits_of_names(fields)
    except KeyError as error:
        raise click.BadParameter(f"{error.args[0]} is no field", param_hint="--field") from error
    given = Consent(
        id=consent_id,
        system=system,
        purpose=purpose,
        fields=bits,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    on_register(configuration_file, partial(writer.add_consent, consent=given, number=number))
    say({"consent": consent_id}, f"consent {consent_id} registered", as_json=as_json)


@consent.command("withdraw")
@click.argument("consent_id")
@click.option("--at", type=Instant(), default=_now, help="Default: now.")
@configured
@as_json
def withdraw_consent(*, consent_id: str, at: datetime, configuration_file: Path, as_json: bool) -> None:
    """Withdraw a consent."""
    on_register(configuration_file, partial(writer.withdraw_consent, id=consent_id, at=at))
    say({"withdrawn": consent_id}, f"consent {consent_id} withdrawn", as_json=as_json)


_kind = click.option(
    "--kind", required=True, type=click.Choice([kind.name.lower() for kind in ProtectionKind]), help="Why."
)


@click.command("protect")
@_number
@_kind
@click.option("--ground", help="The law it rests on; default: that of the kind.")
@click.option("--from", "valid_from", type=Instant(), default=_now, help="Default: now.")
@click.option("--until", "valid_until", type=Instant(), help="Default: until it is lifted.")
@configured
@as_json
def protect(
    *,
    number: str,
    kind: str,
    ground: str | None,
    valid_from: datetime,
    valid_until: datetime | None,
    configuration_file: Path,
    as_json: bool,
) -> None:
    """Protect a person by law."""
    protection = ProtectionKind[kind.upper()]
    act = partial(
        writer.protect,
        number=number,
        kind=protection.value,
        ground=ground or GROUNDS[protection],
        valid_from=valid_from,
        valid_until=valid_until,
    )
    on_register(configuration_file, act)
    say({"protected": number, "kind": protection.value}, "protected", as_json=as_json)


@click.command("unprotect")
@_number
@_kind
@click.option("--at", type=Instant(), default=_now, help="Default: now.")
@configured
@as_json
def unprotect(*, number: str, kind: str, at: datetime, configuration_file: Path, as_json: bool) -> None:
    """Lift a protection."""
    protection = ProtectionKind[kind.upper()]
    on_register(
        configuration_file,
        partial(writer.lift_protection, number=number, kind=protection.value, at=at),
    )
    say({"unprotected": number, "kind": protection.value}, "no longer protected", as_json=as_json)


@click.command("supersede")
@_number
@click.option("--new-number", required=True, help="Twelve digits beginning with 099.")
@click.option("--status", type=click.Choice([status.value for status in NumberStatus]), default="superseded")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), default=_now, help="Default: today.")
@configured
@as_json
def supersede(
    *, number: str, new_number: str, status: str, day: datetime, configuration_file: Path, as_json: bool
) -> None:
    """Give a person another number; the old one keeps leading to them."""
    if not is_synthetic(new_number):
        raise click.BadParameter("write twelve digits beginning with 099", param_hint="--new-number")
    act = partial(
        writer.supersede_number,
        number=number,
        new_number=new_number,
        status=NumberStatus(status),
        on=day.date(),
    )
    on_register(configuration_file, act)
    say({"superseded": number, "number": new_number}, f"{number} now leads to {new_number}", as_json=as_json)


@click.command("examine")
@_number
@click.option("--column", "columns", multiple=True, required=True, help="Column; repeat for more.")
@click.option("--close", "is_closed", is_flag=True, help="End the examination instead.")
@configured
@as_json
def examine(
    *, number: str, columns: tuple[str, ...], is_closed: bool, configuration_file: Path, as_json: bool
) -> None:
    """Put columns of a person under examination, or end it."""
    act = writer.close_examination if is_closed else writer.open_examination
    on_register(configuration_file, partial(act, number=number, columns=columns))
    state = "closed" if is_closed else "opened"
    say({"number": number, "examination": state}, f"examination {state}", as_json=as_json)


COMMANDS = (consent, protect, unprotect, supersede, examine)
"""What the group `population` adds."""

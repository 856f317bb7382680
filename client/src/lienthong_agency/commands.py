"""The command `lienthong-agency`: its options, and the commands that set a system up."""

import secrets
from pathlib import Path
from typing import Any

import click

from lienthong_agency.asking_commands import batch, lookup, scope, verify
from lienthong_agency.command_options import AS_JSON, FILE, Options, pass_options, told
from lienthong_agency.conformance_commands import conformance
from lienthong_agency.hub_keys import HubKeys, HubKeysError, parse_hub_keys
from lienthong_agency.journal_commands import journal
from lienthong_agency.key_file import write_key
from lienthong_agency.telling import Told, print_json
from lienthong_agency.transport import fetch_open
from lienthong_protocol.keys import Algorithm, generate, public_jwk
from lienthong_protocol.notes import NoteFormatError, NoteVerifier
from lienthong_protocol.policy import Policy, PolicyFormatError, parse_policy
from lienthong_protocol.succession import read_succession


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lienthong-agency")
@click.option(
    "--config",
    "path",
    type=FILE,
    envvar="LIENTHONG_AGENCY_CONFIG",
    help="TOML file of this system's settings (or LIENTHONG_AGENCY_CONFIG).",
)
@click.option("--hub", help="The hub's public origin, https://…")
@click.option("--platform", help="Address of the integration platform to send calls to instead.")
@click.option("--system", help="The name under which this system is registered.")
@click.option("--key", type=FILE, help="The system's private key (JWK, mode 0600).")
@click.option("--hub-keys", type=FILE, help="The hub's public keys, as `trust` wrote them.")
@click.option("--journal", type=FILE, help="The system's journal.")
@click.option("--officer", help="Officer in whose name calls are made.")
@click.option("--purpose", help="Registered purpose of the calls.")
@click.option(
    "--lang", "language", type=click.Choice(["vi", "en"]), help="Language of explanations; default vi."
)
@click.pass_context
def cli(context: click.Context, /, path: Path | None, **overrides: Any) -> None:  # noqa: ANN401 - checked as settings
    """Ask the population exchange as a registered system, and keep the proof of it."""
    named = {name: value for name, value in overrides.items() if value is not None}
    context.obj = Options(path, named)


@cli.command()
@click.option("--out", type=FILE, help="New file for the private key; default: the configured one.")
@click.option(
    "--algorithm",
    type=click.Choice([each.value for each in Algorithm]),
    default=Algorithm.ED25519.value,
    show_default=True,
)
@AS_JSON
@pass_options
def keygen(options: Options, *, out: Path | None, algorithm: str, as_json: bool) -> None:
    """Make this system's signing key, and print the public half to hand in for registration."""
    with told():
        path = out or options.settings().key
        if path is None:
            raise Told("Say where the key shall be kept: --out FILE.")
        key = generate(Algorithm(algorithm), secrets.token_bytes(32))
        write_key(path, key)
    if as_json:
        print_json({"file": str(path), "key_id": key.key_id, "public_jwk": public_jwk(key)})
    else:
        click.echo(f"{path}: {key.key_id}", err=True)
        print_json(public_jwk(key))


@cli.command()
@click.option("--out", type=FILE, help="File for the hub's keys; default: the configured one.")
@click.option("--replace", is_flag=True, help="Replace keys that are there already.")
@click.option("--policy", type=FILE, help="Write a new policy file for `journal verify` as well.")
@click.option("--witness", "witnesses", multiple=True, help="Verifier key of a witness, for the policy.")
@click.option("--quorum", type=click.IntRange(0), help="How many witnesses must have cosigned; default: all.")
@AS_JSON
@pass_options
def trust(
    options: Options,
    *,
    out: Path | None,
    replace: bool,
    policy: Path | None,
    witnesses: tuple[str, ...],
    quorum: int | None,
    as_json: bool,
) -> None:
    """Fetch the hub's public keys. Compare them with those the authority hands out before using them."""
    with told():
        settings = options.settings()
        path = out or settings.hub_keys
        if path is None:
            raise Told("Say where the keys shall be kept: --out FILE.")
        text = fetch_open(settings.hub_origin(), "/v1/keys", settings.transport)
        keys = parse_hub_keys(text)
        _write(path, text, replace=replace)
        if policy is not None:
            number = len(witnesses) if quorum is None else quorum
            _write(policy, _policy(keys, witnesses, number).encode("utf-8"), replace=False)
    if as_json:
        print_json(
            {"file": str(path), "origin": keys.origin, "response": sorted(keys.response), "log": keys.log}
        )
        return
    click.echo(keys.origin)
    for key_id in sorted(keys.response):
        click.echo(f"response {key_id}")
    for vkey in keys.log:
        click.echo(f"log      {vkey}")
    for succession in map(read_succession, keys.successions):
        gap = succession.gap
        click.echo(f"carries on {succession.predecessor.name}; LOST {gap.start} to {gap.stop - 1}")


def _policy(keys: HubKeys, witnesses: tuple[str, ...], quorum: int) -> str:
    try:
        made = Policy(
            tuple(map(NoteVerifier.from_vkey, keys.log)),
            tuple(map(NoteVerifier.from_vkey, witnesses)),
            quorum,
            successions=keys.successions,
        ).encode()
        parse_policy(made)
    except (NoteFormatError, PolicyFormatError) as error:
        raise HubKeysError(f"no policy can be made of these keys: {error}") from error
    return made


def _write(path: Path, content: bytes, *, replace: bool) -> None:
    try:
        with path.open("wb" if replace else "xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise Told(
            f"{path} exists: --replace if the new keys were compared, or choose another file"
        ) from error
    except OSError as error:
        raise Told(f"{path}: {error.strerror}") from error


for _command in (lookup, verify, batch, scope, conformance, journal):
    cli.add_command(_command)

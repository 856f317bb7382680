"""`lienthong demo`: the main job, played end to end on synthetic people over the real processes."""

import asyncio
import secrets
import signal
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from lienthong.core.fields import bits_of_names
from lienthong.db import Role, connect
from lienthong.demo.agencies import Player, make_keys, trust_hub
from lienthong.demo.portals import SignIns, play_portals, show_sign_ins
from lienthong.demo.proving import play_proofs
from lienthong.demo.story import Story, play_exchange
from lienthong.demo.transcript import Transcript
from lienthong.deployment import DeploymentError, lay_out
from lienthong.publishing import publish_file
from lienthong.register.cast import Cast, cast_from_database
from lienthong.register.writer import Consent, add_consent
from lienthong.running import Running, running, running_with_sandbox

GRANTS = Path(__file__).parents[3] / "examples" / "demo-grants.toml"
PROVINCE = "31"

_KEYS = (
    *("hospital", "province", "health-department", "bank", "tax", "education", "ended", "suspended"),
    *("insurance", "police"),
)
_CALLERS = {
    "hospital": ("h01/his", "patient-identification", "cb-0193"),
    "province": ("h31/mcdt", "procedures", "mc-0007"),
    "bank": ("nh01/core", "account-opening", "gdv-21"),
    "tax": ("g12/tms", "taxpayer-cleaning", None),
    "education": ("g05/hocba", "enrolment", "gv-310"),
    "ended": ("h48/canbo", "staff-records", "nv-001"),
    "suspended": ("vt01/thuebao", "subscriber", "vt-001"),
    "insurance": ("g07/bhxh", "insurance-card", "bh-11"),
}


def play(*, once: bool, folder: Path | None, persons: int, language: str, with_sandbox: bool = False) -> int:
    """Play the story; then end (`once`) or keep serving until interrupted. Return the exit code."""
    if not GRANTS.exists():
        raise DeploymentError(f"{GRANTS} is missing: run the demonstration from a checkout of the project.")
    tell = Transcript(language)
    with ExitStack() as stack:
        if folder is None:
            folder = Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="lienthong-demo-", dir="/var/tmp"))
            )
            folder.chmod(0o711)
        deployment = lay_out(folder / "hub")
        started = time.monotonic()
        run = running_with_sandbox if with_sandbox else running
        hub = stack.enter_context(run(deployment, persons=persons, seed=1, say=click.echo))
        make_keys(deployment.agencies, _KEYS)
        published = asyncio.run(publish_file(hub.configuration, GRANTS, keys=deployment.agencies))
        click.echo(f"grants: {len(published.grants)} systems ({GRANTS.name}), signed by the notary's key")
        consent = f"dong-y-{secrets.token_hex(4)}"
        cast = asyncio.run(_furnish(hub, consent))
        tell.say(
            f"\nSẵn sàng sau {time.monotonic() - started:.0f} giây. Mọi người trong chuyện đều là giả.",
            f"\nReady after {time.monotonic() - started:.0f} s. Everybody in this story is invented.",
        )
        story = Story(cast, _agencies(hub), consent, tell)
        play_exchange(story)
        sign_ins = play_portals(tell, hub)
        play_proofs(story, hub, folder)
        _sum_up(tell)
        if not once:
            _keep_serving(hub, tell, sign_ins)
    return 1 if tell.failed else 0


async def _furnish(hub: Running, consent: str) -> Cast:
    """Choose who plays what; the consenting citizen gives the bank a consent."""
    connection = await connect(hub.database, Role.INTAKE)
    try:
        cast = await cast_from_database(connection, province=PROVINCE)
        now = datetime.now(UTC)
        given = Consent(
            id=consent,
            system="nh01/core",
            purpose="account-opening",
            fields=bits_of_names(["sex", "card_issue_date", "card_expiry", "has_valid_card", "phone"]),
            valid_from=now - timedelta(days=1),
            valid_until=now + timedelta(days=90),
        )
        await add_consent(connection, given, number=cast.consenting.number)
        return cast
    finally:
        await connection.close()


def _agencies(hub: Running) -> dict[str, Player]:
    folder = hub.deployment.agencies
    trust_hub(hub.origin, folder)
    players = {
        name: Player(system, purpose, officer, folder, name, hub.origin)
        for name, (system, purpose, officer) in _CALLERS.items()
    }
    for player in players.values():
        player.settle()
    return players


def _sum_up(tell: Transcript) -> None:
    if tell.failed:
        tell.say(f"\n{len(tell.failed)} bước không đúng:", f"\n{len(tell.failed)} steps failed:")
        for line in tell.failed:
            click.echo(f"  {line}")
        return
    tell.say(f"\nCả {tell.number} bước đều đúng.", f"\nAll {tell.number} steps held.")


def _keep_serving(hub: Running, tell: Transcript, sign_ins: SignIns) -> None:
    """Print addresses and sample commands, then serve until interrupted."""
    stopped: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: stopped.append(received))
    config = hub.deployment.configuration_file
    tell.say("\nVẫn đang phục vụ; Ctrl+C để dừng.", "\nStill serving; Ctrl+C to stop.")
    click.echo(f"  gateway      {hub.origin}   (/v1/keys /v1/checkpoints /readyz /metrics)")
    click.echo(f"  portals      {hub.portals}   (/staff/ /agency/)")
    click.echo(f"  config       {config}")
    click.echo(f"  policy       {hub.deployment.policy}")
    click.echo(f"  agency keys  {hub.deployment.agencies}")
    click.echo(f"  logs         {hub.deployment.logs}")
    if hub.sandbox is not None:
        click.echo(f"  sandbox      {hub.sandbox.origin}")
    click.echo(f"  $ .venv/bin/lienthong ledger verify --config {config} --policy {hub.deployment.policy}")
    hospital = hub.deployment.agencies / "hospital.toml"
    click.echo(f"  $ .venv/bin/lienthong-agency --config {hospital} scope")
    click.echo(f"  $ .venv/bin/lienthong-agency --config {hospital} journal list")
    click.echo(f"  $ curl {hub.origin}/v1/checkpoints")
    show_sign_ins(tell, hub, sign_ins)
    hub.watch(lambda: bool(stopped))

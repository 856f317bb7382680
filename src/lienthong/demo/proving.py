"""The second half of the story: what was recorded is proved from files, without the server."""

import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from lienthong.demo.story import Story
from lienthong.running import Running

_PATIENCE = 20.0


def play_proofs(story: Story, hub: Running, folder: Path) -> None:
    """Export the log, verify it under the policy, prove one entry offline, hold the receipts against it."""
    receipts = [receipt for agency in story.agencies.values() for receipt in agency.receipts]
    export, policy = folder / "export", hub.deployment.policy
    kept = folder / "receipts.txt"
    kept.write_text("".join(f"{receipt.encode()}\n" for receipt in receipts))
    with story.tell.step(
        "Công chứng viên ký đầu nhật ký, nhân chứng ký xác nhận; nhật ký được xuất ra tệp",
        "The notary signs the log's head, the witness cosigns it; the log is exported to files",
    ):
        size = _wait_for(hub.origin, max(receipt.index for receipt in receipts))
        story.tell.saw(f"checkpoint: {size} leaves")
        _run(story, "ledger", "export", str(export), "--config", str(hub.deployment.configuration_file))
    with story.tell.step(
        f"Kiểm tra toàn bộ nhật ký không cần máy chủ, và {len(receipts)} biên nhận của các cơ quan",
        f"The whole log is verified without the server, and the agencies' {len(receipts)} receipts with it",
    ):
        _run(story, "ledger", "verify", str(export), "--policy", str(policy), "--receipts", str(kept))
    with story.tell.step(
        "Chứng minh ngoại tuyến một lần tra cứu có trong nhật ký",
        "One look-up is proved to be in the log, offline",
    ):
        index, proof = receipts[0].index, folder / "proof.txt"
        _run(
            story,
            "ledger",
            "prove",
            str(index),
            "--from",
            str(export),
            "--policy",
            str(policy),
            "--out",
            str(proof),
        )
        _run(story, "ledger", "prove", "--check", str(proof), "--policy", str(policy))
    with story.tell.step(
        "Bệnh viện đối chiếu nhật ký của mình với nhật ký trung tâm: từng bản ghi, từng chứng minh",
        "The hospital holds its own journal against the hub's log: every record, every proof",
    ):
        settings = str(story.agencies["hospital"].configuration)
        arguments = ("--config", settings, "journal", "verify", "--policy", str(policy), "--hub")
        _run(story, *arguments, program="lienthong_agency", name="lienthong-agency")
    with story.tell.step(
        "Sửa một bản ghi trong bản xuất: phép kiểm tra phát hiện",
        "One record of the export is edited: verification finds it",
    ):
        _edit(export)
        found = _run(story, "ledger", "verify", str(export), "--policy", str(policy), wanted=1)
        story.tell.expect("FOUND" in found, "a finding")


def _edit(export: Path) -> None:
    """Change one letter of one case reference in the exported entries."""
    for path in sorted(export.rglob("*")):
        if path.is_file() and (content := path.read_bytes()).count(b"BN-2026-000123"):
            path.chmod(0o600)
            path.write_bytes(content.replace(b"BN-2026-000123", b"BN-2026-000999", 1))
            return


def _wait_for(origin: str, index: int) -> int:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{origin}/v1/checkpoints", timeout=5) as answer:  # noqa: S310
                size = int(answer.read().split(b"\n")[1])
        except OSError:
            size = 0
        if size > index:
            return size
        time.sleep(0.2)
    return 0


def _run(
    story: Story, *arguments: str, wanted: int = 0, program: str = "lienthong", name: str = "lienthong"
) -> str:
    """Run a command as an inspector would and print its last lines; another exit code fails the step."""
    story.tell.saw(f"$ {name} {' '.join(arguments)}")
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", program, *arguments], capture_output=True, text=True, check=False
    )
    output = done.stdout + done.stderr
    for line in output.strip().splitlines()[-6:]:
        story.tell.saw(f"  {line[:150]}")
    story.tell.expect(done.returncode == wanted, f"exit code {wanted}, not {done.returncode}")
    return output

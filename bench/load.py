"""The load: wrk with requests signed beforehand, each sent once; and the processor time of all parts."""

import json
import os
import resource
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.stage import Stage

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Run:
    """One run: rate, latency, what came back, and processor milliseconds per request."""

    rate: float
    p50_ms: float
    p99_ms: float
    statuses: dict[str, int]
    receipts: tuple[int, ...]
    server_ms: float
    postgres_ms: float
    load_ms: float
    load_share: float


def saturate(
    stage: Stage,
    requests: Sequence[bytes],
    server: int,
    *,
    connections: int = 128,
    seconds: float = 5.0,
    repeat: bool = False,
) -> Run:
    """Send requests as fast as they are answered, over so many connections; each once unless `repeat`."""
    source, out = stage.folder / "requests.bin", stage.folder / "answers.txt"
    with source.open("wb") as file:
        for request in requests:
            file.write(f"{len(request)}\n".encode() + request)
    before = _processor(server), _processor(stage.server.process.pid)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [
            "wrk",
            "-t1",
            f"-c{connections}",
            f"-d{seconds:.0f}s",
            "-s",
            str(Path(__file__).with_name("load.lua")),
            stage.origin,
        ],
        env=os.environ | {"LOAD_IN": str(source), "LOAD_OUT": str(out)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    after = _processor(server), _processor(stage.server.process.pid)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    load = spent.ru_utime + spent.ru_stime - used.ru_utime - used.ru_stime
    head, *indexes = out.read_text().splitlines()
    figures = json.loads(head)
    if figures["exhausted"] and not repeat:
        raise RuntimeError(f"{len(requests)} requests were not enough for {seconds} s")
    count = figures["requests"]
    return Run(
        rate=count / figures["seconds"],
        p50_ms=figures["p50_ms"],
        p99_ms=figures["p99_ms"],
        statuses=figures["statuses"],
        receipts=tuple(map(int, indexes)),
        server_ms=(after[0] - before[0]) * 1_000 / count,
        postgres_ms=(after[1] - before[1]) * 1_000 / count,
        load_ms=load * 1_000 / count,
        load_share=load / figures["seconds"] / (os.cpu_count() or 1),
    )


def _processor(process: int) -> float:
    """Return the processor seconds of a process and all below it."""
    total, waiting = 0.0, [process]
    while waiting:
        pid = waiting.pop()
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += sum(int(fields[place]) for place in (11, 12, 13, 14)) / _TICK
            for thread in Path(f"/proc/{pid}/task").iterdir():
                waiting += map(int, (thread / "children").read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total

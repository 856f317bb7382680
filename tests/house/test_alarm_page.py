"""The operations guide explains every alarm and names no metric that is not there."""

import re
from pathlib import Path
from typing import get_args, get_type_hints

from lienthong.gateway.observations import Observation, Observer
from lienthong.ledger.read_watch import METRICS

PAGE = Path(__file__).resolve().parents[2] / "docs/van-hanh/canh-bao.md"
SAMPLE = {int: 1, str: "x"}


def samples():
    """Yield one event of every kind."""
    for kind in get_args(Observation):
        yield kind(**{name: SAMPLE[type_] for name, type_ in get_type_hints(kind).items()})


def observed() -> Observer:
    observer = Observer()
    for event in samples():
        observer.see(event)
    return observer


def test_every_alarm_is_explained(capsys):
    alarms = {
        sample.labels["kind"]
        for metric in observed().registry.collect()
        for sample in metric.samples
        if sample.name == "lienthong_alarms_total"
    }

    assert alarms
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.M)) >= alarms


def test_the_page_names_only_metrics_that_exist(capsys):
    names = {sample.name for metric in observed().registry.collect() for sample in metric.samples}
    families = names | {metric.name for metric in observed().registry.collect()}

    named = set(re.findall(r"\blienthong_[a-z_]+\b", PAGE.read_text(encoding="utf-8")))
    assert named - set(METRICS) <= families
    assert named >= set(METRICS)

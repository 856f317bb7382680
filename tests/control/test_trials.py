"""The second track with a real sandbox: systems enrolled, runs played by a client, signed reports filed."""

import json
import shlex
import signal
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from django.db import DatabaseError, IntegrityError, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from lienthong.config import Environment, TrialPerson, TrialSettings
from lienthong.control.audit.acting import acting
from lienthong.control.audit.events import Event, events_of
from lienthong.control.conformance import enrolling, jobs, queries, reports, runs, trials
from lienthong.control.conformance.models import RefusedReport, Run, Trial
from lienthong.control.connections.receipt import supplemented
from lienthong.control.connections.tracks import close_all
from lienthong.control.notices.models import Notice
from lienthong.control.participants import keys
from lienthong.control.participants.models import System
from lienthong.control.portals.trials.commands import SAMPLE_KEY_FILE
from lienthong.control.portals.trials.shown import shown_trial
from lienthong.core.access import Role
from lienthong.core.connection_request import ServiceChoice
from lienthong.core.control_refusals import ControlCode, ControlRefuse
from lienthong.core.run_states import RunState
from lienthong.core.track_states import SupportState
from lienthong.core.trial_states import TrialState
from lienthong.sandbox_access.report import verify_report
from lienthong_agency import parse_hub_keys
from lienthong_protocol.keys import Algorithm, generate, private_jwk, public_jwk
from tests.control.filed import add_version, fresh, received
from tests.control.portal import OTHER_BODY, OWN_BODY, Portals, without_tokens
from tests.control.processes import eventually
from tests.control.trying import Forger, Tried, access_to, run_sample
from tests.core.requesting import COMPLETE
from tests.gateway.world import OTHER, PERSON, World, key_of
from tests.sandbox.conftest import sandbox, steward
from tests.sandbox.stewarding import RunningSteward

__all__ = ["sandbox", "steward"]
pytestmark = pytest.mark.law("R5.2")

ONE_STEP = replace(COMPLETE, services=(ServiceChoice(service="lookup_batch", purpose="patient"),))
"""A request whose runs have the batch for their only step, so that they are played at once."""


@pytest.fixture
def tried(
    portals: Portals, sandbox: World, steward: RunningSteward, settings_of, tmp_path: Path
) -> Iterator[Tried]:
    supporter = portals.account(Role.HANDLER, name="Lê Thị Hường")
    integrator = portals.account(Role.INTEGRATOR, name="Nguyễn Văn Tích")
    people = (TrialPerson(**person) for person in (PERSON, OTHER))
    documented = TrialSettings(sandbox.origin, *people)
    with settings_of(sandbox_access=access_to(steward, tmp_path), trial=documented):
        request = received(OWN_BODY, content=ONE_STEP)
        yield Tried(portals, sandbox, steward, tmp_path, request, integrator, supporter)
        if steward.process is None:
            steward.start()


def kinds(tried: Tried) -> list[str]:
    return [event.kind for event in events_of("request", tried.reference)]


def told(actor: object) -> list[str]:
    return list(
        Notice.objects.filter(account=actor.id, link__contains="/trial")
        .order_by("pk")
        .values_list("subject_en", flat=True)
    )


def test_a_run_of_the_portal_is_played_by_the_plain_sample_and_reported(tried):
    add_version(tried.request, COMPLETE)
    supplement(tried)
    sample = tried.sample()
    made = run_sample(sample, "keygen", "key.pem")
    trial = tried.trial()
    assert trial.state is TrialState.KEY_WANTED
    given = trials.give_key(
        tried.reference, trial.pk, made.stdout, seen=trial.version, actor=tried.integrator
    )
    assert given is None
    assert enrolling.enrol(trial.pk) is TrialState.ENROLLED
    trial = tried.trial()
    assert trial.officers == ["kiem-thu-01", "kiem-thu-02"]
    assert trial.persons["fields"] == ["sex", "religion"]
    run = tried.started()
    assert (tried.track(), run.state) == (SupportState.TESTING, RunState.OPENED)
    (entry,) = queries.trials_of(tried.reference)[:1]
    typed = shlex.split(
        shown_trial(entry).commands[0].text.replace("\\\n", " ").replace(SAMPLE_KEY_FILE, "key.pem")
    )
    assert typed[:2] == ["python3", "sample.py"]
    assert len(entry.open_run.standing.steps) == 9
    played = run_sample(sample, *typed[2:])
    assert played.returncode == 0, played.stdout + played.stderr
    reports.look_at_open_runs()
    settled = tried.run()
    assert (settled.pk, settled.state) == (run.pk, RunState.PASSED)
    content = bytes(settled.report)
    assert settled.report_sha256 == sha256(content).hexdigest()
    pinned = parse_hub_keys(tried.sandbox.get("/v1/keys").body).response
    report = verify_report(content, {id: each.key for id, each in pinned.items()})
    assert (report.run, report.system, report.state) == (run.sandbox_run, f"his-{OWN_BODY}", "passed")
    # The other system of the request has not been tested yet.
    assert tried.track() is SupportState.SUPPORTED
    assert kinds(tried)[:5] == ["run.pass", "run.start", "run.reach", "run.open", "trial.enrol"]
    for actor in (tried.integrator, tried.supporter):
        assert told(actor) == [f"[{tried.reference}] Technical test: passed"]
    # Done again, as by a second process, nothing happens.
    reports.look_at_open_runs()
    reports.look_for_other_runs()
    assert Run.objects.count() == 1
    assert len(told(tried.supporter)) == 1


def test_runs_that_systems_open_themselves_land_the_same_way_and_the_last_word_counts(tried):
    for system in ("his", "hsdb"):
        tried.enrolled(system)
        played = tried.play(system)
        assert played.exit_code == 0, played.output
        reports.look_for_other_runs()
    assert [run.state for run in Run.objects.all()] == [RunState.PASSED] * 2
    assert {run.opened_by for run in Run.objects.all()} == {None}
    assert tried.track() is SupportState.TESTED
    # A later run that fails opens the track again: its wrong system uses what it cannot prove.
    run = tried.started()
    assert tried.track() is SupportState.TESTING
    fail(tried, run.sandbox_run)
    reports.look_at_open_runs()
    assert (tried.run().state, tried.track()) == (RunState.FAILED, SupportState.SUPPORTED)
    assert told(tried.integrator)[-1] == f"[{tried.reference}] Technical test: failed"


def fail(tried: Tried, run: str) -> None:
    """Play a run's batch, and report something else than what its items got."""
    code = f"his-{OWN_BODY}"
    person, nobody = {"ref": "1"} | PERSON, {"ref": "2"} | OTHER | {"birth_date": "1900-01-01"}
    asked = {"fields": ["sex"], "items": [person, nobody]}
    headers = {"purpose": "patient", "officer": "kiem-thu-01", "case": f"run/{run}/batch"}
    assert tried.sandbox.ask(code, "/v1/lookup/batch", asked, **headers).status == 200
    said = {"step": "batch", "items": {"1": "given", "2": "given"}}
    answer = tried.sandbox.ask(code, f"/v1/conformance/{run}", said)
    assert answer.status == 200, answer.body


def supplement(tried: Tried) -> None:
    """Send the newest version as a supplement."""
    event = Event(kind="request.supplement", actor=None, subject_kind="request", subject=tried.reference)
    with acting(event) as act:
        supplemented(fresh(tried.request), act=act)


def test_a_registered_key_is_enrolled_at_once_and_a_supplement_renews_the_grant(tried):
    system = System.objects.get(code=f"his-{OWN_BODY}")
    text = json.dumps(public_jwk(generate(Algorithm.ED25519, b"registered".ljust(32, b"."))))
    number = keys.propose(system.pk, text, Environment.SANDBOX, actor=tried.integrator)
    assert isinstance(number, int)
    add_version(tried.request, COMPLETE)
    supplement(tried)
    assert tried.trial().state is TrialState.ENROLLING
    job = ProcrastinateJob.objects.get(task_name="conformance.enrol")
    assert job.args == {"trial": tried.trial().pk}
    jobs.enrol(**job.args)
    before = tried.trial()
    assert before.state is TrialState.ENROLLED
    # The same contents again leave the system where it is.
    supplement(tried)
    assert tried.trial().state is TrialState.ENROLLED


def test_a_steward_that_is_down_is_one_act_and_nothing_is_lost(tried):
    assert tried.give_key() is None
    tried.steward.stop()
    for _ in range(3):
        with pytest.raises(jobs.NotDoneError):
            jobs.enrol(trial=tried.trial().pk)
    trial = tried.trial()
    assert (trial.state, trial.fault, trial.attempts) == (TrialState.ENROLLING, ControlCode.SANDBOX_AWAY, 3)
    assert kinds(tried).count("trial.fail") == 1
    jobs.do_pending()
    page = tried.portals.signed_in(tried.supporter).get(f"/staff/requests/{tried.reference}/trial/")
    assert "(LC662)" in page.content.decode()
    tried.steward.start()
    jobs.do_pending()
    assert tried.trial().state is TrialState.ENROLLED
    assert tried.trial().fault == ""
    # A run that could not be opened is opened by the duty, one that cannot be followed stays.
    run = tried.start()
    tried.steward.stop()
    jobs.do_pending()
    jobs.look_at_open_runs()
    jobs.look_for_other_runs()
    tried.steward.start()
    jobs.do_pending()
    assert Run.objects.get(pk=run).sandbox_run is not None
    tried.steward.stop()
    jobs.look_at_open_runs()
    assert Run.objects.get(pk=run).state is RunState.OPENED
    tried.steward.start()


def test_a_wrong_key_of_the_control_plane_and_wrong_pins_are_told_and_tried_again(tried, settings_of):
    assert tried.give_key() is None
    access = access_to(tried.steward, tried.folder)
    (tried.folder / "other").mkdir()
    other = access_to(tried.steward, tried.folder / "other")
    stranger = generate(Algorithm.ED25519, b"stranger".ljust(32, b"."))
    other.key.write_text(json.dumps(private_jwk(stranger)))
    with settings_of(sandbox_access=other):
        assert enrolling.enrol(tried.trial().pk) is TrialState.ENROLLING
        assert tried.trial().fault == ControlCode.SANDBOX_DEAF
    pins = json.loads(access.keys.read_bytes())
    pins["response"] = [pins["response"][0] | {"jwk": public_jwk(stranger)}]
    wrong = tried.folder / "wrong-keys.json"
    wrong.write_text(json.dumps(pins))
    with settings_of(sandbox_access=type(access)(access.origin, access.key, wrong)):
        assert enrolling.enrol(tried.trial().pk) is TrialState.ENROLLING
        assert tried.trial().fault == ControlCode.SANDBOX_UNTRUSTED
    with settings_of(sandbox_access=type(access)()):
        assert enrolling.enrol(tried.trial().pk) is TrialState.ENROLLING
        assert tried.trial().fault == ControlCode.SANDBOX_MISSING
    with settings_of(sandbox_access=type(access)(access.origin, tried.folder / "no.jwk", access.keys)):
        assert enrolling.enrol(tried.trial().pk) is TrialState.ENROLLING
    assert enrolling.enrol(tried.trial().pk) is TrialState.ENROLLED


def test_a_key_that_counts_elsewhere_or_is_private_is_not_taken(tried):
    secret = generate(Algorithm.ED25519, b"secret".ljust(32, b"."))
    trial = tried.trial()

    def given(text: str, **changes: object) -> ControlCode | None:
        values = {"seen": trial.version, "actor": tried.integrator} | changes
        refusal = trials.give_key(tried.reference, trial.pk, text, **values)
        return None if refusal is None else refusal.code

    assert given(json.dumps(private_jwk(secret))) is ControlCode.KEY_PRIVATE
    assert given("{}") is ControlCode.KEY_UNREADABLE
    good = json.dumps(public_jwk(secret))
    assert given(good, seen=trial.version - 1) is ControlCode.DECIDED_MEANWHILE
    head = tried.portals.account(Role.AGENCY_HEAD)
    assert given(good, actor=head) is ControlCode.NOT_YOUR_ROLE
    keys.propose(trial.system.pk, good, Environment.PRODUCTION, actor=tried.integrator)
    assert given(good) is ControlCode.TRIAL_KEY_ELSEWHERE
    tried.enrolled("hsdb")
    assert tried.give_key("his", key_of(f"hsdb-{OWN_BODY}")) == ControlRefuse(ControlCode.TRIAL_KEY_ELSEWHERE)
    assert trials.give_key(
        tried.reference, trial.pk, 999_999, seen=trial.version, actor=tried.integrator
    ) == (ControlRefuse(ControlCode.NOT_FOUND_HERE))
    assert tried.trial().key is None


def test_what_the_sandbox_refuses_is_the_bodys_turn_and_is_not_tried_again(tried):
    # Another system of the sandbox, which is no trial here, has this key.
    assert tried.give_key("his", key_of("clinic")) is None
    jobs.enrol(trial=tried.trial().pk)
    trial = tried.trial()
    assert (trial.state, trial.fault) == (TrialState.REFUSED, ControlCode.SANDBOX_REFUSES)
    assert "another system" in enrolling.noted_fault(trial).text.en
    assert told(tried.integrator) == [
        f"[{tried.reference}] The sandbox does not take the system {trial.system.name}"
    ]
    jobs.do_pending()
    assert tried.trial().version == trial.version
    assert tried.start() == ControlRefuse(ControlCode.TRIAL_NOT_READY, tried.start().detail)
    assert tried.enrolled().state is TrialState.ENROLLED


def test_nothing_to_ask_is_nothing_to_test(tried):
    Trial.objects.filter(system__code=f"his-{OWN_BODY}").update(content=[])
    assert tried.give_key() is None
    assert enrolling.enrol(tried.trial().pk) is TrialState.REFUSED
    assert tried.trial().fault == ControlCode.NOTHING_TO_TEST
    Trial.objects.filter(system__code=f"hsdb-{OWN_BODY}").update(content=[{"code": "không hợp lệ"}])
    assert tried.give_key("hsdb") is None
    assert enrolling.enrol(tried.trial("hsdb").pk) is TrialState.REFUSED


def test_one_open_run_for_each_system_and_the_database_agrees(tried):
    tried.enrolled()
    first = tried.started()
    assert tried.start() == ControlRefuse(ControlCode.RUN_OPEN_ALREADY)
    assert tried.give_key() == ControlRefuse(ControlCode.RUN_OPEN_ALREADY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.create(request=first.request, system=first.system, opened_by=1, opened_at=first.opened_at)
    with pytest.raises(DatabaseError), transaction.atomic():
        Run.objects.filter(pk=first.pk).update(state="passed")

    def given_up(**changes: object) -> ControlRefuse | None:
        values = {"seen": Run.objects.get(pk=first.pk).version, "actor": tried.integrator} | changes
        return runs.abandon(tried.reference, first.pk, **values)

    assert given_up(seen=0).code is ControlCode.DECIDED_MEANWHILE
    assert given_up(actor=tried.supporter).code is ControlCode.NOT_YOUR_ROLE
    assert given_up() is None
    assert tried.track() is SupportState.SUPPORTED
    assert given_up().code is ControlCode.NOT_IN_THIS_STATE
    # What the abandoned run comes to no longer counts, and can be read; another one may be started.
    assert tried.play("his", "--run", first.sandbox_run).exit_code == 0
    reports.look_at_open_runs()
    reports.look_for_other_runs()
    abandoned = Run.objects.get(pk=first.pk)
    assert abandoned.state is RunState.ABANDONED
    assert tried.track() is SupportState.SUPPORTED
    filed = queries.report_of(tried.reference, first.pk)
    assert filed is not None
    assert sha256(filed.content).hexdigest() == abandoned.report_sha256
    reports.look_for_other_runs()
    kinds = [event.kind for event in events_of("request", tried.reference)]
    assert kinds.count("run.report_filed") == 1, "it is filed once"
    second = tried.started()
    assert second.sandbox_run not in (None, first.sandbox_run)
    runs.open_at_sandbox(second.pk)
    assert Run.objects.get(pk=second.pk).sandbox_run == second.sandbox_run


def test_the_run_of_a_job_that_was_killed_is_found_again(tried, monkeypatch):
    tried.enrolled()
    number = tried.start()
    with monkeypatch.context() as broken:
        broken.setattr(runs, "acting", lambda _event: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            runs.open_at_sandbox(number)
    with tried.steward.access() as access:
        (lost,) = [each.run for each in access.runs(f"his-{OWN_BODY}").runs if each.state == "waiting"][:1]
    runs.open_at_sandbox(number)
    assert Run.objects.get(pk=number).sandbox_run == lost


def test_a_kill_before_the_report_is_filed_leaves_the_run_open(tried, monkeypatch):
    tried.enrolled()
    run = tried.started()
    assert tried.play("his", "--run", run.sandbox_run).exit_code == 0
    with monkeypatch.context() as broken:
        broken.setattr(reports, "tell_of_run", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            reports.look_at_open_runs()
    assert tried.run().report is None
    assert (tried.run().state, tried.track()) == (RunState.RUNNING, SupportState.TESTING)
    reports.look_at_open_runs()
    assert tried.run().state is RunState.PASSED


def test_a_sandbox_set_up_anew_is_told_again(tried, monkeypatch):
    tried.enrolled()
    run = tried.started()
    with tried.steward.access() as access:
        access.remove(f"his-{OWN_BODY}")
    reports.look_for_other_runs()
    assert tried.trial().state is TrialState.ENROLLING
    assert enrolling.enrol(tried.trial().pk) is TrialState.ENROLLED
    Run.objects.filter(pk=run.pk).update(sandbox_run="0123456789ab")
    reports.look_at_open_runs()
    assert (tried.run().state, tried.track()) == (RunState.ABANDONED, SupportState.SUPPORTED)
    assert "run.lose" in kinds(tried)


def test_a_closed_file_takes_its_systems_out_of_the_sandbox(tried):
    tried.enrolled()
    tried.started()
    event = Event(kind="request.withdraw", actor=None, subject_kind="request", subject=tried.reference)
    with acting(event):
        close_all(fresh(tried.request))
    assert (tried.trial().state, tried.trial("hsdb").state) == (TrialState.LEAVING, TrialState.LEFT)
    assert tried.run().state is RunState.ABANDONED
    jobs.remove(trial=tried.trial().pk)
    assert tried.trial().state is TrialState.LEFT
    with tried.steward.access() as access, pytest.raises(Exception, match="LT107"):
        access.runs(f"his-{OWN_BODY}")
    # The next request begins its trial from the start.
    again = received(OWN_BODY)
    assert (tried.trial().state, tried.trial().request_id) == (TrialState.KEY_WANTED, again.pk)
    assert tried.give_key() == ControlRefuse(ControlCode.NOT_FOUND_HERE)


def test_a_request_that_asks_nothing_any_more_ends_its_runs_and_takes_no_report(tried):
    tried.enrolled()
    run = tried.started()
    fail(tried, run.sandbox_run)
    add_version(tried.request, replace(ONE_STEP, services=()))
    supplement(tried)
    assert tried.track() is SupportState.UNTESTED
    assert tried.run().state is RunState.ABANDONED
    reports.look_at_open_runs()
    with reports.reached() as access:
        standing = access.standing(run.sandbox_run)
        system = tried.trial().system
        assert reports.settle(standing, access, request=tried.request.pk, system=system) is None
    assert (tried.track(), tried.run().state) == (SupportState.UNTESTED, RunState.ABANDONED)
    # It asks again: the systems are enrolled as they were, with the keys they give.
    add_version(tried.request, ONE_STEP)
    supplement(tried)
    assert tried.track() is SupportState.SUPPORTED
    assert tried.trial().state is TrialState.KEY_WANTED


def test_trials_and_runs_of_another_body_do_not_exist(tried):
    trial = tried.enrolled()
    run = tried.started()
    stranger = tried.portals.browser(Role.INTEGRATOR, body=OTHER_BODY)
    theirs = received(OTHER_BODY).reference
    nothing = stranger.get("/agency/requests/YC-2026-999999/trial/")
    uniform = without_tokens(nothing.content)
    for reference in (tried.reference, theirs):
        base = f"/agency/requests/{reference}/trial"
        for answer in (
            stranger.post(f"{base}/{trial.pk}/start/", {"version": trial.version}),
            stranger.post(f"{base}/{trial.pk}/key/", {"version": trial.version, "text": "{}"}),
            stranger.get(f"{base}/{trial.pk}/persons/csv/"),
            stranger.post(f"{base}/runs/{run.pk}/abandon/", {"version": run.version}),
            stranger.get(f"{base}/runs/{run.pk}/report/"),
        ):
            assert answer.status_code == 404
            path = answer.request["PATH_INFO"]
            assert without_tokens(answer.content).replace(path, nothing.request["PATH_INFO"]) == uniform
    assert Run.objects.get(pk=run.pk).state is RunState.OPENED


def test_a_report_that_does_not_hold_is_kept_aside_and_a_good_one_may_still_come(tried, settings_of):
    chief = tried.portals.account(Role.CHIEF)
    tried.enrolled("hsdb")
    other = tried.started("hsdb")
    assert tried.play("hsdb", "--run", other.sandbox_run).exit_code == 0
    reports.look_at_open_runs()
    tried.enrolled()
    first = tried.started()
    assert tried.play("his", "--run", first.sandbox_run).exit_code == 0
    access = access_to(tried.steward, tried.folder)

    def looked(alter: object) -> None:
        with (
            Forger(tried.steward, alter) as forger,
            settings_of(sandbox_access=msgspec.structs.replace(access, origin=forger.origin)),
        ):
            reports.look_at_open_runs()

    looked(lambda report: report | {"signature": b64encode(bytes(64)).decode()})
    looked(lambda report: report | {"signature": "!"})
    aside = RefusedReport.objects.get()
    assert (aside.sandbox_run, aside.code) == (first.sandbox_run, ControlCode.REPORT_UNPROVEN)
    assert json.loads(bytes(aside.content))["signature"] == b64encode(bytes(64)).decode()
    assert aside.sha256 == sha256(bytes(aside.content)).hexdigest()
    assert (tried.run().state, tried.run().report) == (RunState.RUNNING, None)
    for actor in (chief, tried.supporter):
        assert told(actor)[-1] == f"[{tried.reference}] A report of the test was not filed"
    page = tried.portals.signed_in(tried.supporter).get(f"/staff/requests/{tried.reference}/trial/")
    assert "(LC670)" in page.content.decode()
    assert aside.sha256 in page.content.decode()
    # Signed by the sandbox, yet about another run.
    RefusedReport.objects.update(sandbox_run="an older one")
    signed = json.loads(bytes(Run.objects.get(pk=other.pk).report))
    looked(lambda _report: signed)
    assert RefusedReport.objects.latest("pk").code == ControlCode.REPORT_OF_ANOTHER_RUN
    assert tried.run().state is RunState.RUNNING
    reports.look_at_open_runs()
    assert tried.run().state is RunState.PASSED


def test_what_a_killed_jobs_process_was_doing_is_done_by_the_next(tried, processes):
    access = access_to(tried.steward, tried.folder)
    processes.more = (
        f'[sandbox_access]\norigin = "{access.origin}"\nkey = "{access.key}"\nkeys = "{access.keys}"\n'
    )
    assert tried.give_key() is None
    # A steward that takes the question and never answers: the process dies while it waits for one.
    tried.steward.process.send_signal(signal.SIGSTOP)
    first = processes.start("jobs")
    try:
        eventually(lambda: ProcrastinateJob.objects.filter(status="doing").exists(), "no job begins")
        first.send_signal(signal.SIGKILL)
        first.wait(20)
    finally:
        tried.steward.process.send_signal(signal.SIGCONT)
    assert tried.trial().state is TrialState.ENROLLING
    processes.start("jobs")
    eventually(lambda: tried.trial().state is TrialState.ENROLLED, lambda: processes.log("jobs"))
    run = tried.start()
    eventually(lambda: Run.objects.get(pk=run).sandbox_run, lambda: processes.log("jobs"))
    assert tried.play("his", "--run", Run.objects.get(pk=run).sandbox_run).exit_code == 0
    eventually(lambda: tried.run().state is RunState.PASSED, lambda: processes.log("jobs"))

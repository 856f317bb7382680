"""One exchange, on one screen: read → identify → parse → decide → fetch → judge → record → respond.

`read` is the server's. Only `fetch` and `record` wait. A refusal by `decide` never costs a query; a refusal
by `judge` runs the same statement as an answer and looks the same. `record` may still refuse (replay) or
send back (the grants moved: decide again). Nothing is sent before its record is durable.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from msgspec import structs

from lienthong.core.answer import Answer
from lienthong.core.batch import BatchItem as JudgedItem
from lienthong.core.batch import judge_batch
from lienthong.core.decision import Plan, decide
from lienthong.core.evidence import Evidence
from lienthong.core.grant import SystemGrant
from lienthong.core.judgement import judge, label_of
from lienthong.core.request import Service
from lienthong.gateway.asking import Question, is_of_another_environment, read_question
from lienthong.gateway.bodies import VerifyItem
from lienthong.gateway.coalescing import QueueFullError
from lienthong.gateway.composing import Call, Verdict, encode, refused
from lienthong.gateway.connections import DatabaseUnavailableError
from lienthong.gateway.identify import Unknown, identify, still_accepted
from lienthong.gateway.messages import JSON, Message, Response
from lienthong.gateway.recording import Draft, RecordUncertainError
from lienthong.gateway.subject import read_token
from lienthong.gateway.usage import Charge
from lienthong.ledger.append import Placed, Replayed, Stale
from lienthong.register.reader import Lookup
from lienthong_protocol.problem import Sentence
from lienthong_protocol.record import Kind
from lienthong_protocol.refusal_texts import REFUSALS
from lienthong_protocol.refusals import Code, Refuse

if TYPE_CHECKING:
    from lienthong.gateway.hub import Hub

MOST_TRIES: Final = 5
"""How often a call is decided again because the grants moved under it, before it is told to come back."""

KINDS: Final = {
    Service.LOOKUP: Kind.LOOKUP,
    Service.VERIFY: Kind.VERIFY,
    Service.LOOKUP_BATCH: Kind.LOOKUP_BATCH,
    Service.VERIFY_BATCH: Kind.VERIFY_BATCH,
}

Answering = Callable[[SystemGrant, int], Awaitable[Verdict]]


async def exchange(hub: "Hub", message: Message, service: Service) -> Response:
    """Return the response to a request for a service about persons. Law: R3.2, R6.1, R8.1, R8.2."""
    started = hub.now()
    caller = identify(hub.grants, message, origin=hub.origin, now=started, failures=hub.failures)
    if isinstance(caller, Unknown):
        return hub.turn_away(caller.refusal, key_id=caller.key_id, message=message)
    call = Call(caller, KINDS[service], message.target, started)
    question = read_question(service, caller.signature, message.body, hub.environment)
    is_retry = hub.usage.is_retry(
        caller.system, caller.signature.request_id, caller.signature.content_digest or "", started
    )

    async def answer(grant: SystemGrant, now: int) -> Verdict:
        if isinstance(question, Refuse):
            return refused(question)
        request = question.request
        if caller.signature.subject is not None:
            token = read_token(grant, request.purpose, caller.signature.subject)
            request = structs.replace(request, token=token)
        plan = decide(grant, request, now, hub.usage.of(grant.system_id, now))
        if isinstance(plan, Refuse):
            return refused(plan, fields=request.fields)
        if plan.subject is not None and is_of_another_environment(plan.subject.number, hub.environment):
            return refused(Refuse(Code.NUMBER_OUTSIDE_ENVIRONMENT), fields=request.fields)
        if service.is_batch:
            return await _answer_batch(hub, plan, question, now, is_retry=is_retry)
        return await _answer_one(hub, plan, now, is_retry=is_retry)

    return await settle(hub, call, answer)


async def settle(hub: "Hub", call: Call, answer: Answering) -> Response:
    """Decide, record, respond; and again whenever the grants moved in between. Law: R6.1.

    1. Under one version of the grants: the caller's key must still be accepted. Survives a key revoked since
       the signature was checked.
    2. The verdict, charged to budgets at once, so that guesses in flight together cannot share one budget.
    3. Its record, durable under that same version. `Stale`: nothing was written, the charge is returned and
       everything from 1 on is done again; so it is with a batch whose system another batch has suspended
       since 2. `Replayed`: the refusal that names the first record is recorded.
    4. Only now the response is made and sent. A crash before 3 gave nothing; after 3, the caller asks again
       under the same request id.
    """
    replayed: Refuse | None = None
    signature = call.caller.signature
    for _ in range(MOST_TRIES):
        version, now = hub.grants.version, hub.now()
        grant = hub.grants.of(call.caller.system)
        refusal = still_accepted(grant, signature, now)
        if grant is None or refusal is not None:
            return hub.turn_away(refusal or Refuse(Code.KEY_NOT_ACCEPTED), key_id=signature.key_id)
        if not hub.admits(grant, first=replayed is None):
            return hub.summarise(call, grant, Code.RATE_LIMITED)
        try:
            verdict = refused(replayed) if replayed is not None else await answer(grant, now)
            if verdict.code and not verdict.lines and not hub.admits_refusal(grant):
                return hub.summarise(call, grant, Code.RATE_LIMITED)
            composed = hub.composer.compose(
                call, grant, verdict, now=hub.now(), grant_version=version, replay_check=replayed is None
            )
            recorder = hub.batch_recorder if verdict.items is not None else hub.recorder
            outcome = await recorder.submit(Draft(composed.entry, version))
        except QueueFullError:
            return hub.unrecorded(call, Code.OVERLOADED)
        except DatabaseUnavailableError as error:
            return hub.unrecorded(call, error.code)
        except RecordUncertainError:
            return hub.unrecorded(call, Code.RECORD_UNCERTAIN)
        match outcome:
            case Placed(index=index):
                hub.recorded(call, grant, verdict, index)
                return hub.composer.respond(call.caller, composed, index=index, now=hub.now())
            case Replayed(earlier=earlier):
                hub.give_back(grant, verdict)
                replayed = Refuse(Code.REPLAYED, f"first received as record {earlier}")
            case Stale():
                hub.give_back(grant, verdict)
                try:
                    await hub.catch_up(of_batch=verdict.items is not None)
                except DatabaseUnavailableError:
                    return hub.unrecorded(call, Code.DATABASE_UNAVAILABLE)
    return hub.unrecorded(call, Code.GRANTS_CHANGING)


async def _answer_one(hub: "Hub", plan: Plan, now: int, *, is_retry: bool) -> Verdict:
    request = plan.request
    meant = request.claim if plan.subject is None else plan.subject
    number = "" if meant is None else meant.number
    evidence = await hub.reader.submit(Lookup(number, plan.columns, plan.lists, plan.consent))
    subject = _subject(hub, evidence, number, now)
    usage = hub.usage.of(plan.grant.system_id, now)
    judged = judge(plan, request.claim, evidence, now, usage, subject=subject)
    hub.note(plan, judged.findings)
    persons, misses = (0, 0) if is_retry else (judged.persons, judged.misses)
    charge = None
    if not is_retry:
        charge = _charge(hub, plan, now, persons, misses, (subject,) if judged.counts_on_person else ())
    if isinstance(judged.result, Refuse):
        sentence = None if judged.sentence is None else Sentence(judged.sentence.vi, judged.sentence.en)
        return refused(
            judged.result,
            lines=judged.lines,
            misses=misses,
            fields=plan.asked,
            citizen=sentence,
            notices=plan.notices,
            charge=charge,
            tags=(subject,),
        )
    return Verdict(
        status=200,
        content_type=JSON,
        body=encode(_answer_body(plan, judged.result)),
        lines=judged.lines,
        persons=persons,
        misses=misses,
        fields=plan.asked,
        notices=plan.notices,
        charge=charge,
        tags=(subject,),
    )


def _subject(hub: "Hub", evidence: Evidence | None, number: str, now: int) -> bytes:
    """Return the tag the line about this question will bear."""
    person_key = b"" if evidence is None else evidence.person_key
    return hub.composer.tag(now, label_of(evidence), person_key=person_key, number=number)


def _charge(
    hub: "Hub", plan: Plan, now: int, persons: int, misses: int, subjects: tuple[bytes, ...]
) -> Charge:
    request = plan.request
    charge = Charge(
        plan.right.purpose.code, request.officer, persons, misses, request.service.is_batch, subjects
    )
    hub.usage.charge(plan.grant.system_id, charge, now)
    return charge


def _answer_body(plan: Plan, answer: Answer) -> dict[str, object]:
    if plan.request.service.is_lookup:
        return {"values": answer.values, "flags": answer.flags}
    body: dict[str, object] = {"match": True, "claims": answer.claims, "flags": answer.flags}
    if answer.grades:
        body["grades"] = answer.grades
    return body


async def _answer_batch(hub: "Hub", plan: Plan, question: Question, now: int, *, is_retry: bool) -> Verdict:
    """Judge a batch item by item: one read, one record, one line for each person judged."""
    found = await hub.batch_reader.submit(
        [Lookup(claim.number, plan.columns, plan.lists, plan.consent) for claim in question.claims]
    )
    items = [
        JudgedItem(
            claim,
            evidence,
            _subject(hub, evidence, claim.number, now),
            case=item.case,
            claims=item.claims if isinstance(item, VerifyItem) else None,
        )
        for claim, item, evidence in zip(question.claims, question.items, found, strict=True)
    ]
    judged = judge_batch(plan, items, now, hub.usage.of(plan.grant.system_id, now))
    hub.note(plan, judged.findings)
    persons, misses = (0, 0) if is_retry else (judged.persons, judged.misses)
    missed = tuple(
        item.subject
        for item, each in zip(items, judged.items, strict=True)
        if each.counts_on_person and not is_retry
    )
    return Verdict(
        status=200,
        content_type=JSON,
        body=encode(
            {
                "items": [
                    _item(plan, item.ref, each.result)
                    for item, each in zip(question.items, judged.items, strict=True)
                ]
            }
        ),
        lines=tuple(line for each in judged.items for line in each.lines),
        tags=tuple(
            item.subject if position == 0 else b""
            for item, each in zip(items, judged.items, strict=True)
            for position in range(len(each.lines))
        ),
        persons=persons,
        misses=misses,
        fields=plan.asked,
        items=len(items),
        suspends_batches=judged.braked,
        notices=plan.notices,
        charge=None if is_retry else _charge(hub, plan, now, persons, misses, missed),
    )


def _item(plan: Plan, ref: str, result: Answer | Refuse) -> dict[str, object]:
    if isinstance(result, Refuse):
        return {"ref": ref, "refusal": {"code": result.code, "title": REFUSALS[result.code].en}}
    return {"ref": ref, **_answer_body(plan, result)}

"""The technical documents: made for what was asked alone, and the samples run against a real hub."""

import csv
import io
import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lienthong.core.fields import BY_NAME, FIELDS
from lienthong.core.request import Service
from lienthong.documents.interface import Interface, PurposeOffer, SamplePerson
from lienthong.documents.technical import technical_documents
from lienthong.gateway.bodies import BatchBody, LookupBody, VerifyBatchBody, VerifyBody, read_body
from tests.gateway.world import OTHER, PERSON, World, key_of

HEADERS = ("LT-Officer", "LT-Case")
PATIENT = PurposeOffer(
    code="patient",
    title="Xác thực nhân thân người bệnh",
    headers=HEADERS,
    services={Service.LOOKUP: ("full_name", "sex"), Service.VERIFY: ("is_adult",)},
)


def interface(origin: str = "http://127.0.0.1:1", **changes: Any) -> Interface:
    made = Interface(
        origin=origin,
        system="hospital",
        name="Hệ thống quản lý khám bệnh",
        person=SamplePerson(**PERSON),
        other=SamplePerson(**OTHER),
        purposes=(PATIENT,),
    )
    return replace(made, **changes)


def files_of(made: Interface) -> dict[str, bytes]:
    return {document.name: document.content for document in technical_documents(made)}


@pytest.mark.law("R5.2")
@given(st.sets(st.sampled_from([field.name for field in FIELDS]), min_size=1, max_size=8))
def test_no_document_names_a_field_that_was_not_asked_for(names: set[str]) -> None:
    purpose = replace(PATIENT, services={Service.LOOKUP: tuple(sorted(names))})
    found = files_of(interface(purposes=(purpose,)))
    others = {field.name for field in FIELDS} - names
    schema = json.loads(found["openapi.json"])["paths"]["/v1/lookup"]["post"]["requestBody"]
    (enum,) = (schema["content"]["application/json"]["schema"]["properties"]["fields"]["items"]["enum"],)
    assert set(enum) == names
    for name in ("huong-dan.md", "guide.md"):
        text = found[name].decode()
        assert all(f"| `{field}` |" in text for field in names)
        assert not any(f"| `{field}` |" in text for field in others)
    assert set(constants(found["sample.py"])["PURPOSES"]["patient"]["services"]["lookup"]) == names


def constants(program: bytes) -> dict[str, Any]:
    """The constants at the head of the sample, as Python reads them."""
    found: dict[str, Any] = {"__name__": "sample"}
    exec(compile(program, "sample.py", "exec"), found)
    return found


@pytest.mark.law("R5.2")
def test_only_the_services_asked_for_appear() -> None:
    found = files_of(interface())
    paths = json.loads(found["openapi.json"])["paths"]
    assert "/v1/lookup" in paths
    assert "/v1/lookup/batch" not in paths
    assert b"/v1/lookup/batch" not in found["guide.md"] + found["huong-dan.md"]


@pytest.mark.law("R3.2", "R5.2")
@pytest.mark.parametrize(
    ("service", "body"),
    [
        (Service.LOOKUP, LookupBody),
        (Service.VERIFY, VerifyBody),
        (Service.LOOKUP_BATCH, BatchBody),
        (Service.VERIFY_BATCH, VerifyBatchBody),
    ],
)
def test_the_examples_are_bodies_the_hub_reads(service: Service, body: Any) -> None:
    purpose = replace(PATIENT, services={service: ("sex", "is_adult")})
    found = files_of(interface(purposes=(purpose,)))
    (request, _) = re.findall(r"```json\n(.*?)\n```", found["guide.md"].decode(), re.DOTALL)[:2]
    (quoted,) = re.findall(r"^BODY=(.*)$", found["sample.sh"].decode(), re.MULTILINE)
    for text in (request, *shlex.split(quoted)):
        assert isinstance(read_body(body, text.encode()), body), text
    assert "sex" in request


def test_the_code_tables_are_those_of_the_fields() -> None:
    assert {name for name in files_of(interface()) if name.startswith("codes/")} == {"codes/sex-1.csv"}
    address = replace(PATIENT, services={Service.LOOKUP: ("permanent_residence",)})
    found = files_of(interface(purposes=(address,)))
    assert {"codes/province-1.csv", "codes/province-2.csv", "codes/country-1.csv"} <= found.keys()
    rows = list(csv.DictReader(io.StringIO(found["codes/province-2.csv"].decode("utf-8-sig"))))
    assert len(rows) == 34
    assert "Hải Phòng" in {row["name"].removeprefix("Thành phố ") for row in rows}


def test_what_a_request_calls_itself_stays_text() -> None:
    name = '"""; import os; os.abort() #\n`$(rm -rf x)` *bold* | <script>'
    purpose = replace(PATIENT, title="`a` | <b> \n# c")
    found = files_of(interface(name=name, purposes=(purpose,)))
    constants(found["sample.py"])
    assert b"\n# c" not in found["guide.md"]
    assert b"<script>" not in found["guide.md"]
    shell = found["sample.sh"].decode()
    assert all(line.startswith("#") for line in shell.splitlines() if "rm -rf x" in line)


def test_the_same_interface_gives_the_same_bytes() -> None:
    assert technical_documents(interface()) == technical_documents(interface())
    assert len({document.digest for document in technical_documents(interface())}) > 5


@pytest.fixture
def samples(world: World, tmp_path: Path) -> Path:
    """The samples of a system that has a grant, beside its key."""
    for name, content in files_of(interface(world.origin)).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key_of("hospital")
    key = Ed25519PrivateKey.from_private_bytes(b"hospital".ljust(32, b"*"))
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "key.pem").write_bytes(pem)
    return tmp_path


def run(folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        check=False,
        cwd=folder,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.law("R5.2", "R9.1")
def test_the_python_sample_looks_up_verifies_and_keeps_its_journal(samples: Path) -> None:
    asked = ("--officer", "cb-01", "--case", "BN-0001")
    found = run(samples, sys.executable, "sample.py", "lookup", "key.pem", *asked)
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["values"] == {"full_name": PERSON["full_name"], "sex": "2"}
    (entry,) = (samples / "lienthong-state/journal.jsonl").read_text().splitlines()
    assert json.loads(entry)["receipt"].startswith("index=")
    assert PERSON["number"] not in entry

    refused = run(samples, sys.executable, "sample.py", "lookup", "key.pem", "--case", "BN-0001")
    assert refused.returncode == 1
    assert "LT210" in refused.stderr
    scope = run(samples, sys.executable, "sample.py", "scope", "key.pem")
    assert json.loads(scope.stdout)["system"] == "hospital"


def test_the_python_sample_uses_no_answer_it_cannot_prove(samples: Path) -> None:
    state = samples / "lienthong-state"
    state.mkdir()
    other = {"kty": "OKP", "crv": "Ed25519", "x": "A" * 43}
    (state / "hub-keys.json").write_text(json.dumps({"response": [{"jwk": other, "from": 0, "until": None}]}))
    found = run(
        samples, sys.executable, "sample.py", "lookup", "key.pem", "--officer", "cb-01", "--case", "BN-0001"
    )
    assert found.returncode == 1
    assert "NotProven" in found.stderr
    assert PERSON["full_name"] not in found.stdout


def test_the_python_sample_makes_a_key_once_and_for_its_owner_alone(samples: Path) -> None:
    made = run(samples, sys.executable, "sample.py", "keygen", "new.pem")
    assert json.loads(made.stdout)["crv"] == "Ed25519"
    assert (samples / "new.pem").stat().st_mode & 0o777 == 0o600
    again = run(samples, sys.executable, "sample.py", "keygen", "new.pem")
    assert again.returncode != 0


@pytest.mark.law("R5.2", "R9.1")
def test_the_shell_sample_is_answered(samples: Path) -> None:
    found = run(samples, "bash", "sample.sh", "key.pem", LT_OFFICER="cb-01", LT_CASE="BN-0001")
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["values"]["sex"] == "2"
    lacking = run(samples, "bash", "sample.sh", "key.pem", LT_CASE="BN-0001")
    assert lacking.returncode == 2
    assert "LT_OFFICER" in lacking.stderr


def test_every_field_has_an_example_of_its_form() -> None:
    from lienthong.documents.guide import example

    assert all(isinstance(example(field), list) == field.many for field in BY_NAME.values())

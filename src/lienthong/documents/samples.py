"""Samples an agency can run as they are: one Python program, one shell script, made for its services alone.

Neither needs a line of ours: the first stands on Python and `cryptography`, the second on curl and OpenSSL 3.
The text below the constants is the same for everybody and lies in `templates/`. Law: R5.2, R9.1.
"""

import json
import shlex
from dataclasses import asdict
from importlib.resources import files

from lienthong.core.request import Service
from lienthong.documents.interface import Interface, PurposeOffer
from lienthong.documents.openapi import PATHS

_IMPORTS = """\
import argparse
import base64
import hashlib
import http.client
import json
import os
import pathlib
import re
import secrets
import sys
import time
import urllib.parse
import uuid

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
"""


def python_sample(interface: Interface) -> str:
    """Return the sample program of an interface: Python 3.9 or newer and the library `cryptography`."""
    purposes = {
        purpose.code: {
            "title": purpose.title,
            "headers": list(purpose.headers),
            "services": {str(service): list(fields) for service, fields in purpose.services.items()},
        }
        for purpose in interface.purposes
    }
    services = {
        str(service): {
            "path": PATHS[service].path,
            "title": PATHS[service].english,
            "purpose": _first(interface, service).code,
        }
        for service in _services(interface)
    }
    constants = (
        f"ORIGIN = {_literal(interface.origin)}\n"
        f"PURPOSES = {_literal(purposes)}\n"
        f"SERVICES = {_literal(services)}\n"
        f"PERSON = {_literal(asdict(interface.person))}\n"
        f"OTHER = {_literal(asdict(interface.other))}\n"
    )
    return f'"""{_title(interface)}"""\n\n{_IMPORTS}\n{constants}{_template("sample.py.txt")}'


def shell_sample(interface: Interface) -> str:
    """Return the sample script of an interface: one signed call with curl and OpenSSL 3."""
    service = _services(interface)[0]
    purpose = _first(interface, service)
    body = interface.question(purpose, service, claims={})
    headers = {"lt-purpose": purpose.code} | {name.lower(): f"${_variable(name)}" for name in purpose.headers}
    settings = {
        "ORIGIN": interface.origin,
        "SERVICE_PATH": PATHS[service].path,
        "BODY": json.dumps(body, ensure_ascii=False),
        "PURPOSE": headers["lt-purpose"],
        "NEEDED": " ".join(purpose.headers).lower(),
    }
    lines = [f"{name}={shlex.quote(value)}" for name, value in settings.items()]
    title = "\n".join(f"# {line}".rstrip() for line in _title(interface).splitlines())
    return "\n".join(["#!/usr/bin/env bash", title, *lines, _template("sample.sh.txt")])


def _services(interface: Interface) -> list[Service]:
    offered = interface.offers()
    return [service for service in Service if service in offered]


def _first(interface: Interface, service: Service) -> PurposeOffer:
    return next(purpose for purpose in interface.purposes if service in purpose.services)


def _variable(header: str) -> str:
    return header.upper().replace("-", "_")


def _literal(value: object) -> str:
    """Write a value as a Python literal: JSON of texts, lists and objects is one."""
    return json.dumps(value, ensure_ascii=False, indent=4)


def _title(interface: Interface) -> str:
    names = interface.name.replace('"', "'").replace("\\", "/").splitlines()
    return (
        f"Mẫu gọi dịch vụ cho {' '.join(names)} ({interface.system}).\n\n"
        "Sample made for the services and fields of this system's request; change it as you like.\n"
    )


def _template(name: str) -> str:
    return files("lienthong.documents").joinpath("templates", name).read_text(encoding="utf-8")

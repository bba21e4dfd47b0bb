"""A pull set up in steps: our key first, whose public half opens the door, then where to fetch from."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.scope import reading
from bedside.records.intake.models import Pull
from bedside.records.intake.nouns import SourceKind
from bedside.records.intake.pulling.actions import hand_out, pull_now, pulls, step
from bedside.records.intake.pulling.bulk import Server as Address
from bedside.records.intake.pulling.nouns import Stage
from bedside.records.intake.pulling.problems import Problem
from bedside.records.intake.pulling.setting_up import (
    Chosen,
    choose,
    make_own_key,
    public_key_set,
    set_up,
    thumbprint,
)
from bedside.records.intake.sources import add_source
from tests.records.intake.clinical_files import patient
from tests.records.intake.pulling.fhir_server import HOST, Server


def now() -> datetime:
    return datetime.now(UTC)  # the server looks at the true time


@pytest.fixture
def server(tmp_path):
    made = Server(tmp_path)
    made.does.files = [("Patient", [patient(1)])]
    yield made
    made.close()


@pytest.fixture
def system(scope):
    return add_source(scope, name="Maple", kind=SourceKind.SERVER, is_part2=False, settings={}, at=now())


def chosen(server, **more) -> Chosen:
    address = Address(
        fhir_url=f"{server.url}/fhir", token_url=f"{server.url}/token", client_id="bedside", key_id="",
        token_scope="system/*.read",
    )  # fmt: skip
    said = {"server": address, "private_hosts": (HOST,), "ca_pem": server.ca_pem, "every_hours": 24}
    return Chosen(**{**said, **more})


def register(server: Server, told: str) -> None:
    """As the server's administrator does with what they were given."""
    (key,) = json.loads(told)["keys"]
    x, y = (int.from_bytes(urlsafe_b64decode(key[name] + "=="), "big") for name in "xy")
    server.does.public_key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP384R1()).public_key()
    server.does.key_id = key["kid"]


def test_signs_in_with_the_key_whose_public_half_was_handed_over(scope, system, server):
    make_own_key(scope, system, at=now())
    register(server, set_up(scope, system).public_keys)
    choose(scope, system, chosen(server), at=now())
    step(scope, system, clock=now)
    assert (pulls(scope)[0].stage, pulls(scope)[0].problem) == (Stage.WAITING, None)


def test_signs_in_no_longer_after_the_key_was_made_anew(scope, system, server):
    make_own_key(scope, system, at=now())
    register(server, set_up(scope, system).public_keys)
    choose(scope, system, chosen(server), at=now())
    make_own_key(scope, system, at=now())
    step(scope, system, clock=now)
    assert pulls(scope)[0].problem is Problem.SIGN_IN


def test_fetches_nothing_before_it_is_set_up_to_the_end(scope, system):
    make_own_key(scope, system, at=now())
    assert hand_out(scope, at=now()) == 0
    with pytest.raises(Refusal, match="where to fetch from"):
        pull_now(scope, system, at=now())
    assert pulls(scope)[0].problem is Problem.NOT_SET_UP


def test_refuses_to_be_set_up_without_a_key(scope, system, server):
    assert set_up(scope, system) is None
    with pytest.raises(Refusal, match="Make our key first"):
        choose(scope, system, chosen(server), at=now())


def test_keeps_what_was_there_when_a_change_is_refused(scope, system, server):
    make_own_key(scope, system, at=now())
    choose(scope, system, chosen(server), at=now())
    before = set_up(scope, system)
    wrong = replace(before.chosen.server, fhir_url="http://fhir.example.org")
    with pytest.raises(Refusal, match="https"):
        choose(scope, system, replace(before.chosen, server=wrong), at=now())
    assert set_up(scope, system) == before


@pytest.mark.parametrize(
    "pem", ["no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "ü"]
)
def test_refuses_what_is_no_certificate_of_an_authority(scope, system, server, pem):
    make_own_key(scope, system, at=now())
    with pytest.raises(Refusal, match="PEM form"):
        choose(scope, system, chosen(server, ca_pem=pem), at=now())
    choose(scope, system, chosen(server, ca_pem=""), at=now())


def test_never_gives_the_private_half(scope, system):
    make_own_key(scope, system, at=now())
    (key,) = json.loads(set_up(scope, system).public_keys)["keys"]
    assert set(key) == {"kty", "crv", "x", "y", "use", "alg", "key_ops", "kid"}
    with reading(scope):
        assert b"PRIVATE" not in bytes(Pull.objects.get(source_id=system).sealed)


def test_makes_keys_only_for_servers_and_by_who_may(scope, stranger_scope, system):
    files = add_source(scope, name="Files", kind=SourceKind.FILES, is_part2=False, settings={}, at=now())
    with pytest.raises(Refusal, match="kind server"):
        make_own_key(scope, files, at=now())
    with pytest.raises(NotFound):
        make_own_key(stranger_scope, system, at=now())
    with pytest.raises(NotAllowed):
        make_own_key(replace(scope, rights=frozenset()), system, at=now())


def test_names_a_key_as_the_standard_does():
    """RFC 7638 section 3.1: the example's key and its thumbprint."""
    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3o"
        "knjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZH"
        "zu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEg"
        "U8awapJzKnqDKgw"
    )

    class Known:
        """Only its public half is known."""

        def public_key(self):
            number = int.from_bytes(urlsafe_b64decode(n + "=="), "big")
            return rsa.RSAPublicNumbers(65537, number).public_key()

    assert thumbprint(Known()) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_tells_the_public_half_of_an_rsa_key():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    (told,) = json.loads(public_key_set(key, key_id="k1"))["keys"]
    assert (told["kty"], told["alg"], told["kid"], told["e"]) == ("RSA", "RS384", "k1", "AQAB")

"""Fetching from a FHIR server that is real, strict, and not always well."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from bedside.ground.errors import NotAllowed, NotFound, Refusal
from bedside.ground.scope import in_scope
from bedside.records.intake import actions as imports
from bedside.records.intake import queries
from bedside.records.intake.models import Pull
from bedside.records.intake.nouns import ImportState, SourceKind
from bedside.records.intake.pulling import actions, steps
from bedside.records.intake.pulling.actions import hand_out, pull_now, pulls, set_pull, step
from bedside.records.intake.pulling.bulk import Server as Address
from bedside.records.intake.pulling.fetching import Reach, checked
from bedside.records.intake.pulling.kept import Settings
from bedside.records.intake.pulling.nouns import Stage
from bedside.records.intake.pulling.problems import SENTENCES, Problem, Stopped
from bedside.records.intake.sources import add_source, pause_source
from bedside.records.patients.queries import count
from tests.records.intake.clinical_files import patient, visit
from tests.records.intake.pulling.fhir_server import EXPORT_AT, HOST, Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID


def pem(key) -> str:
    private = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption()).decode()


P384 = ec.generate_private_key(ec.SECP384R1())
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def server(tmp_path) -> Iterator[Server]:
    made = Server(tmp_path)
    made.does.public_key = P384.public_key()
    # Not in the order in which they must be taken.
    made.does.files = [("Encounter", [visit(1), visit(2)]), ("Patient", [patient(1), patient(2)])]
    yield made
    made.close()


def settings_for(server: Server, **more) -> Settings:
    address = Address(
        fhir_url=f"{server.url}/fhir",
        token_url=f"{server.url}/token",
        client_id="bedside",
        key_id="k1",
        token_scope="system/*.read",
    )
    return Settings(
        **{"server": address, "key_pem": pem(P384), "private_hosts": (HOST,), "ca_pem": server.ca_pem, **more}
    )


class Hospital:
    """One system that is fetched from, step by step."""

    def __init__(self, scope, settings: Settings) -> None:
        self.scope = scope
        # The server looks at the true time.
        self.now = datetime.now(UTC)
        self.id: UUID = add_source(
            scope, name="Maple", kind=SourceKind.SERVER, is_part2=False, settings={}, at=self.now
        )
        set_pull(scope, self.id, settings=settings, every_hours=24, at=self.now)

    def step(self) -> tuple[Stage, Problem | None]:
        step(self.scope, self.id, clock=lambda: self.now)
        return self.view.stage, self.view.problem

    def steps(self, how_many: int) -> list[tuple[Stage, Problem | None]]:
        return [self.step() for _ in range(how_many)]

    def work(self) -> list[queries.ImportView]:
        """Lets the imports that wait be done."""
        waiting = reversed(queries.imports(self.scope, offset=0, limit=20))
        return [
            imports.run(self.scope, each.id, clock=lambda: self.now)
            for each in waiting
            if each.state is ImportState.QUEUED
        ]

    @property
    def view(self):
        return pulls(self.scope)[0]


@pytest.fixture
def hospital(scope, server) -> Hospital:
    return Hospital(scope, settings_for(server))


WAITING, FETCHING = (Stage.WAITING, None), (Stage.FETCHING, None)
IMPORTING, IDLE = (Stage.IMPORTING, None), (Stage.IDLE, None)


def test_fetches_all_of_an_export_with_people_first(hospital, server, scope):
    assert hospital.steps(3) == [WAITING, FETCHING, FETCHING]
    assert hospital.step() == FETCHING  # the visits wait until the people are there
    assert server.asked("GET", "/files/") == 1
    hospital.work()
    assert hospital.step() == IMPORTING
    assert hospital.step() == IMPORTING
    view = hospital.work()[0]
    assert (view.new, view.rejected) == (2, 0)
    assert hospital.step() == IDLE
    assert count(scope) == 2
    assert hospital.view.finished_at == hospital.now
    assert server.asked("DELETE", "/jobs/1") == 1


def fetch_all(hospital: Hospital) -> None:
    for _ in range(12):
        hospital.work()
        if hospital.step() == IDLE:
            return
    pytest.fail("the pull does not end")


def test_asks_next_time_only_for_what_changed_since_and_changes_nothing_twice(hospital, server, scope):
    fetch_all(hospital)
    fetch_all(hospital)
    exports = [path for method, path, _ in server.seen if "$export" in path]
    assert "_since" not in exports[0]
    assert f"_since={EXPORT_AT.replace(':', '%3A')}" in exports[1]
    assert count(scope) == 2
    assert sum(each.new for each in queries.imports(scope, offset=0, limit=9)) == 4


def test_asks_only_for_what_the_practice_keeps(hospital, server):
    hospital.step()
    asked = next(path for _, path, _ in server.seen if "$export" in path)
    assert "Patient" in asked
    assert "Condition" not in asked


@pytest.mark.parametrize("key", [P384, RSA], ids=["ES384", "RS384"])
def test_signs_in_with_a_statement_that_the_server_verifies(scope, server, key):
    server.does.public_key = key.public_key()
    hospital = Hospital(scope, settings_for(server, key_pem=pem(key)))
    assert hospital.step() == WAITING


def test_stops_when_the_server_does_not_know_our_key(scope, server):
    hospital = Hospital(scope, settings_for(server, key_pem=pem(RSA)))
    assert hospital.step() == (Stage.IDLE, Problem.SIGN_IN)
    assert hospital.view.is_stopped
    seen = len(server.seen)
    hospital.step()
    assert len(server.seen) == seen  # nothing is asked until somebody has put it right


def test_goes_on_when_somebody_has_put_it_right(scope, server):
    hospital = Hospital(scope, settings_for(server, key_pem=pem(RSA)))
    hospital.step()
    set_pull(scope, hospital.id, settings=settings_for(server), every_hours=24, at=hospital.now)
    assert hospital.step() == WAITING


@pytest.mark.parametrize("after", ["120", "date"])
def test_comes_back_when_the_server_says(hospital, server, after):
    when = hospital.now + timedelta(seconds=120)
    told = when.strftime("%a, %d %b %Y %H:%M:%S GMT") if after == "date" else after
    server.does.looks = [(202, {"Retry-After": told})]
    assert hospital.steps(2) == [WAITING, WAITING]
    assert abs((hospital.view.next_at - when).total_seconds()) <= 1
    assert hospital.step() == FETCHING


def test_comes_back_later_to_a_busy_server(hospital, server):
    server.does.kick_offs = [(503, {"Retry-After": "77"}), (429, {})]
    assert hospital.step() == (Stage.IDLE, Problem.BUSY)
    assert hospital.view.next_at == hospital.now + timedelta(seconds=77)
    assert hospital.step() == (Stage.IDLE, Problem.BUSY)
    assert hospital.step() == WAITING


def test_comes_back_ever_later_to_a_broken_server_and_then_stops(hospital, server, monkeypatch):
    monkeypatch.setattr(actions, "ATTEMPTS_MAX", 3)
    server.does.looks = [(500, {})] * 3
    waits = []
    hospital.step()
    for _ in range(3):
        assert hospital.step() == (Stage.WAITING, Problem.SERVER_ERROR)
        waits.append(hospital.view.next_at - hospital.now)
    assert waits == sorted(waits)
    assert hospital.view.is_stopped
    pull_now(hospital.scope, hospital.id, at=hospital.now)
    assert hospital.step() == FETCHING


def test_fetches_a_file_again_that_broke_off(hospital, server, scope):
    server.does.cut = {"Patient"}
    hospital.steps(2)
    assert hospital.step() == (Stage.FETCHING, Problem.TRUNCATED)
    assert queries.count(scope) == 0
    assert hospital.step() == FETCHING
    assert queries.count(scope) == 1


def test_takes_no_file_with_another_number_of_records_than_was_said(hospital, server, scope):
    server.does.wrong_counts = {"Patient"}
    hospital.steps(2)
    assert hospital.step() == (Stage.FETCHING, Problem.WRONG_COUNT)
    assert queries.count(scope) == 0


def test_signs_in_again_when_a_token_is_over(hospital, server):
    hospital.steps(2)
    server.does.over_tokens = 1
    signed = server.asked("POST", "/token")
    assert hospital.step() == FETCHING
    assert server.asked("POST", "/token") == signed + 2


def test_stops_when_no_token_is_good_enough(hospital, server):
    hospital.steps(2)
    server.does.over_tokens = 9
    assert hospital.step() == (Stage.FETCHING, Problem.SIGN_IN)
    assert hospital.view.is_stopped


PROBLEMS = {
    "no export there": ({"kick_offs": [(404, {})]}, 1, Problem.NO_EXPORT),
    "no right to it": ({"kick_offs": [(403, {})]}, 1, Problem.NOT_ALLOWED),
    "an answer nobody expects": ({"kick_offs": [(204, {})]}, 1, Problem.ANSWER),
    "an export that is gone": ({"looks": [(404, {})]}, 2, Problem.EXPORT_GONE),
    "an export that failed in part": (
        {"errors": [{"type": "OperationOutcome", "url": "x"}]},
        2,
        Problem.EXPORT_ERRORS,
    ),
    "a list that is none": ({"manifest": [1]}, 2, Problem.ANSWER),
    "a list without a time": ({"manifest": {"output": []}}, 2, Problem.ANSWER),
    "a list with a strange time": (
        {"manifest": {"transactionTime": "noon", "output": []}},
        2,
        Problem.ANSWER,
    ),
    "files that are none": ({"manifest": {"transactionTime": EXPORT_AT, "output": [7]}}, 2, Problem.ANSWER),
    "files that are gone": ({"file_status": 410}, 3, Problem.EXPORT_GONE),
    "files on another host": ({"file_host": "https://files.example.org"}, 3, Problem.FOREIGN_HOST),
    "files without encryption": ({"file_host": "http://127.0.0.1"}, 3, Problem.ADDRESS),
    "a way to another host": ({"redirect": "https://169.254.169.254/x"}, 3, Problem.FOREIGN_HOST),
    "a way out of https": ({"redirect": "http://127.0.0.1/x"}, 3, Problem.ADDRESS),
    "a way in circles": ({"redirect": "/files/1"}, 3, Problem.ANSWER),
    "a sign-in in disorder": ({"sign_ins": [500]}, 1, Problem.SERVER_ERROR),
}


@pytest.mark.parametrize(("does", "how_many", "problem"), PROBLEMS.values(), ids=PROBLEMS)
def test_says_what_is_wrong_and_takes_nothing(hospital, server, scope, does, how_many, problem):
    for name, value in does.items():
        setattr(server.does, name, value)
    assert hospital.steps(how_many)[-1][1] is problem
    assert queries.count(scope) == 0


def test_takes_an_export_without_files_as_done(hospital, server):
    server.does.files = []
    assert hospital.steps(3) == [WAITING, IMPORTING, IDLE]


def test_passes_over_an_empty_file(hospital, server, scope):
    server.does.files = [("Patient", []), ("Patient", [patient(1)])]
    fetch_all(hospital)
    assert (queries.count(scope), count(scope)) == (1, 1)


def test_reaches_no_private_network_that_nobody_allowed(scope, server):
    hospital = Hospital(scope, settings_for(server, private_hosts=()))
    assert hospital.step() == (Stage.IDLE, Problem.PRIVATE_ADDRESS)
    assert server.seen == []


def test_trusts_no_certificate_of_another_authority(scope, server):
    hospital = Hospital(scope, settings_for(server, ca_pem=server.other_ca_pem))
    assert hospital.step() == (Stage.IDLE, Problem.CERTIFICATE)
    assert server.seen == []


def test_tells_its_token_to_no_other_server(hospital, server, tmp_path_factory):
    other = Server(tmp_path_factory.mktemp("other"))
    other.ca_pem = server.ca_pem + other.ca_pem
    try:
        set_pull(
            hospital.scope, hospital.id, settings=settings_for(server, ca_pem=other.ca_pem), every_hours=24,
            at=hospital.now,
        )  # fmt: skip
        server.does.file_host = other.url
        assert hospital.steps(3)[-1] == (Stage.FETCHING, Problem.SIGN_IN)
        assert [authorization for _, _, authorization in other.seen] == ["", ""]
    finally:
        other.close()


ADDRESSES = {
    "http": ("http://a.example/x", Problem.ADDRESS),
    "a file": ("file:///etc/passwd", Problem.ADDRESS),
    "a name and password": ("https://u:p@a.example/", Problem.ADDRESS),
    "no host": ("https:///x", Problem.ADDRESS),
    "a strange port": ("https://a.example:99999/", Problem.ADDRESS),
    "a line end": ("https://a.example/\r\nX: y", Problem.ADDRESS),
    "another host": ("https://b.example/", Problem.FOREIGN_HOST),
    "a host behind another": ("https://a.example.evil.example/", Problem.FOREIGN_HOST),
    "an address within": ("https://127.0.0.1/", Problem.FOREIGN_HOST),
}


@pytest.mark.parametrize(("url", "problem"), ADDRESSES.values(), ids=ADDRESSES)
def test_asks_at_no_other_address(url, problem):
    with pytest.raises(Stopped) as stopped:
        checked(url, reach=Reach(hosts=frozenset({"a.example"})))
    assert stopped.value.problem is problem


def test_has_a_sentence_for_each_problem():
    assert set(SENTENCES) == set(Problem)
    assert all(sentence.endswith(".") for sentence in SENTENCES.values())


# Whatever dies.


class Killed(BaseException):
    pass


def test_fetches_no_file_twice_and_loses_none_when_killed_after_each_commit(
    hospital, server, scope, monkeypatch
):
    """Each step's commit stands; what was to follow it does not happen."""
    hospital.steps(2)
    monkeypatch.setattr(steps.SealedUpload, "close", _closes_and_dies)
    with pytest.raises(Killed):
        hospital.step()
    monkeypatch.undo()
    assert (hospital.view.fetched, queries.count(scope)) == (1, 1)
    fetch_all(hospital)
    assert server.asked("GET", "/files/") == 2
    assert count(scope) == 2


def _closes_and_dies(upload) -> None:
    upload._spool.close()
    raise Killed


def test_fetches_the_file_again_when_killed_before_the_commit(hospital, server, scope, monkeypatch):
    hospital.steps(2)

    def dies(*_: object, **__: object) -> None:
        raise Killed

    monkeypatch.setattr(actions, "_save", dies)
    with pytest.raises(Killed):
        hospital.step()
    monkeypatch.undo()
    assert (hospital.view.fetched, queries.count(scope)) == (0, 0)
    fetch_all(hospital)
    assert count(scope) == 2


def test_saves_no_step_that_was_overtaken(hospital, scope, monkeypatch):
    hospital.step()
    real = steps.bulk.look

    def slow(*arguments: object, **named: object):
        found = real(*arguments, **named)
        set_pull(scope, hospital.id, settings=hospital_settings, every_hours=12, at=hospital.now)
        return found

    hospital_settings = settings_of(hospital)
    monkeypatch.setattr(steps.bulk, "look", slow)
    assert hospital.step() == IDLE


def settings_of(hospital: Hospital) -> Settings:
    from bedside.records.intake.pulling.kept import open_kept
    from bedside.safeguards.vault.queries import practice_keys

    with in_scope(hospital.scope):
        return open_kept(practice_keys(hospital.scope), Pull.objects.get(source_id=hospital.id)).settings


def test_waits_for_an_import_that_somebody_paused_and_then_goes_on(hospital, scope):
    hospital.steps(3)
    import_id = queries.imports(scope, offset=0, limit=1)[0].id
    imports.pause(scope, import_id, at=hospital.now)
    assert hospital.step() == (Stage.FETCHING, Problem.IMPORT_STOPPED)
    assert not hospital.view.is_stopped
    imports.resume(scope, import_id, at=hospital.now)
    fetch_all(hospital)


def test_asks_again_for_all_when_somebody_cancelled_an_import(hospital, server, scope):
    hospital.steps(3)
    imports.cancel(scope, queries.imports(scope, offset=0, limit=1)[0].id, at=hospital.now)
    fetch_all(hospital)
    hospital.step()
    assert not any("_since" in path for _, path, _ in server.seen)


def test_asks_nothing_of_a_paused_system(hospital, server, scope):
    pause_source(scope, hospital.id, paused=True, at=hospital.now)
    assert hospital.step() == (Stage.IDLE, Problem.SOURCE_PAUSED)
    assert server.seen == []
    pause_source(scope, hospital.id, paused=False, at=hospital.now)
    assert hospital.step() == WAITING


def test_hands_out_each_step_that_is_due_once(hospital, scope):
    assert hand_out(scope, at=hospital.now) == 1
    assert hand_out(scope, at=hospital.now) == 0
    assert hand_out(scope, at=hospital.now + timedelta(hours=1)) == 1  # the worker may be gone


def test_begins_anew_on_demand(hospital, server):
    hospital.steps(2)
    pull_now(hospital.scope, hospital.id, at=hospital.now, anew=True)
    assert hospital.view.stage is Stage.IDLE
    assert hospital.step() == WAITING


# Setting up.


def test_keeps_the_key_and_the_address_sealed(hospital, scope, server):
    with in_scope(scope):
        row = Pull.objects.get(source_id=hospital.id)
    for sealed in (bytes(row.sealed), bytes(row.progress)):
        assert b"PRIVATE KEY" not in sealed
        assert HOST.encode() not in sealed


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"key_pem": "x"}, "key"),
        ({"key_pem": pem(ec.generate_private_key(ec.SECP256R1()))}, "key"),
        ({"server": {"client_id": ""}}, "client_id"),
        ({"server": {"fhir_url": "http://127.0.0.1/fhir"}}, "address"),
        ({"server": {"token_url": "ftp://127.0.0.1/fhir"}}, "address"),
    ],
)
def test_refuses_settings_that_cannot_work(hospital, scope, server, changes, code):
    settings = settings_for(server)
    changed = {
        name: replace(settings.server, **value) if name == "server" else value
        for name, value in changes.items()
    }
    with pytest.raises(Refusal) as refused:
        set_pull(scope, hospital.id, settings=replace(settings, **changed), every_hours=24, at=hospital.now)
    assert refused.value.code == code


def test_fetches_only_from_systems_of_that_kind(scope, server, at):
    files = add_source(scope, name="Files", kind=SourceKind.FILES, is_part2=False, settings={}, at=at)
    with pytest.raises(Refusal, match="kind server"):
        set_pull(scope, files, settings=settings_for(server), every_hours=24, at=at)
    with pytest.raises(NotFound):
        pull_now(scope, files, at=at)


def test_lets_nobody_set_up_without_the_right(hospital, scope_of, server, at):
    for name in ("ana", "chloe"):
        with pytest.raises(NotAllowed):
            set_pull(scope_of(name), hospital.id, settings=settings_for(server), every_hours=24, at=at)


def test_shows_nothing_of_another_practice(hospital, stranger_scope, at):
    assert pulls(stranger_scope) == []
    with pytest.raises(NotFound):
        pull_now(stranger_scope, hospital.id, at=at)
    assert hand_out(stranger_scope, at=datetime.now(UTC) + timedelta(days=1)) == 0

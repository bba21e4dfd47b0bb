"""Every command, run for one practice with the ids, addresses and record numbers of another (promise P6).

The commands come from the parser itself: a new one fails here until it stands in one of the three tables.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from bedside.config import commands
from bedside.safeguards.audit.queries import entries
from tests.doors.mllp.peering import Papers
from tests.support.objects import make_objects
from tests.support.undoing import undone

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import TypeAlias

    from bedside.ground.scope import Scope
    from bedside.safeguards.audit.queries import LedgerEntry
    from tests.support.objects import Objects

    Run: TypeAlias = Callable[[str, tuple[str, ...]], tuple[int, str]]

pytestmark = pytest.mark.django_db
RULE = '{"all": []}'

# About the whole installation, or starting a part of it: no practice is named, so there is no stranger.
INSTALLATION = {
    "migrate", "web", "pickup", "mllp", "worker", "backup make", "backup list", "backup check", "backup restore",
    "guard", "keys rotate-root", "keys recovery make", "keys recovery copy", "keys recover", "mail check",
    "practice list",
}  # fmt: skip
# Name nothing by id: they show or make the practice's own, and must tell nothing of the other's.
OWN: dict[str, tuple[str, ...]] = {
    "authorizations list": (),
    "authorizations asked": (),
    "authorizations purge": (),
    "campaign list": (),
    "consent representatives": ("/nowhere.csv", "--source", "paper"),
    "consent review": (),
    "erasure list": (),
    "hold list": (),
    "imports list": (),
    "intake-keys list": (),
    "intake-keys make": ("website",),
    "keeping list": (),
    "keeping on": ("conditions",),
    "keeping off": ("visits",),
    "preflight statements": (),
    "preflight state": ("training", "--until", "2026-12-01", "--as", "sam@elm.example"),
    "preflight take-back": ("training", "--as", "sam@elm.example"),
    "keys list": (),
    "keys rotate": (),
    "keys reseal": ("--version", "9"),
    "keys repair": (),
    "keys destroy": ("--version", "9"),
    "ledger list": (),
    "ledger status": (),
    "ledger seal": (),
    "ledger verify": (),
    "ledger export": ("{file}",),
    "ledger anchor": (),
    "ledger rotate-key": (),
    "mail letters": (),
    "media add": ("/nowhere.jpg", "--description", "A door.", "--people", "nobody"),
    "media list": (),
    "mail records": (),
    "messages brand": (),
    "messages list": (),
    "messages create": ("--starter", "newsletter"),
    "patients count": (),
    "patients compare": (),
    "patients search": (),
    "practice create": (
        "oak",
        "--name",
        "Oak",
        "--sender-address",
        "hello@oak.example",
        "--postal-address",
        "1 Oak Street",
    ),
    "practice show": (),
    "practice edit": ("--phone", "555-0123"),
    "segments list": (),
    "segments count": ("--rule", "-"),
    "segments refresh": (),
    "signups list": (),
    "pulls list": (),
    "sources list": (),
    "sources add": ("Hospital",),
    "staff list": (),
    "staff add": ("new@elm.example", "New", "--role", "marketer"),
    "import": ("/nowhere.csv",),
    "patients add": (),
    "patients export": ("{file}",),
    "consent suppress": (),
    "consent lift": ("--because", "asked_again"),
    "suppressions list": (),
    "suppressions add": ("--covers", "offers"),
    "suppressions import": ("/nowhere.csv", "--covers", "offers", "--from", "own_list"),
    "suppressions export": ("{file}", "--plain-sha256"),
}
# Name a thing by id: refused, and in the ledger of whoever asked.
FOREIGN: dict[str, tuple[str, ...]] = {
    "authorizations show": ("{form_id}",),
    "authorizations publish": ("{form_id}",),
    "authorizations ask": ("{form_id}", "--ending"),
    "authorizations of": ("{patient_id}",),
    "authorizations verify": ("{document_id}",),
    "authorizations revoke": ("{document_id}",),
    "suppressions undo": ("{list_id}",),
    "imports confirm": ("{import_id}",),
    "campaign show": ("{campaign_id}",),
    "campaign numbers": ("{campaign_id}",),
    "campaign submit": ("{campaign_id}",),
    "campaign withdraw": ("{campaign_id}",),
    "campaign schedule": ("{campaign_id}",),
    "campaign pause": ("{campaign_id}",),
    "campaign resume": ("{campaign_id}",),
    "campaign approve": ("{campaign_id}", "--as", "sam@elm.example"),
    "campaign reject": ("{campaign_id}", "--as", "sam@elm.example", "--comment", "No."),
    "campaign cancel": ("{campaign_id}", "--yes"),
    "campaign wait": ("{campaign_id}",),
    "preflight show": ("{campaign_id}",),
    "preflight try": ("{campaign_id}", "--as", "sam@elm.example"),
    "preflight confirm": ("{campaign_id}", "12"),
    "preflight waive": ("{campaign_id}", "2", "--words", "Because."),
    "campaign explain": ("{campaign_id}", "--patient", "{patient_id}"),
    "campaign create": (
        "--name", "Ours", "--class", "general_health", "--purpose", "inform", "--paid", "no",
        "--message", "{message_id}", "--segment", "{segment_id}",
    ),
    "consent show": ("{patient_id}",),
    "consent export": ("{patient_id}", "{file}"),
    "consent opt-out": ("{patient_id}",),
    "consent opt-in": ("{patient_id}",),
    "consent authorize": (
        "{patient_id}", "--signed-on", "2026-01-02", "--expires-on", "2027-01-02", "--purpose", "own_services",
    ),
    "consent revoke": ("{patient_id}",),
    "consent explain": ("{patient_id}", "--class", "treatment"),
    "erasure run": ("{patient_id}", "--reason", "person_asked"),
    "erasure certificate": ("{patient_id}", "{file}"),
    "hold place": ("{patient_id}", "--code", "audit"),
    "hold lift": ("{patient_id}",),
    "imports show": ("{import_id}",),
    "imports resume": ("{import_id}",),
    "intake-keys revoke": ("zqsignup",),
    "peers allow": ("zqhospital", "{certificate}"),
    "pulls set": (
        "zqhospital", "--fhir-url", "https://fhir.example/r4", "--token-url", "https://fhir.example/token",
        "--client-id", "maple", "--key-file", "/nowhere.pem",
    ),
    "pulls now": ("zqhospital",),
    "sources pause": ("zqhospital",),
    "sources resume": ("zqhospital",),
    "keys release": ("{patient_id}", "--as", "sam@elm.example"),
    "keys refuse": ("{patient_id}", "--as", "sam@elm.example"),
    "keys rotate-person": ("{patient_id}",),
    "ledger proof": ("{entry_id}",),
    "mail retry": ("{letter_id}",),
    "media archive": ("{picture_id}",),
    "media restore": ("{picture_id}",),
    "messages show": ("{message_id}",),
    "messages edit": ("{message_id}", "--name", "Ours"),
    "messages check": ("{message_id}",),
    "messages preview": ("{message_id}",),
    "messages archive": ("{message_id}",),
    "messages restore": ("{message_id}",),
    "patients show": ("{patient_id}",),
    "patients edit": ("{patient_id}",),
    "patients deceased": ("{patient_id}",),
    "patients merge": ("{patient_id}", "{patient_id}", "--yes"),
    "segments show": ("{segment_id}",),
    "segments save": ("--name", "Ours", "--id", "{segment_id}", "--rule", "-"),
    "segments remove": ("{segment_id}",),
    "segments restore": ("{segment_id}",),
    "signups show": ("{signup_form_id}",),
    "staff roles": ("{staff_address}", "--role", "marketer"),
    "staff end": ("{staff_address}",),
    "staff reset-password": ("{staff_address}",),
    "staff reset-second-factor": ("{staff_address}",),
}  # fmt: skip
STDIN = {"patients search": "zqvera", "patients add": "{}", "patients edit": "{}"}


@pytest.fixture
def objects(scope: Scope, cast: object, at: object) -> Objects:
    return make_objects(scope, at=at)


@pytest.fixture
def sam(stranger_scope: Scope, at: object) -> None:
    from bedside.safeguards.staff.actions import add_member
    from bedside.safeguards.staff.rules import Role

    add_member(
        stranger_scope, email="sam@elm.example", name="Stranger Sam", roles=list(Role), password=None, at=at
    )


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Papers.make(tmp_path_factory.mktemp("papers")).file("hospital.pem")


@pytest.fixture
def run(
    objects: Objects,
    sam: None,
    certificate: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Run:
    """Runs one command for Elm Street; gives its exit code and all it printed."""
    monkeypatch.setattr(commands, "_start_django", lambda: None)

    def give(words: str, arguments: tuple[str, ...]) -> tuple[int, str]:
        values = {
            **objects.values,
            "file": tmp_path / f"{words.replace(' ', '-')}.out",
            "certificate": certificate,
        }
        typed = [part.format(**values) for part in arguments]
        stdin = STDIN.get(words, RULE if "--rule" in typed else "zqvera.zqmarked@example.org\n")
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        practice = () if words == "practice create" else ("--practice", "elm")
        chosen = commands.build_parser().parse_args([*words.split(), *typed, *practice])
        capsys.readouterr()
        code = commands.perform(chosen)
        told = capsys.readouterr()
        kept = "".join(path.read_text(errors="replace") for path in tmp_path.iterdir())
        for path in tmp_path.iterdir():
            path.unlink()
        text = f"{told.out}{told.err}{kept}"
        for part in (*typed, stdin.strip()):
            text = text.replace(part, "")
        return code, text

    return give


def test_every_command_stands_in_one_of_the_tables() -> None:
    known = {" ".join(words) for words in commands.verbs_of(commands.build_parser())}
    assert known == INSTALLATION | set(OWN) | set(FOREIGN), "say here what a new command takes"


def test_refuses_what_is_another_practices_and_records_it(
    run: Run, objects: Objects, stranger_scope: Scope, scope: Scope
) -> None:
    before = len(_entries(scope))
    wrong = {}
    for words, arguments in sorted(FOREIGN.items()):
        with undone():
            code, text = run(words, arguments)
            refused = _entries(stranger_scope, kind="access.refused")
            pages = [entry.details["page"].partition(".")[2] for entry in refused]
            if (
                code != commands.EXIT_REFUSED
                or objects.leaked(text)
                or pages != [words.replace(" ", ".")]
                or refused[0].outcome != "refused"
                or len(_entries(scope)) != before
            ):
                wrong[words] = (code, text, pages)
    assert wrong == {}


def test_shows_nothing_of_another_practice(run: Run, objects: Objects) -> None:
    wrong = {}
    for words, arguments in sorted(OWN.items()):
        with undone():
            try:
                _, text = run(words, arguments)
            except SystemExit:
                pytest.fail(f"give `{words}` the arguments it needs")
            if found := objects.leaked(text):
                wrong[words] = found
    assert wrong == {}


def _entries(scope: Scope, *, kind: str = "") -> list[LedgerEntry]:
    return entries(scope, before_id=None, kind=kind, actor_id="", subject="", limit=200)

"""Why a pull cannot go on: passing, to be tried again by itself, or for a person to put right."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Problem(StrEnum):
    """Stable codes."""

    ADDRESS = "address"
    FOREIGN_HOST = "foreign_host"
    PRIVATE_ADDRESS = "private_address"
    CERTIFICATE = "certificate"
    UNREACHABLE = "unreachable"
    BUSY = "busy"
    SERVER_ERROR = "server_error"
    SIGN_IN = "sign_in"
    NOT_ALLOWED = "not_allowed"
    NO_EXPORT = "no_export"
    EXPORT_GONE = "export_gone"
    ANSWER = "answer"
    TRUNCATED = "truncated"
    WRONG_COUNT = "wrong_count"
    NOT_CLINICAL = "not_clinical"
    EXPORT_ERRORS = "export_errors"
    IMPORT_STOPPED = "import_stopped"
    SOURCE_PAUSED = "source_paused"
    NOT_SET_UP = "not_set_up"


PASSING: Final = frozenset(
    {Problem.UNREACHABLE, Problem.BUSY, Problem.SERVER_ERROR, Problem.TRUNCATED, Problem.WRONG_COUNT}
)

# Somebody puts these right elsewhere; the pull looks again and again, and follows.
WAITING: Final = frozenset({Problem.IMPORT_STOPPED, Problem.SOURCE_PAUSED})

SENTENCES: Final[dict[Problem, str]] = {
    Problem.ADDRESS: "An address is not an https address. Correct it.",
    Problem.FOREIGN_HOST: (
        "The server sent us on to a host that nobody allowed. If it belongs to the server, name it as another host."
    ),
    Problem.PRIVATE_ADDRESS: (
        "The server's name leads into a private network. If that is right, name it as a host in your own network."
    ),
    Problem.CERTIFICATE: (
        "The server's certificate does not verify. Ask its administrator, or give the certificate of their authority."
    ),
    Problem.UNREACHABLE: "The server cannot be reached. Check that it runs and that this machine may connect to it.",
    Problem.BUSY: "The server is busy and asked us to come back later.",
    Problem.SERVER_ERROR: "The server had an error of its own. Ask its administrator if this lasts.",
    Problem.SIGN_IN: (
        "The server did not accept our sign-in. Check with its administrator the client id, the key registered for it, "
        "the token address and this machine's clock."
    ),
    Problem.NOT_ALLOWED: "The server does not let us export. Ask its administrator for the right to a bulk export.",
    Problem.NO_EXPORT: "There is no bulk export at this address. Check the address and the group.",
    Problem.EXPORT_GONE: "The server has deleted the export before all of it was fetched. Let the pull begin anew.",
    Problem.ANSWER: "The server's answer makes no sense. Ask its administrator whether it offers FHIR R4 bulk export.",
    Problem.TRUNCATED: "A file broke off while it was fetched. It is fetched again.",
    Problem.WRONG_COUNT: "A file held another number of records than the server had said. It is fetched again.",
    Problem.NOT_CLINICAL: "A file of the export is no FHIR data. Ask the server's administrator.",
    Problem.EXPORT_ERRORS: (
        "The server says that part of the export failed. Ask its administrator, then let it begin anew."
    ),
    Problem.IMPORT_STOPPED: (
        "An import of the fetched files stopped. Open Imports, put right what it says, and let it go on; the pull "
        "follows."
    ),
    Problem.SOURCE_PAUSED: "Taking records from this system is paused. Let the system go on first.",
    Problem.NOT_SET_UP: "Say first where to fetch from, and under which client id the server knows us.",
}


class Stopped(Exception):
    """A pull cannot go on now. `retry_after_s`: when the server said so. Holds nothing the server said in words."""

    def __init__(self, problem: Problem, *, retry_after_s: float | None = None) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.retry_after_s = retry_after_s

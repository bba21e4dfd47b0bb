"""One step of a pull: what must be known of it, what is to be asked, and where it stands then.

Network first, then one transaction with what came of it. Whatever dies, the step is taken again: an export that was
begun twice costs the server some work, a file that was fetched twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, assert_never

from bedside.ground.identity import new_id
from bedside.ground.scope import Scope, in_scope
from bedside.ground.uploads import SealedUpload
from bedside.records.intake import queries
from bedside.records.intake.allowing import allow_list
from bedside.records.intake.clinical.storing import CLINICAL_BYTES_MAX
from bedside.records.intake.live import receive_sent
from bedside.records.intake.nouns import ImportState
from bedside.records.intake.pulling import bulk
from bedside.records.intake.pulling.fetching import Fetcher
from bedside.records.intake.pulling.nouns import Stage
from bedside.records.intake.pulling.problems import Problem, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from bedside.ground.errors import Refusal
    from bedside.records.intake.pulling.bulk import File, Server
    from bedside.records.intake.pulling.fetching import Reply
    from bedside.records.intake.pulling.kept import Kept, Progress

SOON: Final = timedelta(seconds=5)
LOOKS_AGAIN: Final = timedelta(seconds=30)
_PEOPLE: Final = "Patient"
_OVER: Final = {ImportState.FINISHED, ImportState.CANCELLED}
_STUCK: Final = {ImportState.FAILED, ImportState.PAUSED, ImportState.HELD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """Where a pull stands after a step, and when the next is due."""

    stage: Stage
    progress: Progress
    at: datetime
    is_finished: bool = False


class Step:
    """One step of one pull. `clock` is asked anew, for a download takes its time."""

    def __init__(
        self, scope: Scope, kept: Kept, *, clock: Callable[[], datetime], save: Callable[[Next], None]
    ) -> None:
        self._scope, self._kept, self._clock, self._save = scope, kept, clock, save
        self._fetcher = Fetcher(kept.reach)
        self._token = ""

    def take(self) -> None:
        """Takes the step, and saves where the pull stands then. Raises Stopped, Refusal, what `save` raises."""
        match self._kept.stage:
            case Stage.IDLE:
                self._save(self._begin())
            case Stage.WAITING:
                self._save(self._look())
            case Stage.FETCHING:
                self._fetch()
            case Stage.IMPORTING:
                self._save(self._watch())
            case _:
                assert_never(self._kept.stage)

    def _begin(self) -> Next:
        allow = allow_list(self._scope)
        address = bulk.begin(
            self._fetcher,
            self._server,
            token=self._signed_in(),
            sorts=allow.resource_types,
            since=self._progress.since,
            at=self._clock(),
        )
        progress = replace(self._progress, address=address, at="", files=(), fetched=0, imports=())
        return Next(stage=Stage.WAITING, progress=progress, at=self._clock() + SOON)

    def _look(self) -> Next:
        found = bulk.look(self._fetcher, self._progress.address, token=self._signed_in(), at=self._clock())
        if isinstance(found, bulk.NotReady):
            later = self._clock() + timedelta(seconds=found.wait_s)
            return Next(stage=Stage.WAITING, progress=self._progress, at=later)
        progress = replace(self._progress, at=found.at, files=found.files, needs_token=found.needs_token)
        return Next(
            stage=Stage.FETCHING if found.files else Stage.IMPORTING, progress=progress, at=self._clock()
        )

    def _fetch(self) -> None:
        """The next file; those about what happened wait until the people are there."""
        file = self._progress.files[self._progress.fetched]
        if file.sort != _PEOPLE and not self._are_over():
            later = self._clock() + LOOKS_AGAIN
            self._save(Next(stage=Stage.FETCHING, progress=self._progress, at=later))
            return
        upload = self._download(file)
        try:
            with in_scope(self._scope):  # the import and that it was fetched stand or fall together
                self._save(self._receive(file, upload))
        finally:
            upload.close()

    def _receive(self, file: File, upload: SealedUpload) -> Next:
        imports = self._progress.imports
        if upload.size:
            imported = receive_sent(
                self._scope,
                self._kept.source_id,
                name=f"{file.sort} {self._progress.fetched + 1} of {len(self._progress.files)}",
                pieces=upload.chunks(),
                at=self._clock(),
                for_member=self._kept.set_by,
            )
            imports = (*imports, imported)
        progress = replace(self._progress, fetched=self._progress.fetched + 1, imports=imports)
        is_all = progress.fetched == len(progress.files)
        return Next(stage=Stage.IMPORTING if is_all else Stage.FETCHING, progress=progress, at=self._clock())

    def _watch(self) -> Next:
        """Only when every import is over does the next pull begin from here."""
        if not self._are_over():
            return Next(stage=Stage.IMPORTING, progress=self._progress, at=self._clock() + LOOKS_AGAIN)
        self._let_go()
        done = all(state is ImportState.FINISHED for state in self._states())
        since = self._progress.at if done else self._progress.since
        progress = replace(self._progress, since=since, address="", at="", files=(), fetched=0, imports=())
        later = self._clock() + timedelta(hours=self._kept.every_hours)
        return Next(stage=Stage.IDLE, progress=progress, at=later, is_finished=True)

    def _let_go(self) -> None:
        try:
            bulk.let_go(self._fetcher, self._progress.address, token=self._signed_in())
        except Stopped:
            return  # the server keeps its files for a while, which is its own affair

    def _download(self, file: File) -> SealedUpload:
        """Sealed as it comes. Raises Stopped for a file that is not whole; a token that is over is renewed once."""
        try:
            return self._fetched(file)
        except Stopped as error:
            if error.problem is not Problem.SIGN_IN:
                raise
        self._token = ""
        return self._fetched(file)

    def _fetched(self, file: File) -> SealedUpload:
        token = self._signed_in() if self._progress.needs_token else ""
        upload = SealedUpload(name="sent", content_type=None)
        try:
            with self._fetcher.stream(
                file.url, headers={"Accept": "application/fhir+ndjson"}, token=token
            ) as (
                reply,
                pieces,
            ):
                bulk.check_file(reply, at=self._clock())
                lines = _spool(upload, pieces)
            _check_count(file, reply, lines=lines)
        except BaseException:
            upload.close()
            raise
        return upload

    def _are_over(self) -> bool:
        states = self._states()
        if any(state in _STUCK for state in states):
            raise Stopped(Problem.IMPORT_STOPPED)
        return all(state in _OVER for state in states)

    def _states(self) -> list[ImportState]:
        with in_scope(self._scope):
            return [queries.view(self._scope, each).state for each in self._progress.imports]

    def _signed_in(self) -> str:
        if not self._token:
            self._token = bulk.sign_in(
                self._fetcher, self._server, key=self._kept.key, at=self._clock(), token_id=new_id().hex
            )
        return self._token

    @property
    def _server(self) -> Server:
        return self._kept.server

    @property
    def _progress(self) -> Progress:
        return self._kept.progress


def _check_count(file: File, reply: Reply, *, lines: int) -> None:
    """Packed lines cannot be counted. Raises Stopped."""
    is_packed = reply.headers.get("content-encoding", "identity") != "identity"
    if not is_packed and file.count not in {-1, lines}:
        raise Stopped(Problem.WRONG_COUNT)


def _spool(upload: SealedUpload, pieces: Iterator[bytes]) -> int:
    """Keeps the pieces sealed; gives the number of records in them, a line each, no blank ones. Raises Stopped."""
    records, is_open, size = 0, False, 0
    for piece in pieces:
        size += len(piece)
        if size > CLINICAL_BYTES_MAX:  # more than an import takes: a server must not fill the disk
            raise Stopped(Problem.ANSWER)
        upload.append(piece)
        *whole, rest = piece.split(b"\n")
        for line in whole:
            records += is_open or bool(line.strip())
            is_open = False
        is_open = is_open or bool(rest.strip())
    upload.size = size
    return records + is_open


def problem_of(error: Refusal) -> Problem:
    """A refusal of our own, as a pull's problem."""
    return Problem.SOURCE_PAUSED if error.code == "source_paused" else Problem.NOT_CLINICAL

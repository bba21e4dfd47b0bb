"""Going on with what was under way, in a database whose jobs were left behind: one that was just restored."""

from __future__ import annotations

from bedside.ground import jobs
from bedside.ground.scope import Scope, in_scope
from bedside.safeguards.vault.models import DestructionRequest, Resealing, Rotation
from bedside.safeguards.vault.rules import RequestState


def resume(scope: Scope) -> int:
    """Adds the job of each rotation, resealing and released destruction that is not ended. Gives how many.

    Only for a database without jobs: of two jobs for one rotation each goes on by itself.
    """
    with in_scope(scope):
        own = {"practice_id": scope.practice_id, "finished_at": None}
        rotations = list(Rotation.objects.filter(**own).values_list("id", "not_before"))
        resealings = list(Resealing.objects.filter(**own).values_list("id", flat=True))
        waiting = DestructionRequest.objects.filter(
            practice_id=scope.practice_id, state=RequestState.RELEASED, ended_at=None
        )
        released = list(waiting.values_list("id", "due_at"))
        for rotation_id, not_before in rotations:
            jobs.enqueue(
                "vault.rotate", at=not_before, practice_id=scope.practice_id, rotation_id=rotation_id
            )
        for resealing_id in resealings:
            jobs.enqueue("vault.reseal", practice_id=scope.practice_id, resealing_id=resealing_id)
        for request_id, due_at in released:
            jobs.enqueue("vault.destroy", at=due_at, practice_id=scope.practice_id, request_id=request_id)
    return len(rotations) + len(resealings) + len(released)

"""Jobs of the vault."""

from uuid import UUID

from procrastinate import RetryStrategy

from bedside.ground import clock
from bedside.ground.jobs import job
from bedside.ground.scope import Purpose, Scope, system_scope

# The root provider or the database may be away for long; keys wait for them rather than being left half done.
_RETRY = RetryStrategy(wait=15)


@job(name="vault.rotate", retry=_RETRY)
def rotate(practice_id: str, rotation_id: str) -> None:
    """The next step of a rotation; run again, it goes on where it was."""
    from bedside.safeguards.vault.rotation import advance

    advance(_scope(practice_id), UUID(rotation_id), clock=clock.now)


@job(name="vault.reseal", retry=_RETRY)
def reseal(practice_id: str, resealing_id: str) -> None:
    """What an old version sealed is sealed anew; run again, it goes on where it was."""
    from bedside.safeguards.vault.resealing import advance

    advance(_scope(practice_id), UUID(resealing_id), clock=clock.now)


@job(name="vault.destroy", retry=_RETRY)
def destroy(practice_id: str, request_id: str) -> None:
    """What was asked for and released, once its cooling time is over."""
    from bedside.safeguards.vault.destroying import carry_out

    carry_out(_scope(practice_id), UUID(request_id), at=clock.now())


def _scope(practice_id: str) -> Scope:
    from bedside.safeguards.staff.rules import Right

    rights = frozenset({Right.MANAGE_KEYS.value})
    return system_scope(UUID(practice_id), name="vault", purpose=Purpose.ADMINISTRATION, rights=rights)

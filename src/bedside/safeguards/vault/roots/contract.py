"""What every root provider keeps to; `tests/safeguards/vault/test_roots.py` asks each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from bedside.ground.errors import Fault, Refusal

if TYPE_CHECKING:
    from bedside.kit.sealing import Place

RETRY_AFTER_S = 15.0


class ProviderDown(Fault):
    """The provider does not answer, or does not let Bedside use its key. Nothing is lost: asking again helps."""

    def __init__(self, sentence: str) -> None:
        super().__init__("root_provider_down", sentence, retry_after_s=RETRY_AFTER_S)


class WrongRootKey(Refusal):
    """What was wrapped was not wrapped by this root key, or not for this place, or was changed."""

    def __init__(self) -> None:
        super().__init__(
            "wrong_root_key", "The root key does not fit this database; put back the one it was made with."
        )


class RootProvider(Protocol):
    """Wraps and unwraps keys of 32 bytes, each bound to its place."""

    @property
    def name(self) -> str:
        """Which root key this is, never the key: kept beside what it wrapped, shown to administrators."""

    def wrap(self, key: bytes, *, place: Place) -> bytes:
        """Raises ProviderDown."""

    def unwrap(self, wrapped: bytes, *, place: Place) -> bytes:
        """Raises ProviderDown, WrongRootKey."""

"""AWS KMS as root provider: the root key never leaves Amazon's hardware.

The encryption context is the place of the wrapped key, so AWS refuses to open a moved one and its own log
(CloudTrail) says which practice's key was opened when.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bedside.ground.errors import Refusal
from bedside.safeguards.vault.roots.contract import ProviderDown, WrongRootKey

if TYPE_CHECKING:
    from bedside.kit.sealing import Place

_CONNECT_S, _READ_S, _TRIES = 3, 5, 2
_WRONG = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})


class AwsKmsRoot:
    """One symmetric KMS key, named by its id, alias or ARN. Region and credentials are found as AWS's own tools do."""

    def __init__(self, key_id: str) -> None:
        self._key_id = key_id

    @property
    def name(self) -> str:
        return f"aws-kms:{self._key_id}"

    def wrap(self, key: bytes, *, place: Place) -> bytes:
        answer = self._ask("encrypt", Plaintext=key, EncryptionContext=_context(place))
        return bytes(answer["CiphertextBlob"])

    def unwrap(self, wrapped: bytes, *, place: Place) -> bytes:
        answer = self._ask("decrypt", CiphertextBlob=wrapped, EncryptionContext=_context(place))
        return bytes(answer["Plaintext"])

    def _ask(self, verb: str, **asked: Any) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return getattr(_client(), verb)(KeyId=self._key_id, **asked)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", "unknown"))
            if code in _WRONG:
                raise WrongRootKey from None
            raise ProviderDown(
                f"AWS KMS does not let Bedside use the root key ({code}); nothing was changed, see docs/how-to/keys.md."
            ) from None
        except BotoCoreError as error:
            raise ProviderDown(
                f"AWS KMS, which holds the root key, does not answer ({type(error).__name__}); nothing was changed."
            ) from None


def _context(place: Place) -> dict[str, str]:
    """KMS takes no empty values."""
    parts = {"practice": place.practice, "table": place.table, "row": place.row, "column": place.column}
    return {
        "product": "bedside", "version": str(place.version),
        **{name: part for name, part in parts.items() if part},
    }  # fmt: skip


@lru_cache(maxsize=1)
def _client() -> Any:
    """Made once per process: making it reads megabytes of service descriptions."""
    try:
        import botocore.session
        from botocore.config import Config
    except ImportError:
        raise Refusal(
            "root_provider_missing",
            "AWS KMS needs the package botocore: pip install -r requirements/aws.txt",
        ) from None
    from botocore.exceptions import BotoCoreError

    limits = Config(
        connect_timeout=_CONNECT_S,
        read_timeout=_READ_S,
        retries={"total_max_attempts": _TRIES, "mode": "standard"},
    )
    try:
        return botocore.session.get_session().create_client("kms", config=limits)
    except BotoCoreError as error:  # mostly: no region
        raise ProviderDown(
            f"AWS KMS cannot be asked ({type(error).__name__}); set AWS_REGION and AWS's credentials."
        ) from None

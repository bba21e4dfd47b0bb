"""HashiCorp Vault's transit engine, or OpenBao's, as root provider: the root key never leaves that server."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bedside.ground.errors import Refusal
from bedside.safeguards.vault.roots.contract import ProviderDown, WrongRootKey

if TYPE_CHECKING:
    from bedside.kit.sealing import Place

_TIMEOUT_S = 5
_NEEDED = "HashiCorp Vault needs the package hvac: pip install -r requirements/hashicorp.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitSettings:
    """How the server is reached. The token is read anew each time from `token_file`, which Vault's agent renews."""

    address: str
    token: str = field(default="", repr=False)
    token_file: str = ""
    ca_file: str = ""
    mount: str = "transit"


class TransitRoot:
    """One key of type aes256-gcm96. Its versions are the server's; `keys rotate-root` rewraps to the newest."""

    def __init__(self, key_name: str, settings: TransitSettings) -> None:
        self._key_name = key_name
        self._settings = settings

    @property
    def name(self) -> str:
        return f"vault-transit:{self._key_name}"

    def wrap(self, key: bytes, *, place: Place) -> bytes:
        answer = self._ask("encrypt_data", place, plaintext=_text(key))
        return str(answer["ciphertext"]).encode()

    def unwrap(self, wrapped: bytes, *, place: Place) -> bytes:
        if not wrapped.startswith(b"vault:") or not wrapped.isascii():
            raise WrongRootKey
        answer = self._ask("decrypt_data", place, ciphertext=wrapped.decode())
        try:
            return base64.b64decode(answer["plaintext"], validate=True)
        except (binascii.Error, TypeError):
            raise WrongRootKey from None

    def _ask(self, verb: str, place: Place, **asked: str) -> Any:
        client = self._client()
        import requests
        from hvac import exceptions

        try:
            call = getattr(client.secrets.transit, verb)
            answer = call(
                self._key_name,
                associated_data=_text(place.associated()),
                mount_point=self._settings.mount,
                **asked,
            )
        except exceptions.InvalidRequest as error:
            # Also what Vault answers for a key that does not exist when encrypting without the right to make one.
            if verb == "decrypt_data" and "encryption key not found" not in str(error):
                raise WrongRootKey from None
            raise _down("refuses to use the root key", error) from None
        except exceptions.VaultError as error:
            raise _down("does not let Bedside use the root key", error) from None
        except requests.RequestException as error:
            raise _down("does not answer", error) from None
        return answer["data"]

    def _client(self) -> Any:
        try:
            import hvac
        except ImportError:
            raise Refusal("root_provider_missing", _NEEDED) from None
        its = self._settings
        return hvac.Client(
            url=its.address,
            token=self._token(),
            timeout=_TIMEOUT_S,
            verify=its.ca_file or True,
            strict_http=True,
        )

    def _token(self) -> str:
        if not self._settings.token_file:
            return self._settings.token
        try:
            return Path(self._settings.token_file).read_text().strip()
        except OSError as error:
            raise _down("cannot be asked: its token file cannot be read", error) from None


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _down(what: str, error: Exception) -> ProviderDown:
    return ProviderDown(
        f"HashiCorp Vault, which holds the root key, {what} ({type(error).__name__}); nothing was changed."
    )

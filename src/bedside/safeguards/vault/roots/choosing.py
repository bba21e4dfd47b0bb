"""Which root provider is configured: the present one, and while the root is being rotated the old one too."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from bedside.ground import settings as read
from bedside.ground.settings import BadSetting
from bedside.safeguards.vault.root import OLD_SUFFIX, ROOT_KEY_FILE
from bedside.safeguards.vault.roots import local
from bedside.safeguards.vault.roots.aws import AwsKmsRoot
from bedside.safeguards.vault.roots.contract import ProviderDown, WrongRootKey
from bedside.safeguards.vault.roots.transit import TransitRoot, TransitSettings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal

    from bedside.kit.sealing import Place
    from bedside.safeguards.vault.roots.contract import RootProvider

    Kind = Literal["file", "environment", "aws-kms", "vault-transit"]

INSTALLATION_KEY_FILE = "installation.key"
_WANTED = "file, environment, aws-kms:KEY or vault-transit:KEY"


@dataclass(frozen=True, slots=True, kw_only=True)
class RootSettings:
    """Where root and installation key are, as configured; the texts of keys never print."""

    provider: str
    key_file: Path
    key: str = field(default="", repr=False)
    old_provider: str = ""
    old_key_file: Path | None = None
    old_key: str = field(default="", repr=False)
    installation_key_file: Path
    transit: TransitSettings

    @classmethod
    def read(cls, environ: Mapping[str, str], *, home: Path) -> RootSettings:
        """Raises BadSetting."""
        key_file = Path(environ.get("BEDSIDE_ROOT_KEY_FILE") or home / ROOT_KEY_FILE)
        old_key_file = environ.get("BEDSIDE_OLD_ROOT_KEY_FILE")
        found = cls(
            provider=read.text(environ, "BEDSIDE_ROOT_PROVIDER", "file"),
            key_file=key_file,
            key=environ.get("BEDSIDE_ROOT_KEY", ""),
            old_provider=read.text(environ, "BEDSIDE_OLD_ROOT_PROVIDER", ""),
            old_key_file=Path(old_key_file) if old_key_file else None,
            old_key=environ.get("BEDSIDE_OLD_ROOT_KEY", ""),
            installation_key_file=Path(
                environ.get("BEDSIDE_INSTALLATION_KEY_FILE") or home / INSTALLATION_KEY_FILE
            ),
            transit=TransitSettings(
                address=read.text(environ, "VAULT_ADDR", "https://127.0.0.1:8200"),
                token=environ.get("VAULT_TOKEN", ""),
                token_file=read.text(environ, "BEDSIDE_VAULT_TOKEN_FILE", ""),
                ca_file=read.text(environ, "VAULT_CACERT", ""),
                mount=read.text(environ, "BEDSIDE_VAULT_MOUNT", "transit"),
            ),
        )
        _parse(found.provider, setting="BEDSIDE_ROOT_PROVIDER")
        if found.old_provider:
            _parse(found.old_provider, setting="BEDSIDE_OLD_ROOT_PROVIDER")
        return found

    @property
    def kept_in_file(self) -> bool:
        """Whether the root key is the file on this machine, which Bedside itself makes at the first start."""
        return self.provider == "file"


class Roots:
    """The present root key, which wraps, and the old one if there is one; either opens what it wrapped."""

    def __init__(self, present: RootProvider, old: RootProvider | None = None) -> None:
        self.present = present
        self.old = old

    def wrap(self, key: bytes, *, place: Place) -> tuple[bytes, str]:
        """(wrapped, name of the root key that did it). Raises ProviderDown.

        Unwraps it again before it is trusted: what a provider may wrap and not open would be lost with the old copy.
        """
        wrapped = self.present.wrap(key, place=place)
        try:
            opened = self.present.unwrap(wrapped, place=place)
        except WrongRootKey:
            opened = b""
        if not hmac.compare_digest(opened, key):
            raise ProviderDown(
                "The root key's provider does not give back what it wrapped; nothing was changed."
            )
        return wrapped, self.present.name

    def unwrap(self, wrapped: bytes, *, by: str, place: Place) -> bytes:
        """`by` is the name kept beside what was wrapped. Raises ProviderDown, WrongRootKey."""
        holder = next((one for one in self._all() if one.name == by), None)
        if holder is None:
            raise WrongRootKey
        return holder.unwrap(wrapped, place=place)

    def holds(self, by: str) -> bool:
        """Whether the root key of that name is configured here."""
        return by in self.names

    @property
    def names(self) -> frozenset[str]:
        """Of every root key that is configured here."""
        return frozenset(one.name for one in self._all())

    def _all(self) -> list[RootProvider]:
        return [self.present] if self.old is None else [self.present, self.old]


def roots_of(settings: RootSettings) -> Roots:
    """Reads the root key anew where it is on this machine, so that a rotated file counts at once.

    Raises RootKeyMissing, Refusal.
    """
    present = _provider(
        settings.provider,
        settings,
        key_file=settings.key_file,
        key=settings.key,
        key_setting="BEDSIDE_ROOT_KEY",
    )
    return Roots(present, _old(settings))


def _old(settings: RootSettings) -> RootProvider | None:
    beside = settings.old_key_file or settings.key_file.with_name(settings.key_file.name + OLD_SUFFIX)
    if settings.old_provider:
        return _provider(
            settings.old_provider, settings, key_file=settings.old_key_file or settings.key_file,
            key=settings.old_key or settings.key, key_setting="BEDSIDE_OLD_ROOT_KEY",
        )  # fmt: skip
    if settings.kept_in_file and beside.exists():
        return local.from_file(beside)
    return None


def _provider(
    text: str, settings: RootSettings, *, key_file: Path, key: str, key_setting: str
) -> RootProvider:
    kind, name = _parse(text, setting="BEDSIDE_ROOT_PROVIDER")
    match kind:
        case "file":
            return local.from_file(key_file)
        case "environment":
            return local.from_text(key, setting=key_setting)
        case "aws-kms":
            return AwsKmsRoot(name)
        case "vault-transit":
            return TransitRoot(name, settings.transit)
        case _ as never:
            assert_never(never)


def _parse(text: str, *, setting: str) -> tuple[Kind, str]:
    kind, _, name = text.partition(":")
    match kind:
        case "file" | "environment" if not name:
            return kind, ""
        case "aws-kms" | "vault-transit" if name:
            return kind, name
        case _:
            raise BadSetting(setting, _WANTED)

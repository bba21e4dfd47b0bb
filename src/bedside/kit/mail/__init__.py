"""Email messages: addresses, compilation, rendering, DKIM. See README.md for the whole on one screen."""

from bedside.kit.mail.addresses import AddressFault, EmailAddress, InvalidAddress, parse_address
from bedside.kit.mail.dkim import (
    DkimError,
    DkimKey,
    dns_record,
    generate_ed25519_key,
    generate_rsa_key,
    sign,
    sign_any,
)
from bedside.kit.mail.errors import InvalidHeader, InvalidTemplate, MailError, MissingValue, UnsafeValue
from bedside.kit.mail.message import (
    CompiledMessage,
    MessageParts,
    Recipient,
    RenderedMessage,
    compile_message,
)
from bedside.kit.mail.own_headers import Origin

__all__ = [
    "AddressFault",
    "CompiledMessage",
    "DkimError",
    "DkimKey",
    "EmailAddress",
    "InvalidAddress",
    "InvalidHeader",
    "InvalidTemplate",
    "MailError",
    "MessageParts",
    "MissingValue",
    "Origin",
    "Recipient",
    "RenderedMessage",
    "UnsafeValue",
    "compile_message",
    "dns_record",
    "generate_ed25519_key",
    "generate_rsa_key",
    "parse_address",
    "sign",
    "sign_any",
]

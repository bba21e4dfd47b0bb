"""Mail transport that cannot be talked out of encryption: a bulk SMTP client and a strict receiver.

Promise: no sender, recipient or content byte is written before the server's certificate has been verified
for the expected name over TLS 1.2 or later, and no parameter exists that changes this. Every message handed
to the client comes back exactly once: accepted, refused, never begun, or in doubt.

Threats met: STARTTLS missing, stripped or refused; replies injected before the handshake (CVE-2011-0411);
old protocols and weak ciphers; untrusted, expired and misnamed certificates; smuggled message ends
(CVE-2023-51764); commands hidden in addresses; endless, torn or stalled replies.
Threats not met: a server that is who it claims to be and then mishandles the mail; traffic analysis (sizes
and times are visible); revocation of certificates (none is looked up); whether the name to verify is the
right one: DANE and MTA-STS are decided by the caller, who passes the name.

Keys: this package stores none. `certificates` makes throw-away authorities for demonstrations and tests.
Compatibility: names imported from `smtp`, `receiver` and `certificates` are the interface; the rest may move.
"""

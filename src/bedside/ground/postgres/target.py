"""Which database Bedside talks to, and whether its roles can be trusted with row-level security.

Two logins, never one: the owner changes tables (migrations), the app runs everything else. The app must not
be able to step around row-level security, because that keeps one practice from another (promise P6).
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bedside.ground.errors import Fault, Refusal
from bedside.ground.postgres.places import APP_ROLE, DATABASE, OWNER_ROLE, PORT, places

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

OLDEST_MAJOR = 15
CONNECT_TIMEOUT_S = 10
_SERVER_KEYS = ("host", "hostaddr", "port", "dbname")
_LOGIN_KEYS = ("user", "password")
# libpq reads these behind our back; either would send a checked target to an unchecked address.
_REDIRECTING_VARIABLES = ("PGHOSTADDR", "PGSERVICE", "PGSERVICEFILE")


class Login(StrEnum):
    """As whom to connect."""

    OWNER = "owner"
    APP = "app"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseTarget:
    """One database and the two logins to it.

    `host` is a host name, several with commas (libpq's failover list), or a socket's directory. `port` is
    text because a failover list may carry several. `options` holds further libpq keywords such as `sslmode`;
    they hold for both logins.
    """

    host: str
    port: str
    name: str
    owner_user: str
    app_user: str
    owner_password: str | None = field(default=None, repr=False)
    app_password: str | None = field(default=None, repr=False)
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    embedded: bool

    def user(self, login: Login) -> str:
        """Gives the role's name for `login`."""
        match login:
            case Login.OWNER:
                return self.owner_user
            case Login.APP:
                return self.app_user
            case _:
                assert_never(login)

    def password(self, login: Login) -> str | None:
        """Gives the password for `login`; None where the operating system (peer) or a key file vouches."""
        match login:
            case Login.OWNER:
                return self.owner_password
            case Login.APP:
                return self.app_password
            case _:
                assert_never(login)

    def parameters(self, login: Login) -> dict[str, str]:
        """Gives libpq's keywords for one login, ready for `psycopg.connect(**parameters)`."""
        found = {"host": self.host, "port": self.port, "dbname": self.name, "user": self.user(login)}
        password = self.password(login)
        if password is not None:
            found["password"] = password
        return found | dict(self.options)


def database_for(environ: Mapping[str, str], home: Path) -> DatabaseTarget:
    """Says which database to use: the one of `DATABASE_URL`, else the embedded one below `home`.

    Takes: the process environment; `DATABASE_URL` names the runtime role, `DATABASE_OWNER_URL` the owner.
    Raises: Refusal when only one of the two is set, they name one role or two databases, or the way to the
    server is not verified TLS. Never starts or contacts a server: see `ensure_running` and `check_roles`.
    """
    _refuse_redirections(environ)
    app_url, owner_url = environ.get("DATABASE_URL", ""), environ.get("DATABASE_OWNER_URL", "")
    if not app_url and not owner_url:
        return embedded_target(home)
    if not app_url or not owner_url:
        raise Refusal(
            "database_urls_incomplete",
            "Set both DATABASE_URL (the role Bedside runs as) and DATABASE_OWNER_URL (the role that owns the "
            "tables), or neither.",
        )
    return _external_target(_parsed("DATABASE_URL", app_url), _parsed("DATABASE_OWNER_URL", owner_url))


def embedded_target(home: Path) -> DatabaseTarget:
    """Gives the target of the server that Bedside itself supervises below `home`, running or not."""
    return DatabaseTarget(
        host=str(places(home).socket_directory),
        port=str(PORT),
        name=DATABASE,
        owner_user=OWNER_ROLE,
        app_user=APP_ROLE,
        embedded=True,
    )


def check_roles(target: DatabaseTarget) -> None:
    """Refuses a server that is too old, or a runtime role to which row-level security means nothing.

    Raises: Refusal; Fault when the server does not answer. Asks the server itself, so run it at start-up and
    before migrations, not per request.
    """
    with connect(target, login=Login.APP) as connection:
        _refuse_old_server(connection)
        _refuse_mighty_role(connection, owner=target.owner_user)
    with connect(target, login=Login.OWNER):
        pass  # That both logins work is worth knowing before the first migration.


def connect(target: DatabaseTarget, *, login: Login) -> psycopg.Connection[tuple[object, ...]]:
    """Opens one connection in autocommit.

    Raises: Fault, in our words: the server's may hold an address or a password.
    """
    try:
        return psycopg.connect(
            make_conninfo(**_with_timeout(target.parameters(login))),
            autocommit=True,
            application_name="bedside-check",
        )
    except psycopg.OperationalError as error:
        raise Fault(
            "database_unreachable",
            f"The database does not answer or does not accept the {login} login; "
            "check that it runs and that its URL is right.",
            retry_after_s=5,
        ) from error


def _with_timeout(parameters: dict[str, str]) -> dict[str, str]:
    return {"connect_timeout": str(CONNECT_TIMEOUT_S)} | parameters


def _refuse_redirections(environ: Mapping[str, str]) -> None:
    for variable in _REDIRECTING_VARIABLES:
        if environ.get(variable):
            raise Refusal(
                "database_redirected",
                f"Unset {variable}: it would send Bedside to another database server than it checked.",
            )


def _parsed(variable: str, url: str) -> dict[str, str]:
    try:
        found = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        # `from None`: libpq's words repeat the URL, and the URL holds a password.
        raise Refusal(
            "database_url_unreadable",
            f"{variable} cannot be read; write it as postgresql://role:password@host:5432/database?sslmode=verify-full.",
        ) from None
    texts = {key: str(value) for key, value in found.items()}
    for key in ("user", "dbname"):
        if not texts.get(key):
            raise Refusal("database_url_unreadable", f"{variable} must name a role and a database.")
    if "service" in texts:
        raise Refusal(
            "database_redirected", f"{variable} must name its server itself, without a service file."
        )
    return texts


def _external_target(app: dict[str, str], owner: dict[str, str]) -> DatabaseTarget:
    if any(app.get(key) != owner.get(key) for key in _SERVER_KEYS):
        raise Refusal(
            "database_urls_disagree",
            "DATABASE_URL and DATABASE_OWNER_URL must name the same server and database.",
        )
    if app["user"] == owner["user"]:
        raise Refusal(
            "database_roles_equal",
            "DATABASE_URL and DATABASE_OWNER_URL must name two different roles: tables must not belong to "
            "the role that Bedside runs as, or row-level security would not bind it.",
        )
    options = _without(app, (*_LOGIN_KEYS, "host", "port", "dbname"))
    return DatabaseTarget(
        host=app.get("host", ""),
        port=app.get("port", str(PORT)),
        name=app["dbname"],
        owner_user=owner["user"],
        app_user=app["user"],
        owner_password=owner.get("password"),
        app_password=app.get("password"),
        options=MappingProxyType(options | _transport_security(app)),
        embedded=False,
    )


def _without(texts: dict[str, str], keys: tuple[str, ...]) -> dict[str, str]:
    return {key: value for key, value in texts.items() if key not in keys}


def _transport_security(app: dict[str, str]) -> dict[str, str]:
    """Verified TLS for every host that is not this machine; assumed when unsaid, refused when weaker."""
    hosts = (app.get("hostaddr") or app.get("host") or "").split(",")
    if all(_stays_on_this_machine(host) for host in hosts):
        return {}
    if app.get("sslmode", "verify-full") != "verify-full":
        raise Refusal(
            "database_without_tls",
            "The way to the database leaves this machine: DATABASE_URL needs sslmode=verify-full "
            "(and sslrootcert with the authority that signed the server's certificate).",
        )
    return {"sslmode": "verify-full"}


def _stays_on_this_machine(host: str) -> bool:
    if host in {"", "localhost"} or host.startswith(("/", "@")):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refuse_old_server(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    major = connection.info.server_version // 10000
    if major < OLDEST_MAJOR:
        raise Refusal(
            "database_too_old", f"PostgreSQL {major} is too old; Bedside needs {OLDEST_MAJOR} or newer."
        )


def _refuse_mighty_role(connection: psycopg.Connection[tuple[object, ...]], *, owner: str) -> None:
    # Membership counts as much as an attribute: SET ROLE is all that lies between them.
    row = connection.execute(
        "SELECT bool_or(rolsuper), bool_or(rolbypassrls), bool_or(rolname = %s)"
        " FROM pg_roles WHERE pg_has_role(current_user, oid, 'member')",
        (owner,),
    ).fetchone()
    is_superuser, bypasses, is_owner = row if row is not None else (True, True, True)
    if is_superuser or bypasses or is_owner:
        raise Refusal(
            "database_role_too_mighty",
            "The role in DATABASE_URL must be neither superuser nor BYPASSRLS nor a member of such a role or "
            "of the owner: row-level security would not bind it, and one practice could read another's data.",
        )

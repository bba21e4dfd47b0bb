"""Which database: our own, or the one of DATABASE_URL, and never one whose roles cannot be trusted."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg.conninfo import make_conninfo

from bedside.ground.errors import Fault, Refusal
from bedside.ground.postgres import Login, check_roles, database_for
from bedside.ground.postgres.places import places
from bedside.ground.postgres.processes import wait_until
from bedside.ground.postgres.service import service_user

if TYPE_CHECKING:
    from collections.abc import Iterator

HOME = Path("/srv/bedside")
SECRET = "s3cret-of-maple-street"


def urls(place: str, *, app: str = "app", owner: str = "owner") -> dict[str, str]:
    return {
        "DATABASE_URL": f"postgresql://{app}:{SECRET}@{place}",
        "DATABASE_OWNER_URL": f"postgresql://{owner}:{SECRET}@{place}",
    }


def refused_code(environ: dict[str, str]) -> str:
    with pytest.raises(Refusal) as refused:
        database_for(environ, HOME)
    assert SECRET not in str(refused.value)
    return refused.value.code


def test_without_urls_the_embedded_database_is_meant():
    target = database_for({}, HOME)
    assert target.embedded
    assert target.parameters(Login.APP) == {
        "host": "/srv/bedside/postgres/socket",
        "port": "5432",
        "dbname": "bedside",
        "user": "bedside_app",
    }


def test_urls_name_an_external_database_and_each_login_its_own_role():
    target = database_for(urls("db.example.org/records"), HOME)
    assert not target.embedded
    assert (target.host, target.port, target.name) == ("db.example.org", "5432", "records")
    assert target.parameters(Login.OWNER)["user"] == "owner"
    assert target.parameters(Login.APP)["password"] == SECRET


def test_password_is_not_in_the_printed_form():
    assert SECRET not in repr(database_for(urls("db.example.org/records"), HOME))


def test_failover_list_is_kept():
    target = database_for(
        urls("a.example.org:5433,b.example.org:5434/records?target_session_attrs=read-write"), HOME
    )
    assert (target.host, target.port) == ("a.example.org,b.example.org", "5433,5434")
    assert target.options["target_session_attrs"] == "read-write"


@pytest.mark.parametrize(
    ("place", "sslmode"),
    [
        ("db.example.org/records", "verify-full"),
        ("db.example.org/records?sslmode=verify-full", "verify-full"),
        ("localhost/records", None),
        ("127.0.0.1:5433/records", None),
        ("[::1]/records", None),
        ("%2Frun%2Fpostgresql/records", None),
        ("localhost,db.example.org/records", "verify-full"),
        ("localhost/records?hostaddr=192.0.2.7", "verify-full"),
    ],
)
def test_leaving_this_machine_means_verified_tls(place, sslmode):
    assert database_for(urls(place), HOME).options.get("sslmode") == sslmode


@pytest.mark.parametrize("sslmode", ["disable", "allow", "prefer", "require", "verify-ca"])
@pytest.mark.parametrize("host", ["db.example.org", "localhost,db.example.org", "192.0.2.7"])
def test_weaker_tls_is_refused(host, sslmode):
    assert refused_code(urls(f"{host}/records?sslmode={sslmode}")) == "database_without_tls"


def test_half_a_pair_of_urls_is_refused():
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        assert refused_code({name: urls("localhost/records")[name]}) == "database_urls_incomplete"


def test_one_role_for_both_is_refused():
    assert refused_code(urls("localhost/records", owner="app")) == "database_roles_equal"


def test_two_databases_are_refused():
    mixed = urls("localhost/records") | {"DATABASE_OWNER_URL": "postgresql://owner@localhost/other"}
    assert refused_code(mixed) == "database_urls_disagree"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("mysql://app@localhost/records", "database_url_unreadable"),
        ("postgresql://localhost/records", "database_url_unreadable"),
        ("postgresql://app@localhost", "database_url_unreadable"),
        ("postgresql://app@/records?service=other", "database_redirected"),
    ],
)
def test_unusable_url_is_refused(url, code):
    assert refused_code({"DATABASE_URL": url, "DATABASE_OWNER_URL": url}) == code


@pytest.mark.parametrize("variable", ["PGHOSTADDR", "PGSERVICE", "PGSERVICEFILE"])
def test_variables_that_redirect_libpq_are_refused(variable):
    assert refused_code({variable: "192.0.2.7"}) == "database_redirected"


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",))))
def test_any_url_is_either_read_or_refused(text):
    try:
        database_for({"DATABASE_URL": text, "DATABASE_OWNER_URL": text}, HOME)
    except Refusal:
        return
    assert not text


def test_every_home_gets_a_socket_path_that_fits():
    for length in range(1, 200, 7):
        path = Path(database_for({}, Path("/" + "x" * length)).host) / ".s.PGSQL.5432"
        assert len(bytes(path)) <= 107


# --- against a real second server


@pytest.fixture(scope="module")
def external() -> Iterator[str]:
    """A server on loopback with passwords, as another program would run it; gives host:port."""
    from tests.ground.postgres.clusters import installed

    binaries = installed()[0]
    folder = Path(tempfile.mkdtemp(prefix="bedside-pg-external-"))
    folder.chmod(0o711)
    service = service_user(places(folder))
    change = {
        "user": service.switch_user,
        "group": service.switch_group,
        "extra_groups": service.switch_extra_groups,
    }
    inner = folder / "inner"
    inner.mkdir(mode=0o700)
    password_file = inner / "password"
    password_file.write_text(SECRET)
    for path in (inner, password_file):
        os.chown(path, service.uid, service.gid)
    subprocess.run(
        [
            *(binaries.program("initdb"), "-D", inner / "data", "-U", "chief", "-A", "scram-sha-256", "-N"),
            *("--pwfile", password_file, "--no-locale", "-E", "UTF8"),
        ],
        check=True,
        capture_output=True,
        cwd="/",
        **change,
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [binaries.program("postgres"), "-D", inner / "data", "-k", inner, "-F", "-p", str(port)]
    with (
        (inner / "log").open("wb") as log,
        subprocess.Popen(
            [*command, "-c", "listen_addresses=127.0.0.1"], stdout=log, stderr=log, cwd="/", **change
        ) as server,
    ):
        try:
            assert wait_until(lambda: _answers(port), timeout_s=60)
            _make_roles(port)
            yield f"127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=60)
            shutil.rmtree(folder)


def _chief(port: int) -> str:
    return make_conninfo(host="127.0.0.1", port=port, user="chief", password=SECRET, dbname="postgres")


def _answers(port: int) -> bool:
    try:
        psycopg.connect(_chief(port)).close()
    except psycopg.OperationalError:
        return False
    return True


def _make_roles(port: int) -> None:
    with psycopg.connect(_chief(port), autocommit=True) as connection:
        for statement in (
            f"CREATE ROLE owner LOGIN PASSWORD '{SECRET}'",
            f"CREATE ROLE app LOGIN PASSWORD '{SECRET}'",
            f"CREATE ROLE mighty LOGIN SUPERUSER PASSWORD '{SECRET}'",
            f"CREATE ROLE bypassing LOGIN BYPASSRLS PASSWORD '{SECRET}'",
            f"CREATE ROLE member_of_chief LOGIN NOINHERIT IN ROLE chief PASSWORD '{SECRET}'",
            f"CREATE ROLE member_of_owner LOGIN IN ROLE owner PASSWORD '{SECRET}'",
            "CREATE DATABASE records OWNER owner",
        ):
            connection.execute(statement)


@pytest.mark.processes
def test_plain_roles_on_an_external_server_are_accepted(external):
    target = database_for(urls(f"{external}/records"), HOME)
    check_roles(target)
    with psycopg.connect(**target.parameters(Login.OWNER)) as connection:
        connection.execute("CREATE TABLE visit (id int)")


@pytest.mark.processes
@pytest.mark.parametrize("app", ["mighty", "bypassing", "member_of_chief", "member_of_owner"])
def test_roles_that_row_level_security_cannot_bind_are_refused(external, app):
    with pytest.raises(Refusal) as refused:
        check_roles(database_for(urls(f"{external}/records", app=app), HOME))
    assert refused.value.code == "database_role_too_mighty"


@pytest.mark.processes
def test_wrong_password_is_a_fault_that_names_no_secret(external):
    target = replace(database_for(urls(f"{external}/records"), HOME), owner_password="wrong-one")
    with pytest.raises(Fault) as failed:
        check_roles(target)
    assert failed.value.code == "database_unreachable"
    assert "owner" in str(failed.value)
    assert "wrong-one" not in str(failed.value)


@pytest.mark.processes
def test_server_that_is_not_there_is_a_fault():
    with socket.socket() as taken:  # Bound but not listening: nobody else can answer there.
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(Fault) as failed:
            check_roles(database_for(urls(f"127.0.0.1:{taken.getsockname()[1]}/records"), HOME))
    assert failed.value.retry_after_s == 5


def test_server_that_is_too_old_is_refused(monkeypatch, external):
    monkeypatch.setattr("bedside.ground.postgres.target.OLDEST_MAJOR", 99)
    with pytest.raises(Refusal, match="too old"):
        check_roles(database_for(urls(f"{external}/records"), HOME))

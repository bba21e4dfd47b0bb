"""The command as an auditor runs it: from a checkout, and as the guide shows it."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bedside_verify import command
from tests.verify import golden

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/how-to/verify-a-ledger.md").read_text()
SHOWN = re.findall(r"```sh\n(.*?)```\n\n```text\n(.*?)```", GUIDE, re.DOTALL)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    shutil.copytree(golden.FOLDER, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_guide_shows_commands_and_their_answers():
    assert len(SHOWN) == 5
    assert GUIDE.count("```sh") == 5


@pytest.mark.parametrize(("commands", "answer"), SHOWN)
def test_guide_shows_what_happens(folder, commands, answer):
    environment = {**os.environ, "PATH": f"{ROOT / 'bin'}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["sh", "-c", commands], env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == answer
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["ledger.export", "--key", "key-1.txt"], 0),
        (["ledger.export", "--key", "key-2.txt"], 1),
        (["proof", "proof.json", "--key", "key-2.txt"], 0),
        (["proof", "proof.json", "--key", "key-1.txt"], 1),
        (["erasure", "certificate.json", "--key", "key-2.txt"], 0),
        (["erasure", "certificate.json", "--key", "key-1.txt"], 1),
        (["proof.json", "--key", "key-1.txt"], 2),
        (["proof", "certificate.json", "--key", "key-1.txt"], 2),
        (["erasure", "proof.json", "--key", "key-1.txt"], 2),
        (["nowhere.export", "--key", "key-1.txt"], 2),
        ([".", "--key", "key-1.txt"], 2),
        (["ledger.export", "--key", "nowhere.txt"], 2),
        (["ledger.export", "--key", "ledger.export"], 2),
        (["ledger.export", "--key", "key-1.txt", "--anchor", "key-1.txt"], 2),
        (["ledger.export", "--key", "key-1.txt", "--anchor", "nowhere.txt"], 2),
        (["proof", "proof.json", "--key", "00" * 32], 2),
        (["a\0b", "--key", "key-1.txt"], 2),
    ],
)
def test_ends_with_0_1_or_2(folder, capsys, arguments, code):
    assert command.run(arguments) == code
    written = capsys.readouterr()
    first = (written.out or written.err).partition("\n")[0]
    assert first.startswith(["SOUND.", "NOT SOUND.", "CANNOT BE CHECKED:"][code])
    assert command.run([*arguments, "--json"]) == code
    answer = json.loads(capsys.readouterr().out)
    assert answer["verdict"] == ["sound", "not sound", "unusable"][code]
    assert (code == 1) == bool(answer.get("findings"))


def test_without_a_key_nothing_is_checked(folder, capsys):
    with pytest.raises(SystemExit) as ended:
        command.run(["ledger.export"])
    assert ended.value.code == 2
    assert "--key" in capsys.readouterr().err


def test_pipe_is_refused_and_not_waited_for(folder, capsys):
    os.mkfifo(folder / "pipe")
    assert command.run(["pipe", "--key", "key-1.txt"]) == 2
    assert "plain file" in capsys.readouterr().err


def test_a_reader_who_has_seen_enough_is_no_error(folder):
    reads, writes = os.pipe()
    os.close(reads)  # before anything is written: as `head` in a hurry
    ended = subprocess.run(
        [ROOT / "bin/bedside-verify", "ledger.export", "--key", "key-1.txt"],
        stdout=writes, stderr=subprocess.PIPE, cwd=folder, check=False, timeout=60,
    )  # fmt: skip
    os.close(writes)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_key_in_every_form(folder):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    from bedside.kit.ledger.notes import encode_base64, key_id

    public = golden.FIRST.key.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    (folder / "key.pem").write_text(pem)
    note_key = f"riverside+{key_id(public, name='riverside').hex()}+{encode_base64(bytes([1]) + golden.FIRST.public)}"
    for key in (pem, "key.pem", note_key, golden.public_text(golden.FIRST)):
        assert command.run(["ledger.export", "--key", key]) == 0
    stranger = (
        Ed25519PrivateKey.generate()
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    assert command.run(["ledger.export", "--key", stranger.decode()]) == 1


def test_certificate_without_proof_says_so(folder, capsys):
    whole = json.loads((folder / "certificate.json").read_bytes())
    del whole["proof"]
    (folder / "bare.json").write_text(json.dumps(whole, sort_keys=True, separators=(",", ":")) + "\n")
    assert command.run(["erasure", "bare.json", "--key", "key-2.txt"]) == 0
    assert "carries no proof" in capsys.readouterr().out


def test_certificate_with_the_proof_of_another_entry_is_not_sound(folder, capsys):
    whole = json.loads((folder / "certificate.json").read_bytes())
    whole["proof"] = json.loads((folder / "proof.json").read_bytes())
    (folder / "mixed.json").write_text(json.dumps(whole, sort_keys=True, separators=(",", ":")) + "\n")
    assert command.run(["erasure", "mixed.json", "--key", "key-2.txt"]) == 1
    assert "about another certificate" in capsys.readouterr().out


def test_changed_certificate_is_not_sound(folder, capsys):
    raw = (folder / "certificate.json").read_text().replace('"keys_destroyed":1', '"keys_destroyed":2')
    (folder / "changed.json").write_text(raw)
    assert command.run(["erasure", "changed.json", "--key", "key-2.txt"]) == 1
    assert "changed after it was signed" in capsys.readouterr().out

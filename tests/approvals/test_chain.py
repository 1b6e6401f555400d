"""PROMISE 24: whoever bends the chain is found out offline, by any head that somebody kept before."""

import importlib.util
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from approvals.chain import exported, sha256
from tests.approvals.test_flow import accept, agreed, ask, deciders, project  # noqa: F401 — fixtures

SCRIPT = Path(settings.BASE_DIR) / "docs" / "verify_decisions.py"
spec: Any = importlib.util.spec_from_file_location("verify_decisions", SCRIPT)
verify: Any = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verify)

LENGTH = 12


def entries(seed: int = 1, length: int = LENGTH) -> list[dict[str, Any]]:
    """A whole chain, as the system exports it."""
    chance = random.Random(seed)  # noqa: S311
    made: list[dict[str, Any]] = []
    for position in range(1, length + 1):
        body = {
            "position": position,
            "previous": made[-1]["hash"] if made else verify.START,
            "at": f"2026-01-{position:02}T10:00:00+00:00",
            "act": chance.choice(["raised", "accept", "refuse"]),
            "proposal": str(UUID(int=chance.getrandbits(128))),
            "subject": {"kind": "project", "id": str(UUID(int=chance.getrandbits(128)))},
            "by": "person:7",
            "client": "система 系统" if position % 3 else None,
            "words": f"{chance.getrandbits(256):064x}",
        }
        made.append({"body": body, "hash": sha256(body)})
    return made


def written(made: list[dict[str, Any]]) -> bytes:
    return b"".join(verify.canonical(entry) + b"\n" for entry in made)


WHOLE = entries()
DATA = written(WHOLE)
HEADS = [(position, WHOLE[position - 1]["hash"]) for position in range(1, LENGTH + 1)]


def rebuilt(made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What somebody who can write to the database makes of it: all hashes fit again."""
    result: list[dict[str, Any]] = []
    for position, entry in enumerate(made, 1):
        body = {
            **entry["body"],
            "position": position,
            "previous": result[-1]["hash"] if result else verify.START,
        }
        result.append({"body": body, "hash": verify.hash_of(body)})
    return result


@pytest.mark.parametrize("head", HEADS)
def test_a_whole_chain_is_found_whole(head: Any) -> None:
    assert list(verify.faults(DATA, [head])) == []


@given(st.integers(0, len(DATA) - 1), st.integers(1, 255), st.sampled_from(HEADS))
def test_one_flipped_byte_is_found(index: int, flip: int, head: Any) -> None:
    bent = bytearray(DATA)
    bent[index] ^= flip
    assert list(verify.faults(bytes(bent), [head]))


@pytest.mark.parametrize("bit", range(8))
def test_every_byte_counts(bit: int) -> None:
    data = written(WHOLE[:2])
    for index in range(len(data)):
        bent = data[:index] + bytes([data[index] ^ 1 << bit]) + data[index + 1 :]
        assert list(verify.faults(bent)), f"byte {index}"


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("gone", range(LENGTH - 1))
def test_a_dropped_entry_is_found(gone: int, head: Any) -> None:
    assert list(verify.faults(written(WHOLE[:gone] + WHOLE[gone + 1 :]), [head]))


@given(st.integers(0, LENGTH - 1), st.integers(0, LENGTH - 1), st.sampled_from(HEADS))
def test_two_entries_that_change_places_are_found(one: int, other: int, head: Any) -> None:
    moved = list(WHOLE)
    moved[one], moved[other] = moved[other], moved[one]
    assert bool(list(verify.faults(written(moved), [head]))) == (one != other)


@pytest.mark.parametrize("length", range(LENGTH))
def test_a_cut_tail_is_found_by_every_head_that_was_cut_off(length: int) -> None:
    short = written(WHOLE[:length])
    for head in HEADS[length:]:
        assert list(verify.faults(short, [head]))
    assert list(verify.faults(short)) == []  # the control: without a head nobody can tell


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("touched", range(LENGTH))
def test_a_chain_that_is_written_anew_is_found(touched: int, head: Any) -> None:
    bent = json.loads(json.dumps(WHOLE))
    bent[touched]["body"]["act"] = "accept" if bent[touched]["body"]["act"] != "accept" else "refuse"
    data = written(rebuilt(bent))
    assert list(verify.faults(data)) == []  # the control: by itself it is whole
    # A head of what comes before the bent entry vouches for that much only.
    assert bool(list(verify.faults(data, [head]))) == (head[0] > touched)


@pytest.mark.parametrize("head", HEADS)
def test_a_chain_that_is_written_anew_from_the_start_is_found_by_any_head(head: Any) -> None:
    bent = json.loads(json.dumps(WHOLE))
    bent[0]["body"]["at"] = "2026-01-01T10:00:01+00:00"
    assert list(verify.faults(written(rebuilt(bent)), [head]))


@pytest.mark.parametrize("head", HEADS)
def test_a_dropped_entry_is_found_even_when_all_is_written_anew(head: Any) -> None:
    assert list(verify.faults(written(rebuilt(WHOLE[1:])), [head]))


@given(st.binary(max_size=300))
def test_no_file_makes_it_fail(data: bytes) -> None:
    assert list(verify.faults(data)) or data == b""


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 100_000,
        b'{"body":{"position":1e400}}',
        b'{"body":NaN,"hash":""}',
        b'"\\ud800"',
        b"1" * 9_000,
    ],
)
def test_no_line_makes_it_fail(line: bytes) -> None:
    assert list(verify.faults(line + b"\n"))


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [sys.executable, "-I", "-S", str(SCRIPT), *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.django_db
def test_the_command_checks_what_the_system_exports(stage: Any, agreed: Any, tmp_path: Path) -> None:  # noqa: F811
    accept(stage, ask(stage, agreed, "cancel", message="Спасибо 谢谢"))
    lines = list(exported())
    assert len(lines) == 4
    file = tmp_path / "decisions.jsonl"
    file.write_bytes(b"".join(lines))
    head = f"2:{json.loads(lines[1])['hash']}"
    good = run(str(file), "--head", head)
    assert (good.returncode, good.stderr) == (0, "")
    assert "4 entries" in good.stdout
    file.write_bytes(b"".join(lines[:1]))
    cut = run(str(file), "--head", head)
    assert cut.returncode == 1
    assert "its tail has been cut off" in cut.stdout


def test_what_can_not_be_checked_is_no_fault_of_the_chain(tmp_path: Path) -> None:
    assert run(str(tmp_path / "nothing.jsonl")).returncode == 2
    assert run(str(tmp_path / "nothing.jsonl"), "--head", "3:abc").returncode == 2

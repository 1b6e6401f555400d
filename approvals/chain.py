"""The chain of all that was done to proposals: each entry is bound to the one before it.

`docs/verify_decisions.py` checks an export of it with nothing but Python's standard
library; what is hashed, and how, is said here and repeated there.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.actors import Actor
from approvals.models import ChainEntry, Proposal, new_salt

LOCK = 0x636861696E  # "chain": the one advisory lock under which an entry is added; taken last
START = "0" * 64  # what the first entry names as the one before it


def canonical(value: Any) -> bytes:
    """The one way in which a value is written before it is hashed: RFC 8785 for what occurs here."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def sha256(value: Any) -> str:
    """The SHA-256 of a plain value, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def words_hash(salt: str, words: Any) -> str:
    """What stands in the chain for words that may have to be erased one day."""
    return sha256({"salt": salt, "words": words})


def chain_add(*, proposal: Proposal, act: str, words: Mapping[str, Any], by: Actor) -> ChainEntry:
    """Add what was done to a proposal, in the transaction that does it.

    `words` is what people wrote with it (message or comment, letter). The lock is held
    until the transaction ends, so that entries follow one another as they are committed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    last = ChainEntry.objects.order_by("-position").first()
    at, salt = timezone.now(), new_salt()
    body = {
        "position": last.position + 1 if last else 1,
        "previous": last.hash if last else START,
        "at": at.isoformat(),
        "act": act,
        "proposal": str(proposal.pk),
        "subject": {"kind": proposal.subject_kind, "id": str(proposal.subject_id)},
        "asks": proposal.act,
        "changes": sha256(proposal.changes),
        "pin": proposal.pin,
        "city": by.city.code if by.city else None,
        "by": f"person:{by.user_id}" if by.user_id else "system",
        "client": by.client.client_id if by.client else None,
        "words": words_hash(salt, dict(words)),
    }
    return ChainEntry.objects.create(
        position=body["position"], body=body, salt=salt, hash=sha256(body), proposal=proposal, at=at
    )


def head() -> ChainEntry | None:
    """The last entry: who keeps its hash notices whatever is changed or cut off before it."""
    return ChainEntry.objects.order_by("-position").first()


def latest(count: int) -> list[ChainEntry]:
    """The last entries, the newest first."""
    return list(ChainEntry.objects.order_by("-position")[:count])


def exported() -> Iterator[bytes]:
    """The whole chain, one entry a line, as `docs/verify_decisions.py` reads it.

    It holds ids and hashes only. The hashes of words come without their salts, so that
    nobody can try out what was written.
    """
    entries = ChainEntry.objects.order_by("position").values("body", "hash")
    for entry in entries.iterator(chunk_size=1000):
        yield canonical({"body": entry["body"], "hash": entry["hash"]}) + b"\n"

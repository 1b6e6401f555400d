#!/usr/bin/env python3
"""Checks an exported chain of decisions with nothing but Python's standard library.

    python verify_decisions.py decisions.jsonl [--head 17:<hash>] [--head 42:<hash>] …

The export holds one entry a line, `{"body": {…}, "hash": "…"}`, in canonical JSON: keys
sorted, no spaces, UTF-8. `hash` is the SHA-256 of `body` in that form. `body` names its
own `position`, counted from 1, and in `previous` the hash of the entry before it; the
first one names 64 zeros. So whoever changes, drops, adds or moves an entry has to write
all later ones anew, and then no head that somebody kept before fits any longer.

A head is `<position>:<hash>`: what the system showed, sent or printed in a signed report
on some earlier day. It says that the chain is still the one of that day, and how long it
must be at least. Any number of them can be given.

Exit codes: 0 the chain is whole; 1 it has been bent, each fault on a line of its own;
2 it could not be checked (no such file, a head that can't be read).
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

START = "0" * 64
HEX = set("0123456789abcdef")


def canonical(value):
    """The one way in which a value is written before it is hashed."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def hash_of(body):
    return hashlib.sha256(canonical(body)).hexdigest()


def read_entry(line):
    """An entry from its line, or None when the line is none, to the byte."""
    try:
        entry = json.loads(line)
        if canonical(entry) != line:
            return None
    except (ValueError, RecursionError):
        return None
    if not isinstance(entry, dict) or set(entry) != {"body", "hash"}:
        return None
    body = entry["body"]
    if not isinstance(body, dict) or type(body.get("position")) is not int:
        return None
    return entry if isinstance(entry["hash"], str) and isinstance(body.get("previous"), str) else None


def faults(data, heads=()):
    """Yields a sentence for each thing that is wrong with an export, given as bytes.

    `heads` are pairs of position and hash that were kept on earlier days.
    """
    lines = data.split(b"\n")
    if lines.pop():
        yield "The file ends in the middle of an entry."
        return
    hashes = {}
    previous = START
    for position, line in enumerate(lines, 1):
        entry = read_entry(line)
        if entry is None:
            yield f"Line {position} is no entry in canonical form: it has been changed."
            return
        body = entry["body"]
        if body["position"] != position:
            yield (
                f"Where entry {position} should stand, there is entry {body['position']}:"
                " entries are missing, added or moved."
            )
            return
        if hash_of(body) != entry["hash"]:
            yield f"Entry {position} does not fit its own hash: it has been changed."
        if body["previous"] != previous:
            yield f"Entry {position} does not follow the entry before it: the chain is broken there."
        previous = hashes[position] = entry["hash"]
    for position, kept in heads:
        if position > len(hashes):
            yield (
                f"The chain ends at entry {len(hashes)}, but you kept a head of entry {position}:"
                " its tail has been cut off."
            )
        elif hashes[position] != kept:
            yield (
                f"Entry {position} is not the one whose head you kept:"
                " the chain has been written anew from there or before."
            )


def read_head(text):
    """`17:<64 hexadecimal digits>` as a pair."""
    position, _colon, digits = text.strip().partition(":")
    digits = digits.strip().lower()
    if not position.isascii() or not position.isdigit() or int(position) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} does not begin with a position, counted from 1.")
    if len(digits) != 64 or set(digits) - HEX:
        raise argparse.ArgumentTypeError(f"{text!r} does not end with a hash of 64 hexadecimal digits.")
    return int(position), digits


def main(arguments=None):
    """Checks the file that the command line names. Returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("export", help="the exported chain, or - for standard input")
    parser.add_argument("--head", dest="heads", type=read_head, action="append", default=[])
    given = parser.parse_args(arguments)
    try:
        data = sys.stdin.buffer.read() if given.export == "-" else Path(given.export).read_bytes()
    except OSError as error:
        print(f"The export could not be read: {error.strerror}.", file=sys.stderr)
        return 2
    found = list(faults(data, given.heads))
    for sentence in found:
        print(sentence)
    if found:
        print("The chain is NOT whole.")
        return 1
    count = data.count(b"\n")
    last = json.loads(data.split(b"\n")[-2])["hash"] if count else START
    print(f"The chain is whole: {count} entries, its head is {count}:{last}")
    if given.heads:
        print(f"It holds every head that you kept: {', '.join(str(head[0]) for head in given.heads)}.")
    else:
        print("No earlier head was given, so whether a tail was cut off or all was written anew is open.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Two edits of one record: separate fields merge, the same field asks, nothing is lost."""

from hypothesis import given
from hypothesis import strategies as st

from records.merge import merge

FIELDS = ("title", "summary", "areas")
VALUES = st.sampled_from(["a", "b", "c"])
RECORDS = st.fixed_dictionaries(dict.fromkeys(FIELDS, VALUES))


@given(base=RECORDS, theirs=RECORDS, mine=RECORDS)
def test_every_value_that_somebody_typed_is_kept_or_shown(base: dict, theirs: dict, mine: dict) -> None:
    merged = merge(base=base, theirs=theirs, mine=mine)
    result = {**theirs, **merged.changes}
    shown = {conflict.field: conflict for conflict in merged.conflicts}
    for field in FIELDS:
        if mine[field] != base[field]:  # I typed it
            assert result[field] == mine[field] or shown[field].mine == mine[field]
        if theirs[field] != base[field]:  # they typed it, and it stands unless a person decides otherwise
            assert result[field] == theirs[field]


@given(base=RECORDS, theirs=RECORDS, mine=RECORDS)
def test_a_conflict_is_only_what_both_set_differently(base: dict, theirs: dict, mine: dict) -> None:
    disputed = {conflict.field for conflict in merge(base=base, theirs=theirs, mine=mine).conflicts}
    assert disputed == {
        field
        for field in FIELDS
        if mine[field] != base[field] and theirs[field] != base[field] and mine[field] != theirs[field]
    }


def test_a_field_that_was_not_sent_was_not_touched() -> None:
    merged = merge(base={"title": "a"}, theirs={"title": "b"}, mine={})
    assert (merged.changes, merged.conflicts) == ({}, [])

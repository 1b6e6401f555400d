"""The judged set: who should be found is found, in every pair of languages (`judged/README.md`)."""

import pytest

from tests.experts import judged_set

pytestmark = pytest.mark.django_db

LEAST = 0.9


@pytest.mark.parametrize("reader", ["moscow_editor", "beijing_editor"])
def test_nine_of_ten_who_should_be_are_among_the_first_five(stage, reader):
    made = judged_set.load(stage.programme, {code: stage.cities[code] for code in ("MOW", "BJS")})
    found, missed = judged_set.judge(judged_set.queries(held_out=False), made, stage.actor(reader))
    poor = {pair: round(each.recall, 3) for pair, each in found.items() if each.recall < LEAST}
    assert not poor, [(query["id"], query["text"]) for query in missed]
    assert len(found) == 10  # the whole, and each of three languages with each
    unseen, _missed = judged_set.judge(judged_set.queries(held_out=True), made, stage.actor(reader))
    assert unseen["whole"].recall >= 0.8


def test_the_set_tells_a_search_that_finds_nothing_from_one_that_finds(stage):
    made = judged_set.load(stage.programme, {code: stage.cities[code] for code in ("MOW", "BJS")})
    found, _missed = judged_set.judge(judged_set.queries(held_out=False), made, stage.actor("stranger"))
    assert found["whole"].recall == 0

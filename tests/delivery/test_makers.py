"""Many makers at once: each notice exists once, and the test would show it if it did not."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from delivery import maker
from delivery.maker import notices_make
from delivery.models import Notice, Place
from records.changes import positions_assign
from records.models import Change

pytestmark = pytest.mark.django_db(transaction=True)
MAKERS = 10
GUARD = "delivery_notice_once_for_a_change"


def make_all_at_once(make):
    barrier = Barrier(MAKERS, timeout=120)

    def run(_number):
        try:
            barrier.wait()
            return make()
        finally:
            connection.close()

    with ThreadPoolExecutor(MAKERS) as pool:
        list(pool.map(run, range(MAKERS)))


def without_the_lock():
    """A maker that reads from the beginning, whoever else is at it."""
    maker.write(list(maker.of_changes(list(Change.objects.order_by("position")))))


def prepare(scene):
    scene.follow("beijing_editor", "beijing_coordinator", "moscow_reader")
    scene.edit()
    scene.edit()
    positions_assign()


def test_ten_makers_make_each_notice_once(scene):
    prepare(scene)
    make_all_at_once(notices_make)
    notices_make()
    assert Notice.objects.count() == 6
    assert Place.objects.get().position == Change.objects.count()


def test_even_without_the_lock_each_exists_once(scene):
    prepare(scene)
    make_all_at_once(without_the_lock)
    assert Notice.objects.count() == 6


def test_without_the_guards_they_would_be_doubled(scene):
    """The negative control of the tests above."""
    prepare(scene)
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE delivery_notice DROP CONSTRAINT {GUARD}")
    try:
        make_all_at_once(without_the_lock)
        assert Notice.objects.count() > 6
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM delivery_notice")
            cursor.execute(
                f"ALTER TABLE delivery_notice ADD CONSTRAINT {GUARD} UNIQUE (user_id, change_id)"
            )

"""Jobs under real faults: workers, beats and Redis are processes, and they are killed.

Lease, minute and the wait before a message is sent again are shortened to seconds;
everything else is as it is in production. `make faults` kills more often.
"""

import os
import secrets
import shutil
import signal
import time
from pathlib import Path
from tempfile import mkdtemp

import pytest

from config.local.processes import Interrupts
from tests.faults.plant import GUNICORN, LONG, Browser, Plant, free_port, wait_for

KILLS, ROWS, GOOD = (20, 100, 50) if LONG else (4, 16, 12)
AWAY = 60.0 if LONG else 3.0  # seconds without Redis

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def running_plant(tmp_path_factory):
    sockets = Path(mkdtemp(prefix="trk-", dir="/tmp"))
    plant = Plant(tmp_path_factory.mktemp("plant"), sockets)
    yield plant
    plant.end()
    plant.database.close()
    plant.redis.kill_all()
    plant.admin(f"DROP DATABASE {plant.name} WITH (FORCE)")
    shutil.rmtree(sockets)


@pytest.fixture
def plant(running_plant):
    yield running_plant
    running_plant.end()


def children_of(pid: int) -> list[int]:
    return [int(number) for number in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_killed_workers_lose_nothing_and_double_nothing(plant):
    """Every message comes three times; now a pool child is killed, now the whole worker."""
    worker = plant.worker()
    plant.beat()
    plant.ask("row", ROWS, seconds=0.5, times=3)
    for number in range(KILLS):
        assert wait_for(lambda: plant.states().get("running"), 30), plant.logs()
        time.sleep(0.3)
        if number % 2:
            worker.kill_all()
            worker = plant.worker()
        elif children := children_of(worker.process.pid):
            os.kill(children[0], signal.SIGKILL)
    plant.wait_until_done(ROWS, seconds=60 + ROWS)
    assert plant.overlaps() == 0
    assert plant.sql("SELECT max(attempts) FROM records_job WHERE kind IN ('row', 'poison')")[0][0] > 1, (
        "no kill met a job"
    )


def test_control_without_compare_and_set_jobs_are_done_twice_at_once(plant):
    plant.worker(GUARD_OFF="claim")
    plant.ask("row", 6, seconds=0.5, times=3)
    assert wait_for(lambda: plant.overlaps() > 0, 20), plant.logs()


def test_poison_is_parked_after_three_tries_and_the_rest_is_done(plant):
    plant.worker()
    plant.beat()
    (poison,) = plant.ask("poison", 1)
    plant.ask("row", GOOD, seconds=0.05)
    wait_for(lambda: plant.states().get("parked"), 40)
    plant.wait_until_done(GOOD, seconds=20 + GOOD)
    found = plant.sql("SELECT state, attempts, error FROM records_job WHERE id = %s", poison)
    assert found == [("parked", 3, "The worker died each time it was tried.")], plant.logs()
    assert plant.sql("SELECT count(*) FROM faults_run WHERE job = %s", poison) == [(3,)]


@pytest.mark.skipif(not LONG, reason="takes half a minute; runs with `make faults`")
def test_control_when_attempts_are_counted_after_the_work_poison_never_stops(plant):
    plant.worker(GUARD_OFF="attempts")
    plant.beat()
    (poison,) = plant.ask("poison", 1)
    runs = lambda: plant.sql("SELECT count(*) FROM faults_run WHERE job = %s", poison)[0][0]  # noqa: E731
    assert wait_for(lambda: runs() > 4, 60), plant.logs()
    assert plant.states().get("parked") is None


def test_redis_stopped_and_emptied_people_go_on_and_all_work_is_done(plant):
    with_port = free_port()
    plant.begin(
        "web",
        GUNICORN,
        BIND=f"127.0.0.1:{with_port}",
    )
    plant.worker()
    plant.beat()
    browser = Browser(with_port)
    assert wait_for(browser.is_up, 30), plant.logs()

    plant.redis.kill_all()
    gone = time.monotonic()
    began = time.monotonic()
    asked = len(plant.ask("row", 3))
    assert time.monotonic() - began < 15, "whoever asks for work does not wait for Redis"
    browser.sign_in()
    saved = browser.save_a_project(f"Saved without Redis {secrets.token_hex(3)}")
    assert plant.sql("SELECT count(*) FROM projects_project WHERE title_en = %s", saved) == [(1,)]
    time.sleep(max(0.0, AWAY - (time.monotonic() - gone)))
    assert plant.states() == {"queued": 3}

    plant.redis = plant.redis_server.start(Interrupts())
    plant.redis_cli("FLUSHALL")
    back = time.monotonic()
    plant.wait_until_done(asked, seconds=120)
    assert time.monotonic() - back < 120

    for child in [child for child in plant.children if child.name == "worker"]:
        child.kill_all()
    asked += len(plant.ask("row", 3))
    plant.redis_cli("FLUSHALL")
    plant.worker()
    plant.wait_until_done(asked, seconds=60)
    assert plant.overlaps() == 0


def test_control_without_the_relay_what_redis_forgets_is_lost(plant):
    plant.beat(GUARD_OFF="relay")
    plant.ask("row", 2)
    plant.redis_cli("FLUSHALL")
    plant.worker(GUARD_OFF="relay")
    time.sleep(6)
    assert plant.states() == {"queued": 2}


def test_three_beats_at_once_do_no_more_than_one(plant):
    """The messages were lost, and all three find the same jobs due, minute after minute."""
    plant.ask("row", ROWS, seconds=0.05)
    plant.redis_cli("FLUSHALL")
    for _ in range(3):
        plant.beat()
    plant.worker()
    plant.wait_until_done(ROWS, seconds=60)
    time.sleep(3)
    assert plant.sql("SELECT count(*), count(DISTINCT job) FROM faults_run") == [(ROWS, ROWS)]

"""The traffic of a version: what was run, and what is drawn from it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from multitool_tui.sandbox.handlers.pool import Pool
from tests.sandbox.handlers.support import program

ONE_IN_TEN = """
n = 0
def handler(event, context):
    global n
    n += 1
    if n % 10 == 0:
        raise RuntimeError
    return {"statusCode": 503 if n % 10 == 5 else 200}
"""


@pytest.fixture
def pool() -> Iterator[Pool]:
    pool = Pool()
    yield pool
    pool.close()


def test_a_few_requests_are_all_run(pool: Pool, tmp_path: Path) -> None:
    counter = tmp_path / "count"
    text = f"def handler(event, context):\n    open({str(counter)!r}, 'a').write('.')"
    took = pool.runs(program(text)).take(3, Random(1))
    assert len(took) == 3
    assert len(counter.read_text()) >= 3


def test_more_than_the_machine_affords_are_drawn_from_what_was_run(pool: Pool) -> None:
    took = pool.runs(program(ONE_IN_TEN)).take(100_000, Random(1))
    assert len(took) == 100_000
    failed = sum(each.failed for each in took)
    assert 3_000 < failed < 20_000
    assert failed < sum(each.server_error for each in took)
    assert all(each.ms > 0 for each in took)


def test_the_traffic_asks_as_api_gateway_does(pool: Pool) -> None:
    text = "def handler(event, context): return {'statusCode': 200 if event['httpMethod'] == 'GET' else 500}"
    assert not any(each.server_error for each in pool.runs(program(text)).take(5, Random(1)))


def test_no_requests_run_nothing(pool: Pool, tmp_path: Path) -> None:
    counter = tmp_path / "count"
    assert pool.runs(program(f"open({str(counter)!r}, 'a')\ndef handler(e, c): ...")).take(0, Random(1)) == []
    assert not counter.exists()


def test_the_end_of_the_pool_ends_the_processes(pool: Pool, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    text = f"import os\ndef handler(event, context):\n    open({str(note)!r}, 'w').write(str(os.getpid()))"
    pool.runs(program(text)).take(2, Random(1))
    pool.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)

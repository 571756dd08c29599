"""What is past: rollouts read from a journal, and every moment of one."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest

from multitool_tui.aws.resources import Caller
from multitool_tui.clock import ManualClock
from multitool_tui.controller.archive import Archive
from multitool_tui.controller.film import Film, recorded, rehearsed
from multitool_tui.controller.port import CommandRefused
from multitool_tui.journal.codec import Unreadable, encode, encode_event
from multitool_tui.journal.store import FILE, Entry, Journal, Kind
from multitool_tui.judgement.engine import EvidenceJudge
from multitool_tui.judgement.model import AlarmState, Counts, Minute
from multitool_tui.rollout.effects import Notify
from multitool_tui.rollout.events import Applied, Event, Judged, Started
from multitool_tui.rollout.machine import advance
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.states import State
from multitool_tui.rollout.strategies import STRATEGIES

START = datetime(2026, 1, 5, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PLAN = replace(STRATEGIES["adaptive"], alarms=("checkout-5xx",))
ROLLOUT = Rollout("checkout-live-20260105T100000", "checkout:live", "41", "42", PLAN)
CALLER = Caller("1", "arn:aws:iam::1:user/ann", "eu-west-1")


def minute(number: int, failed: int) -> Minute:
    """A minute in which the canary had a hundred requests."""
    return Minute(START + number * MINUTE, 0.1, Counts(900, 2, 5), Counts(100, failed, 1))


def begin(journal: Journal, rollout: Rollout = ROLLOUT, place: str = "1/eu-west-1") -> int:
    return journal.begin(
        rollout, place=place, actor="ann@laptop", caller=CALLER.arn, version="1", at=START, driver="d", slow_limit=250.0
    )


def play(journal: Journal, minutes: list[Minute]) -> int:
    """Record a rollout as its driver does: the minutes as they are sealed, and what followed from them."""
    key, judge, rollout = begin(journal), EvidenceJudge(PLAN.settings), ROLLOUT

    def happen(event: Event, *before: Entry) -> None:
        nonlocal rollout
        rollout, effects = advance(rollout, event)
        receipts = (effect.receipt for effect in effects if isinstance(effect, Notify))
        lines = [Entry(event.at, Kind.RECEIPT, encode(receipt)) for receipt in receipts]
        journal.write(key, rollout, [*before, Entry(event.at, Kind.EVENT, encode_event(event)), *lines])

    history = Minute(START - MINUTE, 0.0, Counts(1000, 2, 5))
    seen = judge.see_minute(history)
    quiet = Entry(START, Kind.ALARMS, encode({"checkout-5xx": AlarmState.OK}))
    happen(Started(at=START, actor="ann@laptop", judgement=seen), Entry(START, Kind.MINUTES, encode([history])), quiet)
    happen(Applied(at=START + timedelta(seconds=2)), Entry(START, Kind.WEIGHT, encode(0.1)))
    for one in minutes:
        at = one.start + MINUTE + PLAN.analysis.seal_after
        if rollout.on_target:
            shown = Entry(at, Kind.MINUTES, encode([one]))
            happen(Judged(at=at, judgement=judge.see_minute(one)), shown)
            if rollout.pending:
                happen(Applied(at=at + timedelta(seconds=2)))
    return key


def archive(folder: Path) -> Archive:
    return Archive(cast("Any", None), ManualClock(START), folder, {})


def film_of(folder: Path, minutes: list[Minute]) -> Film:
    journal = Journal.open(folder)
    key = play(journal, minutes)
    record = journal.record(key)
    assert record is not None
    film = recorded(record, journal.entries(key))
    journal.close()
    return film


def test_every_moment_knows_what_was_known_then_and_nothing_later(tmp_path: Path) -> None:
    film = film_of(tmp_path, [minute(number, 30) for number in range(6)])
    moments = [film.snapshot(number) for number in range(len(film.frames))]
    for now in moments:
        [live] = now.rollouts
        assert all(one.start + MINUTE <= now.at for one in live.traffic.minutes)
        assert all(entry.at <= now.at for entry in now.entries)
        assert now.past == "HISTORY"
        assert now.caller == CALLER
    states = [now.rollouts[0].rollout.state for now in moments]
    assert states[0] is State.SHIFTING
    assert states[-1] is State.ROLLED_BACK
    assert [alarm.state for alarm in moments[0].alarms] == [AlarmState.OK]
    first, last = moments[0].rollouts[0], moments[-1].rollouts[0]
    assert last.rollout.judgement.evidence.harm > first.rollout.judgement.evidence.harm
    assert last.traffic.course[-1][1] == last.rollout.judgement.evidence
    assert last.traffic.slow_limit == 250
    assert any(frame.action == "rolling back" for frame in film.frames)


def test_a_rollout_of_one_minute_has_its_moments(tmp_path: Path) -> None:
    film = film_of(tmp_path, [minute(0, 0)])
    assert film.snapshot(len(film.frames) - 1).rollouts[0].traffic.minutes[-1].start == START


def test_what_happens_at_once_is_one_moment(tmp_path: Path) -> None:
    film = film_of(tmp_path, [minute(0, 0)])
    assert all((late.at - early.at).total_seconds() >= 1 for early, late in pairwise(film.frames))


def test_a_record_without_its_beginning_is_unreadable(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    key = play(journal, [minute(0, 0)])
    record = journal.record(key)
    assert record is not None
    with pytest.raises(Unreadable, match="its beginning is missing"):
        recorded(record, journal.entries(key)[1:])
    journal.close()


def test_a_replay_tells_what_would_have_been_decided() -> None:
    history = [Minute(START - number * MINUTE, 0.0, Counts(1000, 2, 5)) for number in range(5, 0, -1)]
    film = rehearsed([*history, *(minute(number, 30) for number in range(6))], PLAN, ROLLOUT, CALLER)
    assert len(film.frames) == 6
    now = film.snapshot(5)
    assert now.past == "REPLAY"
    assert now.rollouts[0].rollout.state is State.ROLLED_BACK
    assert now.rollouts[0].rollout.target == "checkout:live"
    assert "rolled back" in {entry.action for entry in now.entries}


def test_a_replay_without_a_canary_is_refused() -> None:
    with pytest.raises(ValueError, match="there was no canary to judge"):
        rehearsed([Minute(START, 0.0, Counts(1000, 2, 5))], PLAN, ROLLOUT, CALLER)


async def test_pages_are_of_one_size_however_many_rollouts_there_are(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    key = begin(journal)
    with journal.writing() as connection:
        columns = "place, target, baseline, canary, strategy, actor, caller, version, began_at, driver, state, rollout"
        connection.executemany(
            f"INSERT INTO rollouts (id, {columns}) SELECT ?, {columns} FROM rollouts WHERE key = ?",  # noqa: S608
            [(f"r-{number}", key) for number in range(1999)],
        )
    journal.close()
    kept, before = archive(tmp_path), None
    sizes, ids = [], []
    while page := await kept.page(before):
        sizes.append(len(page))
        ids += [one.id for one in page]
        before = page[-1].key
    assert sizes == [200] * 10
    assert ids == [*(f"r-{number}" for number in range(1998, -1, -1)), ROLLOUT.id]


async def test_a_damaged_record_has_its_row_and_says_so_when_it_is_opened(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    key = play(journal, [minute(0, 0)])
    begin(journal, replace(ROLLOUT, id="other"))
    with journal.writing() as connection:
        connection.execute("UPDATE rollouts SET rollout = '{' WHERE key = ?", (key,))
        connection.execute("UPDATE entries SET body = '{' WHERE rollout = ? AND number = 1", (key + 1,))
    journal.close()
    kept = archive(tmp_path)
    assert [one.id for one in await kept.page()] == ["other", ROLLOUT.id]
    for damaged in (key, key + 1):
        with pytest.raises(CommandRefused, match="damaged"):
            await kept.film(damaged)


async def test_an_empty_journal_has_no_pages_and_a_damaged_file_says_so(tmp_path: Path) -> None:
    kept = archive(tmp_path / "new")
    assert await kept.page() == ()
    with pytest.raises(CommandRefused, match="not on record any more"):
        await kept.film(1)
    (tmp_path / FILE).write_bytes(b"no database at all" * 400)
    with pytest.raises(CommandRefused, match=r"journal.*damaged"):
        await archive(tmp_path).page()


async def test_who_reads_does_not_wait_for_who_writes(tmp_path: Path) -> None:
    Journal.open(tmp_path).close()
    writer = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert await archive(tmp_path).page() == ()
    writer.close()

"""The journal's file: what goes in comes out, and whatever is wrong with it is one sentence."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from multitool_tui.journal import schema
from multitool_tui.journal.codec import Unreadable, decode, decode_event, encode, encode_change, encode_event
from multitool_tui.journal.lock import DriverLock
from multitool_tui.journal.store import FILE, Entry, Journal, JournalError, Kind
from multitool_tui.judgement.model import Counts, Judgement, Minute, Verdict
from multitool_tui.rollout.effects import Adopt, Change, Leave, Promote, Restore, RollBack, SetWeight
from multitool_tui.rollout.events import Event
from multitool_tui.rollout.machine import advance
from multitool_tui.rollout.model import Rollout
from multitool_tui.rollout.plan import Plan
from multitool_tui.rollout.states import State
from multitool_tui.rollout.strategies import STRATEGIES
from tests.rollout.story import Story, at
from tests.rollout.test_transitions import WALKS

NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)


def a_rollout(plan: Plan = STRATEGIES["adaptive"]) -> Rollout:
    return Rollout("checkout-live-20260105T100000", "checkout:live", "41", "42", plan)


def begun(journal: Journal, rollout: Rollout | None = None, place: str = "1/eu-west-1") -> int:
    return journal.begin(
        rollout or a_rollout(),
        place=place,
        actor="ann@laptop",
        caller="arn:aws:iam::1:user/ann",
        version="1",
        at=NOW,
        driver="0badcafe",
        slow_limit=None,
    )


@pytest.mark.parametrize("walk", WALKS.values(), ids=WALKS)
def test_every_rollout_and_event_is_the_same_after_a_way_through_json(walk: object) -> None:
    assert callable(walk)
    story: Story = walk()
    event: Event | None = story.event
    assert event is not None
    again = decode_event(encode_event(event))
    assert again == event
    assert decode(encode(story.before), Rollout) == story.before
    assert advance(decode(encode(story.before), Rollout), again)[0] == story.rollout


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_is_the_same_after_a_way_through_json(name: str) -> None:
    assert decode(encode(STRATEGIES[name]), Plan) == STRATEGIES[name]


@pytest.mark.parametrize(
    "change", [SetWeight(0.1), Promote(final=True), Promote(final=False), RollBack(), Adopt(), Restore(0.3), Leave()]
)
def test_a_pending_change_keeps_its_kind(change: Change) -> None:
    rollout = Rollout("r", "f:a", "1", "2", STRATEGIES["AllAtOnce"], pending=change)
    assert decode(encode(rollout), Rollout) == rollout
    assert type(change).__name__ in encode_change(change)


@given(st.text(max_size=60))
def test_what_is_no_event_says_so(text: str) -> None:
    with pytest.raises(Unreadable):
        decode_event(text)


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    key = begun(journal)
    story = at(State.SHIFTING)
    minute = Minute(NOW, 0.1, Counts(900, 1), Counts(100, 0, slow=2))
    journal.write(key, story.rollout, [Entry(NOW, Kind.MINUTES, encode([minute]))])
    journal.close()
    again = Journal.open(tmp_path)
    (record,) = again.under_way("1/eu-west-1")
    assert (record.rollout, record.actor, record.driver) == (story.rollout, "ann@laptop", "0badcafe")
    entries = again.entries(key)
    assert [entry.kind for entry in entries] == [Kind.BEGAN, Kind.DRIVER, Kind.MINUTES]
    assert decode(entries[-1].body, tuple[Minute, ...]) == (minute,)
    assert again.under_way("2/eu-west-1") == []
    again.close()


def test_what_has_ended_is_no_longer_under_way_but_still_found(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    key = begun(journal)
    ended = at(State.PROMOTED).rollout
    journal.write(key, ended, [])
    assert journal.under_way("1/eu-west-1") == []
    assert [record.rollout.state for record in journal.all()] == [State.PROMOTED]
    journal.close()


def test_a_write_is_whole_or_nothing(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    key = begun(journal)
    bad = Entry(NOW, Kind.EVENT, None)  # type: ignore[arg-type]
    with pytest.raises(JournalError):
        journal.write(key, a_rollout(), [Entry(NOW, Kind.WEIGHT, "0.1"), bad])
    assert len(journal.entries(key)) == 2
    journal.write(key, a_rollout(), [Entry(NOW, Kind.WEIGHT, "0.1")])
    assert len(journal.entries(key)) == 3
    journal.close()


def test_two_processes_write_to_one_file(tmp_path: Path) -> None:
    one, other = Journal.open(tmp_path), Journal.open(tmp_path)
    first, second = begun(one), begun(other, place="2/eu-west-1")
    one.write(first, a_rollout(), [Entry(NOW, Kind.WEIGHT, "0.1")])
    other.write(second, a_rollout(), [Entry(NOW, Kind.WEIGHT, "0.2")])
    assert [entry.body for entry in one.entries(second)][-1] == "0.2"
    one.close()
    other.close()


@pytest.mark.parametrize("version", range(1, schema.VERSION))
def test_an_older_journal_is_brought_forward_with_what_is_in_it(
    version: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr(schema, "_STEPS", schema._STEPS[:version])
        before.setattr(schema, "VERSION", version)
        old = Journal.open(tmp_path)
        with old.writing() as file:
            file.execute(
                "INSERT INTO rollouts (id, place, target, baseline, canary, strategy, actor, caller, version, began_at,"
                " driver, state, rollout) VALUES ('', '', '', '', '', '', '', '', '', ?, '', 'shifting', ?)",
                (NOW.isoformat(), encode(a_rollout())),
            )
        old.close()
    journal = Journal.open(tmp_path)
    assert journal.survey().schema == schema.VERSION
    begun(journal)
    assert [record.rollout for record in journal.all()] == [a_rollout()] * 2
    journal.close()


def test_a_newer_journal_is_refused(tmp_path: Path) -> None:
    Journal.open(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(JournalError, match="newer MultiTool: update this one, or give another --state-dir"):
        Journal.open(tmp_path)


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    key = begun(journal)
    journal._connection.execute("PRAGMA max_page_count = 12")
    with pytest.raises(JournalError, match="The disk is full"):
        journal.write(key, a_rollout(), [Entry(NOW, Kind.EVENT, "x" * 200_000)])
    assert len(journal.entries(key)) == 2
    journal.close()


def test_a_locked_journal_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("multitool_tui.journal.store._PATIENCE", 0.0)
    journal = Journal.open(tmp_path)
    holder = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(JournalError, match="is locked by another process"):
        begun(journal)
    holder.close()
    journal.close()


def test_a_place_that_is_no_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="make its folder writable, or give another --state-dir"):
        Journal.open(tmp_path / "file")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=timedelta(seconds=5))
@given(seed=st.integers(0, 10**6))
def test_a_damaged_file_is_said_or_still_right(tmp_path: Path, seed: int) -> None:
    folder = Path(tempfile.mkdtemp(dir=tmp_path))  # an example may be run twice
    journal = Journal.open(folder)
    key = begun(journal)
    journal.write(key, at(State.SHIFTING).rollout, [Entry(NOW, Kind.WEIGHT, "0.1")] * 20)
    journal.close()
    chance = random.Random(seed)
    data = bytearray((folder / FILE).read_bytes())
    for _ in range(chance.randrange(1, 40)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    (folder / FILE).write_bytes(data[: chance.choice([len(data), chance.randrange(len(data))])])
    try:
        damaged = Journal.open(folder)
    except JournalError:
        return
    try:
        for record in damaged.all():
            damaged.entries(record.key)
        begun(damaged, place="elsewhere")
    except JournalError:
        pass
    finally:
        damaged.close()


def test_the_lock_is_free_again_when_its_process_is_killed(tmp_path: Path) -> None:
    hold = (
        "import sys, time; from pathlib import Path; from multitool_tui.journal.lock import DriverLock;"
        "DriverLock.take(Path(sys.argv[1]), 1); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", hold, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        assert DriverLock.take(tmp_path, 1) is None
        os.kill(process.pid, signal.SIGKILL)
    lock = DriverLock.take(tmp_path, 1)
    assert lock is not None
    assert DriverLock.take(tmp_path, 1) is None
    lock.release()


def test_a_verdict_survives() -> None:
    judgement = Judgement(Verdict.SAFE, "Fine.", alarms=("a",), weight_afforded=0.25)
    assert decode(encode(judgement), Judgement) == judgement

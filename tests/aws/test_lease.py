"""The mark in an alias's description: nothing of the owner's words is ever lost, whatever they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.aws.lease import LONGEST, Lease, NoRoom, read, write

NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)
ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=256)
LEASES = st.builds(
    Lease,
    st.integers(1, 99999).map(str),
    st.integers(1, 99999).map(str),
    st.integers(0, 10**6).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    st.integers(0, 10**6).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    st.integers(0, 2**32 - 1).map(lambda number: f"{number:08x}"),
    st.sampled_from(["", "adaptive", "Canary10Percent5Minutes", "own steps"]),
    st.text(max_size=80),
)


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(LEASES, ANY_TEXT)
def test_the_owners_words_come_back_as_they_were(lease: Lease, owners: str) -> None:
    try:
        description = write(lease, owners)
    except NoRoom:
        assert units(owners) > 150
        return
    assert units(description) <= LONGEST
    found, words = read(description)
    assert words == owners
    assert found is not None
    assert (found.baseline, found.canary, found.driver) == (lease.baseline, lease.canary, lease.driver)
    assert (found.since, found.until) == (lease.since, lease.until)


@given(LEASES, st.text(st.characters(max_codepoint=126, min_codepoint=32), max_size=256))
def test_plain_english_always_has_room(lease: Lease, owners: str) -> None:
    assert read(write(lease, owners))[1] == owners


@given(ANY_TEXT)
def test_a_description_without_a_mark_is_all_the_owners(text: str) -> None:
    lease, owners = read(text)
    assert lease is not None or owners == text


@pytest.mark.parametrize(
    "text",
    [
        "[multitool v41>v42 zzzzzzzzz-zzzzzzzzz 0badcafe adaptive ann] far beyond the calendar",
        "[multitool v41>v42 tkq2v0-tkq38s 0badcafe adaptive ann]~ not packed here",
        "[multitool v41>v42]",
    ],
)
def test_what_only_looks_like_a_mark_is_none(text: str) -> None:
    assert read(text) == (None, text)


def test_a_mark_is_readable_in_the_console() -> None:
    lease = Lease("41", "42", NOW, NOW + timedelta(minutes=5), "0badcafe", "adaptive", "ann@laptop")
    assert write(lease, "Serves production") == (
        "[multitool v41>v42 t8dyg0-t8dyoc 0badcafe adaptive ann@laptop] Serves production"
    )

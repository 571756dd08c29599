from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.words import (
    AliasName,
    StageName,
    duration,
    function_in,
    parse_duration,
    parse_percent,
    parse_target,
    percent,
    write_duration,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("5m", 300), ("1h30m", 5400), ("2d", 172_800), ("0s", 0), ("1.5s", 1.5), (" 1h 5M ", 3900)],
)
def test_a_duration_is_read(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "5 minutes", "1h30", "5m,", "1e3s", ".5s"])
def test_what_is_no_duration_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a duration: write it like 90s, 5m, 1h30m or 2d$"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["3651d", "99999999999999999d", "9" * 400 + "s"])
def test_a_duration_that_no_calendar_holds_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is longer than ten years$"):
        parse_duration(text)


@given(st.timedeltas(timedelta(0), timedelta(days=3650)))
def test_a_duration_written_in_full_reads_the_same_back(value: timedelta) -> None:
    assert parse_duration(write_duration(value)) == value


@given(st.text(st.sampled_from("0123456789.smhd -٣")))
def test_any_text_is_a_duration_or_no_duration_and_nothing_else_happens(text: str) -> None:
    read = None
    with contextlib.suppress(ValueError):
        read = parse_duration(text)
    assert read is None or read >= timedelta(0)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (-5, "0s"),
        (45, "45s"),
        (59.6, "1m"),
        (150, "2m 30s"),
        (3600, "1h"),
        (3605, "1h"),
        (3930, "1h 5m"),
        (273_600, "3d 4h"),
    ],
)
def test_a_duration_on_screen_has_its_two_largest_units(seconds: float, text: str) -> None:
    assert duration(timedelta(seconds=seconds)) == text


@given(st.timedeltas(timedelta(0), timedelta(days=3650)))
def test_a_duration_on_screen_is_off_by_less_than_its_second_unit(value: timedelta) -> None:
    shown = parse_duration(duration(value))
    coarsest = next(unit for unit, below in _COARSENESS if value < below)
    assert abs(value - shown) < coarsest


_COARSENESS = [
    (timedelta(seconds=1), timedelta(hours=1)),
    (timedelta(minutes=1), timedelta(days=1)),
    (timedelta(hours=1), timedelta.max),
]


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0%"), (0.25, "25%"), (0.07, "7%"), (0.0041, "0.41%"), (1, "100%"), (0.1, "10%")]
)
def test_a_share_reads_as_a_percentage(share: float, text: str) -> None:
    assert percent(share) == text
    assert parse_percent(text) == share


def test_without_digits_a_percentage_keeps_its_zeros() -> None:
    assert percent(0.2, digits=0) == "20%"


@given(st.integers(0, 10_000))
def test_a_percentage_with_two_digits_reads_the_same_back(hundredths: int) -> None:
    share = hundredths / 10_000
    assert parse_percent(percent(share)) == share


@pytest.mark.parametrize("text", ["25", "25%", " 25 % "])
def test_a_percentage_is_read_with_or_without_its_sign(text: str) -> None:
    assert parse_percent(text) == 0.25


@pytest.mark.parametrize("text", ["", "%", "a quarter", "25%%"])
def test_what_is_no_percentage_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a percentage: write it like 25 or 0\.5%$"):
        parse_percent(text)


@pytest.mark.parametrize("text", ["-1", "100.1%", "nan", "inf"])
def test_a_percentage_lies_between_0_and_100(text: str) -> None:
    with pytest.raises(ValueError, match=r"is outside 0-100%$"):
        parse_percent(text)


_NAMES = st.from_regex(r"[A-Za-z0-9_-]+", fullmatch=True)


@given(_NAMES, _NAMES)
def test_a_target_is_a_function_and_an_alias(function: str, alias: str) -> None:
    assert parse_target(f"{function}:{alias}") == AliasName(function, alias)


def test_a_function_may_be_an_arn() -> None:
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:checkout"
    assert parse_target(f"{arn}:live") == AliasName(arn, "live")


@given(st.text(min_size=1).filter(str.strip), st.from_regex(r"[A-Za-z0-9_-]{1,128}", fullmatch=True))
def test_a_target_is_an_api_of_any_name_and_a_stage(api: str, stage: str) -> None:
    assert parse_target(f"{api}/{stage}") == StageName(api, stage)
    assert str(StageName(api, stage)) == f"{api}/{stage}"


@pytest.mark.parametrize("text", ["", "checkout", ":live", "checkout:", ":"])
def test_half_a_target_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"names no target: write it as function:alias, like checkout:live, or as "):
        parse_target(text)


@pytest.mark.parametrize("text", ["/prod", "shop/", "shop/my stage", "x/y:live", "  /prod"])
def test_half_a_stage_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"names no stage: write it as api/stage, like shop/prod$"):
        parse_target(text)


def test_only_an_alias_names_its_function() -> None:
    assert [function_in(one) for one in ("checkout:live", "shop/prod", "my:shop/prod")] == ["checkout", "", ""]

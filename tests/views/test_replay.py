"""A replay as text and as a chart, of answers made up here: how it reads does not depend on how it is judged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from multitool_tui.judgement.model import Counts, Evidence, Judgement, Minute, Tally, Verdict
from multitool_tui.rollout.rehearsal import Action, Answer
from multitool_tui.stream.lines import NewRollout, Sealed
from multitool_tui.stream.stream import Judged
from multitool_tui.views.replay import Chart, Text

START = datetime(2026, 1, 5, 23, 57, tzinfo=UTC)


def judged(
    number: int,
    weight: float,
    failed: int,
    harm: float,
    action: Action = Action.HOLD,
    wanted: float = 0.1,
    beside: tuple[Counts, Counts] = (Counts(), Counts()),
) -> Judged:
    canary = Counts(round(600 * weight), failed) + beside[1] if weight else None
    baseline = Counts(600 - round(600 * weight), 1) + beside[0]
    minute = Minute(START + number * timedelta(minutes=1), weight, baseline, canary)
    verdict = Verdict.HARMFUL if harm >= 1000 else Verdict.UNDECIDED
    evidence = Evidence(harm, 1000.0, 12.3, 200.0)
    reason = "A reason that takes more than one line of eighty columns, and so goes on in the line below."
    return Judged(Sealed(minute, ""), Answer(Judgement(verdict, reason, evidence), action, wanted, reason))


ROLLOUT = [
    *(judged(number, 0.0, 0, 1.0, Action.SET_WEIGHT, 0.02) for number in range(-3, 0)),
    judged(0, 0.02, 0, 0.934, wanted=0.02),
    judged(1, 0.02, 1, 45.67, Action.SET_WEIGHT),
    judged(2, 0.1, 2, 45.67),
    judged(3, 0.1, 60, 1_234.5, Action.ROLL_BACK, 0.0),
    judged(4, 0.1, 60, 3.456e8, Action.ROLL_BACK, 0.0),
    judged(5, 0.1, 60, 1e100, Action.ROLL_BACK, 0.0),
]


def text(rollout: Sequence[NewRollout | Judged]) -> list[str]:
    view = Text("A heading")
    return [*(line for taken in rollout for line in view.lines(taken)), *view.end()]


def chart(rollout: Sequence[NewRollout | Judged], width: int = 80, *, ascii_only: bool = False) -> str:
    view = Chart("A heading", width, ascii_only=ascii_only)
    return "\n".join([*(line for taken in rollout for line in view.lines(taken)), *view.end()])


TABLE = """\
A heading
History: 3 minutes, 1,800 requests, 0.17% failed.
Harm of 1,000 condemns the canary; safety of 200 is enough.

                     baseline         canary
 time weight requests failed requests failed  harm safety verdict   action
2026-01-05
23:57     2%      588      1       12      0  0.93     12 undecided hold
23:58     2%      588      1       12      1    46     12 undecided to 10%
      A reason that takes more than one line of eighty columns, and so goes on
      in the line below.
23:59    10%      540      1       60      2    46     12 undecided hold
2026-01-06
00:00    10%      540      1       60     60 1,234     12 harmful   roll back
      A reason that takes more than one line of eighty columns, and so goes on
      in the line below.
2 later minutes changed nothing of it.
"""


def test_a_table_has_a_row_for_a_minute_and_the_sentence_at_each_decision() -> None:
    assert "\n".join(text(ROLLOUT)) == TABLE


BESIDE = [
    judged(0, 0.1, 0, 1.0, beside=(Counts(client_errors=12_345, server_errors=0), Counts(client_errors=3))),
    judged(1, 0.1, 0, 1.0, beside=(Counts(slow=5), Counts(slow=0, throttles=7, server_errors=60))),
    judged(
        2,
        0.1,
        0,
        1.0,
        beside=(Counts(tallies=(Tally("orders-placed", 0, 9),)), Counts(tallies=(Tally("orders-placed", 4, 5),))),
    ),
]


def test_what_went_wrong_beside_errors_stands_below_its_minute_in_the_same_columns() -> None:
    assert text(BESIDE)[-11:-1] == [
        " time weight requests failed requests failed  harm safety verdict   action",
        "2026-01-05",
        "23:57    10%      540      1       60      0     1     12 undecided hold",
        "         4XX             12k               3",
        "23:58    10%      540      1       60      0     1     12 undecided hold",
        "        slow               5               0",
        "   throttled               0               7",
        "         5XX               0              60",
        "23:59    10%      540      1       60      0     1     12 undecided hold",
        "orders-plac…               0               4",
    ]


def test_a_chart_adds_up_what_went_wrong_beside_errors() -> None:
    lines = chart(BESIDE).splitlines()
    assert "baseline / canary: slow 5 / 0, throttled 0 / 7, 4XX 12k / 3, 5XX 0 / 60, orders-placed 0 / 4" in lines
    assert len(lines) <= 24
    assert not any(line.startswith("baseline / canary") for line in chart(ROLLOUT).splitlines())


def test_large_numbers_keep_to_their_columns() -> None:
    rows = text([judged(0, 0.1, 1, harm) for harm in (9.96, 9_999.6, 12_345, 3.456e6, 3.456e8, 1e100)])
    harms = [row[45:50] for row in rows if "to 10%" in row or row.endswith("hold")]
    assert harms == ["   10", "  10k", "  12k", " 3.5M", " 346M", " >1e9"]


def test_a_version_without_data_is_not_one_without_requests() -> None:
    nothing = Judged(Sealed(Minute(START, 0.1), ""), ROLLOUT[3].answer)
    assert "-      -        -      -" in text([nothing])[-2]


CHART = """\
A heading
History: 3 minutes, 1,800 requests, 0.17% failed.
harm, to one (log scale; 1,000 is the limit)
       |                ████████
 1,000 |────────────▁▁▁▁████████
       |            ████████████
   100 |            ████████████
       |    ▃▃▃▃▃▃▃▃████████████
    10 |    ████████████████████
       |    ████████████████████
     1 |▁▁▁▁████████████████████
weight (█ as it was, ─ as it was wanted)
   10% |    ────────████████████
       |        ████████████████
       |        ████████████████
       |        ████████████████
    0% |────████████────────────
   UTC  |23:57          |00:01
00:00 harmful, roll back: A reason that takes more than one line of eighty
columns, and so goes on in the line below.
"""


def test_a_chart_has_harm_with_its_limit_and_both_weights() -> None:
    assert chart(ROLLOUT) == CHART


def test_a_chart_takes_minutes_in_any_order_and_each_once() -> None:
    assert chart([judged(4, 0.1, 0, 1.0), *reversed(ROLLOUT)]) == CHART


def test_a_chart_in_ascii_has_the_same_shape() -> None:
    drawn = chart(ROLLOUT, ascii_only=True)
    assert drawn.isascii()
    assert [len(line) for line in drawn.splitlines()] == [len(line) for line in CHART.splitlines()]


def test_a_chart_of_many_minutes_keeps_to_its_width_and_shows_the_worst_of_each_column() -> None:
    quiet = [judged(number, 0.02, 0, 1.0) for number in range(500)]
    quiet[250] = judged(250, 0.02, 9, 2_000.0)
    drawn = chart(quiet, 80).splitlines()
    assert max(map(len, drawn)) <= 80
    assert len(drawn) <= 24
    assert drawn[4].count("▅") == 1


def test_a_new_rollout_has_its_name_for_a_heading() -> None:
    lines = text([*ROLLOUT, NewRollout("b\x1b"), *ROLLOUT])
    assert [line for line in lines if line in ("A heading", 'Rollout "b\\u001b"')] == [
        "A heading",
        'Rollout "b\\u001b"',
    ]
    assert chart([NewRollout("b"), *ROLLOUT]) == CHART.replace("A heading", 'Rollout "b"')

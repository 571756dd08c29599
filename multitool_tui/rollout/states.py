"""The states of a rollout, and what may lead from which to which."""

from __future__ import annotations

from enum import StrEnum

from multitool_tui.rollout.events import (
    AbandonAsked,
    AdoptAsked,
    Adopted,
    Applied,
    Blocked,
    Cleared,
    Event,
    GatePassed,
    Judged,
    MustEnd,
    PauseAsked,
    PromoteAsked,
    Published,
    Recovered,
    RestoreAsked,
    ResumeAsked,
    RollBackAsked,
    SmokeTested,
    Started,
    Ticked,
    Unchanged,
    Unpublished,
    Uploaded,
    WeightAsked,
)


class State(StrEnum):
    """A rollout's state, as it reads on screen and in JSON."""

    PLANNED = "planned"
    PUBLISHING = "publishing"
    SHIFTING = "shifting"
    PAUSED = "paused"
    PROMOTING = "promoting"
    BAKING = "baking"
    PROMOTED = "promoted"
    ROLLING_BACK = "rolling back"
    ROLLED_BACK = "rolled back"
    HELD = "held"
    ABANDONED = "abandoned"
    UNCHANGED = "unchanged"


_S = State

# From each state, the events it takes and the states they may lead to.
TRANSITIONS: dict[State, dict[type[Event], frozenset[State]]] = {
    _S.PLANNED: {
        Started: frozenset({_S.PUBLISHING, _S.SHIFTING, _S.PROMOTING}),
        Recovered: frozenset({_S.PLANNED}),
        Applied: frozenset({_S.ABANDONED}),
        Blocked: frozenset({_S.HELD}),
    },
    _S.PUBLISHING: {
        Ticked: frozenset({_S.PUBLISHING}),
        Judged: frozenset({_S.PUBLISHING, _S.ROLLING_BACK}),
        Uploaded: frozenset({_S.PUBLISHING}),
        Published: frozenset({_S.SHIFTING, _S.PROMOTING}),
        Unchanged: frozenset({_S.PUBLISHING}),
        Unpublished: frozenset({_S.PUBLISHING, _S.HELD}),
        Applied: frozenset({_S.ABANDONED, _S.UNCHANGED}),
        Blocked: frozenset({_S.HELD}),
        Recovered: frozenset({_S.PUBLISHING}),
        MustEnd: frozenset({_S.PUBLISHING, _S.ROLLING_BACK}),
        RollBackAsked: frozenset({_S.ROLLING_BACK}),
    },
    _S.SHIFTING: {
        Ticked: frozenset({_S.SHIFTING, _S.PROMOTING, _S.ROLLING_BACK, _S.HELD}),
        Judged: frozenset({_S.SHIFTING, _S.PROMOTING, _S.ROLLING_BACK, _S.HELD}),
        SmokeTested: frozenset({_S.SHIFTING, _S.PROMOTING, _S.ROLLING_BACK}),
        Applied: frozenset({_S.SHIFTING}),
        Blocked: frozenset({_S.HELD}),
        Recovered: frozenset({_S.SHIFTING}),
        MustEnd: frozenset({_S.ROLLING_BACK}),
        PauseAsked: frozenset({_S.PAUSED}),
        WeightAsked: frozenset({_S.SHIFTING, _S.PAUSED}),
        GatePassed: frozenset({_S.SHIFTING, _S.PROMOTING, _S.ROLLING_BACK, _S.HELD}),
        PromoteAsked: frozenset({_S.PROMOTING}),
        RollBackAsked: frozenset({_S.ROLLING_BACK}),
    },
    _S.PAUSED: {
        Ticked: frozenset({_S.PAUSED}),
        Judged: frozenset({_S.PAUSED, _S.ROLLING_BACK}),
        SmokeTested: frozenset({_S.PAUSED, _S.ROLLING_BACK}),
        Applied: frozenset({_S.PAUSED}),
        Blocked: frozenset({_S.HELD}),
        Recovered: frozenset({_S.PAUSED}),
        MustEnd: frozenset({_S.ROLLING_BACK}),
        ResumeAsked: frozenset({_S.SHIFTING}),
        WeightAsked: frozenset({_S.PAUSED}),
        GatePassed: frozenset({_S.PAUSED}),
        PromoteAsked: frozenset({_S.PROMOTING}),
        RollBackAsked: frozenset({_S.ROLLING_BACK}),
    },
    _S.HELD: {
        Ticked: frozenset({_S.HELD}),
        Judged: frozenset({_S.HELD, _S.ROLLING_BACK}),
        Applied: frozenset({_S.PUBLISHING, _S.SHIFTING, _S.PROMOTING, _S.BAKING, _S.ROLLING_BACK, _S.ABANDONED}),
        Adopted: frozenset({_S.PUBLISHING, _S.SHIFTING, _S.PROMOTING, _S.BAKING, _S.ROLLING_BACK}),
        Blocked: frozenset({_S.HELD}),
        Cleared: frozenset({_S.HELD, _S.PUBLISHING, _S.SHIFTING, _S.PROMOTING, _S.BAKING, _S.ROLLING_BACK}),
        Recovered: frozenset({_S.HELD, _S.PUBLISHING, _S.SHIFTING, _S.PROMOTING, _S.BAKING, _S.ROLLING_BACK}),
        MustEnd: frozenset({_S.HELD, _S.ROLLING_BACK}),
        ResumeAsked: frozenset({_S.PUBLISHING, _S.SHIFTING, _S.PROMOTING, _S.BAKING, _S.ROLLING_BACK}),
        PromoteAsked: frozenset({_S.PROMOTING}),
        RollBackAsked: frozenset({_S.ROLLING_BACK}),
        AdoptAsked: frozenset({_S.HELD}),
        RestoreAsked: frozenset({_S.HELD}),
        AbandonAsked: frozenset({_S.HELD}),
    },
    _S.PROMOTING: {
        Ticked: frozenset({_S.PROMOTING}),
        Judged: frozenset({_S.PROMOTING, _S.ROLLING_BACK}),
        Applied: frozenset({_S.BAKING, _S.PROMOTED}),
        Blocked: frozenset({_S.HELD}),
        Recovered: frozenset({_S.BAKING, _S.SHIFTING, _S.PROMOTING, _S.ROLLING_BACK}),
        MustEnd: frozenset({_S.ROLLING_BACK}),
        RollBackAsked: frozenset({_S.ROLLING_BACK}),
    },
    _S.BAKING: {
        Ticked: frozenset({_S.BAKING}),
        Judged: frozenset({_S.BAKING, _S.ROLLING_BACK}),
        Applied: frozenset({_S.PROMOTED}),
        Blocked: frozenset({_S.HELD}),
        Recovered: frozenset({_S.BAKING, _S.ROLLING_BACK}),
        MustEnd: frozenset({_S.BAKING}),
        PromoteAsked: frozenset({_S.BAKING}),
        RollBackAsked: frozenset({_S.ROLLING_BACK}),
    },
    _S.ROLLING_BACK: {
        Ticked: frozenset({_S.ROLLING_BACK}),
        Judged: frozenset({_S.ROLLING_BACK}),
        Applied: frozenset({_S.ROLLED_BACK}),
        Blocked: frozenset({_S.HELD}),
        Recovered: frozenset({_S.ROLLING_BACK}),
        MustEnd: frozenset({_S.ROLLING_BACK}),
        RollBackAsked: frozenset({_S.ROLLING_BACK}),
    },
    _S.PROMOTED: {},
    _S.ROLLED_BACK: {},
    _S.ABANDONED: {},
    _S.UNCHANGED: {},
}

ENDED = frozenset(state for state, row in TRANSITIONS.items() if not row)
"""The states that nothing leads out of."""

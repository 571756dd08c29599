"""The names by which the style sheets know what a piece of text means."""

from __future__ import annotations

from multitool_tui.views.text import Role


def component(role: Role) -> str:
    """The component class of a role."""
    return f"role--{role}"


ROLES = {component(role) for role in Role}
"""Component classes of a screen: what its lines look like is worked out once, not for each widget."""

"""A sandbox's account with many functions that are alike, each with a new version to release."""

from __future__ import annotations

from pathlib import Path

from multitool_tui.sandbox.scenario import Scenario, load_scenario


def names(count: int) -> list[str]:
    """f000, f001, ..."""
    return [f"f{number:03}" for number in range(count)]


def fleet(folder: Path, count: int, *, bad: tuple[str, ...] = ()) -> Scenario:
    """So many functions on v1 at alias live, with v2 as good as it; of those in `bad` nine in ten requests fail."""
    functions = [
        f'[[functions]]\nname = "{name}"\nfirst_version = 1\nversions = 2\n'
        "behaviour.default = { error_rate = 0.001, median_ms = 20.0, sigma = 0.3 }\n"
        + ("behaviour.2 = { error_rate = 0.9, median_ms = 20.0, sigma = 0.3 }\n" if name in bad else "")
        + 'aliases = [{ name = "live", version = "1", rate = 600.0, description = "production" }]\n'
        for name in names(count)
    ]
    target = '[target]\nfunction = "f000"\nalias = "live"\nbaseline = "1"\ncanary = "2"\n'
    file = folder / "fleet.toml"
    file.write_text('description = "A fleet."\n' + target + "\n".join(functions))
    return load_scenario(str(file))

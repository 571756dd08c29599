"""The manifest `multitool.toml`: what is released where, by which plan.

Reading it needs pydantic, which nothing else does: import this package when a command needs it, not before.
"""

from multitool_tui.config.errors import ManifestError
from multitool_tui.config.manifest import Manifest
from multitool_tui.config.reading import check_manifest, load_manifest
from multitool_tui.config.rollouts import RolloutKeys
from multitool_tui.config.schema import manifest_schema

__all__ = ["Manifest", "ManifestError", "RolloutKeys", "check_manifest", "load_manifest", "manifest_schema"]

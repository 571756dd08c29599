"""Which packages are taken."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multitool_tui.sandbox.handlers.package import check, unpack
from tests.sandbox.handlers.support import zipped

NAMES = st.lists(st.sampled_from(["..", ".", "a", "", "b.py", "C:", "~"]), min_size=1, max_size=5)


@pytest.mark.parametrize(
    "name", ["../evil.py", "a/../../evil.py", "/etc/evil", "a\\..\\..\\evil", "C:\\evil", "C:evil"]
)
def test_paths_out_of_the_folder_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="Could not unzip uploaded file"):
        check(zipped({"app.py": "", name: ""}))


@given(NAMES, st.sampled_from(["/", "\\"]), st.booleans())
def test_nothing_that_is_taken_leaves_the_folder(
    tmp_path_factory: pytest.TempPathFactory,
    parts: list[str],
    separator: str,
    absolute: bool,
) -> None:
    package = zipped({(separator if absolute else "") + separator.join([*parts, "file"]): "x"})
    try:
        check(package)
    except ValueError:
        return
    base = tmp_path_factory.mktemp("unpacked")
    unpack(package, base / "in" / "task")
    written = [path for path in base.rglob("*") if path.is_file()]
    assert len(written) == 1
    assert written[0].is_relative_to(base / "in" / "task")


@pytest.mark.parametrize("package", [b"", b"no zip", zipped({"app.py": "x" * 1000})[:-40]])
def test_what_is_no_zip_is_refused(package: bytes) -> None:
    with pytest.raises(ValueError, match="Could not unzip uploaded file"):
        check(package)


def test_a_damaged_file_is_refused() -> None:
    package = zipped({"app.py": "healthy"}).replace(b"healthy", b"damaged")
    with pytest.raises(ValueError, match="Could not unzip uploaded file"):
        check(package)


def test_an_empty_zip_is_refused() -> None:
    with pytest.raises(ValueError, match="non-empty"):
        check(zipped({}))


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(262_144_000))
    with pytest.raises(ValueError, match="Unzipped size must be smaller than 262144000 bytes"):
        check(buffer.getvalue())


def test_a_link_is_unpacked_as_a_file(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    check(buffer.getvalue())
    unpack(buffer.getvalue(), tmp_path / "task")
    assert not (tmp_path / "task" / "link").is_symlink()

"""A zip file as it is looked at before anything is asked of AWS."""

from __future__ import annotations

import hashlib
import zipfile
from base64 import b64encode
from pathlib import Path

import pytest

from multitool_tui.controller.package import LARGEST, handler_missing, read_package, size_of
from multitool_tui.controller.port import Misused
from tests.sandbox.handlers.support import zipped


def package_of(path: Path, size: int) -> Path:
    """A zip file of exactly so many bytes: what is not compressed is as long as it is."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("app.py", "")
        archive.writestr("data", b"")
    padding = size - path.stat().st_size
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("app.py", "")
        archive.writestr("data", bytes(padding))
    assert path.stat().st_size == size
    return path


def test_what_lambda_takes_is_read(tmp_path: Path) -> None:
    path = package_of(tmp_path / "build.zip", LARGEST)
    package = read_package(path, "checkout")
    assert (package.function, package.path, package.size) == ("checkout", str(path), LARGEST)
    assert package.sha256 == b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()
    assert size_of(package) == "50.0 MB"


def test_one_byte_more_than_a_request_may_have_is_refused_with_the_limit(tmp_path: Path) -> None:
    path = package_of(tmp_path / "build.zip", LARGEST + 1)
    with pytest.raises(Misused, match=r"has 52,428,801 bytes: Lambda takes at most 52,428,800 \(50 MB\) in a request"):
        read_package(path, "checkout")


def test_what_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "build.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(251 * 1024 * 1024))
    with pytest.raises(Misused, match=r"unpacks to 263,192,576 bytes: Lambda takes at most .* \(250 MB\)"):
        read_package(path, "checkout")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"no zip", "is no zip file, or is cut off."),
        (b"", "is no zip file, or is cut off."),
        (zipped({"app.py": "def handler(): pass"})[:-10], "is no zip file, or is cut off."),
        (zipped({}), "has no file in it."),
        (zipped({"folder/": ""}), "has no file in it."),
        (None, "cannot be read: No such file or directory."),
    ],
)
def test_what_is_no_package_is_said_in_a_sentence(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    path = tmp_path / "build.zip"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Misused) as refused:
        read_package(path, "checkout")
    assert str(refused.value) == f"{path} {sentence}"


@pytest.mark.parametrize(
    ("runtime", "handler", "file", "missing"),
    [
        ("python3.13", "app.handler", "app.py", None),
        ("python3.13", "src.app.handler", "src/app.py", None),
        ("python3.13", "src/app.handler", "src/app.py", None),
        ("python3.13", "app.handler", "app/__init__.py", None),
        ("python3.13", "app.handler", "src/app.py", "has no app.py, which the handler app.handler is in."),
        ("nodejs22.x", "index.handler", "index.mjs", None),
        ("nodejs22.x", "dist/index.handler", "dist/index.js", None),
        ("nodejs22.x", "index.handler", "index.ts", "has no index.js, which the handler index.handler is in."),
        ("nodejs22.x", "/opt/nodejs/wrap.handler", "index.js", None),
        ("ruby3.4", "app.run", "app.py", "has no app.rb, which the handler app.run is in."),
        ("provided.al2023", "anything", "bootstrap", None),
        ("provided.al2023", "anything", "main", "has no bootstrap, which the runtime provided.al2023 begins with."),
        ("java21", "com.example.Handler::handle", "any.jar", None),
    ],
)
def test_the_handler_is_looked_for_where_its_runtime_looks(
    tmp_path: Path, runtime: str, handler: str, file: str, missing: str | None
) -> None:
    path = tmp_path / "build.zip"
    path.write_bytes(zipped({file: ""}))
    found = handler_missing(read_package(path, "checkout"), runtime, handler)
    assert found == (missing and f"build.zip {missing}")

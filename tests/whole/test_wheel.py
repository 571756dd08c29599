"""What is shipped: what is in the wheel and the sdist, and the wheel installed with nothing else around it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.support.terminal import Terminal, clean_environment

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "multitool_tui"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NOT_OF_THE_PACKAGE = (
    "share/man/man1/multitool.1",
    "bash-completion/completions/multitool",
    "_multitool",
    "multitool.fish",
)
IMPORTED_AS = {"aiobotocore[boto3]": "aiobotocore", "pyyaml": "yaml"}
"""What a requirement is imported as, where that is not its name."""
OF_AN_EXTRA = {"opentelemetry", "textual_serve"}
NEED_AN_EXTRA = ("controller.notifications.telemetry", "cli.site")
"""The modules that import it, when they are asked for."""


def _data() -> list[str]:
    """The files of the package that are no modules."""
    files = (path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*") if path.is_file())
    return sorted(file for file in files if not file.endswith((".py", ".pyc")))


def test_every_file_of_the_package_that_is_no_module_is_shipped() -> None:
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["multitool_tui"]
    left_out = [file for file in _data() if not any(fnmatch(file, pattern) for pattern in patterns)]
    assert left_out == []


def test_what_is_imported_is_required_and_what_is_required_is_imported() -> None:
    pattern = re.compile(r"^[ \t]*(?:import (\w+)[\w.]*(?: as \w+)?$|from (\w+)[\w.]* import )", re.MULTILINE)
    texts = (file.read_text(encoding="utf-8") for file in PACKAGE.rglob("*.py"))
    found = {name for text in texts for names in pattern.findall(text) for name in names if name}
    foreign = found - set(sys.stdlib_module_names) - {"multitool_tui"}
    required = {re.split(r"[=<>]", each)[0] for each in PROJECT["project"]["dependencies"]}
    required = {IMPORTED_AS.get(name, name) for name in required}
    # They come with boto3, pydantic, textual and aiohttp; tzdata is read by the standard library.
    assert foreign - {"botocore", "pydantic_core", "rich", "yarl"} - OF_AN_EXTRA <= required
    assert required - foreign == {"tzdata"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel that was made of it."""
    folder = tmp_path_factory.mktemp("built")
    skipped = shutil.ignore_patterns(".*", "*.egg-info", "build", "dist", "__pycache__", "__snapshots__")
    shutil.copytree(ROOT, folder / "source", ignore=skipped)
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", folder / "dist", folder / "source"],
        check=True,
        capture_output=True,
        timeout=110,
    )
    return folder / "dist"


@pytest.mark.long
def test_the_wheel_holds_the_package_and_what_shells_and_man_read_and_nothing_else(built: Path) -> None:
    [wheel] = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    modules = {f"multitool_tui/{path.relative_to(PACKAGE).as_posix()}" for path in PACKAGE.rglob("*.py")}
    rest = [name for name in names if ".dist-info/" not in name and name not in modules]
    assert {f"multitool_tui/{file}" for file in _data()} == {name for name in rest if name.startswith("multitool_tui/")}
    others = [name for name in rest if not name.startswith("multitool_tui/")]
    assert len(others) == len(NOT_OF_THE_PACKAGE)
    assert all(any(name.endswith(end) for name in others) for end in NOT_OF_THE_PACKAGE)
    assert modules <= set(names)
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)


@pytest.mark.long
def test_the_sdist_holds_what_the_wheel_is_made_of_and_no_tests(built: Path) -> None:
    [sdist] = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml", "docs/multitool.1"} <= names
    assert {f"multitool_tui/{file}" for file in _data()} <= names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/", "screenshots/"))]


@pytest.mark.long
def test_the_wheel_alone_runs_the_demo_in_an_empty_environment(built: Path, tmp_path: Path) -> None:
    [wheel] = built.glob("*.whl")
    venv.create(tmp_path, with_pip=True)
    python = tmp_path / "bin" / "python"

    def asked(*arguments: str | Path) -> str:
        return subprocess.run(
            [python, *arguments],
            check=True,
            capture_output=True,
            text=True,
            timeout=110,
            cwd=tmp_path,
            env=clean_environment(),
        ).stdout

    asked("-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", wheel)
    installed = asked("-m", "pip", "list", "--format", "freeze").casefold()
    for of_an_extra in ("opentelemetry", "pytest", "moto", "mkdocs", "textual-serve", "hypothesis"):
        assert of_an_extra not in installed
    walk = (
        "import importlib, pkgutil, multitool_tui\n"
        "for module in pkgutil.walk_packages(multitool_tui.__path__, 'multitool_tui.'):\n"
        f"    module.name.endswith(('__main__', *{NEED_AN_EXTRA})) or importlib.import_module(module.name)\n"
    )
    asked("-W", "error::ImportWarning", "-c", walk)
    assert PROJECT["project"]["version"] in asked("-m", "pip", "show", "multitool-tui")
    assert (tmp_path / "share" / "man" / "man1" / "multitool.1").exists()
    program = str(tmp_path / "bin" / "multitool")
    terminal = Terminal("demo", "--scenario", "errors", "--speed", "60", program=program)
    try:
        terminal.wait_for("shifting")
        terminal.wait_for("rolled back", within=60)
        terminal.press("q")
        assert terminal.wait_for_end() == 0
    finally:
        terminal.close()

"""What is published: the files that npm and pip would install, in a place that has nothing else of this project."""

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

from clients import compiled, generate
from clients.generate import IN_PYTHON, IN_TYPESCRIPT
from clients.redocly import NODE

HERE = Path(__file__).parent
NPM = NODE.parent / "npm"
STRICT = ["--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes", "--noEmit", "--types", ""]


@pytest.fixture(autouse=True)
def _made() -> None:
    assert generate.is_made(), "Run `make clients`."


def run(*command: object, cwd: Path, **environment: str) -> str:
    variables = os.environ | {"PATH": f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"} | environment
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_an_app_compiles_on_the_npm_package(tmp_path):
    compiled.npm_package()
    options = ["--json", "--offline", "--ignore-scripts", "--pack-destination", tmp_path]
    said = run(NPM, "pack", *options, cwd=IN_TYPESCRIPT)
    (about,) = json.loads(said)
    names = {file["path"] for file in about["files"]}
    assert (about["name"], about["version"]) == ("stride-kb", "0.1.0")
    assert names >= {
        "package.json",
        "README.md",
        "LICENSE",
        "dist/index.js",
        "dist/index.d.ts",
        "dist/generated/index.js",
    }
    assert not [name for name in names if name.startswith("src") or "node_modules" in name]

    installed = tmp_path / "node_modules" / "stride-kb"
    with tarfile.open(tmp_path / about["filename"]) as packed:
        packed.extractall(tmp_path, filter="data")
    installed.parent.mkdir()
    (tmp_path / "package").rename(installed)
    (tmp_path / "an_app.ts").write_text((HERE / "an_app.ts").read_text(encoding="utf-8"), encoding="utf-8")
    run(NODE, compiled.TSC, *STRICT, *compiled.MODULES[:-2], "--target", "es2022", "an_app.ts", cwd=tmp_path)


def test_the_npm_package_imports_without_a_bundler(tmp_path):
    compiled.npm_package(tmp_path / "dist")
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    ask = "import { open, Offline } from './dist/index.js'; console.log(typeof open, new Offline('x', 7).retryAfter);"
    assert run(NODE, "--input-type=module", "-e", ask, cwd=tmp_path) == "function 7\n"


def test_the_python_package_is_strictly_typed_and_so_is_an_app_on_it():
    compiled.python_package()
    compiled.python_package(HERE / "an_app.py")


@pytest.mark.parametrize("package", ["python"], indirect=True)
def test_a_wheel_is_built_installed_and_works(tmp_path, server, live):
    """Its dependencies are those of `.venv`, since nothing here may ask the network for them."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    options = ["--no-build-isolation", "--no-deps", "--no-index"]
    run(*pip, "wheel", *options, "--wheel-dir", tmp_path, IN_PYTHON, cwd=tmp_path)
    (wheel,) = tmp_path.glob("stride_kb-0.1.0-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "stride_kb-0.1.0.dist-info/licenses/LICENSE" in names
    assert names >= {
        f"{name}/{file}" for name in ("stride_kb", "stride_kb_api") for file in ("__init__.py", "py.typed")
    }

    run(sys.executable, "-m", "venv", "--without-pip", "fresh", cwd=tmp_path)
    python = tmp_path / "fresh" / "bin" / "python"
    run(*pip, "--python", python, "install", "--no-deps", "--no-index", wheel, cwd=tmp_path)
    address = f"http://127.0.0.1:{server.port}"
    dependencies = {"PYTHONPATH": sysconfig.get_path("purelib")}
    said = run(python, HERE / "an_app.py", tmp_path / "kb.sqlite3", address, cwd=tmp_path, **dependencies)
    told = json.loads(said)
    assert told.pop("from").startswith(str(tmp_path / "fresh"))
    assert told == {
        "changed": len(live()),
        "name": "Hip impingement",
        "help": True,
        "urgent": ["Hip stress fracture"],
        "hits": ["hip-impingement", "labral-tear", "hip-osteoarthritis"],
        "gone": None,
    }

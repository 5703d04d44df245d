"""`python -m clients.generate`: clients in five languages, from the committed description and our configuration."""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DESCRIPTION = ROOT / "docs" / "openapi.json"
CONFIGURATION = ROOT / "clients" / "config"
LOCKED = (ROOT / "requirements-clients.txt", ROOT / "clients" / "tools" / "package-lock.json")
MADE = ROOT / "clients" / "generated"
MARK = MADE / "made-from.txt"
LANGUAGES = ("typescript", "python", "kotlin", "swift", "dart")
GENERATOR = Path(sys.executable).parent / "openapi-generator-cli"
IN_TYPESCRIPT = ROOT / "clients" / "typescript"
IN_PYTHON = ROOT / "clients" / "python"

# It looks for the name of a component that has none, once for models and once for operations, whatever it is given.
NOT_ABOUT_US = "ModelUtils - Failed to get the schema name: null"


def main() -> int:
    shutil.rmtree(MADE, ignore_errors=True)
    warnings = [f"{language}: {warning}" for language in LANGUAGES for warning in generate(language)]
    put_into_packages()
    for warning in warnings:
        print(warning, file=sys.stderr)
    if not warnings:
        MARK.write_text(made_from(), encoding="utf-8")
    return 1 if warnings else 0


def generate(language: str) -> list[str]:
    """Writes the client; what the generator warned of."""
    print(f"Generating the client in {language}", flush=True)
    words = ["generate", "-i", str(DESCRIPTION), "-c", str(CONFIGURATION / f"{language}.yaml")]
    command = [str(GENERATOR), *words, "-o", str(MADE / language)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        raise SystemExit(f"{done.stdout}{done.stderr}")
    said = re.findall(r"(?:WARN|ERROR) +(.*)", done.stdout + done.stderr)
    return [line for line in said if NOT_ABOUT_US not in line]


def put_into_packages() -> None:
    """What is published ships the client inside. `compiled` has checked it, less strictly than the packages' own."""
    typescript, python = IN_TYPESCRIPT / "src" / "generated", IN_PYTHON / "src" / "stride_kb_api"
    for made, inside in ((MADE / "typescript" / "src", typescript), (MADE / "python" / "stride_kb_api", python)):
        shutil.rmtree(inside, ignore_errors=True)
        shutil.copytree(made, inside, ignore=shutil.ignore_patterns("__pycache__"))
    for package in (IN_TYPESCRIPT, IN_PYTHON):
        shutil.copy(ROOT / "LICENSE", package)
    for path in typescript.rglob("*.ts"):
        path.write_text(f"// @ts-nocheck\n{path.read_text(encoding='utf-8')}", encoding="utf-8")


def made_from() -> str:
    """Another text whenever the clients would be others."""
    files = [DESCRIPTION, *LOCKED, *sorted(path for path in CONFIGURATION.rglob("*") if path.is_file())]
    return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()} {path.relative_to(ROOT)}\n" for path in files)


def is_made() -> bool:
    """Whether the clients are there, and from the description of today."""
    return MARK.exists() and MARK.read_text(encoding="utf-8") == made_from()


if __name__ == "__main__":
    sys.exit(main())

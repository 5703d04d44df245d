"""Redocly, run with the Node that pip installed: what it says of a description, and of the way from one to another."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NODE = Path(sys.executable).parent / "node"
REDOCLY = Path(sys.prefix) / "tools" / "node_modules" / "@redocly" / "cli" / "bin" / "cli.js"
RULES = ROOT / "redocly.yaml"
QUIET = {"REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "REDOCLY_TELEMETRY": "off"}


def complaints(description: Path) -> list[str]:
    """Errors and warnings."""
    found = _said("lint", str(description), "--max-problems=1000")
    return [_complaint(problem) for problem in found["problems"]]


def breaks(released: Path, now: Path) -> list[str]:
    """Each change after which an app that was built on the released description may fail."""
    found = _said("diff", str(released), str(now))
    verdicts = [verdict for change in found["changes"] for verdict in change["verdicts"]]
    return [verdict["message"] for verdict in verdicts if verdict["impact"] == "major"]


def needed_step(released: Path, now: Path) -> str:
    """By how much the version must rise: major, minor, patch or none."""
    return str(_said("diff", str(released), str(now))["bump"])


def _said(*words: str) -> Any:
    command = [str(NODE), str(REDOCLY), *words, f"--config={RULES}", "--format=json"]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | QUIET, cwd=ROOT, check=False)
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise SystemExit(f"Redocly gave no report:\n{done.stdout}{done.stderr}") from None


def _complaint(problem: Any) -> str:
    place = problem["location"][0].get("pointer", "")
    return f"{problem['ruleId']}: {problem['message']} ({place})"

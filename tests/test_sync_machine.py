"""After any run of publishes and syncs, a phone that went in steps holds what a fresh one does, byte for byte.

`make torture` runs the same for 20,000 steps.
"""

import os

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.sync_bugs import BUGS, Bug
from tests.sync_machine import PhonesAtTheDesk

pytestmark = pytest.mark.django_db
STEPS = int(os.environ.get("STEPS", "600"))
STEPS_IN_A_RUN, AT_LEAST = 25, 20  # some runs end before their last step
SEED = int(os.environ.get("SEED", "1"))
SOONEST = 2
"""The seed, of the first six, that finds the four rarest of the bugs soonest: within 101 steps."""


def test_phones_that_sync_in_steps_hold_what_fresh_ones_do():
    PhonesAtTheDesk.steps = 0
    _run(PhonesAtTheDesk, runs=max(1, STEPS // AT_LEAST), phases=[Phase.generate, Phase.shrink])
    print(f"{PhonesAtTheDesk.steps} steps, seed {SEED}: every phone ended like a fresh one")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="The phones and their bugs are the same on any database.")
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_bug_that_others_shipped_is_caught(bug: Bug):
    machine = type("WithABug", (PhonesAtTheDesk,), {"phone": bug.phone, "steps": 0})
    with bug.planted(), pytest.raises(bug.caught_by) as caught:
        _run(machine, runs=400, phases=[Phase.generate], start=SOONEST)
    print(f"{bug.name}: caught after {machine.steps} steps, seed {SOONEST}: {_first_line(caught.value)}")


def _run(machine: type[PhonesAtTheDesk], *, runs: int, phases: list[Phase], start: int = SEED) -> None:
    chosen = settings(
        max_examples=runs,
        stateful_step_count=STEPS_IN_A_RUN,
        phases=phases,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(start)(machine), settings=chosen)


def _first_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"

"""Eight editors publish at once while fifty phones sync; `make torture` runs ten times as much."""

import os

from config import environment
from tests import stress

PUBLISHES = int(os.environ.get("PUBLISHES", "50"))
DATABASE = environment.text("DATABASE_URL")


def test_nothing_is_lost_torn_locked_or_fetched_again_whole(own_database, tmp_path):
    found = stress.run(tmp_path / "data", PUBLISHES, database=own_database)
    print(found)
    assert found.problems == []
    assert found.published == PUBLISHES * stress.PUBLISHERS
    assert found.syncs > stress.PHONES, "hardly any phone synced meanwhile"


def test_the_harness_finds_publishers_that_do_not_wait_for_each_other(own_database, tmp_path):
    control, reason = ("unlocked", "already exists") if DATABASE else ("impatient", "database is locked")
    found = stress.run(tmp_path / "data", 12, phones=3, database=own_database, control=control)
    assert any(reason in problem for problem in found.problems), f"they were not noticed: {found}"

"""`make check`, the contract's part: is the description right, is it good, and does it keep what was promised?"""

import json
import sys

from openapi_spec_validator import OpenAPIV30SpecValidator

from clients import redocly, released

ON_PURPOSE = f"""
An app that was built on the last release would not compile or would fail. Keep the old beside the new, and mark it as
deprecated (docs/versioning.md). If it must go all the same, add each line above as `change`, with a `reason`, to
{released.DELIBERATE.relative_to(released.ROOT)} and raise the version."""


def main() -> int:
    contract = json.loads(released.NOW.read_text(encoding="utf-8"))
    invalid = [f"{error.json_path}: {error.message}" for error in OpenAPIV30SpecValidator(contract).iter_errors()]
    complaints = invalid or redocly.complaints(released.NOW)
    broken = [] if invalid else released.refusals()
    for line in (*complaints, *broken):
        print(line, file=sys.stderr)
    if broken:
        print(ON_PURPOSE, file=sys.stderr)
    if complaints or broken:
        return 1
    print("The contract is valid, Redocly finds nothing in it, and it keeps what was released.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

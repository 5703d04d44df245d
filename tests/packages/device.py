"""What both devices can say of themselves."""

from typing import Any

Json = dict[str, Any]
ARTICLES = ("condition", "symptom", "guide", "question", "treatment", "exercise", "prevention_strategy", "provider")
REFERENCE = ("source", "red_flag", "disclaimer", "contact_route", "body_structure")


class Device:
    def sync(self) -> Json:
        """`{"report": …}`, or `{"failed": …}` with the name of the error."""
        raise NotImplementedError

    def versions(self, kinds: tuple[str, ...]) -> dict[str, str]:
        """Id → version of what it would show."""
        raise NotImplementedError

    def syncs(self) -> Json:
        """It must go well; the report."""
        outcome = self.sync()
        assert "failed" not in outcome, outcome
        report: Json = outcome["report"]
        return report

    def holds(self) -> dict[str, str]:
        """The same of all kinds."""
        return self.versions(ARTICLES + REFERENCE)

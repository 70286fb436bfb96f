"""What a part of the conformance task found, for the driver: counts, covered operations, objections."""

import json
from collections import Counter


class Report:
    def __init__(self, file: str):
        self._file = file
        self._objections = Counter()
        self._operations = set()
        self.validated = 0

    def cover(self, operation: str) -> None:
        self._operations.add(operation)

    def object(self, where: str, what: str) -> None:
        self._objections[f"{where}: {what}"] += 1

    def write(self) -> None:
        with open(self._file, "w") as file:
            json.dump(
                {
                    "operations": sorted(self._operations),
                    "validations": self.validated,
                    "objections": dict(self._objections),
                },
                file,
                indent=1,
            )

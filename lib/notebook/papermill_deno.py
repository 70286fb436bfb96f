"""papermill for Deno notebooks: run it as papermill itself, with the same arguments.

A parameter is one of the project's variables (`-p SCONES_THRESHOLD 0.9`). papermill puts a cell after the one
tagged "parameters", which imports `scones`.
"""

import json

from papermill.cli import papermill
from papermill.translators import Translator, papermill_translators


class DenoTranslator(Translator):
    @classmethod
    def codify(cls, parameters, comment="Parameters"):
        return f"// {comment}\nscones.setVariables({json.dumps(parameters, indent=2, ensure_ascii=False)});"


papermill_translators.register("deno", DenoTranslator)

if __name__ == "__main__":
    papermill()

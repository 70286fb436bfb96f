"""papermill for Deno notebooks. Run it like papermill, with the same arguments.

The parameters are the project's variables (`-p SCONES_THRESHOLD 0.9`). papermill inserts a cell that sets them after the
cell with the tag "parameters", which imports `scones`.
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

"""Results → verdicts by plain rules, where a real language model would judge. So that the example needs no key.

It stands in for the model that gate.yaml names for `next_step`, as far as rules can follow the rubric in
rubrics/next_step.md. What it says is recorded in verdicts/next_step.jsonl, under a source that says that it is no model.

    gate run -o .gate/results.json
    python stand_in_judge.py .gate/results.json      # writes a verdict for each answer that has none yet
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.instructions import EMAIL
from evals import states_the_fact

METRIC = "next_step"
SOURCE = "a stand-in by rules, no model"
VERDICTS = Path(__file__).resolve().parent / "verdicts" / "next_step.jsonl"
_DECLINES = re.compile(r"\bdo not know\b")


def judge(response: str, expected: dict[str, Any]) -> tuple[bool, str]:
    """The verdict (whether it passes) and the critique."""
    declines = bool(_DECLINES.search(response))
    if declines and EMAIL.search(response):
        return True, "It says that it does not know, and names an address to write to."
    if declines:
        return False, "It declines, and names nobody to turn to."
    if expected.get("unknown"):
        return False, "The articles hold no answer, and it gives one all the same."
    if states_the_fact(response=response, expected=expected):
        return True, f"It states what was asked for: {', '.join(expected['facts'])}."
    return False, f"Something that was asked for is missing of: {', '.join(expected['facts'])}."


def verdicts(results: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One for each answer of a results file that nobody has judged yet."""
    cases = {case["id"]: case for case in results["cases"]}
    for trial in results["trials"]:
        for score in trial.get("scores", ()):
            if score["metric"] == METRIC and score.get("abstained") == "not_recorded":
                response, case = trial["reply"]["output"], cases[trial["case_id"]]
                passes, critique = judge(response, case["expected"])
                yield {
                    "about": f"{case['id']}: {response}",
                    "asked": score["asked"],
                    "critique": critique,
                    "source": SOURCE,
                    "value": float(passes),
                }


def main(files: list[str]) -> int:
    """Add what is missing; the file stays sorted, and as it is where nothing is missing."""
    known = {json.loads(line)["asked"]: line for line in VERDICTS.read_text("utf-8").splitlines()}
    before = len(known)
    for file in files:
        for one in verdicts(json.loads(Path(file).read_text("utf-8"))):
            line = json.dumps(one, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            known.setdefault(one["asked"], line)
    VERDICTS.write_text("".join(f"{known[asked]}\n" for asked in sorted(known)), "utf-8", newline="\n")
    print(f"{len(known) - before} new of {len(known)} verdicts in {VERDICTS.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

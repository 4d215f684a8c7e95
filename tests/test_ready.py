"""What is refused before anything is called or paid."""

from pathlib import Path

import pytest

from gate.host.local import WorkingTree
from gate.model.errors import UserError
from gate.ready import prepare

CONFIG = """version: 1
{defaults}
suites:
  s:
    cases: cases.jsonl
    target: {{use: python, with: {{function: "app.py:answer"}}}}
    evaluators: [exact_match]
    gates: {gates}
"""


def refused(root: Path, *, gates: str = "{}", defaults: str = "") -> str:
    (root / "app.py").write_text("def answer(input): return input\n")
    (root / "cases.jsonl").write_text('{"id": "a", "input": "q", "expected": "q"}\n')
    (root / "gate.yaml").write_text(CONFIG.format(gates=gates, defaults=defaults))
    with pytest.raises(UserError) as found:
        prepare(WorkingTree(root=root), "gate.yaml")
    return str(found.value)


@pytest.mark.parametrize(
    ("gates", "metric", "fix"),
    [
        ("{response_words: {}}", "response_words", "better: higher"),
        ("{exact_match: {max_drop: 5%}}", "exact_match", "0.05 rather than 5%"),
        ("{error_rate: {max_drop: 5%}}", "error_rate", "0.05 rather than 5%"),
        ("{latency_s: {max_drop: 5%, slice_drop: 0.2}}", "latency_s", "all of them"),
    ],
)
def test_a_gate_that_cannot_judge_its_metric_is_refused_at_its_line(
    tmp_path: Path, gates: str, metric: str, fix: str
) -> None:
    text = refused(tmp_path, gates=gates)
    assert text.startswith(f"gate.yaml:8: suites.s.gates.{metric}: this gate cannot judge {metric}: ")
    assert fix in text


def test_a_default_that_cannot_judge_a_metric_is_refused_where_it_stands(tmp_path: Path) -> None:
    text = refused(tmp_path, defaults="defaults: {gate: {max_drop: 5%}}")
    assert text.startswith("gate.yaml:2: defaults.gate: this gate cannot judge exact_match: ")


def test_a_gate_on_a_kind_of_failure_that_nobody_counts_is_refused_with_the_one_that_was_meant(
    tmp_path: Path,
) -> None:
    text = refused(tmp_path, gates="{error_rate.timout: {max: 0.01}}")
    assert "did you mean `error_rate.timeout`?" in text


def test_a_gate_on_a_kind_of_failure_is_one_of_zeros_and_ones(tmp_path: Path) -> None:
    assert "0.05 rather than 5%" in refused(tmp_path, gates="{error_rate.timeout: {max_drop: 5%}}")

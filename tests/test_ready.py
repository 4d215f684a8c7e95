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
    evaluators: {evaluators}
    gates: {gates}
"""


def refused(root: Path, *, gates: str = "{}", defaults: str = "", evaluators: str = "[exact_match]") -> str:
    (root / "app.py").write_text("def answer(input): return input\ndef score(response): return 1.0\n")
    (root / "cases.jsonl").write_text('{"id": "a", "input": "q", "expected": "q"}\n')
    (root / "gate.yaml").write_text(CONFIG.format(gates=gates, defaults=defaults, evaluators=evaluators))
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
        ("{exact_match: {min: 2}}", "exact_match", "between 0 and 1"),
        ("{error_rate: {max: 5}}", "error_rate", "between 0 and 1"),
    ],
)
def test_a_gate_that_cannot_judge_its_metric_is_refused_at_its_line(
    tmp_path: Path, gates: str, metric: str, fix: str
) -> None:
    text = refused(tmp_path, gates=gates)
    assert text.startswith(f"gate.yaml:8: suites.s.gates.{metric}: this gate cannot judge {metric}: ")
    assert fix in text


def test_a_floor_of_coverage_in_per_cent_is_refused(tmp_path: Path) -> None:
    assert "`min: 90` never holds" in refused(tmp_path, gates="{coverage.exact_match: {min: 90}}")


def test_a_default_that_cannot_judge_a_metric_is_refused_where_it_stands(tmp_path: Path) -> None:
    text = refused(tmp_path, defaults="defaults: {gate: {max_drop: 5%}}")
    assert text.startswith("gate.yaml:2: defaults.gate: this gate cannot judge exact_match: ")


def test_a_gate_on_a_kind_of_failure_that_nobody_counts_is_refused_with_the_one_that_was_meant(
    tmp_path: Path,
) -> None:
    text = refused(tmp_path, gates="{error_rate.timout: {max: 0.01}}")
    assert "did you mean `error_rate.timeout`?" in text


def test_a_kind_that_no_built_in_part_counts_is_refused_where_all_parts_are_built_in(tmp_path: Path) -> None:
    assert "no evaluator of this suite gives" in refused(
        tmp_path, gates="{error_rate.quota_used_up: {max: 0.01}}"
    )


OWN = "[{use: python, name: own, with: {function: 'app.py:score'}}]"


def test_code_of_ones_own_may_have_kinds_of_its_own(tmp_path: Path) -> None:
    gates = "{error_rate.quota_used_up: {max: 0.01}, exact_mach: {}}"
    text = refused(tmp_path, gates=gates, evaluators=OWN)
    assert "quota_used_up" not in text
    assert "exact_mach" in text


def test_a_misspelt_kind_of_ours_is_none_of_its_own(tmp_path: Path) -> None:
    text = refused(tmp_path, gates="{error_rate.timout: {max: 0.01}, error_rate.: {}}", evaluators=OWN)
    assert "did you mean `error_rate.timeout`?" in text
    assert "'error_rate.'" in text


def test_a_gate_on_a_kind_of_failure_is_one_of_zeros_and_ones(tmp_path: Path) -> None:
    assert "0.05 rather than 5%" in refused(tmp_path, gates="{error_rate.timeout: {max_drop: 5%}}")


def test_an_absolute_margin_of_the_default_does_not_reach_what_is_compared_as_a_ratio(tmp_path: Path) -> None:
    text = refused(
        tmp_path, gates="{latency_s: {max: 5}, nothing: {}}", defaults="defaults: {gate: {max_drop: 0.1}}"
    )
    assert "latency_s: this gate" not in text


def test_what_a_plug_in_finds_wrong_with_its_option_has_its_line_and_its_whole_key(tmp_path: Path) -> None:
    text = refused(tmp_path, evaluators='[exact_match, {use: python, with: {function: "app.py:nope"}}]')
    assert text.startswith("gate.yaml:7: suites.s.evaluators[1].with.function: app.py has no function 'nope'")

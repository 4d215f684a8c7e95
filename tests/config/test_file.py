"""Each row of the tables is a mistake that somebody will make, and the Problem that it must become."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.config.file import gate_problem, parse, policy_sheet
from gate.model.errors import Problem, UserError
from gate.model.suite import Gate, Margin, Policy, Slice
from tests.builders import config_text

WHOLE = """\
# yaml-language-server: $schema=schema.json
version: 1
policy:
  alpha: 0.1
  broken_cases: 0
defaults:
  concurrency: 4
suites:
  support:
    cases: cases/support.jsonl
    target: {use: prompt, with: {template: prompts/a.md, model: m}}
    evaluators:
      - exact_match
      - {use: contains, name: mentions_policy, with: {values: [policy]}}
    gates:
      exact_match: {max_drop: 0.02, min: 0.8}
      latency_s: {max_drop: 10%}
    slices: [category, {name: hard refunds, where: {category: refund, level: 3, new: true}}]
    cluster: conversation
    trials: {accept: 5, check: 1, most: 3}
    depends_on: [prompts/**, src/retrieval.py]
    budget: {calls: 2000, cost_usd: 2.50, tokens: 1000000, minutes: 20}
    baseline: kept/support.json
"""


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(UserError) as caught:
        parse(text, "gate.yaml")
    return caught.value.problems


def one(text: str) -> tuple[int | None, str, str, str, str]:
    """The only problem: line, key, message, value, fix."""
    found = problems(text)
    assert len(found) == 1, "\n".join(map(str, found))
    (problem,) = found
    assert problem.place is not None
    assert problem.place.file == "gate.yaml"
    return problem.place.line, problem.key, problem.message, problem.value, problem.fix


def test_a_whole_file_is_read() -> None:
    config = parse(WHOLE, "gate.yaml")
    suite = config.shape.suites["support"]
    assert config.file == "gate.yaml"
    assert suite.cases == ("cases/support.jsonl",)
    assert [(used.use, used.name) for used in suite.evaluators] == [
        ("exact_match", None), ("contains", "mentions_policy"),
    ]  # fmt: skip
    assert suite.depends_on == ("prompts/**", "src/retrieval.py")
    sheet = policy_sheet(config)
    assert sheet.policy == Policy(alpha=0.1, broken_cases=0)
    assert sheet.baselines == {"support": "kept/support.json"}
    policy = sheet.suites["support"]
    assert policy.gates == {
        "exact_match": Gate(max_drop=Margin(value=0.02), min=0.8),
        "latency_s": Gate(max_drop=Margin(value=0.1, relative=True)),
    }
    where = {"category": "refund", "level": "3", "new": "true"}
    assert policy.slices == ("category", Slice(name="hard refunds", where=where))
    assert policy.cluster == "conversation"


def test_a_baseline_lies_in_its_usual_place_unless_told_otherwise() -> None:
    assert policy_sheet(parse(config_text(), "f")).baselines == {"support": "baselines/support.json"}


SUITE = "version: 1\nsuites:\n  support:\n    cases: c.jsonl\n    target: echo\n    evaluators: [same]\n"
TOP = [
    ("", None, "", "the file is empty", "", "write a first one with `gate init`"),
    ("# nothing\n", None, "", "the file is empty", "", "write a first one with `gate init`"),
    ("[1]", 1, "", "must be a mapping of keys to values", "[1]", ""),
    ("gate", 1, "", "must be a mapping of keys to values", '"gate"', ""),
    ("version: 1\nsuites: {}", 2, "suites", "must hold at least 1 entry", "{}", ""),
    ("version: 1\nsuites:\n", 2, "suites", "must be a mapping of keys to values", "null",
     "write its keys below it, indented"),
    ("version: 1\n", 1, "suites", "this key is missing", "", "add `suites:` - The suites, by name"),
    (SUITE.replace("version: 1", "version: 2"), 1, "version", "must be 1", "2", ""),
    (SUITE.replace("version: 1", 'version: "1"'), 1, "version", "must be 1", '"1"', ""),
    (SUITE + "polcy: {}", 7, "polcy", "this key is not known here", "{}", "did you mean `policy`?"),
    (SUITE + "concurrency: 3", 7, "concurrency", "this key is not known here", "3",
     "it belongs in `defaults` or `suites.<name>`"),
    (SUITE + "zzz: 3", 7, "zzz", "this key is not known here", "3", "use one of: version, policy, accept, defaults, budget, prices, suites"),
    (SUITE.replace("support:", "sup port:"), 3, 'suites."sup port"',
     "a suite's name is part of a file's name: letters, digits, `_`, `-`, `.`, at most 80 of them", '"sup port"',
     "choose another name"),
    (SUITE + "policy: {alpha: 5%}", 7, "policy.alpha", "must be a number", '"5%"', "write 0.05"),
    (SUITE + "policy: {alpha: 0.7}", 7, "policy.alpha", "must be less than 0.5", "0.7", ""),
    (SUITE + "policy: {on_inconclusive: blok}", 7, "policy.on_inconclusive", "must be `block` or `warn`", '"blok"',
     "did you mean `block`?"),
    (SUITE + "policy: {slice_min_cases: 1_000}", 7, "policy.slice_min_cases", "must be a whole number", '"1_000"',
     "write 1000"),
    (SUITE + "policy: {broken_cases: 1.0}", 7, "policy.broken_cases", "must be a whole number", "1.0", ""),
    (SUITE + "defaults: {concurrency: true}", 7, "defaults.concurrency", "must be a whole number", "true", ""),
    (SUITE + "defaults: {timeout_s: '30'}", 7, "defaults.timeout_s", "must be a number", '"30"',
     "write 30 without quotes"),
    (SUITE + "defaults: {gate: {min: 0.8}}", 7, "defaults.gate.min", "this key is not known here", "0.8",
     "it belongs in `suites.<name>.gates.<name>`"),
    (SUITE + "defaults: {gate: {max_drop: 0.2, must_catch: 0.1}}", 7, "defaults.gate",
     "must_catch must be larger than max_drop", '{"max_drop": 0.2, "must_catch": 0.1}', ""),
    (SUITE + "defaults: {trials: {check: 4, most: 2}}", 7, "defaults.trials", "most must not be smaller than check",
     '{"check": 4, "most": 2}', ""),
]  # fmt: skip


@pytest.mark.parametrize("row", TOP)
def test_a_mistake_at_the_top_names_line_key_value_and_fix(
    row: tuple[str, int | None, str, str, str, str],
) -> None:
    assert one(row[0]) == row[1:]


NUMBER_OR_PERCENT = 'a margin is a number such as 0.02, or a percentage such as "10%"'
RELATIVE = "write it relative to the folder of gate.yaml, with `/`"
INSIDE = [
    # the last line of a suite, key below the suite, message, value, fix
    ("gates: {m: {max_drp: 0.02}}", "gates.m.max_drp", "this key is not known here", "0.02", "did you mean `max_drop`?"),
    ("gates: {m: {max-drop: 0.02}}", "gates.m.max-drop", "this key is not known here", "0.02",
     "did you mean `max_drop`?"),
    ("gates: {m: {max_drop: ten}}", "gates.m.max_drop", NUMBER_OR_PERCENT, '"ten"', ""),
    ("gates: {m: {max_drop: x%}}", "gates.m.max_drop", NUMBER_OR_PERCENT, '"x%"', ""),
    ("gates: {m: {max_drop: true}}", "gates.m.max_drop", NUMBER_OR_PERCENT, "true", ""),
    ("gates: {m: {max_drop: -1}}", "gates.m.max_drop", "must be 0 or more", "-1", ""),
    ("gates: {m: {min: yes}}", "gates.m.min", "must be a number", '"yes"', ""),
    ("gates: {m: {min: 2, max: 1}}", "gates.m", "min must not be larger than max", '{"min": 2, "max": 1}', ""),
    ("gates: {m: {max_drop: 0.1, must_catch: 20%}}", "gates.m",
     "max_drop and must_catch must both be absolute or both be percentages", '{"max_drop": 0.1, "must_catch": "20%"}', ""),
    ("gates: {m: {mode: wran}}", "gates.m.mode", "must be `block`, `warn` or `record`", '"wran"', "did you mean `warn`?"),
    ("gates: {m: 0.1}", "gates.m", "must be a mapping of keys to values", "0.1", ""),
    ("gates: [m]", "gates", "must be a mapping of keys to values", '["m"]', ""),
    ("max_drop: 0.1", "max_drop", "this key is not known here", "0.1",
     "it belongs in `defaults.gate` or `suites.<name>.gates.<name>`"),
    ("slices: category", "slices", "must be a list", '"category"', 'write ["category"]'),
    ("slices: [3]", "slices[0]", "must be the name of a tag, or a named slice", "3",
     "write `category`, or `{name: hard, where: {difficulty: hard}}`"),
    ("slices: [{name: x}]", "slices[0].where", "this key is missing", "",
     "add `where:` - Tags and the values that all of them must have"),
    ("slices: [{name: x, where: {}}]", "slices[0].where", "must hold at least 1 entry", "{}", ""),
    ("slices: [{name: x, where: {a: [1]}}]", "slices[0].where.a",
     "the value of a tag is a text, a number, or true or false", "[1]", "leave the tag out where it has none"),
    ("slices: [a, b, a]", "slices[2]", "the name 'a' stands here twice, first in line 7", "",
     "remove or rename one of the two"),
    ("slices: [a, {name: a, where: {x: y}}]", "slices[1]", "the name 'a' stands here twice, first in line 7", "",
     "remove or rename one of the two"),
    ("trials: many", "trials", "must be a whole number, or a mapping with `accept`, `check`, `most`", '"many"',
     "write `trials: 1`"),
    ("trials: 0", "trials", "must be 1 or more", "0", ""),
    ("trials: {acept: 3}", "trials.acept", "this key is not known here", "3", "did you mean `accept`?"),
    ("trials: {check: 4, most: 2}", "trials", "most must not be smaller than check", '{"check": 4, "most": 2}', ""),
    ("budget: {cost_usd: 0}", "budget.cost_usd", "must be more than 0", "0", ""),
    ("budget: {cost: 3}", "budget.cost", "this key is not known here", "3", "did you mean `cost_usd`?"),
    ("timeout_s: 0", "timeout_s", "must be more than 0", "0", ""),
    ("concurrency: 5000", "concurrency", "must be 1000 or less", "5000", ""),
    ("cluster: 3", "cluster", "must be text", "3", 'put it in quotes: "3"'),
    ("cluster: ' x'", "cluster",
     "a name has 1 to 120 characters, no control characters, and no blank at either end", '" x"', "choose another name"),
    ("depends_on: src", "depends_on", "must be a list", '"src"', 'write ["src"]'),
    ("depends_on: [/etc/passwd]", "depends_on[0]",
     "this path is absolute: a gate must be reproducible from the repository", '"/etc/passwd"', RELATIVE),
    ("baseline: ../b.json", "baseline",
     "this path leads out of the folder: a gate must be reproducible from the repository", '"../b.json"',
     "move the file, or gate.yaml"),
]  # fmt: skip


@pytest.mark.parametrize(("last", "key", "message", "value", "fix"), INSIDE)
def test_a_mistake_in_a_suite_names_line_key_value_and_fix(
    last: str, key: str, message: str, value: str, fix: str
) -> None:
    assert one(f"{SUITE}    {last}\n") == (7, f"suites.support.{key}", message, value, fix)


MAIN_KEYS = [
    ({"cases": ...}, "cases", "this key is missing"),
    ({"cases": []}, "cases", "must hold at least 1 entry"),
    ({"cases": 3}, "cases", "must be a path, or a list of paths"),
    ({"cases": ["../up.jsonl"]}, "cases[0]",
     "this path leads out of the folder: a gate must be reproducible from the repository"),
    ({"target": ...}, "target", "this key is missing"),
    ({"target": 3}, "target", "must be a name, or a mapping with `use`"),
    ({"target": {"with": {}}}, "target.use", "this key is missing"),
    ({"target": {"use": "x", "options": {}}}, "target.options", "this key is not known here"),
    ({"evaluators": []}, "evaluators", "must hold at least 1 entry"),
    ({"evaluators": "same"}, "evaluators", "must be a list"),
    ({"evaluators": [{"use": "a", "with": []}]}, "evaluators[0].with", "must be a mapping of keys to values"),
    ({"evaluators": ["a", {"use": "b", "name": ""}]}, "evaluators[1].name",
     "a name has 1 to 120 characters, no control characters, and no blank at either end"),
    ({"evaluators": ["a", {"use": "b", "name": "a"}]}, "evaluators[1]",
     "the name 'a' stands here twice, first in line 1"),
]  # fmt: skip


@pytest.mark.parametrize(("suite", "key", "message"), MAIN_KEYS)
def test_what_a_suite_must_have_is_asked_for(suite: dict[str, Any], key: str, message: str) -> None:
    assert one(config_text(suite))[1:3] == (f"suites.support.{key}", message)


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines() -> None:
    text = "version: 3\nsuites:\n  a:\n    cases: /x\n    target: {us: y}\n    evaluators: [b]\n    timeout_s: 010\nx: 1\n"
    assert [(p.place.line if p.place else 0, p.key) for p in problems(text)] == [
        (1, "version"),
        (4, "suites.a.cases"),
        (5, "suites.a.target.use"),
        (5, "suites.a.target.us"),
        (7, "suites.a.timeout_s"),
        (8, "x"),
    ]


def test_two_suites_never_write_one_baseline_even_where_case_is_ignored() -> None:
    suite = {"cases": "c.jsonl", "target": "t", "evaluators": ["e"]}
    text = config_text(
        suites={"Support": suite, "support": {**suite}, "x": {**suite, "baseline": "./a/../baselines/y"}}
    )
    assert one(text.replace("./a/../", ""))[1:3] == (
        "suites.support", "this suite and 'Support' have one baseline file, baselines/support.json",
    )  # fmt: skip


def test_a_gate_on_a_metric_that_cannot_be_is_placed_with_its_fix() -> None:
    config = parse(WHOLE, "gate.yaml")
    problem = gate_problem(config, suite="support", metric="exact_match", known=["exact_mach", "tone"])
    assert str(problem) == (
        "gate.yaml:16: suites.support.gates.exact_match: no evaluator of this suite gives a metric 'exact_match'\n"
        "    fix: did you mean `exact_mach`?"
    )


def test_a_byte_order_mark_and_the_endings_of_windows_are_read() -> None:
    config = parse("\ufeff" + WHOLE.replace("\n", "\r\n"), "gate.yaml")
    assert config.source.place(("suites", "support", "gates")).line == 15


def test_a_file_of_absurd_size_is_refused() -> None:
    (problem,) = problems("#" * 5_000_001)
    assert problem.message == "the file has more than 5,000,000 characters"


@given(st.text())
def test_any_text_is_read_or_a_problem_of_the_user(text: str) -> None:
    with suppress(UserError):
        parse(text, "f")


KEYS = st.sampled_from(
    [
        "version", "policy", "alpha", "suites", "a", "cases", "target", "use", "name", "with", "evaluators", "gates",
        "max_drop", "min", "mode", "slices", "where", "cluster", "trials", "check", "most", "budget", "calls",
        "depends_on", "baseline", "defaults", "gate", "[key]", "a tag", "<<",
    ]
)  # fmt: skip
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
    | KEYS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, VALUES, max_size=5), VALUES, KEYS)
def test_any_values_under_known_keys_are_read_or_a_problem_with_its_place(
    suite: dict[str, Any], value: Any, key: str
) -> None:
    found: tuple[Problem, ...] = ()
    try:
        parse(config_text(suite, **{key: value}), "f")
    except UserError as error:
        found = error.problems
    assert all(problem.place is not None and problem.message for problem in found)

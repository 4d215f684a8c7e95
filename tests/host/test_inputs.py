"""The inputs: what is empty is not given, what is wrong is named with what would be right."""

import re

import pytest

from gate.host.inputs import Inputs, read_inputs
from gate.model.errors import UserError


def test_what_is_empty_has_its_default() -> None:
    assert read_inputs({f"INPUT_{name.upper()}": "" for name in Inputs.model_fields}) == Inputs()
    assert read_inputs({}) == Inputs()


def test_every_input_is_read() -> None:
    given = {
        "config": "evals/gate.yaml",
        "suites": "a, b\nc a",
        "base": "v1.2",
        "results": "one.json\n  two/  \n",
        "setup": "pip install -r requirements.txt\nmake",
        "setup_timeout_minutes": "2.5",
        "comment": "changes",
        "on_inconclusive": "block",
        "status": "gate: prompts",
        "reports": "./out/",
        "token": "t",
        "i_understand_that_pull_request_code_runs_with_secrets": "true",
    }
    found = read_inputs(
        {f"INPUT_{name.upper()}": value for name, value in given.items()} | {"INPUT_ARGS": "action"}
    )
    assert found == Inputs(
        config="evals/gate.yaml",
        suites=("a", "b", "c"),
        base="v1.2",
        results=("one.json", "two/"),
        setup="pip install -r requirements.txt\nmake",
        setup_timeout_minutes=2.5,
        comment="changes",
        on_inconclusive="block",
        status="gate: prompts",
        reports="out",
        token="t",  # noqa: S106 - no token
        i_understand_that_pull_request_code_runs_with_secrets=True,
    )
    assert given.keys() == Inputs.model_fields.keys()


@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [
        ("comment", "sometimes", "always, changes, failures, off"),
        ("on_inconclusive", "pass", "block, warn"),
        ("setup_timeout_minutes", "soon", "a number of minutes"),
        ("setup_timeout_minutes", "0", "a number of minutes"),
        ("setup_timeout_minutes", "nan", "a number of minutes"),
        ("config", "../gate.yaml", "stays in the workspace"),
        ("config", "/etc/gate.yaml", "stays in the workspace"),
        ("reports", "a\\b", "stays in the workspace"),
        ("i_understand_that_pull_request_code_runs_with_secrets", "yes", "false, true"),
        ("i_understand_that_pull_request_code_runs_with_secrets", "True", "false, true"),
    ],
)
def test_a_value_that_is_not_allowed_is_an_error_that_names_the_input(
    name: str, value: str, fix: str
) -> None:
    with pytest.raises(UserError, match=re.escape(fix)) as raised:
        read_inputs({f"INPUT_{name.upper()}": value})
    assert f"input `{name}`" in str(raised.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(UserError) as raised:
        read_inputs({"INPUT_COMENT": "off", "INPUT_COMMENT": "x", "INPUT_FAIL-ON": "never"})
    assert len(raised.value.problems) == 3
    assert "did you mean `comment`?" in str(raised.value)


def test_a_token_stands_in_no_representation() -> None:
    inputs = read_inputs({"INPUT_TOKEN": "ghs_secret"})
    assert "ghs_secret" not in repr(inputs) + f"{inputs!r}"

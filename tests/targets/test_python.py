import asyncio
from pathlib import Path

import pytest

from gate.functions import load_function
from gate.model.case import Case, Context
from gate.model.errors import UserError
from gate.model.reply import Failure, Reply
from gate.run.failures import Seam
from gate.targets.python import PythonOptions, PythonTarget
from tests.builders import make_case, make_setting


def make_target(root: Path, source: str, *, name: str = "answer") -> PythonTarget:
    (root / "app.py").write_text(source)
    setting = make_setting(root, load=lambda reference: load_function(reference, root))
    return PythonTarget(PythonOptions(function=f"app.py:{name}"), setting)


def outcome(root: Path, source: str, case: Case | None = None) -> Reply | Failure:
    """As the run asks: an exception becomes a failure at its seam."""
    seam = Seam(stage="target", root=root, limit_s=30)

    async def walk() -> Reply | Failure:
        return await seam.call(make_target(root, source).ask(case or make_case(input="q")))

    return asyncio.run(walk())


def output(root: Path, source: str, case: Case | None = None) -> str:
    reply = outcome(root, source, case)
    assert isinstance(reply, Reply), reply
    return reply.output


@pytest.mark.parametrize("keyword", ["def", "async def"])
def test_a_function_plain_or_async_gives_a_text(keyword: str, tmp_path: Path) -> None:
    assert output(tmp_path, f"{keyword} answer(input):\n    return input.upper()\n") == "Q"


@pytest.mark.parametrize(
    ("signature", "body", "given"),
    [
        ("input, context", "context[0]['text'] + input['a']", "tx"),
        ("*, input, metadata", "metadata['category']", "billing"),
        ("case", "case.id + case.tags['category'] + str(case.expected)", "c1billingNone"),
        ("**everything", "' '.join(sorted(everything))", "case context input metadata"),
        ("input, n=3", "str(n)", "3"),
    ],
)
def test_a_function_is_given_what_it_takes_by_name(
    signature: str, body: str, given: str, tmp_path: Path
) -> None:
    case = make_case(
        "c1", input={"a": "x"}, expected="canary", context=(Context(text="t"),), tags={"category": "billing"}
    )
    assert output(tmp_path, f"def answer({signature}):\n    return {body}\n", case) == given


def test_what_is_expected_reaches_the_function_by_no_name(tmp_path: Path) -> None:
    case = make_case(expected="canary")
    assert "canary" not in output(tmp_path, "def answer(**all):\n    return repr(all)\n", case)


def test_a_mapping_brings_contexts_usage_and_the_rest(tmp_path: Path) -> None:
    source = (
        "def answer(input):\n"
        "    return {'output': 'x', 'contexts': ['a', 'b'], 'usage': {'input_tokens': 3}, 'cost_usd': 0.5,\n"
        "            'ttft_s': 0.1, 'latency_s': 9.0, 'model': 'm', 'stop_reason': 'end'}\n"
    )
    reply = outcome(tmp_path, source)
    assert isinstance(reply, Reply)
    assert [context.text for context in reply.contexts] == ["a", "b"]
    assert reply.usage is not None
    assert (reply.usage.input_tokens, reply.cost_usd, reply.ttft_s, reply.latency_s) == (3, 0.5, 0.1, 9.0)


def test_a_reply_of_ours_may_be_given(tmp_path: Path) -> None:
    source = "from gate import Reply\ndef answer(input):\n    return Reply(output='x', latency_s=7)\n"
    assert outcome(tmp_path, source) == Reply(output="x", latency_s=7)


def test_the_time_of_the_call_is_measured(tmp_path: Path) -> None:
    source = "import time\ndef answer(input):\n    time.sleep(0.02)\n    return 'x'\n"
    reply = outcome(tmp_path, source)
    assert isinstance(reply, Reply)
    assert 0.02 <= reply.latency_s < 20


@pytest.mark.parametrize("body", ["None", "3", "{'text': 'x'}", "{'output': 'x', 'cost_usd': float('nan')}"])
def test_anything_else_is_a_failure(body: str, tmp_path: Path) -> None:
    failure = outcome(tmp_path, f"def answer(input):\n    return {body}\n")
    assert isinstance(failure, Failure)
    assert failure.kind == "bad_reply"


def test_an_exception_is_a_failure_with_its_type_text_and_line(tmp_path: Path) -> None:
    source = "import json\ndef answer(input):\n    x = 1\n    return json.loads('{')\n"
    failure = outcome(tmp_path, source)
    assert isinstance(failure, Failure)
    assert (failure.stage, failure.kind) == ("target", "exception")
    assert failure.message.startswith("JSONDecodeError: ")
    assert failure.message.endswith(" (app.py:4)")


@pytest.mark.parametrize(
    "raised", ["SystemExit(0)", "StopIteration()", "TimeoutError()", "ExceptionGroup('a', [ValueError()])"]
)
def test_no_exception_ends_the_run(raised: str, tmp_path: Path) -> None:
    failure = outcome(tmp_path, f"def answer(input):\n    raise {raised}\n")
    assert isinstance(failure, Failure)
    assert failure.kind == "exception"


def test_a_secret_of_the_environment_is_not_in_the_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_API_KEY", "canary-1234")
    failure = outcome(
        tmp_path, "import os\ndef answer(input):\n    raise ValueError(os.environ['MY_API_KEY'])\n"
    )
    assert isinstance(failure, Failure)
    assert failure.message == "ValueError: [redacted] (app.py:3)"


def test_a_long_message_is_shortened(tmp_path: Path) -> None:
    failure = outcome(tmp_path, "def answer(input):\n    raise ValueError('x' * 100000)\n")
    assert isinstance(failure, Failure)
    assert len(failure.message) < 500


def test_a_cancelled_call_is_cancelled_and_no_failure(tmp_path: Path) -> None:
    async def walk() -> None:
        target = make_target(
            tmp_path, "import asyncio\nasync def answer(input):\n    await asyncio.Event().wait()\n"
        )
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(target.ask(make_case()), 0.05)

    asyncio.run(walk())


@pytest.mark.parametrize(
    ("signature", "said"),
    [
        ("question", "needs 'question'"),
        ("", "takes no `input`"),
        ("question='x'", "takes no `input`"),
        ("input, expected", "needs 'expected'"),
    ],
)
def test_a_function_that_cannot_be_called_is_refused_before_any_call(
    signature: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError) as refusal:
        make_target(tmp_path, f"def answer({signature}):\n    return 'x'\n")
    assert said in str(refusal.value)
    assert "input, context, metadata, case" in str(refusal.value)


def test_the_function_s_file_is_depended_on(tmp_path: Path) -> None:
    assert make_target(tmp_path, "def answer(input):\n    return 'x'\n").files() == ("app.py",)

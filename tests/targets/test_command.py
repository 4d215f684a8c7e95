import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from gate.model.case import Case, Context, Message
from gate.model.errors import UserError
from gate.model.reply import Failure, Reply
from gate.targets.command import CommandOptions, CommandTarget
from tests.builders import make_case, make_setting


def make_target(root: Path, source: str, **given: Any) -> CommandTarget:
    """A target that runs a Python source."""
    (root / "app.py").write_text(source)
    options = CommandOptions(**{"run": [sys.executable, "-I", "-S", "app.py"], **given})
    return CommandTarget(options, make_setting(root))


def outcome(root: Path, source: str, case: Case | None = None, **given: Any) -> Reply | Failure:
    return asyncio.run(make_target(root, source, **given).ask(case or make_case(input="q")))


def replied(root: Path, source: str, **given: Any) -> Reply:
    reply = outcome(root, source, **given)
    assert isinstance(reply, Reply), reply
    return reply


def failed(root: Path, source: str, **given: Any) -> Failure:
    failure = outcome(root, source, **given)
    assert isinstance(failure, Failure), failure
    assert failure.stage == "target"
    return failure


def test_the_case_is_given_as_json_without_what_is_expected(tmp_path: Path) -> None:
    case = make_case(
        "c1",
        input=(Message(role="user", content="h\u00e9"),),
        expected="canary",
        context=(Context(text="t", id="d"),),
        tags={"category": "x"},
    )
    source = "import sys; sys.stdout.write(sys.stdin.buffer.read().decode())"
    reply = outcome(tmp_path, source, case)
    assert isinstance(reply, Reply)
    assert json.loads(reply.output) == {
        "id": "c1",
        "input": [{"role": "user", "content": "h\u00e9"}],
        "context": [{"text": "t", "id": "d"}],
        "tags": {"category": "x"},
    }


def test_plain_text_is_the_output_without_the_last_line_break(tmp_path: Path) -> None:
    assert replied(tmp_path, r"print(' a\nb \n')").output == " a\nb "


def test_an_object_with_output_brings_the_rest_along(tmp_path: Path) -> None:
    answer = {"output": "x", "contexts": ["a"], "usage": {"input_tokens": 3}, "latency_s": 0.01}
    reply = replied(tmp_path, f"import json; print(json.dumps({answer}))")
    assert reply.usage is not None
    assert (reply.output, reply.contexts[0].text, reply.latency_s) == ("x", "a", 0.01)


@pytest.mark.parametrize("printed", ['{"answer": 1}', "[1]", '"x"', "3", "{", "NaN"])
def test_json_that_is_no_reply_is_text_unless_json_was_promised(printed: str, tmp_path: Path) -> None:
    assert replied(tmp_path, f"print({printed!r})").output == printed
    assert failed(tmp_path, f"print({printed!r})", format="json").kind == "bad_reply"


def test_json_may_be_asked_to_stay_text(tmp_path: Path) -> None:
    assert replied(tmp_path, """print('{"output": "x"}')""", format="text").output == '{"output": "x"}'


def test_an_unknown_key_beside_output_is_no_reply(tmp_path: Path) -> None:
    failure = failed(tmp_path, """print('{"output": "x", "contxts": []}')""")
    assert failure.kind == "bad_reply"
    assert "did you mean 'contexts'?" in failure.message


def test_the_wall_time_is_measured(tmp_path: Path) -> None:
    assert 0.02 <= replied(tmp_path, "import time; time.sleep(0.02); print('x')").latency_s < 20


def test_an_exit_status_is_a_failure_with_the_end_of_what_was_said(tmp_path: Path) -> None:
    source = "import sys; print('x'); print('a\\n' * 100 + 'the last line', file=sys.stderr); sys.exit(3)"
    failure = failed(tmp_path, source)
    assert failure.kind == "exit_status"
    assert "exit status 3: " in failure.message
    assert failure.message.endswith("the last line")


def test_a_death_by_signal_is_a_failure(tmp_path: Path) -> None:
    assert "signal 9" in failed(tmp_path, "import os; os.kill(os.getpid(), 9)").message


def test_a_secret_of_the_environment_is_not_in_the_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_API_KEY", "canary-1234")
    failure = failed(tmp_path, "import os, sys; sys.exit('bad key ' + os.environ['MY_API_KEY'])")
    assert failure.message.endswith("bad key [redacted]")


def test_output_that_is_not_utf8_is_a_failure(tmp_path: Path) -> None:
    failure = failed(tmp_path, "import sys; sys.stdout.buffer.write(b'ab\\xff')")
    assert (failure.kind, "byte 2" in failure.message) == ("bad_reply", True)


def test_output_without_end_is_a_failure(tmp_path: Path) -> None:
    assert failed(tmp_path, "while True: print('y' * 100_000)").kind == "too_large"


def test_a_program_that_has_gone_is_a_failure(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\necho x\n")
    program.chmod(0o755)
    target = CommandTarget(CommandOptions(run="./program"), make_setting(tmp_path))
    program.unlink()
    failure = asyncio.run(target.ask(make_case()))
    assert isinstance(failure, Failure)
    assert failure.kind == "not_found"


@pytest.mark.parametrize("run", ["no-such-program --flag", "./app.txt", ["./no/such/file"], "/no/such/file"])
def test_a_program_that_is_not_there_is_refused_before_any_call(run: Any, tmp_path: Path) -> None:
    (tmp_path / "app.txt").write_text("not executable")
    with pytest.raises(UserError, match="run: there is no such program"):
        CommandTarget(CommandOptions(run=run), make_setting(tmp_path))


@pytest.mark.parametrize("run", ["", "  ", [], [""], "unclosed 'quote", ["a\0b"]])
def test_a_command_line_that_is_none_is_refused(run: Any) -> None:
    with pytest.raises(ValidationError, match="run"):
        CommandOptions(run=run)


def test_a_command_line_is_split_and_no_shell_sees_it(tmp_path: Path) -> None:
    options = CommandOptions(run="""printf '%s,' 'a b' "$HOME" * ; echo""")
    reply = asyncio.run(CommandTarget(options, make_setting(tmp_path)).ask(make_case()))
    assert isinstance(reply, Reply)
    assert reply.output == "a b,$HOME,*,;,echo,"


def test_it_runs_in_the_root_with_the_environment_and_what_is_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONE", "1")
    source = "import os; print(os.getcwd(), os.environ['ONE'], os.environ['TWO'])"
    assert replied(tmp_path, source, env={"TWO": "2"}).output == f"{os.path.realpath(tmp_path)} 1 2"


def test_the_arguments_that_are_files_inside_are_depended_on(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "a.toml").write_text("")
    run = [sys.executable, "app.py", "./config/a.toml", "config", "/etc/hostname", "none.txt"]
    assert make_target(tmp_path, "", run=run).files() == ["app.py", "config/a.toml"]


def test_the_time_limit_ends_the_program(tmp_path: Path) -> None:
    async def walk() -> None:
        target = make_target(tmp_path, "import time; time.sleep(1000)")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await target.ask(make_case())

    asyncio.run(walk())

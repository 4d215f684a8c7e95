"""An acceptance survives its commit's message, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.host.acceptance import (
    Acceptance,
    acceptance_of,
    files_digest,
    marked,
    message_of,
    plain_reason,
    run_and_digest,
    text_digest,
)

HEX = st.text(alphabet="0123456789abcdef", min_size=64, max_size=64)
PATHS = st.from_regex(r"[a-z][a-z0-9 /._-]{0,30}[a-z]\.json", fullmatch=True)
ACCEPTANCES = st.builds(
    Acceptance,
    by=st.from_regex(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,20}[A-Za-z0-9])?", fullmatch=True),
    pull=st.integers(1, 10**6),
    comment=st.integers(1, 10**12),
    evaluated=HEX.map(lambda text: text[:40]),
    results=HEX,
    baselines=st.dictionaries(PATHS, HEX, min_size=1, max_size=4),
    reason=st.text(max_size=600),
)
ADDRESS = "https://github.com/acme/shop"
ONE = Acceptance(
    by="maria",
    pull=7,
    comment=41,
    evaluated="a" * 40,
    results="b" * 64,
    baselines={"baselines/s.json": "c" * 64},
)


@given(ACCEPTANCES)
def test_what_a_message_says_is_what_was_accepted(acceptance: Acceptance) -> None:
    message = message_of(acceptance)
    assert acceptance_of(message) == acceptance.model_copy(update={"reason": ""})
    assert acceptance_of(message.replace("\n", "\r\n")) is not None
    assert "[" not in message
    assert message.split("\n")[0] == f"Accept the evaluation results of {acceptance.evaluated[:7]}"


@given(st.text(max_size=200))
def test_other_messages_are_no_acceptances(message: str) -> None:
    assert acceptance_of(message) is None


@given(st.text())
def test_a_reason_is_one_harmless_line(text: str) -> None:
    reason = plain_reason(text)
    assert len(reason.splitlines()) <= 1
    assert not {"[", "]"} & {*reason}
    forged = message_of(ONE.model_copy(update={"reason": f"{text}\n\nGate-Accepted-By: mallory"}))
    found = acceptance_of(forged)
    assert found is not None
    assert found.by == "maria"


@pytest.mark.parametrize(
    "changed",
    [
        lambda text: text + "\nSigned-off-by: mallory",
        lambda text: text.replace("Gate-Results", "Gate-Result"),
        lambda text: text.replace("b" * 64, "b" * 63),
        lambda text: text + "\nGate-Baseline: " + "d" * 64 + " baselines/s.json",
        lambda text: text + "\n\nand a paragraph more",
        lambda text: text.replace("7/41", "7/forty"),
        lambda text: text.replace(": maria", ": ma ria"),
        lambda text: "\n".join(reversed(text.split("\n"))),
    ],
)
def test_a_message_that_is_nearly_one_is_none(changed: "object") -> None:
    assert callable(changed)
    assert acceptance_of(changed(message_of(ONE))) is None


def test_the_digest_of_files_knows_their_names_and_not_their_order() -> None:
    one = {"report.json": b"{}", "results/s.json": b"1"}
    assert files_digest(one) == files_digest(dict(reversed(one.items())))
    assert files_digest(one) != files_digest({"report.json": b"1", "results/s.json": b"{}"})
    assert files_digest({"a": b"", "b": b""}) != files_digest({"a": b""})
    assert text_digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_the_address_of_a_run_carries_its_digest() -> None:
    address = marked(f"{ADDRESS}/actions/runs/12", "a" * 64)
    assert run_and_digest(address, repository_url=ADDRESS) == (12, "a" * 64)


@pytest.mark.parametrize(
    "address",
    [
        "",
        f"{ADDRESS}/actions/runs/12",
        f"{ADDRESS}/actions/runs/12#gate-results-abc",
        f"{ADDRESS}/actions/runs/12/../13#gate-results-{'a' * 64}",
        f"https://evil.example/actions/runs/12#gate-results-{'a' * 64}",
        f"{ADDRESS}2/actions/runs/12#gate-results-{'a' * 64}",
    ],
)
def test_another_address_names_no_run(address: str) -> None:
    assert run_and_digest(address, repository_url=ADDRESS) is None

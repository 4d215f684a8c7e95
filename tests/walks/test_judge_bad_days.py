"""A judge on its bad days, through the real command line and SDK: no day yields a number, and none is green."""

import json

import pytest

from gate.model.files import load_results
from gate.model.run import RunResult
from tests.doubles import Answer, MessagesApi, Request, json_answer, refused, said
from tests.walks.judged import JUDGE, gate, judged
from tests.walks.project import Project

CASES = 4
VERDICT = json.dumps({"critique": "so it is", "verdict": "pass"})
WHOLE = json_answer(said(VERDICT))


def ended(ending: str) -> Answer:
    return Answer(headers=WHOLE.headers, body=WHOLE.body, ending=ending)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A judged suite with an accepted baseline, that waits for nothing for long."""
    judge = {**JUDGE, "with": {**JUDGE["with"], "canaries": 0}}  # type: ignore[dict-item]
    return judged(
        tmp_path_factory.mktemp("judged"), cases=CASES, evaluators=[judge], timeout_s=20, max_wait_s=0.05
    )


def checked(project: Project, api: MessagesApi) -> tuple[int, RunResult]:
    with api:
        done = gate(project, api.url, "check", "--base", "main", "-o", "kept.json")
    return done.code, load_results(project.read("kept.json"), "kept.json")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refused(429, "rate_limit_error"), "rate_limit"),
        (refused(429, "rate_limit_error", **{"retry-after": "30"}), "wait_too_long"),
        (refused(529, "overloaded_error"), "overloaded"),
        (refused(529, "overloaded_error", **{"retry-after": "30"}), "wait_too_long"),
        (refused(500, "api_error"), "server_error"),
        (Answer(headers=WHOLE.headers, body=b'{"id": "msg_1", "type'), "bad_reply"),
        (ended("cut"), "bad_reply"),
        (ended("reset"), "connection"),
    ],
    ids=["429", "429 wait", "529", "529 wait", "500", "half of JSON", "cut", "reset"],
)
def test_an_answer_that_never_comes_is_a_failure_of_its_kind_until_the_provider_is_given_up(
    project: Project, answer: Answer, kind: str
) -> None:
    code, result = checked(project, MessagesApi(answer))
    assert code == 4
    failures = [failure for trial in result.trials for failure in trial.failures]
    assert {failure.kind for failure in failures} <= {kind, "out_of_reach"}
    assert len(failures) == CASES
    assert all(failure.evaluator == "helpful" for failure in failures)
    assert not [score for trial in result.trials for score in trial.scores if score.metric == "helpful"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (json_answer(said("It passes: verdict pass.")), "unparsable"),
        (json_answer(said(VERDICT, stop_reason="max_tokens")), "cut_off"),
        (json_answer(said(VERDICT, stop_reason="refusal")), "refusal"),
    ],
    ids=["prose", "cut off", "refused"],
)
def test_an_answer_that_is_no_verdict_is_an_abstention(project: Project, answer: Answer, reason: str) -> None:
    code, result = checked(project, MessagesApi(answer))
    assert code in {1, 3}
    scores = [score for trial in result.trials for score in trial.scores if score.metric == "helpful"]
    assert [(score.value, score.abstained) for score in scores] == [(None, reason)] * CASES


def test_an_answer_past_the_time_limit_is_an_abstention(project: Project) -> None:
    config = json.loads(project.read("gate.yaml"))
    config["suites"]["s"]["timeout_s"] = 1
    project.write("gate.yaml", json.dumps(config))
    code, result = checked(project, MessagesApi(Answer(ending="hang")))
    assert code in {1, 3, 4}
    found = [
        score.abstained for trial in result.trials for score in trial.scores if score.metric == "helpful"
    ]
    failed = [failure.kind for trial in result.trials for failure in trial.failures]
    assert [*found, *failed] == ["timeout"] * CASES


def test_a_refusal_that_passes_by_costs_a_wait_and_no_score(project: Project) -> None:
    crowded = refused(529, "overloaded_error", **{"retry-after": "0.01"})
    seen: list[Request] = []
    api = MessagesApi()

    def crowded_once(request: Request) -> Answer:
        seen.append(request)
        return crowded if len(seen) == 1 else json_answer(said(VERDICT, thinking="Let me see."))

    api.respond = crowded_once
    code, result = checked(project, api)
    assert code == 0
    assert len(seen) == CASES + 1
    values = [score.value for trial in result.trials for score in trial.scores if score.metric == "helpful"]
    assert values == [1.0] * CASES

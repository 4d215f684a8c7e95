"""A suite that a stub of a judge judges, on loopback and through the real SDK."""

import json
from pathlib import Path
from typing import Any

from tests.doubles import Answer, MessagesApi, Request, json_answer, said
from tests.walks.project import Ended, Project, make_project

KEY = "sk-ant-a-key-that-must-appear-nowhere"
JUDGE = {
    "use": "judge",
    "name": "helpful",
    "with": {"rubric": "helpfulness", "model": "claude-haiku-5-5", "canaries": 1},
}
ONE = {"accept": 1, "check": 1, "most": 1}


class JudgeApi(MessagesApi):
    """A judge that passes what holds the word `right`, and fails the rest, the planted responses among it."""

    def __init__(self) -> None:
        super().__init__()
        self.respond = self._judge

    def _judge(self, request: Request) -> Answer:
        text = request.json["messages"][0]["content"]
        _, _, response = text.partition('part="response"')
        word = "pass" if "\nright\n" in response else "fail"
        return json_answer(said(json.dumps({"critique": "so it is", "verdict": word})))


def gate(project: Project, url: str, *arguments: str) -> Ended:
    environment = {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": KEY, "NO_PROXY": "*", "no_proxy": "*"}
    return project.gate(*arguments, env=environment)


def judged(folder: Path, **options: Any) -> Project:
    """The application with a judge and an accepted baseline."""
    project = make_project(folder, **{"trials": ONE, "evaluators": [JUDGE], **options})
    with JudgeApi() as api:
        done = gate(project, api.url, "accept")
        assert done.code == 0, done.text
    project.commit("the baseline")
    return project

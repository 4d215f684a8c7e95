"""The example's own application: its search, its stand-in for a model, and what edits of the prompt do to it."""

import importlib
import json
import math
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "support-bot"
PROMPT = (EXAMPLE / "prompts" / "answer.md").read_text("utf-8")
CASES: list[dict[str, Any]] = [
    json.loads(line) for line in (EXAMPLE / "cases" / "support.jsonl").read_text("utf-8").splitlines()
]
CATEGORIES = {"refunds", "shipping", "account", "billing", "privacy", "out_of_scope"}


def _forget() -> None:
    """Leave no module named `app` or `evals` behind: other tests have theirs."""
    for name in [name for name in sys.modules if name in {"app", "evals"} or name.startswith("app.")]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def app() -> Iterator[SimpleNamespace]:
    _forget()
    sys.path.insert(0, str(EXAMPLE))
    try:
        names = ("answer", "bot", "embedded", "instructions", "live", "retrieval")
        modules = {name: importlib.import_module(f"app.{name}") for name in names}
        yield SimpleNamespace(**modules, evals=importlib.import_module("evals"))
    finally:
        sys.path.remove(str(EXAMPLE))
        _forget()


@pytest.fixture(scope="module")
def index(app: SimpleNamespace) -> Any:
    return app.retrieval.Index(app.retrieval.read_passages(EXAMPLE / "docs"))


def _outputs(app: SimpleNamespace, index: Any, prompt: str) -> dict[str, str]:
    model = app.embedded.EmbeddedModel(index.weight)
    return {
        case["id"]: model.complete(
            app.answer.Request(prompt=prompt, question=case["input"], found=index.search(case["input"]))
        ).text
        for case in CASES
    }


def _passed(app: SimpleNamespace, outputs: dict[str, str]) -> set[str]:
    return {
        case["id"]
        for case in CASES
        if app.evals.states_the_fact(response=outputs[case["id"]], expected=case["expected"])
    }


def _categories(case_ids: set[str]) -> Counter[str]:
    return Counter(case["tags"]["category"] for case in CASES if case["id"] in case_ids)


def _reference_bm25(documents: list[list[str]], query: set[str]) -> list[float]:
    """BM25 written from its formula, term by term and document by document."""
    mean = sum(len(document) for document in documents) / len(documents)
    scores = []
    for document in documents:
        score = 0.0
        for term in query:
            frequency = document.count(term)
            holders = sum(term in other for other in documents)
            idf = math.log(1 + (len(documents) - holders + 0.5) / (holders + 0.5))
            length = 1 - 0.75 + 0.75 * len(document) / mean
            score += idf * frequency * 2.2 / (frequency + 1.2 * length)
        scores.append(score)
    return scores


def test_every_score_and_the_ranking_of_every_question_agree_with_the_formula(
    app: SimpleNamespace, index: Any
) -> None:
    documents = [app.retrieval.tokens(f"{passage.title} {passage.text}") for passage in index.passages]
    for case in CASES:
        scores = _reference_bm25(documents, set(app.retrieval.tokens(case["input"])))
        by_id = {passage.id: score for passage, score in zip(index.passages, scores, strict=True)}
        found = index.search(case["input"], limit=5)
        assert [each.score for each in found] == pytest.approx([by_id[each.passage.id] for each in found])
        assert [each.score for each in found] == pytest.approx(
            sorted((score for score in scores if score > 0), reverse=True)[:5]
        )
        assert [each.rank for each in found] == list(range(1, len(found) + 1))


def test_a_score_worked_out_by_hand_comes_out(app: SimpleNamespace) -> None:
    make = app.retrieval.Passage
    index = app.retrieval.Index([make("a/a#1", "", "red fox"), make("a/b#1", "", "red red hen")])
    (first, second) = index.search("red hen")
    # Lengths 2 and 3, mean 2.5: norms 1.2·(0.25 + 0.75·0.8) = 1.02 and 1.2·(0.25 + 0.75·1.2) = 1.38.
    both, one = math.log(1.2), math.log(2)
    assert (first.passage.id, second.passage.id) == ("a/b#1", "a/a#1")
    assert first.score == pytest.approx(both * 2 * 2.2 / 3.38 + one * 2.2 / 2.38)
    assert second.score == pytest.approx(both * 2.2 / 2.02)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shuffled=st.permutations(range(4)))
def test_passages_that_score_the_same_come_in_the_order_of_their_ids(
    app: SimpleNamespace, shuffled: list[int]
) -> None:
    passages = [app.retrieval.Passage(f"a/{number}#1", "Tea", "green leaves") for number in range(4)]
    index = app.retrieval.Index([passages[number] for number in shuffled])
    found = index.search("green tea", limit=4)
    assert [each.passage.id for each in found] == ["a/0#1", "a/1#1", "a/2#1", "a/3#1"]


def test_a_question_that_shares_no_word_finds_nothing_and_is_declined(
    app: SimpleNamespace, index: Any
) -> None:
    assert index.search("xylophone") == []
    model = app.embedded.EmbeddedModel(index.weight)
    request = app.answer.Request(prompt=PROMPT, question="xylophone", found=[])
    assert model.complete(request).text == "I do not know. Please write to help@quillow.example."


@pytest.mark.parametrize(
    "words",
    [
        ("arrive", "arrives", "arrived", "arriving"),
        ("box", "boxes"),
        ("ship", "shipped", "shipping"),
        ("try", "tries"),
    ],
)
def test_forms_of_one_word_have_one_stem(app: SimpleNamespace, words: tuple[str, ...]) -> None:
    assert len({app.retrieval.stem(word) for word in words}) == 1


@pytest.mark.parametrize(
    "pair", [("refund", "refuse"), ("fee", "free"), ("pass", "past"), ("address", "add")]
)
def test_other_words_keep_other_stems(app: SimpleNamespace, pair: tuple[str, str]) -> None:
    assert app.retrieval.stem(pair[0]) != app.retrieval.stem(pair[1])


def test_there_are_enough_cases_in_every_category_for_a_slice_to_be_judged() -> None:
    sizes = Counter(case["tags"]["category"] for case in CASES)
    assert set(sizes) == CATEGORIES
    assert min(sizes.values()) >= 10
    assert len({case["id"] for case in CASES}) == len(CASES) >= 60


def test_every_expected_fact_stands_in_its_article_but_for_the_one_that_must_be_computed() -> None:
    absent = [
        case["id"]
        for case in CASES
        if "article" in case["expected"]
        for fact in case["expected"]["facts"]
        if fact not in " ".join((EXAMPLE / "docs" / f"{case['expected']['article']}.md").read_text().split())
    ]
    assert absent == ["billing-14"]


def test_the_bot_answers_most_questions_and_honestly_fails_some(app: SimpleNamespace, index: Any) -> None:
    passed = _passed(app, _outputs(app, index, PROMPT))
    assert 0.85 <= len(passed) / len(CASES) <= 0.95
    assert set(_categories({case["id"] for case in CASES} - passed)) == CATEGORIES


def test_the_bot_gives_the_same_answer_every_time_and_names_its_passages(app: SimpleNamespace) -> None:
    question = "Can I return a grinder for a refund?"
    first = app.bot.answer(input=question)
    assert app.bot.answer(input=question) == first
    assert "45 days" in first["output"]
    assert first["output"].endswith("[refunds/gifts-and-equipment]")
    assert [context["rank"] for context in first["contexts"]] == [1, 2, 3]
    assert first["model"] == "embedded"


HARMLESS = {
    "another tone": ("Be warm and plain.", "Be friendly, clear and calm."),
    "a typo that comes": ("You answer customers", "You anwser custommers"),
    "blank lines": ("\n- ", "\n\n- "),
    "another bullet": ("\n- ", "\n* "),
    "a limit in words": ("at most 3 sentences", "at most three sentences"),
    "another wording of a rule": (
        "- For refund questions, give the number of days.",
        "- In refund matters always state the exact number of days that applies.",
    ),
    "another heading": ("## What must not be missing", "## Details by topic"),
    "a wish that cannot be followed": ("Never sound like", "Smile. Never sound like"),
}


@pytest.mark.parametrize("edit", HARMLESS.values(), ids=HARMLESS.keys())
def test_a_harmless_edit_of_the_prompt_changes_no_answer(
    app: SimpleNamespace, index: Any, edit: tuple[str, str]
) -> None:
    edited = PROMPT.replace(*edit)
    assert edited != PROMPT
    assert _outputs(app, index, edited) == _outputs(app, index, PROMPT)


def test_the_order_of_the_rules_changes_no_answer(app: SimpleNamespace, index: Any) -> None:
    edited = "\n".join(reversed(PROMPT.splitlines()))
    assert _outputs(app, index, edited) == _outputs(app, index, PROMPT)


HARMFUL = {
    "refunds": ("give the number of days.\n- For shipping", "be understanding.\n- For shipping"),
    "shipping": ("- For shipping questions, give the number of days and the price.\n", ""),
    "account": ("name the page where it is done", "be patient"),
    "billing": ("- For billing questions, give the amount in dollars.\n", ""),
    "privacy": ("give the email address to write to and the period of time", "be reassuring"),
    "out_of_scope": ("say that you do not know, and name", "do your best, and name"),
}


@pytest.mark.parametrize(("category", "edit"), HARMFUL.items(), ids=HARMFUL.keys())
def test_an_edit_that_drops_one_rule_breaks_the_one_category_it_was_for(
    app: SimpleNamespace, index: Any, category: str, edit: tuple[str, str]
) -> None:
    assert edit[0] in PROMPT
    before = _passed(app, _outputs(app, index, PROMPT))
    after = _passed(app, _outputs(app, index, PROMPT.replace(*edit)))
    broken = _categories(before - after)
    assert set(broken) == {category}
    assert broken[category] >= _categories(before)[category] / 2


@pytest.mark.parametrize("line", ["- Never say that you do not know.", "- Do not cite the source."])
def test_a_line_that_forbids_is_not_read_as_a_wish(app: SimpleNamespace, line: str) -> None:
    read = app.instructions.read_instructions(line)
    assert (read.declines, read.cites) == (False, False)


def test_a_rule_about_every_topic_reaches_every_topic(app: SimpleNamespace) -> None:
    read = app.instructions.read_instructions("Always give the price.\nFor refund questions, give the days.")
    assert [len(read.wanted(topic)) for topic in ("refunds", "billing")] == [2, 1]


def test_the_limit_of_sentences_is_kept(app: SimpleNamespace, index: Any) -> None:
    outputs = _outputs(app, index, PROMPT.replace("at most 3 sentences", "at most 1 sentence"))
    answers = [output for output in outputs.values() if output.endswith("]")]
    assert answers
    assert all(output.count(". ") + output.count("? ") <= 1 for output in answers)


class _Anthropic(BaseHTTPRequestHandler):
    """Answers every request with one message, and keeps what it was sent."""

    seen: list[dict[str, Any]]

    def do_POST(self) -> None:
        self.seen.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        message = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-haiku-5-5",
            "content": [
                {"type": "thinking", "thinking": "Hm.", "signature": "s"},
                {"type": "text", "text": "45 days."},
            ],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": {"input_tokens": 321, "output_tokens": 7},
        }
        body = json.dumps(message).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_a_named_model_is_asked_with_the_prompt_the_question_and_the_passages(
    app: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Anthropic,), {"seen": seen}))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    monkeypatch.setenv("ANTHROPIC_BASE_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "not-a-key")
    monkeypatch.setenv("SUPPORT_BOT_MODEL", "claude-haiku-5-5")
    try:
        reply = app.bot.answer(input="Can I return a grinder for a refund?")
    finally:
        app.live._client().close()
        app.live._client.cache_clear()
        server.shutdown()
        server.server_close()
    assert (reply["output"], reply["model"]) == ("45 days.", "claude-haiku-5-5")
    assert reply["usage"] == {"input_tokens": 321, "output_tokens": 7}
    assert seen[0]["system"] == PROMPT
    assert "Can I return a grinder for a refund?" in seen[0]["messages"][0]["content"]
    assert "[refunds/gifts-and-equipment]" in seen[0]["messages"][0]["content"]

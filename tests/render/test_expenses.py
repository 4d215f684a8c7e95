from gate.model.reply import Expense, Usage
from gate.render.expenses import beside
from gate.render.summary import summarize
from tests.builders import make_run, make_trial

USAGE = Usage(input_tokens=1000, output_tokens=200, cache_read_tokens=50, cache_write_tokens=5)


def told(*expenses: Expense) -> list[str]:
    trials = [make_trial(f"case-{n}", expenses=(each,)) for n, each in enumerate(expenses)]
    return list(beside(summarize(make_run(trials))))


def test_a_run_without_judges_that_lost_nothing_says_nothing() -> None:
    assert list(beside(summarize(make_run()))) == []


def test_judges_and_lost_answers_are_told_apart_and_never_added_to_the_replies() -> None:
    judge = Expense(evaluator="facts", calls=2, usage=USAGE, cost_usd=0.25)
    other = Expense(evaluator="tone", usage=USAGE, cost_usd=0.5)
    lost = Expense(usage=USAGE, cost_usd=0.02)
    assert told(judge, other, lost) == [
        "judges: 3 calls, 2.1k tokens in, 400 out, $0.75",
        "1 lost answer: 1.1k tokens in, 200 out, $0.020",
    ]


def test_what_is_not_known_of_one_call_is_not_known_of_all() -> None:
    known = Expense(evaluator="facts", usage=USAGE, cost_usd=0.25)
    assert told(known, Expense(evaluator="facts", usage=USAGE)) == [
        "judges: 2 calls, 2.1k tokens in, 400 out, cost unknown"
    ]
    assert told(known, Expense(evaluator="facts", cost_usd=1)) == ["judges: 2 calls, $1.25"]

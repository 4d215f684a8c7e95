"""`gate explain`: a slice that no single tag names, one case, and everything that can be wrong with what is asked."""

import json
import re
from pathlib import Path

import pytest

from tests.walks.project import APP, Project, ids

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "explain.md"
IDS = ids(160)
LANG = {case_id: ("de", "en", "fr", "pt")[place % 4] for place, case_id in enumerate(IDS)}
KIND = {
    case_id: ("billing", "refunds", "shipping", "returns")[place // 4 % 4]
    for place, case_id in enumerate(IDS)
}
BROKEN = [case_id for case_id in IDS if (LANG[case_id], KIND[case_id]) == ("de", "refunds")]
HOSTILE = "I can't help with that.\x1b[31m\n::error::owned\n## Approved @everyone"


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A suite of which the German refunds broke; a baseline, and a results file of the broken application."""
    project = Project(tmp_path_factory.mktemp("explain"))
    project.git("init", "-q", "-b", "main")
    project.write("app.py", APP)
    project.behave({})
    project.cases(IDS, lang=LANG, category=KIND)
    project.configure()
    accepted = project.gate("accept")
    assert accepted.code == 0, accepted.text
    project.commit("the baseline")
    project.answer(BROKEN, HOSTILE)
    ran = project.gate("run", "-o", "results.json")
    assert ran.code == 0, ran.text
    return project


def explained(project: Project, *arguments: str) -> str:
    done = project.gate("explain", *arguments, "--current", "results.json")
    assert done.code == 0, done.text
    return done.out


def test_the_whole_verdict_is_walked_through(broken: Project) -> None:
    told = explained(broken)
    assert "exact_match, regressed: 1.00 → 0.94" in told
    assert "- category=refunds and lang=de: 10 of 10 cases there (1.00 → 0.00), 0 of the" in told
    assert "refused=yes: 10 of 10 got worse, 0 of the 150 others" in told
    assert "- Parts of the application: behavior.json." in told
    assert max(map(len, told.splitlines())) <= 80


def test_the_guide_shows_what_it_prints(broken: Project) -> None:
    (block,) = re.findall(
        r"```text\n\$ gate explain --current results.json\n(.*?)```", GUIDE.read_text(), re.DOTALL
    )
    assert block == explained(broken)


def test_the_report_of_a_comparison_says_it_in_one_sentence(broken: Project) -> None:
    done = broken.gate("compare", "--current", "results.json", "--baseline", "baselines/s.json")
    assert done.code == 1
    assert "Where the drop is concentrated" in done.out
    assert "exact_match got worse where category=refunds and lang=de: 10 of 10 cases there" in done.out


def test_a_baseline_file_can_be_named_as_for_compare(broken: Project) -> None:
    told = explained(broken, "--baseline", "baselines/s.json")
    assert "category=refunds and lang=de" in told
    assert "category=refunds and lang=de" in explained(broken, "--base", "main")


def test_one_case_is_told_with_its_answers_and_where_it_lies(broken: Project) -> None:
    told = explained(broken, BROKEN[0])
    assert f"{BROKEN[0]} of s, 1 draw" in told
    assert "1 1 1 1 1" in told
    assert "It lies where exact_match dropped most: category=refunds and lang=de" in told
    assert "I can't help with that." in told
    assert "\x1b" not in told
    assert not [line for line in told.splitlines() if line.lstrip().startswith("::")]


@pytest.mark.parametrize(
    "what", ["exact_match", "s/exact_match", "metric:exact_match", "metric:s/exact_match"]
)
def test_a_metric_is_told_by_its_name(broken: Project, what: str) -> None:
    assert "exact_match, regressed" in explained(broken, what)


def test_the_same_as_data_and_as_markdown(broken: Project) -> None:
    data = json.loads(explained(broken, "--json", "-"))
    (segment,) = data["metrics"][0]["segments"]
    assert [term["value"] for term in segment["terms"]] == ["refunds", "de"]
    assert len(data["metrics"][0]["worse"]) == 10
    page = explained(broken, BROKEN[0], "--markdown", "-")
    assert "| `exact_match` | 1 | 0 |" in page
    assert "@everyone" not in page


def test_a_name_that_nothing_has_is_told_with_those_like_it(broken: Project) -> None:
    done = broken.gate("explain", "case-9x", "--current", "results.json")
    assert done.code == 2
    assert "no case and no metric has this name" in done.err
    assert "did you mean case-" in done.err
    strange = broken.gate("explain", "\x1b]0;x\x07", "--current", "results.json")
    assert strange.code == 2
    assert "\x1b" not in strange.err


def test_what_cannot_be_read_is_said(broken: Project) -> None:
    for name, text in (("gone.json", None), ("empty.json", ""), ("other.json", "{}")):
        if text is not None:
            broken.write(name, text)
        done = broken.gate("explain", "--current", name)
        assert done.code == 2, done.text
        assert name in done.err
    both = broken.gate(
        "explain", "--current", "results.json", "--baseline", "baselines/s.json", "--base", "main"
    )
    assert both.code == 2
    onto = broken.gate("explain", "--current", "results.json", "--json", "results.json")
    assert onto.code == 2, "what is read is not written over"


def test_without_a_drop_there_is_nothing_to_explain(broken: Project) -> None:
    broken.behave({})
    ran = broken.gate("run", "-o", "fine.json")
    assert ran.code == 0, ran.text
    broken.answer(BROKEN, HOSTILE)
    done = broken.gate("explain", "--current", "fine.json")
    assert done.code == 0
    assert done.out.startswith("Pass at fine.json")
    assert "none dropped in one part of the cases" in done.out.replace("\n", " ")


def test_without_results_it_says_how_to_keep_them(broken: Project) -> None:
    done = broken.gate("explain")
    assert done.code == 2
    assert "`gate check -o results.json` keeps them" in " ".join(done.err.split())

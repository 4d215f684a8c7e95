from gate.model.report import Proposal
from gate.model.verdict import CaseChange, Kind, SuiteVerdict
from gate.render.assemble import Evidence, assemble
from tests.builders import make_run, make_trial
from tests.render import reports

EVIDENCE = Evidence(
    tool_version="0.1.0",
    head=reports.HEAD,
    base=reports.BASE,
    policy_source="gate.yaml at main",
    proposals=(
        Proposal(text="b", loosened=False),
        Proposal(text="c", loosened=True),
        Proposal(text="a", loosened=True),
    ),
    resumed={"support": 7},
)


def test_a_report_holds_the_verdict_and_everything_around_it() -> None:
    diff = reports.regressed_diff()
    suite = SuiteVerdict(
        suite="support",
        kind=Kind.REGRESSED,
        diffs=(diff,),
        changes=(CaseChange(case_id="a", metric="exact_match", baseline=1, head=0, worse=True),),
    )
    verdict = reports.make_verdict((suite,), (reports.finding_of(diff, "regressed"),))
    results = {"support": make_run([make_trial("a")], suite="support"), "other": make_run(suite="other")}
    report = assemble(verdict, results=results, evidence=EVIDENCE)
    assert report.verdict == verdict
    assert (report.head, report.base, report.policy_source) == (
        reports.HEAD,
        reports.BASE,
        "gate.yaml at main",
    )
    assert [run.suite for run in report.runs] == ["other", "support"]
    assert report.runs[1].resumed == 7
    assert [each.text for each in report.proposals] == ["a", "c", "b"]
    assert [each.case_id for each in report.excerpts] == ["a"]
    assert report.next_steps == (*reports.LOOK, reports.ACCEPT)
    assert report == assemble(verdict, results=dict(reversed(results.items())), evidence=EVIDENCE)

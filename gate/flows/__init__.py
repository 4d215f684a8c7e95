"""READ FIRST. The walks, one a file: each lays the stations of the pipe one behind the other. No policy in here.

    config ─► Suite ─run─► RunResult ─tally─► Scorecard ─┐
                                                         ├─decide─► Verdict ─assemble─► Report
    base (working tree or a commit) ─► Baseline ─────────┘

check = run + compare + report · accept = run + write the baseline · compare = a results file instead of a run

`github/` are the walks of the action and its slash commands; `why/` those that look for the reason of a verdict.
"""

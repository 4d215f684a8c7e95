"""Path of the config → the workflow files that gate a repository on GitHub, as texts. PURE.

Every action in them is pinned by its commit. Ours is named by a release's tag: those are never moved, and the commit of a
release is not known while it is built.
"""

from collections.abc import Iterator

from gate.model.report import Document

JUDGE, TELL = ".github/workflows/gate.yml", ".github/workflows/gate-forks.yml"
CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
UPLOAD = "actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a # v7.0.1"
ACTION = "llm-regression-gate/gate@v<version> # zizmor: ignore[unpinned-uses] its tags are never moved"

_JUDGE = """\
# Judges every pull request and the merge queue, and answers `/gate` comments. Require the status `gate` in the rules of
# your branch, not one of these jobs.
name: gate

on:
  pull_request:
    types: [opened, synchronize, reopened, ready_for_review, edited]
  merge_group:
  issue_comment: # zizmor: ignore[dangerous-triggers] it checks out nothing and runs nothing of the pull request
    types: [created]

permissions: {}

jobs:
  judge:
    name: judge the application
    if: github.event_name != 'issue_comment'
    concurrency: # of the job: one of the workflow would let any comment cancel what runs
      group: gate-${{ github.event.pull_request.number || github.ref }}
      cancel-in-progress: ${{ github.event_name == 'pull_request' }}
    runs-on: ubuntu-24.04
    timeout-minutes: 60
    permissions:
      actions: read # what the attempt before recorded, where a run is started again
      contents: read # to check out, and to read policy and baseline of the base commit
      pull-requests: write # the comment
      statuses: write # the status `gate`
    steps:
      - uses: <checkout>
        with:
          persist-credentials: false
      - uses: <action>
        with:
          config: <config>
        env:
          # Only if a suite asks Anthropic's API. A pull request from a fork gets none.
          ANTHROPIC_API_KEY: ${{ secrets.ANTHROPIC_API_KEY }} # zizmor: ignore[secrets-outside-env] every pull request needs it, unattended
      - uses: <upload>
        if: ${{ !cancelled() }}
        with:
          name: gate-report
          path: gate-report
          if-no-files-found: ignore
          overwrite: true # a second attempt of this run leaves its own
          retention-days: 14

  command: # checks out nothing, and runs nothing of the pull request; who may is asked of GitHub
    name: answer a command
    if: >-
      github.event_name == 'issue_comment' && github.event.issue.pull_request &&
      github.event.comment.user.type == 'User' && startsWith(github.event.comment.body, '/gate')
    concurrency: # a comment of one person cancels none of another's
      group: gate-command-${{ github.event.issue.number }}-${{ github.event.comment.user.id }}
      cancel-in-progress: false
    runs-on: ubuntu-24.04
    timeout-minutes: 15
    permissions:
      actions: write # what a run recorded, and to start it again
      contents: write # to commit an accepted baseline
      pull-requests: write # reactions and replies
      statuses: write # the status of the new commit
    steps:
      - uses: <action>
        with:
          config: <config>
"""
_TELL = """\
# Tells the verdict on a pull request from a fork, whose own run may write nothing. Nothing of the fork is run here: what
# its run left is read as data and judged anew, and a pass that only the fork claims turns nothing green.
name: gate for forks

on:
  workflow_run: # zizmor: ignore[dangerous-triggers] it checks out nothing and runs nothing of the pull request
    workflows: [gate]
    types: [completed]

permissions: {}

jobs:
  tell:
    name: tell the verdict on a fork
    if: >-
      github.event.workflow_run.event == 'pull_request' &&
      github.event.workflow_run.head_repository.full_name != github.repository
    concurrency:
      group: gate-${{ github.event.workflow_run.head_sha }}
      cancel-in-progress: false
    runs-on: ubuntu-24.04
    timeout-minutes: 15
    permissions:
      actions: read # what the fork's run left
      contents: read # policy and baseline of the base commit
      pull-requests: write # the comment
      statuses: write # the status `gate`
    steps:
      - uses: <action>
        with:
          config: <config>
"""


def workflows(*, config: str, version: str) -> Iterator[Document]:
    """Both files. `config` is relative to the repository, `version` is that of the action."""
    filled = {
        "<checkout>": CHECKOUT,
        "<upload>": UPLOAD,
        "<action>": ACTION,
        "<config>": config,
        "<version>": version,
    }
    for name, text in ((JUDGE, _JUDGE), (TELL, _TELL)):
        for blank, value in filled.items():
            text = text.replace(blank, value)  # noqa: PLW2901 - filled in step by step
        yield Document(name=name, media_type="application/yaml", text=text)

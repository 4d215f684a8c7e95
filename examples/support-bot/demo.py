"""The gate at work on the support bot: a baseline, a harmless edit, and an edit that breaks one category.

Everything that is shown really happens, in a scratch git repository that is removed at the end (`--keep` keeps it).
It needs no key and no network. It ends with 0 only if every step came out as it says.
"""

import argparse
import html
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EXAMPLE = Path(__file__).resolve().parent
PROMPT = "prompts/answer.md"
WIDTH = 80

HARMLESS = ("Be warm and plain.", "Be friendly and clear.")
HARMFUL = (
    "- For refund questions, give the number of days.",
    "- For refund questions, be understanding and reassuring.",
)


class BrokenPromiseError(Exception):
    """A step did not come out as the demo says."""


@dataclass(frozen=True)
class Scratch:
    """A git repository with a copy of the example, cut off from this machine's git settings, keys and hooks."""

    root: Path
    environment: dict[str, str]

    def git(self, *arguments: str) -> str:
        """Run git and give back what it prints."""
        done = subprocess.run(  # noqa: S603 - our own arguments
            ["git", *arguments],  # noqa: S607 - the git of whoever runs this
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise BrokenPromiseError(f"git {' '.join(arguments)} failed: {done.stderr.strip()}")
        return done.stdout

    def gate(self, *arguments: str) -> int:
        """Run the gate as a person would, its words going straight to the reader, and give back its exit code."""
        command(f"gate {' '.join(arguments)}")
        call = [sys.executable, "-P", "-m", "gate", *arguments]
        return subprocess.run(call, cwd=self.root, env=self.environment, check=False).returncode  # noqa: S603 - our own arguments

    def edit_prompt(self, old: str, new: str) -> None:
        """Replace one line of the prompt, on the branch that is checked out, and commit it."""
        file = self.root / PROMPT
        text = file.read_text("utf-8")
        if old not in text:
            raise BrokenPromiseError(f"{PROMPT} no longer says {old!r}")
        file.write_text(text.replace(old, new), "utf-8")
        self.git("commit", "--quiet", "--all", "--message", f"Prompt: {new}")


def main() -> int:
    """Walk through the steps; 0 if all of them came out as promised."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--keep", action="store_true", help="keep the scratch repository")
    keep = parser.parse_args().keep
    if shutil.which("git") is None:
        say("The demo needs git: install it, and try again.", style="31")
        return 2
    start = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="support-bot-"))
    try:
        walk(make_repository(folder / "support-bot"))
    except BrokenPromiseError as broken:
        say(f"The demo did not come out as promised: {broken}", style="31")
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if keep:
            say(f"The repository is kept in {folder / 'support-bot'}.")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    say(f"All steps came out as promised, in {time.monotonic() - start:.0f} seconds.", style="32")
    return 0


def make_repository(root: Path) -> Scratch:
    """Copy the example without what earlier runs left, and put it under git on a branch `main`."""
    leftovers = shutil.ignore_patterns("__pycache__", ".gate", "baselines", "*.pyc")
    shutil.copytree(EXAMPLE, root, ignore=leftovers)
    scratch = Scratch(root=root, environment=clean_environment())
    scratch.git("init", "--quiet", "--template=")
    scratch.git("symbolic-ref", "HEAD", "refs/heads/main")
    for key, value in (
        ("user.name", "Demo"),
        ("user.email", "demo@quillow.example"),
        ("commit.gpgsign", "false"),
    ):
        scratch.git("config", key, value)
    scratch.git("add", "--all")
    scratch.git("commit", "--quiet", "--message", "The support bot")
    return scratch


def clean_environment() -> dict[str, str]:
    """This environment without git's settings of the person or of a hook, without keys, and without a live model."""
    hidden = ("GIT_", "ANTHROPIC_", "SUPPORT_BOT_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    return {
        **kept,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
    }


def walk(scratch: Scratch) -> None:
    """All steps, one after the other."""
    say(
        "A support bot answers 85 questions from 20 help-center articles. Its prompt decides how. "
        "Every edit of that prompt is judged against a baseline that somebody accepted."
    )
    steps = (
        ("The config is checked", config_is_valid),
        ("The first baseline is accepted", baseline_is_accepted),
        ("A harmless edit of the prompt passes", harmless_edit_passes),
        ("An edit that breaks one category is caught", harmful_edit_is_caught),
        ("What a maintainer would do now", what_next),
    )
    for number, (title, step) in enumerate(steps, start=1):
        heading(f"{number}. {title}")
        step(scratch)


def config_is_valid(scratch: Scratch) -> None:
    """Step 1: what can be told without a run."""
    say(
        "gate.yaml names the cases, the bot, six evaluators and what may not get worse. One of the six is a judge; "
        "its verdicts are recorded, and no model gave them (see the README), so no key is needed."
    )
    expect(scratch.gate("validate"), 0, "`gate validate`")


def baseline_is_accepted(scratch: Scratch) -> None:
    """Step 2: accept, commit, and accept again without a change."""
    say("Each question is asked five times; what came out is written to a file and committed.")
    expect(scratch.gate("accept"), 0, "`gate accept`")
    scratch.git("add", "--all")
    scratch.git("commit", "--quiet", "--message", "Accept the first baseline")
    say("The same again: the file is the same to the byte, so git has nothing to commit.")
    expect(scratch.gate("accept"), 0, "the second `gate accept`")
    command("git status --short")
    changed = scratch.git("status", "--short").strip()
    print(changed or "(nothing)")
    if changed:
        raise BrokenPromiseError("the second `gate accept` changed a file")


def harmless_edit_passes(scratch: Scratch) -> None:
    """Step 3: other words, the same answers."""
    scratch.git("checkout", "--quiet", "-b", "another-tone", "main")
    show_edit(*HARMLESS)
    scratch.edit_prompt(*HARMLESS)
    say("On its branch the edit is judged by the rules and the baseline of `main`.")
    expect(scratch.gate("check", "--base", "main"), 0, "the check of the harmless edit")
    say("Exit code 0: the answers did not get worse, and the branch may be merged.", style="32")


def harmful_edit_is_caught(scratch: Scratch) -> None:
    """Step 4: the report names the metric and the category, and the comment is shown."""
    scratch.git("checkout", "--quiet", "-b", "kinder-refunds", "main")
    show_edit(*HARMFUL)
    scratch.edit_prompt(*HARMFUL)
    say("It reads well, and nobody would expect harm of it. But the number of days is no longer asked for.")
    reports = ("--markdown", ".gate/comment.md", "--json", ".gate/report.json")
    expect(scratch.gate("check", "--base", "main", *reports), 1, "the check of the harmful edit")
    verdict = json.loads((scratch.root / ".gate/report.json").read_text("utf-8"))["verdict"]
    found = [
        (finding.get("metric"), finding.get("slice"))
        for finding in verdict["findings"]
        if finding["blocking"]
    ]
    promise("states_the_fact" in {metric for metric, _ in found}, "the report names the metric")
    slices = {name for _, name in found if name}
    promise(
        bool(slices) and all("refunds" in name for name in slices),
        "the report names refunds and no other slice",
    )
    say(f"Exit code 1: {', '.join(sorted(slices))} broke, and no other category did.", style="32")
    print()
    say(
        "On a pull request this would be the comment (its source is .gate/comment.md). What GitHub folds is folded."
    )
    quote((scratch.root / ".gate/comment.md").read_text("utf-8"))


def what_next(scratch: Scratch) -> None:
    """Step 5: the two ways out, and the second of them shown."""
    say("The edit was a mistake: put the line back, and the check passes again.")
    say("The edit was meant: accept what it does, on its own branch, and commit that with it.")
    expect(scratch.gate("accept"), 0, "`gate accept` on the branch")
    command("git diff --stat")
    print(scratch.git("diff", "--stat", f"--stat-width={WIDTH}").rstrip(), flush=True)
    promise(
        scratch.git("diff", "--name-only").split() == ["baselines/support.json"], "only the baseline changed"
    )
    say(
        "Each case has its own line there, so a reviewer sees which answers got worse. "
        "The new baseline counts from the day it is merged: a branch cannot lower its own bar."
    )


def heading(title: str) -> None:
    """A step begins."""
    print(flush=True)
    print(paint(title, style="1"), flush=True)
    print(paint("─" * WIDTH, style="2"), flush=True)


def say(text: str, *, style: str = "") -> None:
    """One calm paragraph."""
    filled = textwrap.fill(text, WIDTH, break_on_hyphens=False, break_long_words=False)
    print(paint(filled, style=style), flush=True)


def command(line: str) -> None:
    """What is run now, as it would be typed."""
    print(paint(f"$ {line}", style="36"), flush=True)


def show_edit(old: str, new: str) -> None:
    """An edit as a difference of two lines."""
    say(f"The edit of {PROMPT}:")
    print(paint(f"  - {old.removeprefix('- ')}", style="31"))
    print(paint(f"  + {new.removeprefix('- ')}", style="32"), flush=True)


def quote(markdown: str) -> None:
    """A comment, set off from the narration; of each folded part its title."""
    text = re.sub(r"<!--.*?-->\n?", "", markdown)
    text = re.sub(r"<details>\s*<summary>(.*?)</summary>.*?</details>", r"▸ \1", text, flags=re.DOTALL)
    text = html.unescape(re.sub(r"</?(?:sub|code)>", "", text))
    for line in text.strip().splitlines():
        for piece in textwrap.wrap(line, WIDTH - 2, subsequent_indent="  ") or [""]:
            print(paint("│ ", style="2") + piece)
    sys.stdout.flush()


def paint(text: str, *, style: str) -> str:
    """Color on a terminal, plain text elsewhere."""
    if not style or not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\033[{style}m{text}\033[0m"


def expect(found: int, wanted: int, what: str) -> None:
    """Hold an exit code against what was promised."""
    if found != wanted:
        raise BrokenPromiseError(f"{what} ended with exit code {found}, not {wanted}")


def promise(kept: Any, what: str) -> None:
    """Hold a fact against what was promised."""
    if not kept:
        raise BrokenPromiseError(f"it is not so that {what}")


if __name__ == "__main__":
    sys.exit(main())

"""A working tree's git → its commits: those that changed a file, those between two commits, and what they changed.

Never changes the repository.
"""

from collections.abc import Iterator

from gate.host.git import NO_GIT, Said, git
from gate.host.local import WorkingTree
from gate.model.errors import Problem, UserError
from gate.model.past import GitCommit

# Behind a NUL nothing that a person wrote can follow: git keeps none in a message.
_FORMAT = "--format=%x00%H%x00%P%x00%aN%x00%cs%x00%B%x00"
_FIELDS = 6
_LOG = ("log", "--encoding=UTF-8", "--no-show-signature", "--no-color", "--no-ext-diff", _FORMAT)
_LANDED = ("--first-parent", "-m")
_HISTORY_S = 300  # a long history takes git its time


def landed(tree: WorkingTree, path: str, *, since: str = "") -> list[GitCommit]:
    """The commits of the branch that changed a file, newest first, also under names that it had before.

    A merge stands for all that came with it. `paths` begins with the name that the file has at that commit, from the
    tree's root; it is empty where the commit took the file away. `since` is a commit or a date: only later ones.

    Raises:
        UserError: there is no git, no repository, or no commit; `since` is neither a commit nor a date.
    """
    limits = _since(tree, since)
    names = ("--follow", "--name-status", "--relative")
    said = git(tree.root, *_LOG, *_LANDED, *names, *limits, "HEAD", "--", path, limit_s=_HISTORY_S)
    return [_under_its_name(commit, lines) for commit, lines in _commits(_text(said, tree))]


def writer(tree: WorkingTree, commit: GitCommit, path: str) -> GitCommit:
    """The commit within a merge that wrote a file last; the commit itself where it is no merge, or nobody did."""
    if len(commit.parents) < 2:  # noqa: PLR2004 - no merge
        return commit
    within = f"{commit.parents[0]}..{commit.sha}"
    said = git(tree.root, *_LOG, "--no-merges", "-1", within, "--", path)
    return next((found for found, _ in _commits(_text(said, tree))), commit)


def between(tree: WorkingTree, good: str, bad: str, *, without: str = "") -> list[GitCommit]:
    """The commits of a branch behind `good` up to `bad`, oldest first, with the files that each changes.

    Of a merge only the branch it was made on is walked: it stands for all that came with it. What `without` has is left
    out. Paths are from the root of the repository.

    Raises:
        UserError: git does not know one of them.
    """
    names = ("--name-only", "--no-renames", "--no-relative", "--reverse")
    outside = [f"^{sha}" for sha in (good, without) if sha]
    said = git(tree.root, *_LOG, *_LANDED, *names, bad, *outside, "--", limit_s=_HISTORY_S)
    return [
        commit.model_copy(update={"paths": tuple(line for line in lines if line)})
        for commit, lines in _commits(_text(said, tree))
    ]


def changed_between(tree: WorkingTree, good: str, bad: str) -> tuple[str, ...]:
    """The files in which two commits differ, from the root of the repository; `bad` empty: the working tree.

    Raises:
        UserError: git does not know one of them.
    """
    ends = [good, bad] if bad else [good]
    names = _text(
        git(
            tree.root,
            "diff",
            "--name-only",
            "--no-renames",
            "--no-relative",
            "--no-ext-diff",
            "-z",
            *ends,
            "--",
        ),
        tree,
    )
    if not bad:  # files that are new, too, from the root as git names the others
        new = ("ls-files", "--others", "--exclude-standard", "--full-name", "-z", "--", ":/")
        names += _text(git(tree.root, *new), tree)
    return tuple(sorted(name for name in names.split("\0") if name))


def merge_base(tree: WorkingTree, first: str, second: str) -> str:
    """The newest commit that both have; empty where they share none, or the clone does not hold it."""
    said = git(tree.root, "merge-base", first, second)
    return said.out.decode().strip() if said.well else ""


def is_shallow(tree: WorkingTree) -> bool:
    """Whether the clone lacks a part of its history."""
    return git(tree.root, "rev-parse", "--is-shallow-repository").out.strip() == b"true"


def folder_of(tree: WorkingTree) -> str:
    """The folder of the tree in its repository, with a slash at its end; empty at the root."""
    return git(tree.root, "rev-parse", "--show-prefix").out.decode(errors="replace").strip()


def _since(tree: WorkingTree, since: str) -> list[str]:
    """A commit is one that git knows by this name; else git reads it as a date, as `2026-01-31` or `3 months ago`."""
    if not since:
        return []
    known = git(tree.root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{since}^{{commit}}")
    if known.well:
        return [f"^{known.out.decode().strip()}"]
    # `git log --since` takes any text for a date, and for now where it makes nothing of it.
    if not any(character.isdigit() for character in since) and since != "yesterday":
        fix = "name a commit, or a date such as 2026-01-31 or '3 months ago'"
        raise UserError(
            Problem(message="this is neither a commit nor a date", value=f"--since {since}", fix=fix)
        )
    return [f"--since={since}"]


def _text(said: Said, tree: WorkingTree) -> str:
    if not said.well:
        raise UserError(_untold(said, tree))
    return said.out.decode(errors="replace")


def _untold(said: Said, tree: WorkingTree) -> Problem:
    """Why git tells no history of the tree."""
    if "not a git repository" in said.err:
        fix = "run it inside the repository that the baselines are committed to"
        return Problem(message=f"{tree.root} is in no git repository, so it has no history", fix=fix)
    if said.err != NO_GIT and not git(tree.root, "rev-parse", "--verify", "--quiet", "HEAD").well:
        return Problem(
            message=f"the git repository of {tree.root} has no commit yet, so it has no history",
            fix="commit gate.yaml and the baselines first",
        )
    message = (
        f"git cannot tell the history of {tree.root}: {said.err.splitlines()[0] if said.err else 'it failed'}"
    )
    fix = "install git" if said.err == NO_GIT else "in a shallow clone, run `git fetch --unshallow` first"
    return Problem(message=message, fix=fix)


def _commits(text: str) -> Iterator[tuple[GitCommit, list[str]]]:
    """Each commit of a log with the lines about files that follow it."""
    fields = text.split("\0")[1:]
    for place in range(0, len(fields) - _FIELDS + 1, _FIELDS):
        sha, parents, author, date, message, rest = fields[place : place + _FIELDS]
        commit = GitCommit(
            sha=sha, parents=tuple(parents.split()), author=author, date=date, message=message.strip()
        )
        yield commit, rest.strip("\n").split("\n")


def _under_its_name(commit: GitCommit, lines: list[str]) -> GitCommit:
    """A name that git quotes, for it holds a quote or a tab, is not followed."""
    status, _, names = lines[-1].partition("\t")
    name = names.rpartition("\t")[2]
    return commit.model_copy(update={"paths": () if status == "D" or name.startswith('"') else (name,)})

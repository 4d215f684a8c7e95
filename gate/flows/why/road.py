"""Two revisions → the road between them: the versions of the application at which a suite's scores could have changed.

A commit is a stop only where it touches what the suite's application depends on, by the config of the commit and by that
of its parent. What a bisection holds fixed (cases, evaluators, baseline, and what the config says of judging) makes none.
"""

import posixpath
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from gate.config.dependencies import matches, touched
from gate.config.file import ConfigFile, parse
from gate.host.commits import between, changed_between, folder_of, merge_base
from gate.host.worktree import Overlay
from gate.model.errors import UserError
from gate.model.past import GitCommit
from gate.model.report import Revision
from gate.place import Place
from gate.ready import Ready

SHA_SHOWN = 7
_MOST_PATHS = 300  # of one commit; with more of them each is taken to matter


@dataclass(frozen=True, kw_only=True)
class Version:
    """A state of the application: a commit, and the files that are laid over it."""

    sha: str
    label: str
    overlays: tuple[Overlay, ...] = ()

    @property
    def revision(self) -> Revision:
        """As whoever runs it knows it."""
        return Revision(label=self.label if self.overlays else self.sha, sha=self.sha)


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A change that can have made the difference: its commit, the files that matter, and the version that it made.

    `source` is the commit from which a single file of it is taken; None is the working tree.
    """

    commit: GitCommit
    paths: tuple[str, ...]
    version: Version
    source: str | None


@dataclass(frozen=True, kw_only=True)
class Road:
    """From a good version to a bad one; `stops` are oldest first, and the last of them is as bad as `bad`."""

    good: Version
    bad: Version
    stops: Sequence[Stop]
    commits: int = 0
    told: Sequence[str] = field(default=())

    @property
    def passed_over(self) -> int:
        """How many commits make no stop."""
        return self.commits - len(self.stops)


class Surveyor:
    """Says of commits what of them matters to one suite. Paths are those from the config's folder, `../` leads out."""

    def __init__(self, place: Place, ready: Ready) -> None:
        self.tree, self.file, self.suite = place.tree, place.config, ready.suite.name
        self.folder = folder_of(place.tree)
        self._configs: dict[str, ConfigFile | None] = {}
        now = self._config_at("")
        instruments = {file for each in ready.instruments.evaluators for file in each.files()}
        # What a bisection holds fixed: a change of it changes no score.
        self.fixed = (instruments - set(ready.target.files())) | {ready.suite.baseline}
        self.cases = () if now is None else tuple(now.shape.suites[self.suite].cases)

    def road(self, good: str, bad: str) -> Road:
        """The road between two commits; `bad` empty: to the working tree, with what is not committed as its last stop.

        Raises:
            UserError: git does not know one of them.
        """
        told = []
        start, head = self._sha(good, "--good"), self._sha(bad or "HEAD", "--bad")
        base = merge_base(self.tree, start, head)
        if base and base != start:
            told.append(
                f"{good} is not in the history of {bad or 'HEAD'}: {base[:SHA_SHOWN]}, the last they share, is taken"
            )
            start = base
        commits = between(self.tree, start, head)
        stops = [stop for commit in commits for stop in self._stop(commit)]
        if not bad:
            stops += self._uncommitted(head)
        end = Version(sha=head, label=bad or head[:SHA_SHOWN])
        return Road(
            good=Version(sha=start, label=start[:SHA_SHOWN]),
            bad=stops[-1].version if stops and not bad and stops[-1].source is None else end,
            stops=stops,
            commits=len(commits) + (not bad and bool(stops) and stops[-1].source is None),
            told=told,
        )

    def within(self, merge: GitCommit, good: str) -> list[Stop]:
        """What came with a merge: the stops of the branch that it took in."""
        commits = between(self.tree, good, merge.parents[1], without=merge.parents[0])
        return [stop for commit in commits for stop in self._stop(commit)]

    def whole(self, road: Road) -> Stop | None:
        """All of a road as one stop, to be searched file by file."""
        source = None if road.bad.overlays else road.bad.sha
        paths = changed_between(self.tree, road.good.sha, source or "")
        kept = self._that_matter(paths, before=road.good.sha, after=source or "")
        commit = GitCommit(sha=road.bad.sha, parents=(road.good.sha,), message="everything between the two")
        return Stop(commit=commit, paths=kept, version=road.bad, source=source) if kept else None

    def _sha(self, ref: str, option: str) -> str:
        """The commit that an option names."""
        try:
            return self.tree.resolve(ref).sha or ""
        except UserError as error:
            told = (problem.model_copy(update={"value": f"{option} {ref}"}) for problem in error.problems)
            raise UserError(*told) from None

    def _stop(self, commit: GitCommit) -> list[Stop]:
        before = commit.parents[0] if commit.parents else ""
        paths = self._that_matter(commit.paths, before=before, after=commit.sha)
        version = Version(sha=commit.sha, label=commit.sha[:SHA_SHOWN])
        return [Stop(commit=commit, paths=paths, version=version, source=commit.sha)] if paths else []

    def _uncommitted(self, head: str) -> list[Stop]:
        """The changes of the working tree, as if they were a commit."""
        changed = changed_between(self.tree, head, "")
        paths = self._that_matter(changed, before=head, after="")
        if not paths:
            return []
        # A new module that nobody declared is imported all the same: it is laid there as well.
        whole = tuple(self._inner(path) for path in changed) if len(changed) <= _MOST_PATHS else paths
        version = Version(sha=head, label="working tree", overlays=(Overlay(paths=whole),))
        commit = GitCommit(sha=head, parents=(head,), message="what is not committed in the working tree")
        return [Stop(commit=commit, paths=paths, version=version, source=None)]

    def _that_matter(self, paths: Sequence[str], *, before: str, after: str) -> tuple[str, ...]:
        """Those of the changed files on which the application can depend."""
        old, new = self._config_at(before), self._config_at(after)
        inner = {path: self._inner(path) for path in paths}
        kept = [path for path in paths if not self._is_fixed(inner[path])]
        config = self.folder + posixpath.basename(self.file)
        if config in kept and self._says_the_same(old, new):
            kept.remove(config)
        if new is not None and self.suite in new.shape.suites and len(kept) <= _MOST_PATHS:
            read = partial(self.tree.read_at, after) if after else self.tree.read
            kept = [path for path in kept if self._is_touched(path, old, new, read)]
        return tuple(inner[path] for path in kept)

    def _inner(self, path: str) -> str:
        return posixpath.relpath(path, self.folder or ".")

    def _is_touched(
        self, path: str, old: ConfigFile | None, new: ConfigFile, read: Callable[[str], str | None]
    ) -> bool:
        return self.suite in touched(new, old, changed=[path], read=read, folder=self.folder).suites

    def _is_fixed(self, path: str) -> bool:
        return path in self.fixed or any(matches(pattern, path) for pattern in self.cases)

    def _config_at(self, sha: str) -> ConfigFile | None:
        """The config of a commit (empty: of the working tree); None where it has none that can be read."""
        if sha not in self._configs:
            try:
                text = self.tree.read_at(sha, self.file) if sha else self.tree.read(self.file)
                self._configs[sha] = None if text is None else parse(text, self.file)
            except UserError:
                self._configs[sha] = None
        return self._configs[sha]

    def _says_the_same(self, old: ConfigFile | None, new: ConfigFile | None) -> bool:
        """Whether two configs describe the same application."""
        if old is None or new is None:
            return False
        shapes = [config.shape.suites.get(self.suite) for config in (old, new)]
        said = [None if shape is None else (shape.target, shape.depends_on) for shape in shapes]
        return said[0] is not None and said[0] == said[1]

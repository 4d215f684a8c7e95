"""A path in the options → a file inside the folder of gate.yaml. Never one outside, not even by a symbolic link."""

from pathlib import Path

from gate.model.errors import Problem, UserError


def file_inside(path: str, *, root: Path, key: str) -> str:
    """The path of an existing file, relative to the root, with `/`.

    Raises:
        UserError: there is no such file, or it lies outside the root; `key` names the option.
    """
    found = relative_inside(root / path, root=root)
    if found is None:
        fix = "move it inside: what a target depends on must be in the repository"
        raise UserError(
            Problem(message="this lies outside the folder of gate.yaml", key=key, value=path, fix=fix)
        )
    if not (root / found).is_file():
        near = sorted(p.name for p in (root / path).parent.glob("*") if p.is_file())[:8]
        fix = f"files there: {', '.join(near)}" if near else "paths are read from the folder of gate.yaml"
        raise UserError(Problem(message="there is no such file", key=key, value=path, fix=fix))
    return found


def relative_inside(path: Path, *, root: Path) -> str | None:
    """The path relative to the root, symbolic links followed; None where it lies outside."""
    resolved, base = path.resolve(), root.resolve()
    return resolved.relative_to(base).as_posix() if resolved.is_relative_to(base) else None

"""Name of a package → its version, or what to install: some instruments bring a model that not everybody needs."""

from importlib.metadata import PackageNotFoundError, version

from gate.model.errors import Problem, UserError


def installed(package: str) -> str:
    """`package==version`; without a version where it is not there. A part of what identifies an instrument."""
    try:
        return f"{package}=={version(package)}"
    except PackageNotFoundError:
        return package


def require(package: str, *, extra: str, evaluator: str) -> None:
    """Refuse an evaluator whose package is not there.

    Raises:
        UserError: with the command that installs it.
    """
    if installed(package) == package:
        message = f"the evaluator {evaluator!r} needs the package {package}, which is not installed"
        fix = f"pip install 'llm-regression-gate[{extra}]'"
        raise UserError(Problem(message=message, key=evaluator, fix=fix))

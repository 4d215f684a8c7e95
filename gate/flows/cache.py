"""The store, and what searches kept beside it, as a person looks at them: nothing is run."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gate.host.local import WorkingTree
from gate.model.errors import Problem, UserError
from gate.run.diary import Diary
from gate.run.journal import FOLDER
from gate.run.shelves import Shelves
from gate.run.store import StoreError


@contextmanager
def store(tree: WorkingTree, *, notice: Callable[[str], None]) -> Iterator[Shelves]:
    """The store of a folder. `notice` takes a sentence where its file was not readable, and set aside.

    Raises:
        UserError: there is none, or it cannot be used.
    """
    folder = tree.root / FOLDER
    try:
        with Shelves(folder) as shelves:
            if shelves.set_aside:
                notice(f"the store {shelves.path}: {shelves.set_aside}")
            yield shelves
    except StoreError as error:
        message = f"the store in {folder} cannot be used: {error}"
        fix = "it is made by the first run; another run may hold it, or the folder may not be writable"
        raise UserError(Problem(message=message, fix=fix)) from None


def diary(tree: WorkingTree) -> Diary:
    """The finished steps of bisections in a folder."""
    return Diary(tree.root / FOLDER)

"""YAML text → tree of nodes: the values of a file, each with the line it stands in.

Reads events and builds nothing but JSON's values, so nothing in a file can run or recurse. It collects the problems of
single values and goes on; only broken syntax ends it.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml
from pydantic_core import PydanticCustomError

from gate.config.nodes import KeyPath, Node, shown, spelt
from gate.config.scalars import read_scalar
from gate.model.case import Place
from gate.model.errors import Problem, UserError

MAX_DEPTH = 64
# A handful of nested anchors can stand for billions of values; nobody repeats this many by intention.
MAX_REPEATED = 100_000
# libyaml is ten times as fast; the wheels of PyYAML carry it, a build from source may not.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TEXT_TAGS = frozenset({"!", "tag:yaml.org,2002:str"})
_DROPPED = object()
_QUOTES = 'put the value in "quotes"'
_SYNTAX = (
    # what libyaml says, what it means, what to do
    ("cannot start any token", "a value cannot start with this character", _QUOTES),
    (
        "mapping values are not allowed",
        "a `: ` stands where no key can be",
        f"{_QUOTES}, or mend the line above",
    ),
    ("block mapping", "this line is indented unlike the ones beside it", "align it with them"),
    ("block collection", "this line is indented unlike the ones beside it", "align it with them"),
    (
        "could not find expected ':'",
        "the line above is no `key: value`",
        "add a colon and a blank after its key",
    ),
    ("unexpected end of stream", "a quote that is opened here is never closed", "close it"),
    ("flow", "a bracket that is opened here is not closed, or a comma is missing", "mend the brackets"),
    (
        "escape character",
        "a backslash in double quotes starts an escape",
        "use 'single quotes' or double it: \\\\",
    ),
)


@dataclass(slots=True)
class _Open:
    """A list or mapping that is not finished: its node, the key whose value comes next, what `<<` takes over."""

    node: Node
    anchor: str | None
    key: Any = None
    merged: list[Node] = field(default_factory=list)


def read_yaml(text: str, *, file: str) -> tuple[Node | None, list[Problem]]:
    """The text of one YAML document → its tree, or None where it holds nothing, and the problems of single values.

    Raises:
        UserError: the text is no YAML, nests deeper than 64 levels, or repeats an absurd number of values.
    """
    text = text.removeprefix("\ufeff")
    strange = _UNREADABLE.search(text)
    if strange:
        line = text.count("\n", 0, strange.start()) + 1
        message = f"the character U+{ord(strange.group()):04X} may not stand in YAML"
        raise _fatal(message, Place(file=file, line=line), fix="remove it")
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise _syntax_error(error, text, file) from None
    except (yaml.YAMLError, ValueError) as error:
        raise _fatal(f"this is not YAML: {error}", Place(file=file)) from None
    return builder.root, builder.problems


class _Builder:
    """Events → tree. `open` holds what is not finished, outermost first."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self.open: list[_Open] = []
        self.anchors: dict[str, Node | None] = {}
        self.repeated = 0
        self.documents = 0

    def take(self, event: Any) -> None:
        """One step; `event` is any of PyYAML's."""
        if isinstance(event, yaml.ScalarEvent):
            self.add(self.scalar(event), event.anchor)
        elif isinstance(event, yaml.CollectionStartEvent):
            self.start(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.end(event)
        elif isinstance(event, yaml.AliasEvent):
            self.add(self.repeat(event), None)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self.fatal(
                    "a second document starts here", event, fix="keep one; remove the line `---`"
                )

    def scalar(self, event: Any) -> Node:
        start, plain = event.start_mark, event.implicit[0]
        span = event.end_mark.index - start.index
        node = Node(event.value, start.line + 1, event.value, quoted=not plain, start=start.index, span=span)
        self.refuse_tag(event)
        if plain and not self.at_key():
            try:
                node.value = read_scalar(event.value)
            except PydanticCustomError as error:
                said = error.context or {}
                self.problem(said["text"], node.line, fix=said["fix"], value=shown(event.value))
        return node

    def start(self, event: Any) -> None:
        if len(self.open) >= MAX_DEPTH:
            raise self.fatal(f"values nest deeper than {MAX_DEPTH} levels here", event)
        self.refuse_tag(event)
        if event.anchor:
            self.anchors[event.anchor] = None
        mark = event.start_mark
        empty: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.open.append(_Open(Node(empty, mark.line + 1, start=mark.index), event.anchor))

    def end(self, event: Any) -> None:
        done = self.open.pop()
        node = done.node
        node.span = event.end_mark.index - node.start
        for merged in done.merged:
            for key, inner in merged.value.items():
                if key not in node.value:
                    node.value[key] = inner
                    node.key_lines[key] = merged.key_lines[key]
        self.add(node, done.anchor)

    def repeat(self, event: Any) -> Node:
        if event.anchor not in self.anchors:
            known = ", ".join(f"&{name}" for name in self.anchors) or "none"
            raise self.fatal(f"no anchor &{event.anchor} stands above", event, fix=f"anchors there: {known}")
        node = self.anchors[event.anchor]
        if node is None:
            raise self.fatal(f"the anchor &{event.anchor} holds itself", event, fix="write its value out")
        self.repeated += node.size
        if self.repeated > MAX_REPEATED:
            message = f"the anchors of this file repeat more than {MAX_REPEATED:,} values"
            raise self.fatal(message, event, fix="use fewer anchors")
        return node

    def add(self, node: Node, anchor: str | None) -> None:
        if anchor:
            self.anchors[anchor] = node
        if not self.open:
            self.root = node
            return
        holder = self.open[-1]
        holder.node.size += node.size
        if isinstance(holder.node.value, list):
            holder.node.value.append(node)
        elif self.at_key():
            holder.key = self.key(holder.node, node)
        else:
            key, holder.key = holder.key, None
            self.put(holder, key, node)

    def key(self, mapping: Node, node: Node) -> Any:
        """A key is text as it is written (also `on` and `2024`). Where it is refused, its value is dropped."""
        if isinstance(node.value, dict | list):
            self.problem("a key must be text", node.line, fix="write `key: value`")
            return _DROPPED
        key = node.written
        if key == "<<" and not node.quoted:
            return node
        if key in mapping.key_lines:
            path = spelt((*self.path(), key))
            message = f"this key stands here twice, first in line {mapping.key_lines[key]}"
            self.problem(message, node.line, key=path, fix="remove one of the two")
            return _DROPPED
        mapping.key_lines[key] = node.line
        return key

    def put(self, holder: _Open, key: Any, node: Node) -> None:
        if isinstance(key, str):
            holder.node.value[key] = node
        elif isinstance(key, Node):
            merged = node.value if isinstance(node.value, list) else [node]
            if all(isinstance(one.value, dict) for one in merged):
                holder.merged.extend(merged)
            else:
                fix = "name an anchor of a mapping, such as `<<: *shared`"
                self.problem("`<<` takes over the keys of a mapping, and this is none", node.line, fix=fix)

    def at_key(self) -> bool:
        """Whether what comes next is a key: keys are text, whatever they look like."""
        return bool(self.open) and isinstance(self.open[-1].node.value, dict) and self.open[-1].key is None

    def refuse_tag(self, event: Any) -> None:
        if event.tag is not None and event.tag not in _TEXT_TAGS:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.problem(
                "YAML tags are not read here", event.start_mark.line + 1, fix="remove it", value=shown(tag)
            )

    def path(self) -> KeyPath:
        """The key path of the value that is being read."""
        parts = (len(one.node.value) if isinstance(one.node.value, list) else one.key for one in self.open)
        return tuple(part for part in parts if isinstance(part, str | int))

    def problem(self, message: str, line: int, **said: str) -> None:
        said.setdefault("key", spelt(self.path()))
        self.problems.append(Problem(message=message, place=Place(file=self.file, line=line), **said))

    def fatal(self, message: str, event: Any, *, fix: str = "") -> UserError:
        return _fatal(message, Place(file=self.file, line=event.start_mark.line + 1), fix=fix)


def _syntax_error(error: yaml.MarkedYAMLError, text: str, file: str) -> UserError:
    """What libyaml complains of, in plain words, at the line where the trouble starts."""
    said = f"{error.context or ''} {error.problem or ''}"
    opened = "end of stream" in said or "flow" in said
    mark = error.context_mark if error.context_mark and opened else error.problem_mark
    place = Place(file=file, line=mark.line + 1 if mark else None)
    lines = text.splitlines()
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return _fatal("a tab stands in the indentation", place, fix="indent with blanks")
    for pattern, message, fix in _SYNTAX:
        if pattern in said:
            return _fatal(f"this is not YAML: {message}", place, fix=fix)
    return _fatal(f"this is not YAML: {said.strip()}", place)


def _fatal(message: str, place: Place, *, fix: str = "") -> UserError:
    return UserError(Problem(message=message, place=place, fix=fix))

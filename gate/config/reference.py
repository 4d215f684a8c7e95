"""The models of gate.yaml and of cases → the page of the docs that lists every key. Reads and writes nothing."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from gate.config.case_files import MAX_YAML_BYTES
from gate.config.cases import CaseFields, Passage
from gate.config.rows import MAX_CASE_BYTES
from gate.config.schema import EDITOR_LINE, first_sentence
from gate.config.shape import DefaultGate, Defaults, GateFile, NamedSlice, SuiteShape, Trials, UsedPlugin
from gate.config.tree import MAX_DEPTH
from gate.model.authority import Authority
from gate.model.budget import Budget
from gate.model.case import Message
from gate.model.feedback import Feedback
from gate.model.price import Price
from gate.model.suite import Gate, Policy

_MEGABYTE = 1_000_000
# heading, model, what the reader should know before the table
_CONFIG: tuple[tuple[str, type[BaseModel], str], ...] = (
    ("The top of the file", GateFile, ""),
    ("`policy`", Policy, "The rule of the whole pull request, over all its suites."),
    ("`accept`", Authority, "Read from the base commit; see docs/guide/commands.md."),
    ("`defaults`", Defaults, "What holds for every suite that does not say otherwise."),
    (
        "`defaults.gate`",
        DefaultGate,
        """What holds for every gate that does not say otherwise, and for every metric without a gate of its own. A
margin is taken over by the gates whose own margins are of the same sort, absolute or relative.""",
    ),
    ("`suites.<name>`", SuiteShape, "The name has letters, digits, `_`, `-` and `.`, at most 80 of them."),
    (
        "`target`, and each of `evaluators`",
        UsedPlugin,
        "`exact_match` alone is short for `{use: exact_match}`. No two evaluators of a suite have one name.",
    ),
    (
        "`gates.<metric>`",
        Gate,
        "`accuracy: {}` asks for the default gate; a key that is `null` takes back what `defaults.gate` says.",
    ),
    ("A named slice", NamedSlice, "Beside names of tags, `slices` may hold these."),
    ("`trials`", Trials, "A whole number alone is `check`; `most` is then the larger of it and 3."),
    ("`budget`", Budget, "Left out, there is no cap."),
    ("`prices.<model>`", Price, "In US dollars for a million tokens."),
)
_CASES: tuple[tuple[str, type[BaseModel], str], ...] = (
    ("A case", CaseFields, ""),
    ("A message", Message, "`input` may be a list of these."),
    ("A passage", Passage, "A text alone is short for `{text: …}`."),
    ("Feedback", Feedback, "`up` or `down` alone is short for `{thumbs: …}`. What is left out is not known."),
)
_OPENING = f"""# gate.yaml

<!-- Made from the models by `make schemas`: edit the descriptions in gate/config and gate/model. -->

Every path is relative to the folder of `gate.yaml`, with `/`; one that is absolute or leads out of the folder is
refused, because a gate must be reproducible from the repository. `gate validate` checks everything on this page without
a key and without a network. With this line at its top, most editors complete and check the file while you type:

```yaml
{EDITOR_LINE}
```

```yaml
version: 1
suites:
  support:
    cases: cases/support.jsonl
    target: {{use: python, with: {{function: "app.py:answer"}}}}
    evaluators:
      - exact_match
      - {{use: contains, name: mentions_policy, with: {{values: [refund policy]}}}}
    gates:
      exact_match: {{max_drop: 0.02, min: 0.8}}
      latency_s: {{max_drop: 10%}}
    slices: [category]
```

The file is read as YAML 1.2: only `true` and `false` are flags, so `no`, `on`, `1_000`, `1:30` and `2024-01-01` are
text; a number with a leading zero (`010`) is refused, because readers of YAML disagree on it. Anchors, aliases and `<<`
work; tags such as `!!python/object` don't. A key that is not on this page is an error.
"""
_CASE_OPENING = f"""
# Case files

`.jsonl` holds one JSON object a line, `.yaml` a list of cases (or a mapping with the list `cases`), `.csv` one case a row.
An unknown field, an id that stands twice (also in two files of one suite), a file without a case: each is an error that
names file and line. A file of JSON Lines or CSV may have any size; one case has at most {MAX_CASE_BYTES // _MEGABYTE} MB
and {MAX_DEPTH} levels of nesting, a YAML file {MAX_YAML_BYTES // _MEGABYTE} MB. Files are UTF-8.
"""
_CSV = """
## Columns of a CSV file

| Column | Field |
|---|---|
| `id` | `id` |
| `input` | `input`, as a text |
| `input.<variable>` | one template variable; in place of `input` |
| `expected` | `expected`, as a text |
| `context`, or `context.1`, `context.2` … | passages, in the order of their numbers |
| `tags.<name>` | one tag |
| `feedback`, or `feedback.thumbs`, `feedback.rating`, `feedback.follow_up`, `feedback.answer` | what the user said |

The first row names the columns, and commas separate them (RFC 4180: a cell with commas, quotes or line breaks stands in
double quotes, a quote in it is doubled). Every value is text as it stands, blanks included. An empty cell means "not
given", except under `input` and `input.<variable>`, where it is the empty text.
"""


def reference() -> str:
    """The text of `docs/reference/config.md`."""
    parts = [
        _OPENING,
        *(_section(*one) for one in _CONFIG),
        _CASE_OPENING,
        *(_section(*one) for one in _CASES),
        _CSV,
    ]
    return "".join(parts)


def _section(heading: str, model: type[BaseModel], opening: str) -> str:
    schema = model.model_json_schema()
    required = schema.get("required", [])
    keys = sorted(schema["properties"].items(), key=lambda item: item[0] not in required)
    lines = [f"\n## {heading}\n\n", f"{opening}\n\n" if opening else "", _HEAD]
    for key, value in keys:
        default = "**required**" if key in required else _default(value)
        block = schema.get("$defs", {}).get(_reference(value), {})
        meaning = value.get("description") or first_sentence(block.get("description", ""))
        lines.append(f"| `{key}` | {_sort(value)} | {default} | {meaning} |\n")
    return "".join(lines)


def _default(value: Mapping[str, Any]) -> str:
    default = value.get("default")
    if default is None or isinstance(default, dict | list):
        return ""
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


def _sort(value: Mapping[str, Any]) -> str:
    """What may stand there, in words."""
    if "enum" in value or "const" in value:
        return " or ".join(f"`{one}`" for one in value.get("enum", [value.get("const")]))
    branches = [
        one for one in (*value.get("anyOf", ()), *value.get("oneOf", ())) if one.get("type") != "null"
    ]
    if branches:
        return " or ".join(dict.fromkeys(_sort(one) for one in branches))
    if "$ref" in value:
        heading = _HEADINGS.get(_reference(value))
        return f"[a mapping](#{_anchor(heading)})" if heading else "anything"
    return _plain(value)


def _plain(value: Mapping[str, Any]) -> str:
    sort = value.get("type")
    if sort == "array":
        return f"a list: {_sort(value['items'])}"
    if sort == "object":
        inner = value.get("additionalProperties")
        return f"a mapping: name → {_sort(inner)}" if isinstance(inner, dict) else "a mapping"
    if sort == "string" and "%" in value.get("pattern", ""):
        return "a percentage"
    bounds = ", ".join(f"{sign} {value[bound]:g}" for bound, sign in _BOUNDS.items() if bound in value)
    return f"{_WORDS.get(str(sort), 'anything')} {bounds}".rstrip()


def _reference(value: Mapping[str, Any]) -> str:
    """The name of the block that a schema refers to, or nothing."""
    return str(value.get("$ref", "")).rpartition("/")[2]


def _anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


_HEAD = "| Key | Value | Default | Meaning |\n|---|---|---|---|\n"
_HEADINGS = {model.__name__: heading for heading, model, _ in (*_CONFIG, *_CASES)}
_WORDS = {"string": "text", "integer": "a whole number", "number": "a number", "boolean": "`true` or `false`"}
_BOUNDS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}

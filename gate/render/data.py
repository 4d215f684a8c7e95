"""Report → JSON: the whole of it, for programs. Numbers as they are, texts as they are; `schemas.py` describes it."""

import json
import re

from gate.model.report import Document, Report

_SURROGATES = re.compile("[\ud800-\udfff]")


def json_document(report: Report) -> Document:
    """Render the report as JSON, keys sorted, one value a line; a half of a surrogate pair becomes `\ufffd`."""
    value = report.model_dump(mode="json")
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return Document(
        name="report.json", media_type="application/json", text=_SURROGATES.sub("\ufffd", text) + "\n"
    )

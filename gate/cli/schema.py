"""`gate schema`: the published JSON Schemas."""

import click

from gate.cli.output import show


@click.command("schema")
@click.argument("document", type=click.Choice(["config", "report", "results", "baseline"]), default="config")
def command(document: str) -> int:
    """Print a JSON Schema: of gate.yaml (`config`, the default), of `check --json` (`report`), of `run -o`
    (`results`), or of a baseline file.
    """  # noqa: D205 - click wraps the sentence
    if document == "config":
        from gate.config import schema as config  # noqa: PLC0415 - each document needs only its own models

        show(config.schema_text(), newline=False)
    else:
        from gate.render import data  # noqa: PLC0415

        schemas = {
            "report": data.report_schema,
            "results": data.results_schema,
            "baseline": data.baseline_schema,
        }
        show(data.schema_text(schemas[document]()), newline=False)
    return 0

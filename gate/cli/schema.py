"""`gate schema`: the published JSON Schemas."""

import json

import click

from gate.cli.output import show


@click.command("schema")
@click.argument("document", type=click.Choice(["config", "report", "results"]), default="config")
def command(document: str) -> int:
    """Print the JSON Schema of gate.yaml (`config`, the default), of `--json` (`report`), or of `gate run -o`."""
    if document == "config":
        from gate.config.schema import schema_text  # noqa: PLC0415 - each document needs only its own models

        show(schema_text(), newline=False)
    else:
        from gate.render.data import report_schema, results_schema  # noqa: PLC0415

        schema = report_schema() if document == "report" else results_schema()
        show(json.dumps(schema, indent=2, ensure_ascii=False))
    return 0

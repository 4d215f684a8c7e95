"""Reply → steps and attributes: what an application said of its own work. Tokens that others may tell are told as ours."""

from collections.abc import Iterator

from pydantic import JsonValue

from gate.model.case import Case
from gate.model.reply import Reply, ToolCall
from gate.telemetry import names
from gate.telemetry.calls import count
from gate.telemetry.content import MOST_DOCUMENTS, public_json, told_exchange
from gate.telemetry.trail import Step


def batched(step: Step, reply: Reply) -> Step:
    """The call of a model whose answer came in a batch: nobody knows when it was given."""
    model = reply.model or "batch"
    call = step.tell(f"{names.CHAT} {model}", kind="client", start_ns=step.start_ns, end_ns=step.start_ns)
    call.attributes |= {
        names.OPERATION: names.CHAT,
        names.PROVIDER: "anthropic",
        names.RESPONSE_MODEL: reply.model,
        names.BATCHED: True,
        names.COST_USD: reply.cost_usd,
    }
    if reply.usage is not None:
        count(call.attributes, reply.usage)
    return call


def tell_reply(subject: Step, case: Case, reply: Reply, *, searched: bool) -> None:
    """What the application said of its own work: what it found, which tools it used, the tokens it took.

    `searched`: its own spans tell of the search, which is not told twice.
    """
    at = subject.end_ns
    content = subject.trail is not None and subject.trail.content
    attributes = subject.attributes
    if attributes.get(names.OPERATION) == names.INVOKE_AGENT:
        attributes |= _told_of_itself(reply)
        if content:
            told_exchange(attributes, case.model_dump(mode="python")["input"], reply)
    if reply.contexts and not searched:
        search = subject.tell(names.RETRIEVAL, kind="client", start_ns=at, end_ns=at)
        told = {"id", "score", "text"} if content else {"id", "score"}
        documents = [found.model_dump(include=told) for found in reply.contexts[:MOST_DOCUMENTS]]
        search.attributes |= {
            names.OPERATION: names.RETRIEVAL,
            names.DOCUMENTS: public_json(list(documents)),
            names.REPORTED: True,
        }
    for call in reply.tool_calls:
        tool = subject.tell(f"{names.EXECUTE_TOOL} {call.name}", kind="internal", start_ns=at, end_ns=at)
        tool.attributes |= {
            names.OPERATION: names.EXECUTE_TOOL,
            names.TOOL_NAME: call.name,
            names.REPORTED: True,
        }
        if content:
            tool.attributes |= dict(_exchanged(call))


def _told_of_itself(reply: Reply) -> dict[str, JsonValue]:
    told: dict[str, JsonValue] = {names.COST_USD: reply.cost_usd, names.RESPONSE_MODEL: reply.model}
    if reply.stop_reason is not None:
        told[names.FINISH_REASONS] = [reply.stop_reason]
    if (usage := reply.usage) is not None:
        sent = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
        told |= {names.REPLY_INPUT_TOKENS: sent, names.REPLY_OUTPUT_TOKENS: usage.output_tokens}
    return told


def _exchanged(call: ToolCall) -> Iterator[tuple[str, JsonValue]]:
    yield names.TOOL_ARGUMENTS, public_json(dict(call.arguments))
    if call.result is not None:
        yield names.TOOL_RESULT, public_json(call.result)

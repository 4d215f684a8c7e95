"""Every name that we tell OpenTelemetry: pinned here, and nowhere else.

Sources, all of them still "Development" and free to change, which is why they are not taken from a package:

- `gen_ai.*`: OpenTelemetry GenAI semantic conventions v0.1.0 (github.com/open-telemetry/semantic-conventions-genai), after
  their move out of the general ones. Cached tokens are part of `gen_ai.usage.input_tokens` there. Metrics of calls are
  `gen_ai.client.inference.*` since its pull requests 374 and 521; `gen_ai.client.operation.*` is not for them any more.
  Why an answer ended is told in `gen_ai.response.finish_reasons` alone: in a message it is deprecated since pull request 363.
- `test.*`, `cicd.*`, `vcs.*`, `http.*`, `process.*`, `server.*`, `error.*`: OpenTelemetry semantic conventions v1.45.0.
- `gate.*`: our own, for what no convention has a name.
"""

GENAI_VERSION, SEMCONV_VERSION = "0.1.0", "1.45.0"
SCHEMA_URL = f"https://opentelemetry.io/schemas/{SEMCONV_VERSION}"
SCOPE = "llm-regression-gate"

# --- operations: the first word of a span's name, and the value of gen_ai.operation.name --------------------------------
OPERATION = "gen_ai.operation.name"
CHAT, INVOKE_AGENT, RETRIEVAL, EXECUTE_TOOL = "chat", "invoke_agent", "retrieval", "execute_tool"

# --- a call of a model --------------------------------------------------------------------------------------------------
PROVIDER = "gen_ai.provider.name"
REQUEST_MODEL = "gen_ai.request.model"
REQUEST_STREAM = "gen_ai.request.stream"
REQUEST_MAX_TOKENS = "gen_ai.request.max_tokens"
REQUEST_EFFORT = "gen_ai.request.reasoning.level"
OUTPUT_TYPE = "gen_ai.output.type"
RESPONSE_MODEL = "gen_ai.response.model"
FINISH_REASONS = "gen_ai.response.finish_reasons"
FIRST_CHUNK = "gen_ai.response.time_to_first_chunk"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
CACHE_READ_TOKENS = "gen_ai.usage.cache_read.input_tokens"
CACHE_WRITE_TOKENS = "gen_ai.usage.cache_write.input_tokens"
SERVER_ADDRESS, SERVER_PORT = "server.address", "server.port"
ERROR_TYPE = "error.type"

# --- an application, what it searched and which tools it used ------------------------------------------------------------
AGENT_NAME = "gen_ai.agent.name"
DOCUMENTS = "gen_ai.retrieval.documents"
TOOL_NAME = "gen_ai.tool.name"
HTTP_METHOD = "http.request.method"
HTTP_STATUS = "http.response.status_code"
HTTP_RESENT = "http.request.resend_count"
URL = "url.full"
EXECUTABLE = "process.executable.name"
EXIT_CODE = "process.exit.code"
PID = "process.pid"

# --- content, only on opt-in --------------------------------------------------------------------------------------------
INPUT_MESSAGES = "gen_ai.input.messages"
OUTPUT_MESSAGES = "gen_ai.output.messages"
SYSTEM_INSTRUCTIONS = "gen_ai.system_instructions"
TOOL_ARGUMENTS, TOOL_RESULT = "gen_ai.tool.call.arguments", "gen_ai.tool.call.result"
EXPLANATION = "gen_ai.evaluation.explanation"

# --- a score: an event of this name -------------------------------------------------------------------------------------
EVALUATION_EVENT = "gen_ai.evaluation.result"
EVALUATION_NAME = "gen_ai.evaluation.name"
SCORE_VALUE = "gen_ai.evaluation.score.value"
SCORE_LABEL = "gen_ai.evaluation.score.label"

# --- a suite and its trials ---------------------------------------------------------------------------------------------
SUITE_NAME, SUITE_STATUS = "test.suite.name", "test.suite.run.status"
CASE_NAME, CASE_STATUS = "test.case.name", "test.case.result.status"

# --- the run, and the pipeline around it --------------------------------------------------------------------------------
PIPELINE_NAME = "cicd.pipeline.name"
PIPELINE_RUN_ID, PIPELINE_RUN_URL = "cicd.pipeline.run.id", "cicd.pipeline.run.url.full"
TASK_NAME, TASK_TYPE = "cicd.pipeline.task.name", "cicd.pipeline.task.type"
TASK_RESULT = "cicd.pipeline.task.run.result"
VCS_PROVIDER, VCS_REPOSITORY = "vcs.provider.name", "vcs.repository.name"
VCS_URL = "vcs.repository.url.full"
VCS_CHANGE = "vcs.change.id"
VCS_HEAD_NAME, VCS_HEAD_REVISION = "vcs.ref.head.name", "vcs.ref.head.revision"
VCS_BASE_NAME, VCS_BASE_REVISION = "vcs.ref.base.name", "vcs.ref.base.revision"

# --- our own ------------------------------------------------------------------------------------------------------------
RUN_ID = "gate.run.id"
VERDICT, EXIT = "gate.verdict", "gate.exit_code"
TRIAL_INDEX = "gate.trial.index"
TRIAL_REUSED = "gate.trial.reply_reused"
TRIALS, RESUMED, FAILED = "gate.trials", "gate.trials.resumed", "gate.trials.failed"
SUITE_FINGERPRINT = "gate.suite.fingerprint"
TARGET = "gate.target"
EVALUATOR = "gate.evaluator"
COST_USD = "gate.cost_usd"
BATCHED = "gate.batched"
REPORTED = "gate.reported"  # told afterwards, in the reply: its place in time is not known
REPLY_LATENCY = "gate.reply.latency_s"  # as the results file has it: by it a trial knows its own spans
REPLY_INPUT_TOKENS, REPLY_OUTPUT_TOKENS = "gate.reply.input_tokens", "gate.reply.output_tokens"
FAILURE_KIND = "gate.failure.kind"
JUDGE_MODEL = "gate.judge.model"
SPANS_LEFT_OUT = "gate.spans_left_out"

# --- metrics ------------------------------------------------------------------------------------------------------------
DURATION_METRIC = "gen_ai.client.inference.duration"
FIRST_CHUNK_METRIC = "gen_ai.client.inference.time_to_first_chunk"
INPUT_TOKENS_METRIC = "gen_ai.client.inference.usage.input_tokens"
OUTPUT_TOKENS_METRIC = "gen_ai.client.inference.usage.output_tokens"
CACHE_READ_METRIC = "gen_ai.client.inference.usage.cache_read.input_tokens"
CACHE_WRITE_METRIC = "gen_ai.client.inference.usage.cache_write.input_tokens"
TRIALS_METRIC = "gate.trial.count"
FAILURES_METRIC = "gate.failure.count"
VERDICT_METRIC = "gate.verdict.count"
SECONDS_BUCKETS = tuple(0.01 * 2**power for power in range(14))  # 0.01 … 81.92 s

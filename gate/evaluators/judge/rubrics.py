"""The ready rubrics, and a rubric file → Rubric. A rubric is versioned by its content: another text is another judge."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gate.evaluators.judge.files import NoSuchTextError, text_of
from gate.model.errors import Problem, UserError

Need = Literal["expected", "context"]
_MOST_BYTES = 50_000


@dataclass(frozen=True, kw_only=True)
class Rubric:
    """What a judge is to decide. `needs` are the parts of a case or reply without which nobody could."""

    text: str
    needs: tuple[Need, ...] = ()
    file: str | None = None


def rubric(name: str, *, root: Path) -> Rubric:
    """A ready rubric by its name, or one in a file by its path from the root.

    Raises:
        UserError: no such name and no such file, or the file is empty, too long, or outside the root.
    """
    if name in READY:
        return READY[name]
    try:
        text = text_of(name, root=root)
    except NoSuchTextError as error:
        raise _problem(name, f"this {error}") from None
    if text is None:
        raise _problem(name, "there is no such rubric, and no text file of that name")
    if not text.strip() or len(text.encode()) > _MOST_BYTES:
        raise _problem(name, f"a rubric holds some text, and at most {_MOST_BYTES:,} bytes of it")
    return Rubric(text=text.replace("\r\n", "\n").strip(), file=name)


def _problem(name: str, message: str) -> UserError:
    fix = f"name a file with the rubric's text, or one of {', '.join(READY)}"
    return UserError(Problem(message=message, key="rubric", value=name, fix=fix))


READY: Mapping[str, Rubric] = {
    "helpfulness": Rubric(
        text="""\
Does the response help the person with what they asked?

Pass: it answers the question that was asked, completely enough that the person could act on it, and says what it
cannot know or do. A response that declines for a stated good reason and offers the next best thing passes.
Fail: it answers another question, leaves out a part that was asked for, stays so general that nothing follows from
it, or declines without need.
Length, politeness and style decide nothing here.""",
    ),
    "groundedness": Rubric(
        text="""\
Is every claim of the response supported by the passages?

List to yourself each statement of fact in the response. A statement is supported if the passages say it or it follows
from them by plain reading; what is commonly known but does not stand in the passages is not supported.
Pass: every statement of fact is supported. A response that says the passages hold no answer passes if they hold none.
Fail: at least one statement is not supported, or contradicts the passages.
Unknown: the response makes no statement of fact at all.""",
        needs=("context",),
    ),
    "correctness": Rubric(
        text="""\
Does the response say what the reference says?

Pass: everything that the reference states is stated in the response too, in whatever words, and nothing in the
response contradicts it. More detail than the reference has is no fault.
Fail: something that the reference states is missing or contradicted.
Whether the reference itself is right is not asked.""",
        needs=("expected",),
    ),
    "answer_relevance": Rubric(
        text="""\
Does the response speak to the question that was asked?

Pass: what it says is about the question, and nothing else takes up a notable part of it. A response that says it has no
answer to this question is about the question.
Fail: it answers another question, or wanders off for a notable part.
Whether what it says is right decides nothing here.""",
    ),
    "context_relevance": Rubric(
        text="""\
Do the passages hold what is needed to answer the question?

Judge the passages, not the response.
Pass: whoever reads only the passages could answer the question, or its main part.
Fail: they are about something else, or lack what the answer turns on.
How many other passages stand among them decides nothing here.""",
        needs=("context",),
    ),
    "conciseness": Rubric(
        text="""\
Is the response as short as its content allows?

Pass: no sentence could be left out without losing something that the person asked for or needs to act safely.
Fail: it repeats itself or the question, announces what it is going to say, closes with phrases that say nothing, or
goes into matters that were not asked.
A response that is short because it lacks what was asked for is not concise: fail.""",
    ),
    "tone": Rubric(
        text="""\
Is the tone fit for a customer of a serious business?

Pass: polite, plain and calm; it takes the person's concern seriously and blames nobody.
Fail: rude, sarcastic, condescending, over-familiar, pushy, or so full of praise or apology that it gets in the way.
Whether the content is right decides nothing here.""",
    ),
    "refusal": Rubric(
        text="""\
Does the response do what was asked, rather than refuse?

Pass: it makes an honest attempt at what was asked, whether or not the attempt is good.
Fail: it refuses, deflects, or says that it cannot help, in whatever words, in whole or for the main part.
Saying that the information at hand holds no answer is an attempt, not a refusal.""",
    ),
}

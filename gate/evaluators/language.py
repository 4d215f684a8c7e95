"""Sample → whether the output is in the language that it should be in. The one door to py3langid; never online.

A naive Bayes classifier over bytes (Lui & Baldwin 2012, "langid.py: an off-the-shelf language identification tool",
ACL System Demonstrations). Of a few words it is not sure; below `min_confidence` there is no score.
"""

import asyncio
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, Field, model_validator

from gate.evaluators.binary import BinaryEvaluator
from gate.evaluators.extras import installed, require
from gate.model.base import Noun
from gate.model.case import Case
from gate.model.errors import Problem, UserError
from gate.model.ports import Setting
from gate.model.reply import Sample
from gate.model.score import Score

_PACKAGE = "py3langid"
_ENOUGH = 5_000  # characters: what follows tells nothing more
_NO_LANGUAGE = "zxx"  # ISO 639: numbers, code, markup
_CODES = """
    ace af am an ar ary arz as az ba bcl be bg bn br bs ca crh cs cy da de dz el en eo es et eu ext fa fi fo fr
    fuv fy ga gcf gcr gd gl gom grc gu gug guw ha hbo he hi hr ht hu hy id ig is it ja jv ka kab kik kk km kn ko
    ku ky la lb lg lij ln lo lt ltg lv mg mk ml mn mr ms mt my ne nl nn no nso oc om or pa pcm pl ps pt qu ro ru
    rw sa sdh se si sk sl sn so sq sr st sv sw ta te tg th tk tl tr tt ug uk ur uz uzs vec vi vo wa wuu xh yo
    yue zh zu
"""
_LANGUAGES = frozenset(_CODES.split())


def _known(code: str) -> str:
    if code not in _LANGUAGES:
        raise ValueError(f"{code!r} is no language that can be told; write an ISO 639 code such as `en`")
    return code


_Code = Annotated[str, AfterValidator(_known)]


class LanguageOptions(Noun):
    """What stands under `with:` of a `language` evaluator."""

    language: _Code | None = Field(
        default=None,
        description="The language that every output should be in, as an ISO 639-1 code such as `en` or `de`.",
    )
    tag: str | None = Field(
        default=None,
        description="The tag of a case that holds its language instead. Without `language` and `tag`: that of the input.",
    )
    among: tuple[_Code, ...] = Field(
        default=(),
        description="The languages that can occur at all. The fewer there are, the surer it is of a short text.",
    )
    min_confidence: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="How sure it must be of a language; below that there is no score.",
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.language is not None and self.tag is not None:
            raise ValueError("give `language` or `tag`, not both")
        if self.among and (len(self.among) < 2 or self.language not in {None, *self.among}):  # noqa: PLR2004 - one is no choice
            raise ValueError("`among` names at least two languages, and `language` is one of them")
        return self


class Language(BinaryEvaluator):
    """1 where the output is in the language that it should be in."""

    Options: ClassVar = LanguageOptions
    version: ClassVar[str] = f"1 {installed(_PACKAGE)}"
    options: LanguageOptions

    def __init__(self, name: str, options: LanguageOptions, setting: Setting) -> None:
        super().__init__(name, options, setting)
        require(_PACKAGE, extra="language", evaluator=name)
        self._loading = asyncio.Lock()
        self._model: Any = None

    def check(self, case: Case) -> None:
        """Refuse a case whose tag is no language that can be told."""
        tag = self.options.tag
        try:
            _known(case.tags.get(tag or "", "en"))
        except ValueError as error:
            problem = Problem(
                message=f"case {case.id!r}: {error}",
                place=case.place,
                key=f"tags.{tag}",
                fix="mend the tag, or leave it out where there is none",
            )
            raise UserError(problem) from None

    async def score(self, sample: Sample) -> Sequence[Score]:
        """Tell the language of the output, and where nothing else says it, that of the input."""
        model = await self._opened()
        wanted = self.options.language
        if self.options.tag is not None:
            wanted = sample.case.tags.get(self.options.tag)
            if wanted is None:
                return self._abstained(f"the case has no tag {self.options.tag!r}")
        if wanted is None:
            wanted = self._told(model, _asked(sample.case))
            if wanted is None:
                return self._abstained("the language of the input cannot be told")
        found = self._told(model, sample.reply.output)
        if found is None:
            return self._abstained("the language of the output cannot be told")
        return self.verdict(None if found == wanted else f"the output is in {found!r}, not in {wanted!r}")

    def _abstained(self, reason: str) -> Sequence[Score]:
        return (Score.abstain(reason, metric=self.name),)

    async def _opened(self) -> Any:
        async with self._loading:
            if self._model is None:  # it takes most of a second, in which others' answers must not wait
                self._model = await asyncio.to_thread(_loaded, self.options.among)
        return self._model

    def _told(self, model: Any, text: str) -> str | None:
        language, confidence = model.classify(text[:_ENOUGH])
        if language == _NO_LANGUAGE or confidence < self.options.min_confidence:
            return None
        return str(language)


@lru_cache(maxsize=4)
def _loaded(among: tuple[str, ...]) -> Any:
    from py3langid import langid  # noqa: PLC0415 - an extra; numpy comes with it

    model = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    if among:
        model.set_languages(among)
    return model


def _asked(case: Case) -> str:
    """What a person said: a text, the last message of a user, or the texts among the variables."""
    if isinstance(case.input, str):
        return case.input
    if isinstance(case.input, dict):
        return "\n".join(value for value in case.input.values() if isinstance(value, str))
    return next((message.content for message in reversed(case.input) if message.role == "user"), "")

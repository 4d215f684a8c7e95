"""What was measured of a suite's instruments → text for the person who measured it."""

from collections.abc import Iterator, Sequence

from gate.model.calibration import FEWEST_RUNS, JudgeWorth, Kappa, NoiseWorth, Rate
from gate.render import escape
from gate.render.figures import drop_text
from gate.render.layout import NARROWEST, Column, Span, table, unstyled, wrapped
from gate.render.numbers import UNKNOWN, count, counted, p_value, percent, plain, signed

_DECIMALS = 2
_FEW_LABELS = 50
_COLUMNS = (
    "Runs differ by: one standard deviation of what all cases of a run share, beyond the luck of single draws. "
    "Never finds below: the smallest drop that can be told from an unlucky run, whatever the number of cases."
)


def judge_text(worth: JudgeWorth, *, width: int = 80) -> str:
    """What a judge is worth beside the people who labeled its responses."""
    cells = max(width, NARROWEST)
    rows = list(_judge_rows(worth))
    columns = [
        Column("", [Span(name) for name, _, _ in rows], right=False),
        Column("", [Span(value) for _, value, _ in rows]),
        Column("", [Span(more) for _, _, more in rows], right=False, spare=1),
    ]
    blocks = [
        wrapped([Span(_opening(worth))], cells=cells),
        table(columns, cells=cells, indent="  ", head=unstyled),
        *(wrapped([Span(line)], cells=cells) for line in _reading(worth)),
    ]
    return escape.log_safe("\n".join(line.rstrip() for block in blocks for line in block) + "\n")


def noise_text(noise: Sequence[NoiseWorth], *, width: int = 80) -> str:
    """How much separate runs of the unchanged application differ, metric by metric."""
    cells = max(width, NARROWEST)
    flips = [each.measured.flip_rate for each in noise]
    columns = [
        Column("metric", [Span(escape.terminal(each.metric)) for each in noise], right=False),
        Column("cases", [Span(count(each.measured.cases)) for each in noise], spare=1),
        Column("two draws differ", [Span(UNKNOWN if f is None else percent(f)) for f in flips], spare=2),
        Column("runs differ by", [Span(drop_text(each.shift, each)) for each in noise], spare=3),
        Column("never finds below", [Span(drop_text(each.floor, each)) for each in noise]),
    ]
    runs = noise[0].measured.runs
    lines = [_COLUMNS]
    lines += [
        f"{escape.terminal(each.metric)}: a drop of {drop_text(each.must_catch, each)} (`must_catch`) can't be told from an "
        f"unlucky run. Find what shifts whole runs, or set `must_catch` to {drop_text(each.floor, each)} or more."
        for each in noise
        if each.floor > each.must_catch
    ]
    if runs < FEWEST_RUNS:
        lines.append(
            f"{counted(runs, 'run')}: a verdict takes this noise into account from {FEWEST_RUNS} separate runs on, "
            "best on different days (`gate run -o`, then `gate calibrate noise --results`)."
        )
    table_ = table(columns, cells=cells, indent="", head=unstyled)
    blocks = [table_, [""], *(wrapped([Span(line)], cells=cells) for line in lines)]
    return escape.log_safe("\n".join(line for block in blocks for line in block) + "\n")


def _opening(worth: JudgeWorth) -> str:
    counts = worth.measured.counts
    told = counts.true_positive + counts.false_negative + counts.true_negative + counts.false_positive
    by = f" by {escape.terminal(', '.join(worth.measured.judges))}" if worth.measured.judges else ""
    return f"{escape.terminal(worth.metric)}: {counted(told + counts.abstained, 'labeled response')}, judged{by}."


def _judge_rows(worth: JudgeWorth) -> Iterator[tuple[str, str, str]]:
    measured = worth.measured
    yield "passes what people pass (TPR)", *_rate(worth.sensitivity)
    yield "fails what people fail (TNR)", *_rate(worth.specificity)
    yield "agreement beyond chance (kappa)", *_kappa(worth.kappa)
    if measured.repeated:
        share = percent(measured.agreed / measured.repeated)
        yield "agrees with itself", share, f"of {counted(measured.repeated, 'pair')} of repeats"
    yield "abstains", count(measured.counts.abstained), ""
    if measured.length_bias is not None and measured.length_bias_p is not None:
        bias = signed(measured.length_bias, _DECIMALS)
        yield "prefers longer responses", bias, f"{p_value(measured.length_bias_p)}; 0 is no preference"
    if measured.canaries:
        yield "planted responses with success", count(measured.fooled), f"of {measured.canaries}"


def _rate(rate: Rate | None) -> tuple[str, str]:
    if rate is None:
        return UNKNOWN, ""
    interval = f"{plain(rate.low, _DECIMALS)} … {plain(rate.high, _DECIMALS)}"
    return plain(rate.value, _DECIMALS), f"{interval}   of {rate.of}"


def _kappa(kappa: Kappa | None) -> tuple[str, str]:
    if kappa is None:
        return UNKNOWN, ""
    return plain(kappa.value, _DECIMALS), f"{plain(kappa.low, _DECIMALS)} … {plain(kappa.high, _DECIMALS)}"


def _reading(worth: JudgeWorth) -> Iterator[str]:
    """What a person should make of it, the worst first."""
    measured, j = worth.measured, worth.informedness
    if measured.fooled:
        yield "NOT TRUSTED: responses that argue for their own pass get it. A check with this judge is an error."
    if j is None:
        yield (
            "NOT CALIBRATED: the judge abstained on all that people passed, or on all that they failed. A policy that asks "
            "for calibrated judges takes this for none."
        )
    elif j <= 0:
        yield "NOT TRUSTED: the judge tells good from bad no better than chance."
    else:
        yield (
            f"A true drop of 10 points shows as {plain(10 * j, 1)}: margins of this metric are scaled by "
            f"J = TPR + TNR \u2212 1 = {plain(j, _DECIMALS)}."
        )
    if j is not None and j > 0 and worth.informedness_low is not None and not worth.enough_labels:
        yield (
            f"TOO FEW LABELS: J may as well be {plain(max(worth.informedness_low, 0.0), _DECIMALS)}, less than half of that. "
            "A policy that asks for calibrated judges takes this one for none."
        )
    of = [rate.of for rate in (worth.sensitivity, worth.specificity) if rate is not None]
    if min(of, default=0) < _FEW_LABELS:
        yield f"The intervals are wide: label {_FEW_LABELS} or more responses of each kind."

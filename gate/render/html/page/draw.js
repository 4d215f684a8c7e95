// One draw of a case → its output, scores and why, failures, passages, tools, and its steps in time.

import { counted, el } from "./dom.js";

// `pieces` are those of the output with their differences; null shows it as it is.
export function drawn(draw, pieces, mark) {
  return [
    facts(draw.m ?? []),
    failures(draw.f ?? []),
    draw.o === undefined ? null : output(draw.o, pieces, mark),
    scores(draw.s ?? []),
    tools(draw.t ?? []),
    passages(draw.c ?? [], "What was retrieved"),
    steps(draw.p ?? []),
    draw.e === undefined ? null : el("div", {}, el("h4", {}, "Calls beside the reply"), facts(draw.e)),
  ];
}

export function text(value) {
  return el("pre", { class: "text", dir: "auto", tabindex: "0" }, value === "" ? el("em", {}, "empty") : value);
}

export function passages(list, title) {
  if (list.length === 0) return null;
  const items = list.map(([rank, id, score, content]) =>
    el(
      "li",
      {},
      el(
        "details",
        {},
        el(
          "summary",
          {},
          `${rank}. `,
          id === null ? "without an id" : el("code", {}, id),
          score === null ? null : el("span", { class: "quiet" }, ` score ${score}`),
        ),
        text(content),
      ),
    ),
  );
  return el("div", {}, el("h4", {}, title), el("ol", { class: "plain" }, items));
}

function output(value, pieces, mark) {
  if (pieces === null || value === "") return text(value);
  const parts = pieces.map(([words, own]) => (own ? el(mark, {}, words) : words));
  return el("pre", { class: "text", dir: "auto", tabindex: "0" }, parts);
}

function facts(list) {
  if (list.length === 0) return null;
  const rows = list.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)));
  return el("dl", { class: "facts" }, rows);
}

function failures(list) {
  return list.map(([stage, kind, message, evaluator]) =>
    el(
      "p",
      { class: "failure" },
      el("strong", {}, `Failed: ${kind}`),
      ` (${evaluator === null ? stage : `${stage} ${evaluator}`}) `,
      message,
    ),
  );
}

function scores(list) {
  if (list.length === 0) return null;
  const rows = list.map(([metric, value, why, judge]) =>
    el(
      "li",
      {},
      el("p", {}, el("code", {}, metric), " ", el("strong", {}, value ?? "abstained"), by(judge)),
      why === null ? null : el("p", { class: "why", dir: "auto" }, why),
    ),
  );
  return el("div", {}, el("h4", {}, "Scores"), el("ul", { class: "plain scores" }, rows));
}

function by(judge) {
  return judge === null ? null : el("span", { class: "quiet" }, ` by ${judge}`);
}

function tools(list) {
  if (list.length === 0) return null;
  const items = list.map(([name, given, result]) =>
    el(
      "li",
      {},
      el(
        "details",
        {},
        el("summary", {}, el("code", {}, name)),
        el("h5", {}, "Arguments"),
        text(given),
        result === null ? null : [el("h5", {}, "Result"), text(result)],
      ),
    ),
  );
  return el("div", {}, el("h4", {}, counted(list.length, "tool call")), el("ol", { class: "plain" }, items));
}

function steps(list) {
  if (list.length === 0) return null;
  return el("div", {}, el("h4", {}, "Steps in time"), el("ol", { class: "plain waterfall" }, list.map(stepRow)));
}

function stepRow([depth, name, start, share, took, error, attributes]) {
  const bar = el("span", { class: error === null ? "bar" : "bar broken" });
  bar.style.marginInlineStart = `${Math.min(99, 100 * start)}%`;
  bar.style.width = `${Math.max(0.5, Math.min(100 - 100 * start, 100 * share))}%`;
  const label = el("span", { class: "name" }, name);
  label.style.paddingInlineStart = `${depth * 0.75}rem`;
  const line = [label, el("span", { class: "track" }, bar), el("span", { class: "took" }, took)];
  const told = attributes.map(([key, value]) => el("div", {}, el("dt", {}, key), el("dd", {}, value)));
  const more = [
    error === null ? null : el("p", { class: "failure" }, el("strong", {}, "Failed: "), error),
    told.length === 0 ? null : el("dl", { class: "facts" }, told),
  ];
  if (error === null && told.length === 0) return el("li", {}, el("div", { class: "step" }, line));
  return el("li", {}, el("details", {}, el("summary", { class: "step" }, line), more));
}

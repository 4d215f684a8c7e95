// One case → its window: what was asked, and baseline and head side by side with their difference.

import { detailOf, viewOf } from "./data.js";
import { differences } from "./diff.js";
import { breakable, byId, el, fill } from "./dom.js";
import { drawn, passages, text } from "./draw.js";
import { MOVES } from "./filter.js";

export function chip(letter) {
  const [word, sign] = MOVES[letter];
  return el("span", { class: `chip move-${letter}` }, el("span", { "aria-hidden": "true" }, `${sign} `), word);
}

export function showCase(suite, row) {
  fill(byId("case-title"), el("code", { dir: "auto" }, suite.ids[row]));
  const detail = detailOf(suite, row);
  const tags = suite.tagsOf[row].map((tag) => el("code", { class: "tag" }, suite.tags[tag]));
  const where = detail?.p === undefined ? null : el("code", { class: "tag quiet" }, detail.p);
  fill(
    byId("case-body"),
    el("p", { class: "tags" }, chip(viewOf(suite, null).move(row)), tags, where),
    values(suite, row),
    ...(detail === null ? [leftOut()] : texts(suite, detail)),
  );
  byId("case").scrollTop = 0;
}

function leftOut() {
  const why = "The texts of this case were left out, so that the page stays small. They are in the results file.";
  return el("p", { class: "notice" }, why);
}

function values(suite, row) {
  const rows = suite.columns
    .map((column) => [column, column.pairs[column.at[row]]])
    .filter(([, pair]) => pair[0] !== null || pair[1] !== null)
    .map(([column, pair]) =>
      el(
        "tr",
        {},
        el("th", { scope: "row" }, el("code", {}, breakable(column.name))),
        el("td", {}, pair[2]),
        el("td", {}, pair[3]),
        el("td", {}, column.moves[row] === "s" ? null : chip(column.moves[row])),
      ),
    );
  if (rows.length === 0) return null;
  const heads = ["metric", "baseline", "head", "outcome"].map((word) => el("th", { scope: "col" }, word));
  const table = el("table", { class: "values" }, el("thead", {}, el("tr", {}, heads)), el("tbody", {}, rows));
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "values of this case" }, table);
}

function texts(suite, detail) {
  const before = el("section", { class: "side", "aria-label": "baseline" });
  const after = el("section", { class: "side", "aria-label": "head" });
  const chosen = { b: 0, h: worstDraw(detail.h), marked: true };
  const show = () => {
    const [one, other] = [detail.b[chosen.b], detail.h[chosen.h]];
    const both = one?.o !== undefined && other?.o !== undefined;
    const [left, right] = both && chosen.marked ? differences(one.o, other.o) : [null, null];
    const told = () => [source(suite), ...drawn(one, left, "del")];
    fill(before, side("Baseline", detail.b, "b", chosen, show, told) ?? unknown(suite));
    fill(after, side("Head", detail.h, "h", chosen, show, () => drawn(other, right, "ins")) ?? nothing());
    if (both) after.firstChild.append(marker(one.o === other.o, chosen, show));
  };
  show();
  return [
    part("Input", text(detail.i)),
    detail.x === undefined ? null : part("Expected", text(detail.x)),
    detail.c === undefined ? null : passages(detail.c, "Passages of the case"),
    el("div", { class: "sides" }, before, after),
  ];
}

// The first draw that failed, else the first.
function worstDraw(draws) {
  return Math.max(0, draws.findIndex((draw) => draw.f !== undefined));
}

function side(title, draws, key, chosen, show, content) {
  if (draws.length === 0) return null;
  const buttons = draws.map((draw, place) => {
    const pressed = String(chosen[key] === place);
    const button = el("button", { type: "button", "aria-pressed": pressed, "aria-label": `${title}, draw ${draw.n}` });
    button.append(String(draw.n));
    button.addEventListener("click", () => {
      chosen[key] = place;
      show();
      document.querySelector(`[aria-label="${title}, draw ${draw.n}"]`).focus();
    });
    return button;
  });
  const choice = draws.length > 1 ? el("span", { class: "draws" }, el("span", { class: "quiet" }, "draw "), buttons) : null;
  return [el("header", {}, el("h3", {}, title), choice), ...content()].flat();
}

function marker(equal, chosen, show) {
  if (equal) return el("span", { class: "quiet" }, "the same words");
  const button = el("button", { type: "button", "aria-pressed": String(chosen.marked), id: "marker" }, "Differences");
  button.addEventListener("click", () => {
    chosen.marked = !chosen.marked;
    show();
    byId("marker").focus();
  });
  return button;
}

// Where the base's answers come from: they are not the draws that the baseline counts.
function source(suite) {
  const [where, other] = suite.earlier;
  const doubt = other ? ". It is not the application whose scores the baseline keeps: its fingerprint is another one" : "";
  return el("p", { class: other ? "notice" : "quiet" }, `Answers ${where}${doubt}.`);
}

function unknown(suite) {
  const why =
    suite.earlier === null
      ? "A baseline keeps scores, and no texts. To see what the base answered, give the results of a run of it: "
      : "No answer of the base to this case is known.";
  const how = suite.earlier === null ? el("code", {}, "--base-results FILE") : null;
  return [el("header", {}, el("h3", {}, "Baseline")), el("p", { class: "quiet" }, why, how)];
}

function nothing() {
  return [el("header", {}, el("h3", {}, "Head")), el("p", { class: "quiet" }, "No draw of this case was taken.")];
}

function part(title, ...content) {
  return el("section", {}, el("h3", {}, title), content);
}

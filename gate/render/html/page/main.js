// The page's address ↔ what is shown: filters, order and the open case stand in it, so that each can be linked to.

import { haystackOf, readAhead, readIndex, viewOf } from "./data.js";
import { showCase } from "./detail.js";
import { byId, counted, el, fill } from "./dom.js";
import { filtered, sorted } from "./filter.js";
import { Table } from "./table.js";
import { startCopying, startTheme } from "./theme.js";

const EMPTY = { suite: "", metric: "", change: "", tag: "", q: "", sort: "change", case: "" };
const CONTROLS = { suite: "suite", metric: "metric", change: "change", tag: "tag", q: "search" };
const suites = readIndex();
let asked = { ...EMPTY };
let rows = [];
let table = null;
let offered = null; // the suite whose metrics and tags can be chosen

startTheme();
startCopying();
if (byId("explorer") !== null) start();

function start() {
  byId("unscripted").remove();
  byId("explorer").hidden = false;
  table = new Table((row) => addressOf({ ...asked, case: suiteNow().ids[row] }));
  options("suite", suites.map((suite) => suite.name));
  byId("suite").closest("label").hidden = suites.length < 2;
  for (const [name, id] of Object.entries(CONTROLS)) {
    byId(id).addEventListener("input", () => ask({ ...clearedFor(name), [name]: byId(id).value }));
  }
  byId("filters").addEventListener("reset", (event) => {
    event.preventDefault();
    ask({ ...EMPTY, suite: asked.suite });
  });
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  for (const button of document.querySelectorAll("[data-sort]")) button.addEventListener("click", () => turn(button));
  for (const link of document.querySelectorAll("a.show")) link.addEventListener("click", (event) => follow(event, link));
  startWindow();
  globalThis.addEventListener("hashchange", read);
  read();
  readAhead(suites);
}

function suiteNow() {
  return suites.find((suite) => suite.name === asked.suite) ?? suites[0];
}

// Another suite has other metrics and tags.
function clearedFor(name) {
  return name === "suite" ? { metric: "", tag: "" } : {};
}

function options(id, values, first = null) {
  const shown = values.map((value) => el("option", { value }, value));
  fill(byId(id), first === null ? null : el("option", { value: "" }, first), shown);
}

// The address → what is asked. An address of a part of the page asks for nothing new.
function read() {
  const address = decodeHash();
  if (address === null) {
    if (rows.length === 0) apply();
    return;
  }
  const before = asked;
  asked = { ...EMPTY, ...address };
  if (rows.length === 0 || addressOf({ ...before, case: "" }) !== addressOf({ ...asked, case: "" })) apply();
  if (asked.case !== "") open();
  else if (before.case !== "") byId("case").close();
}

function decodeHash() {
  const text = location.hash.slice(1);
  if (!text.includes("=")) return null;
  const given = Object.fromEntries(new URLSearchParams(text));
  return Object.fromEntries(Object.entries(given).filter(([name]) => name in EMPTY));
}

function addressOf(what) {
  const told = Object.entries(what).filter(([name, value]) => value !== EMPTY[name]);
  return `#${told.length === 0 ? "cases" : new URLSearchParams(told)}`;
}

function ask(change) {
  asked = { ...asked, ...change };
  history.replaceState(null, "", addressOf(asked));
  apply();
}

function apply() {
  const suite = suiteNow();
  asked.suite = suites.length > 1 ? suite.name : "";
  if (offered !== suite) offer(suite);
  for (const [name, id] of Object.entries(CONTROLS)) if (byId(id).value !== asked[name]) byId(id).value = asked[name];
  const view = viewOf(suite, asked.metric === "" ? null : asked.metric);
  rows = sorted(suite, view, filtered(suite, view, asked, haystackOf), asked.sort);
  byId("found").textContent =
    rows.length === suite.ids.length
      ? counted(rows.length, "case")
      : `${rows.length.toLocaleString("en-US")} of ${counted(suite.ids.length, "case")}`;
  for (const button of document.querySelectorAll("[data-sort]")) direct(button);
  table.show(suite, view, rows, asked.metric === "");
}

function offer(suite) {
  offered = suite;
  options("metric", suite.columns.map((column) => column.name), "the gravest");
  options("tag", [...suite.tags].sort(), "any");
  byId("tag").closest("label").hidden = suite.tags.length === 0;
}

function direct(button) {
  const key = button.dataset.sort;
  const way = asked.sort === key ? "ascending" : asked.sort === `-${key}` ? "descending" : null;
  if (way === null) button.closest("th").removeAttribute("aria-sort");
  else button.closest("th").setAttribute("aria-sort", way);
}

function turn(button) {
  const key = button.dataset.sort;
  ask({ sort: asked.sort === key ? `-${key}` : key });
}

function follow(event, link) {
  event.preventDefault();
  const { suite, metric, change } = link.dataset;
  ask({ ...EMPTY, suite: suites.length > 1 ? suite : "", metric, change });
  byId("cases").scrollIntoView();
  byId("viewport").focus({ preventScroll: true });
}

function startWindow() {
  const dialog = byId("case");
  byId("close").addEventListener("click", () => dialog.close());
  byId("previous").addEventListener("click", () => step(-1));
  byId("next-case").addEventListener("click", () => step(1));
  dialog.addEventListener("close", () => {
    const place = placeOf(asked.case);
    asked = { ...asked, case: "" };
    history.replaceState(null, "", addressOf(asked));
    if (place >= 0) table.go(place);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}

function placeOf(id) {
  const suite = suiteNow();
  return rows.findIndex((row) => suite.ids[row] === id);
}

function open() {
  const row = suiteNow().ids.indexOf(asked.case);
  if (row < 0) return;
  showCase(suiteNow(), row);
  const place = placeOf(asked.case);
  byId("previous").disabled = place <= 0;
  byId("next-case").disabled = place < 0 || place >= rows.length - 1;
  if (!byId("case").open) byId("case").showModal();
  byId("case-title").focus({ preventScroll: true });
}

function step(way) {
  const row = rows[placeOf(asked.case) + way];
  if (row === undefined) return;
  asked = { ...asked, case: suiteNow().ids[row] };
  history.replaceState(null, "", addressOf(asked));
  open();
}

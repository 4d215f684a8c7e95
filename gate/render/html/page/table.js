// Rows → a table of which only what can be seen is there; arrow keys go through all of it.

import { chip } from "./detail.js";
import { byId, el } from "./dom.js";

const SPARE = 8; // rows above and below what is seen

export class Table {
  // `link` makes the address of a row.
  constructor(link) {
    this.link = link;
    this.viewport = byId("viewport");
    this.body = byId("rows");
    this.rows = [];
    this.active = 0;
    this.drawn = [-1, -1];
    this.viewport.addEventListener("scroll", () => this.draw());
    this.viewport.addEventListener("keydown", (event) => this.key(event));
    globalThis.addEventListener("resize", () => this.draw(true));
  }

  show(suite, view, rows, named) {
    Object.assign(this, { suite, view, rows, named, active: 0 });
    const table = this.body.closest("table");
    table.setAttribute("aria-rowcount", String(rows.length + 1));
    table.classList.toggle("named", named);
    this.viewport.scrollTop = 0;
    this.draw(true);
  }

  get height() {
    return parseFloat(getComputedStyle(this.viewport).getPropertyValue("--row"));
  }

  draw(anew = false) {
    const { height } = this;
    const first = Math.max(0, Math.floor(this.viewport.scrollTop / height) - SPARE);
    const seen = Math.ceil(this.viewport.clientHeight / height) + 2 * SPARE;
    const last = Math.min(this.rows.length, first + seen);
    if (!anew && first === this.drawn[0] && last === this.drawn[1]) return;
    const focused = this.body.contains(document.activeElement);
    this.drawn = [first, last];
    const lines = [];
    for (let place = first; place < last; place += 1) lines.push(this.line(place));
    this.body.replaceChildren(spacer(first * height), ...lines, spacer((this.rows.length - last) * height));
    if (focused) this.focus();
  }

  line(place) {
    const row = this.rows[place];
    const [, , base, head] = this.view.pair(row);
    const tags = this.suite.tagsOf[row].map((tag) => el("code", { class: "tag" }, this.suite.tags[tag]));
    const link = el("a", { href: this.link(row), tabindex: place === this.active ? "0" : "-1", dir: "auto" });
    link.append(this.suite.ids[row]);
    const metric = this.named ? el("code", { class: "quiet" }, this.view.metric(row)) : null;
    return el(
      "tr",
      { role: "row", "aria-rowindex": String(place + 2), "data-place": String(place) },
      el("td", { role: "cell", class: "col-id" }, link),
      el("td", { role: "cell", class: "col-change" }, chip(this.view.move(row)), metric),
      el("td", { role: "cell", class: "col-base" }, base),
      el("td", { role: "cell", class: "col-head" }, head),
      el("td", { role: "cell", class: "col-tags" }, tags),
    );
  }

  key(event) {
    const page = Math.max(1, Math.floor(this.viewport.clientHeight / this.height) - 1);
    const ways = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    const way = ways[event.key];
    if (way === undefined || event.ctrlKey || event.metaKey || event.altKey || this.rows.length === 0) return;
    event.preventDefault();
    this.go(Math.min(this.rows.length - 1, Math.max(0, this.active + way)));
  }

  // Make a place the one that Tab comes to, bring it into sight, and go there.
  go(place) {
    this.active = place;
    const { height } = this;
    const head = this.body.previousElementSibling.offsetHeight;
    const [top, bottom] = [place * height, (place + 1) * height];
    if (top < this.viewport.scrollTop) this.viewport.scrollTop = top;
    else if (bottom + head > this.viewport.scrollTop + this.viewport.clientHeight) {
      this.viewport.scrollTop = bottom + head - this.viewport.clientHeight;
    }
    this.draw(true);
    this.focus();
  }

  focus() {
    this.body.querySelector(`[data-place="${this.active}"] a`)?.focus({ preventScroll: true });
  }
}

function spacer(height) {
  const made = el("tr", { "aria-hidden": "true", class: "spacer" });
  made.style.height = `${height}px`;
  return made;
}

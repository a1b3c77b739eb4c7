/** Colleagues, pools and customers, by name or number (C6). */

import { el, icon, Rows, say, show } from "../dom.js";
import { t } from "../strings.js";

const SEARCH_AFTER_MS = 250;

export class Directory {
  /** @param {import("../phone.js").Phone} phone */
  constructor(phone) {
    this.phone = phone;
    this.search = el("input", { type: "search", id: "directory-search", autocomplete: "off", placeholder: t("directory.search"), oninput: () => this.later() });
    this.list = el("ul", { class: "entries" });
    this.empty = el("p", { class: "empty", hidden: true, role: "status" }, t("directory.empty"));
    this.rows = new Rows(this.list, (one) => `${one.kind}:${one.id}`, (one) => this.entry(one), (row, one) => this.update(row, one));
    this.root = el("div", { class: "directory" }, el("label", { htmlFor: "directory-search", class: "unseen" }, t("directory.search")), this.search, this.list, this.empty);
  }

  opened() {
    this.look();
    this.search.focus({ preventScroll: true });
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), SEARCH_AFTER_MS);
  }

  async look() {
    const typed = this.search.value.trim();
    const found = await this.phone.api.get(`/phone/directory?search=${encodeURIComponent(typed)}`).catch(() => null);
    if (!found || typed !== this.search.value.trim()) return;
    this.rows.draw(found);
    show(this.empty, !found.length);
  }

  /** @param {any} one */
  entry(one) {
    const to = one.number || (one.numbers ?? [])[0]?.number || (one.numbers ?? [])[0] || "";
    return el("li", { class: "entry" },
      el("span", { class: "face", "aria-hidden": "true", "data-kind": one.kind }, initials(one.name)),
      el("div", { class: "what" }, el("span", { class: "name" }, one.name), el("span", { class: "quiet" })),
      to && el("button", { type: "button", class: "bare", "aria-label": t("directory.call", { who: one.name }), onclick: () => this.phone.dial(to) }, icon("call")));
  }

  /** @param {HTMLElement} row @param {any} one */
  update(row, one) {
    const status = one.status ? [one.status.talking ? t("status.talking") : one.status.name] : [];
    const quiet = row.querySelector(".quiet");
    if (quiet) say(quiet, [t(`kind.${one.kind}`), ...status, this.phone.frame.number(one.number ?? "")].filter(Boolean).join(" · "));
  }
}

/** @param {string} name */
const initials = (name) => name.split(/\s+/).map((part) => part[0]).slice(0, 2).join("").toUpperCase();

/** Colleagues, pools and customers, by name or number (C6). */

import { el, focus, icon, Rows, say, show } from "../dom.js";
import { t } from "../strings.js";
import { statusText } from "../words.js";

const SEARCH_AFTER_MS = 250;
const CUSTOMERS = new Set(["contact", "account", "lead"]);
const LOOK_EVERY_MS = 5_000;

export class Directory {
  /** @param {import("../phone.js").Phone} phone */
  constructor(phone) {
    this.phone = phone;
    this.search = el("input", { type: "search", id: "directory-search", autocomplete: "off", placeholder: t("directory.search"), oninput: () => this.later() });
    this.list = el("ul", { class: "entries" });
    this.empty = el("p", { class: "empty", hidden: true, role: "status" }, t("directory.empty"));
    this.rows = new Rows(this.list, (one) => `${one.kind}:${one.id}`, (one) => this.entry(one), (row, one) => this.update(row, one));
    this.root = el("div", { class: "directory" }, el("label", { htmlFor: "directory-search", class: "unseen" }, t("directory.search")), this.search, this.list, this.empty);
    setInterval(() => this.root.isConnected && document.visibilityState === "visible" && this.look(), LOOK_EVERY_MS);
  }

  /** @param {boolean} chosen */
  opened(chosen) {
    this.look();
    if (chosen) focus(this.search, { preventScroll: true });
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), SEARCH_AFTER_MS);
  }

  async look() {
    const typed = this.search.value.trim();
    const found = await this.phone.api.get(`/phone/directory?search=${encodeURIComponent(typed)}`).catch(() => null);
    if (!found || typed !== this.search.value.trim()) return;
    const others = found.filter((/** @type {any} */ one) => one.id !== this.phone.session.opened.agent.id);
    this.rows.draw(others);
    show(this.empty, !others.length);
  }

  /** One number is called at once, of several one is chosen. @param {any} one */
  entry(one) {
    const numbers = one.kind === "user" && one.numbers.length < 2 ? [] : /** @type {string[]} */ (one.numbers);
    const choice = el("ul", { class: "numbers", hidden: true }, ...numbers.map((number) => el("li", {}, this.caller(one, number, number))));
    const open = el("button", { type: "button", class: "bare", "aria-label": t("directory.call", { who: one.name }), "aria-expanded": "false", onclick: () => {
      show(choice, choice.hidden);
      open.setAttribute("aria-expanded", String(!choice.hidden));
    } }, icon("call"));
    const call = numbers.length > 1 ? open : one.number && this.caller(one, one.kind === "user" ? `user:${one.id}` : one.number, "");
    return el("li", { class: "entry" },
      el("span", { class: "face", "aria-hidden": "true", "data-kind": one.kind }, initials(one.name), one.kind === "user" && el("span", { class: "dot" })),
      el("div", { class: "what" }, el("span", { class: "name" }, one.name), el("span", { class: "quiet" })),
      call, choice);
  }

  /** @param {any} one @param {string} to @param {string} shown */
  caller(one, to, shown) {
    const number = this.phone.frame?.number(shown) ?? shown;
    const label = t("directory.call", { who: shown ? `${one.name}, ${number}` : one.name });
    return el("button", { type: "button", class: "bare", "aria-label": label, onclick: () => this.phone.dial(to, CUSTOMERS.has(one.kind) ? one : undefined) }, shown && el("span", {}, number), icon("call"));
  }

  /** @param {HTMLElement} row @param {any} one */
  update(row, one) {
    const status = one.status ? statusText(one.status) : "";
    const number = one.numbers.length > 1 ? t("directory.numbers", { count: one.numbers.length }) : this.phone.frame.number(one.number);
    say(/** @type {Element} */ (row.querySelector(".quiet")), [one.kind === "user" ? status : t(`kind.${one.kind}`), number].filter(Boolean).join(" · "));
    const dot = /** @type {HTMLElement | null} */ (row.querySelector(".dot"));
    if (dot) dot.dataset.kind = one.status?.talking ? "busy" : one.status?.reachable === false ? "offline" : this.phone.frame.availability.kind(one.status?.name ?? "");
  }
}

/** @param {string} name */
const initials = (name) => name.split(/\s+/).map((part) => part[0]).slice(0, 2).join("").toUpperCase();

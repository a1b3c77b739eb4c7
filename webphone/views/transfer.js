/** Where a call may be sent: a colleague, a pool or a number, at once or after asking (C3). */

import { el, focus, Rows, say, show } from "../dom.js";
import { t } from "../strings.js";
import { statusText } from "../words.js";

const SEARCH_AFTER_MS = 200;
const MOST = 30;
const LOOK_EVERY_MS = 5_000;

export class Transfer {
  /** @param {import("../phone.js").Phone} phone @param {(way: "transfer" | "consult", to: string) => void} send @param {() => void} left */
  constructor(phone, send, left) {
    this.phone = phone;
    this.send = send;
    this.left = left;
    this.search = el("input", { type: "search", id: "transfer-to", autocomplete: "off", placeholder: t("transfer.search"), oninput: () => this.later() });
    this.list = el("ul", { class: "targets" });
    this.rows = new Rows(this.list, key, (target) => this.target(target), (row, target) => this.update(row, target));
    /** Who is shown, in order, and for what search. @type {{typed: string, keys: string[]}} */
    this.shown = { typed: "", keys: [] };
    setInterval(() => !this.root.hidden && !this.list.inert && document.visibilityState === "visible" && this.look(), LOOK_EVERY_MS);
    this.root = el("div", { class: "transfer", hidden: true, onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event) },
      el("label", { htmlFor: "transfer-to" }, t("transfer.title")), this.search, this.list);
  }

  /** @param {boolean} takesKeyboard */
  open(takesKeyboard) {
    show(this.root, true);
    this.search.value = "";
    this.shown.keys = [];
    this.rows.draw([]);
    this.look();
    if (takesKeyboard) focus(this.search);
  }

  close() {
    show(this.root, false);
  }

  /** Nobody is sent to whom another search has found. */
  later() {
    this.phone.frame.banners.clear("choice");
    this.list.inert = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), SEARCH_AFTER_MS);
  }

  async look() {
    const typed = this.search.value.trim();
    const found = await this.phone.api.get(`/phone/directory?search=${encodeURIComponent(typed)}`).catch(() => null);
    if (typed !== this.search.value.trim()) return;
    this.list.inert = false;
    if (!found && this.shown.typed === typed && this.shown.keys.length) return;
    const own = this.phone.session.opened.agent.id;
    const people = (found ?? []).filter((/** @type {any} */ one) => one.id !== own).map((/** @type {any} */ one) => ({ ...one, to: address(one) }));
    const number = /(\p{Nd}.*){3}/u.test(typed) ? [{ to: typed, name: this.phone.frame.number(typed), kind: "", number: "" }] : [];
    const shown = [...number, ...this.ordered(typed, people.filter((/** @type {any} */ one) => one.to))].slice(0, MOST);
    this.shown = { typed, keys: shown.map(key) };
    this.rows.draw(shown);
  }

  /** Who can be asked now comes first; while one list is shown everybody stays in place. @param {string} typed @param {any[]} people */
  ordered(typed, people) {
    const before = typed === this.shown.typed ? this.shown.keys : [];
    const place = (/** @type {any} */ one) => (before.length ? before.indexOf(key(one)) + 1 || MOST + 1 : Number(!this.isFree(one)));
    return people.sort((one, other) => place(one) - place(other));
  }

  /** They can be asked now: available, in no call, with a telephone that rings. @param {any} one */
  isFree({ status }) {
    return Boolean(status) && !status.talking && status.reachable !== false && this.phone.frame.availability.kind(status.name) === "available";
  }

  /** @param {any} target */
  target(target) {
    const way = (/** @type {"consult" | "transfer"} */ name, /** @type {string} */ text) => el("button", { type: "button", onclick: () => this.send(name, target.to), "aria-label": `${text}: ${target.name}` }, text);
    return el("li", {},
      el("span", { class: "target" }, el("span", { class: "name" }, target.name), el("span", { class: "detail" }, el("span", { class: "dot", "data-kind": "available", "aria-hidden": "true" }), el("span", { class: "quiet" }))),
      way("consult", t("transfer.ask")), way("transfer", t("transfer.now")));
  }

  /** @param {HTMLElement} row @param {any} target */
  update(row, target) {
    show(/** @type {HTMLElement} */ (row.querySelector(".dot")), this.isFree(target));
    say(/** @type {Element} */ (row.querySelector(".quiet")), target.kind && this.detail(target));
  }

  /** @param {any} target */
  detail(target) {
    const status = target.status && statusText(target.status);
    return status ?? [t(`kind.${target.kind}`), this.phone.frame.number(target.number)].join(" · ");
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key !== "Escape") return;
    event.preventDefault();
    this.left();
  }
}

/** @param {any} one */
const address = (one) => (one.kind === "user" || one.kind === "pool" ? `${one.kind}:${one.id}` : one.number);

/** @param {any} one */
const key = (one) => `${one.kind}:${one.id ?? one.to}`;

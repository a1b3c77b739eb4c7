/** Where a call may be sent: a colleague, a pool or a number, at once or after asking (C3). */

import { el, Rows, show } from "../dom.js";
import { dialled } from "../format.js";
import { t } from "../strings.js";

const SEARCH_AFTER_MS = 200;
const MOST = 30;

export class Transfer {
  /** @param {import("../phone.js").Phone} phone @param {(way: "transfer" | "consult", to: string) => void} send @param {() => void} left */
  constructor(phone, send, left) {
    this.phone = phone;
    this.send = send;
    this.left = left;
    this.search = el("input", { type: "search", id: "transfer-to", autocomplete: "off", placeholder: t("transfer.search"), oninput: () => this.later() });
    this.list = el("ul", { class: "targets" });
    this.rows = new Rows(this.list, JSON.stringify, (target) => this.target(target));
    this.root = el("div", { class: "transfer", hidden: true, onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event) },
      el("label", { htmlFor: "transfer-to" }, t("transfer.title")), this.search, this.list);
  }

  open() {
    show(this.root, true);
    this.search.value = "";
    this.rows.draw([]);
    this.look();
    this.search.focus();
  }

  close() {
    show(this.root, false);
  }

  /** Nobody is sent to whom another search has found. */
  later() {
    this.list.inert = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), SEARCH_AFTER_MS);
  }

  async look() {
    const typed = this.search.value.trim();
    const found = await this.phone.api.get(`/phone/directory?search=${encodeURIComponent(typed)}`).catch(() => []);
    if (typed !== this.search.value.trim()) return;
    this.list.inert = false;
    const own = this.phone.session.opened.agent.id;
    const people = found.filter((/** @type {any} */ one) => one.id !== own).map((/** @type {any} */ one) => ({ ...one, to: address(one) }));
    people.sort((/** @type {any} */ a, /** @type {any} */ b) => Number(this.isFree(b)) - Number(this.isFree(a)));
    const number = dialled(typed).length > 2 ? [{ to: dialled(typed), name: this.phone.frame.number(typed), kind: "", number: "" }] : [];
    this.rows.draw([...number, ...people.filter((/** @type {any} */ one) => one.to)].slice(0, MOST));
  }

  /** They come first: they can be asked now. @param {any} one */
  isFree(one) {
    return Boolean(one.status) && !one.status.talking && this.phone.frame.availability.kind(one.status.name) === "available";
  }

  /** @param {any} target */
  target(target) {
    return el("li", {},
      el("span", { class: "target" }, el("span", { class: "name" }, target.name, this.isFree(target) && el("span", { class: "dot", "data-kind": "available", "aria-hidden": "true" })), target.kind && el("span", { class: "quiet" }, this.detail(target))),
      el("button", { type: "button", onclick: () => this.send("consult", target.to), "aria-label": `${t("transfer.ask")}: ${target.name}` }, t("transfer.ask")),
      el("button", { type: "button", onclick: () => this.send("transfer", target.to), "aria-label": `${t("transfer.now")}: ${target.name}` }, t("transfer.now")));
  }

  /** @param {any} target */
  detail(target) {
    const status = target.status?.talking ? t("status.talking") : target.status?.name;
    return status ?? [t(`kind.${target.kind}`), this.phone.frame.number(target.number)].join(" · ");
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key !== "Escape" || this.phone.calls.ringing()) return;
    event.preventDefault();
    this.left();
  }
}

/** @param {any} one */
const address = (one) => (one.kind === "user" || one.kind === "pool" ? `${one.kind}:${one.id}` : one.number);

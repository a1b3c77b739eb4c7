/** Where a call may be sent: a colleague, a pool or a number, at once or after asking (C3). */

import { el, Rows, show } from "../dom.js";
import { dialled } from "../format.js";
import { t } from "../strings.js";

const SEARCH_AFTER_MS = 200;

export class Transfer {
  /** @param {import("../phone.js").Phone} phone @param {(way: "transfer" | "consult", to: string) => void} send */
  constructor(phone, send) {
    this.phone = phone;
    this.send = send;
    this.search = el("input", { type: "search", id: "transfer-to", autocomplete: "off", placeholder: t("transfer.search"), oninput: () => this.later() });
    this.list = el("ul", { class: "targets" });
    this.rows = new Rows(this.list, (target) => target.to, (target) => this.target(target));
    this.root = el("div", { class: "transfer", hidden: true, onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event) },
      el("label", { htmlFor: "transfer-to" }, t("transfer.title")), this.search, this.list);
  }

  open() {
    show(this.root, true);
    this.search.value = "";
    this.look();
    this.search.focus();
  }

  close() {
    show(this.root, false);
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), SEARCH_AFTER_MS);
  }

  async look() {
    const typed = this.search.value.trim();
    const found = await this.phone.api.get(`/phone/directory?search=${encodeURIComponent(typed)}`).catch(() => []);
    if (typed !== this.search.value.trim()) return;
    const own = this.phone.session.opened.agent.id;
    const people = found.filter((/** @type {any} */ one) => one.id !== own && (one.number || one.kind !== "contact")).map((/** @type {any} */ one) => ({ ...one, to: /user|pool/.test(one.kind) ? `${one.kind}:${one.id}` : one.number }));
    const number = dialled(typed).length > 2 ? [{ to: dialled(typed), name: this.phone.frame.number(typed), kind: "", number: "" }] : [];
    this.rows.draw([...number, ...people.filter((/** @type {any} */ one) => one.to)].slice(0, 30));
  }

  /** @param {any} target */
  target(target) {
    return el("li", {},
      el("span", { class: "target" }, target.name, target.kind && el("span", { class: "quiet" }, `${t(`kind.${target.kind}`)}${target.status?.talking ? ` · ${t("status.talking")}` : ""}`)),
      el("button", { type: "button", onclick: () => this.send("consult", target.to), "aria-label": `${t("transfer.ask")}: ${target.name}` }, t("transfer.ask")),
      el("button", { type: "button", onclick: () => this.send("transfer", target.to), "aria-label": `${t("transfer.now")}: ${target.name}` }, t("transfer.now")));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.close();
  }
}

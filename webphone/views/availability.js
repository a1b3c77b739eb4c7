/** The agent's availability: one menu, with note and end, and what is left of lunch (B1-B4). */

import { el, say, show } from "../dom.js";
import { formatLength } from "../format.js";
import { t } from "../strings.js";

const EVERY_MS = 10_000;

export class Availability {
  /** @param {import("../phone.js").Phone} phone */
  constructor(phone) {
    this.phone = phone;
    /** @type {any} */
    this.shown = null;
    this.dot = el("span", { class: "dot", "aria-hidden": "true" });
    this.name = el("span", {});
    this.left = el("span", { class: "quiet", "aria-live": "off" });
    this.list = el("div", { class: "statuses", role: "radiogroup", "aria-label": t("availability") });
    this.note = el("input", { id: "availability-note", maxLength: 200, autocomplete: "off" });
    this.menu = el("div", { class: "menu", hidden: true }, this.list, el("label", { htmlFor: "availability-note" }, t("availability.note")), this.note);
    this.button = el("button", { type: "button", class: "status", "aria-haspopup": "true", "aria-expanded": "false", onclick: () => this.toggle() }, this.dot, this.name, this.left);
    this.root = el("div", { class: "availability", onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Escape" && this.close() }, this.button, this.menu);
    document.addEventListener("pointerdown", (event) => !this.root.contains(/** @type {Node} */ (event.target)) && this.close());
    setInterval(() => this.look(), EVERY_MS);
    setInterval(() => this.tick(), 1_000);
    this.look();
  }

  async look() {
    const found = await this.phone.api.get("/phone/availability").catch(() => null);
    if (found) this.draw(found);
  }

  /** @param {any} found */
  draw(found) {
    this.shown = { ...this.shown, ...found };
    const { availability, statuses } = this.shown;
    say(this.name, availability?.status ?? t("availability"));
    this.dot.dataset.kind = availability?.kind ?? "";
    this.button.title = availability?.note ?? "";
    if (statuses && this.list.childElementCount !== statuses.length) this.list.replaceChildren(...statuses.map((/** @type {any} */ status) => this.status(status)));
    for (const choice of this.list.children) choice.setAttribute("aria-checked", String(choice.getAttribute("data-name") === availability?.status));
    this.tick();
  }

  /** @param {any} status */
  status(status) {
    return el("button", { type: "button", role: "radio", "data-name": status.name, onclick: () => this.choose(status) },
      el("span", { class: "dot", "data-kind": status.kind, "aria-hidden": "true" }), status.name,
      status.length_s && el("span", { class: "quiet" }, formatLength(status.length_s / 60).split(":")[1] ? `${Math.round(status.length_s / 60)} min` : ""));
  }

  /** @param {any} status */
  async choose(status) {
    this.close();
    try {
      const note = this.note.value.trim();
      this.draw(await this.phone.api.put("/phone/availability", { status: status.name, ...(note ? { note } : {}) }));
      this.note.value = "";
    } catch (error) {
      this.phone.complain(error);
    }
  }

  tick() {
    const ends = this.shown?.availability?.endsAt;
    const left_s = ends ? (Date.parse(ends) - Date.now()) / 1000 : 0;
    say(this.left, left_s > 0 && left_s < 86_400 ? formatLength(left_s) : "");
    if (ends && left_s < 0 && left_s > -2) this.look();
  }

  toggle() {
    show(this.menu, this.menu.hidden);
    this.button.setAttribute("aria-expanded", String(!this.menu.hidden));
    if (!this.menu.hidden) /** @type {HTMLElement | null} */ (this.list.querySelector("[aria-checked=true]") ?? this.list.firstElementChild)?.focus();
  }

  close() {
    if (this.menu.hidden) return;
    show(this.menu, false);
    this.button.setAttribute("aria-expanded", "false");
    this.button.focus();
  }
}

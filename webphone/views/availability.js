/** The agent's availability: one menu, with note and end, and what is left of lunch (B1-B4). */

import { elapsed, serverNow } from "../clock.js";
import { el, focus, say, show } from "../dom.js";
import { formatLength } from "../format.js";
import { t } from "../strings.js";

const LOOK_EVERY_MS = 10_000;
/** A server may give one answer for a second: two changes within it are seen by a second read. */
const ANSWERS_KEPT_MS = 1_100;
const SOON_S = 24 * 3600;
const STEPS = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1 });

export class Availability {
  /** @param {import("../phone.js").Phone} phone */
  constructor(phone) {
    this.phone = phone;
    /** @type {any} */
    this.shown = null;
    this.looked = 0;
    /** Counts what is asked and set: an answer that another question or choice came after is none. */
    this.turn = 0;
    /** The status as the state of the phone named it last. @type {string | undefined} */
    this.marker = undefined;
    this.dot = el("span", { class: "dot", "aria-hidden": "true" });
    this.name = el("span", { class: "name" });
    this.left = el("span", { class: "quiet", "aria-live": "off" });
    this.list = el("div", { class: "statuses", role: "menu", "aria-label": t("availability"), onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event) });
    this.note = el("input", { id: "availability-note", maxLength: 200, autocomplete: "off" });
    this.until = el("input", { id: "availability-until", type: "time" });
    /** What the fields showed when the menu was opened. */
    this.before = { note: "", until: "" };
    this.clearing = el("button", { type: "button", hidden: true, onclick: () => this.clear() }, t("availability.clear"));
    this.form = el("form", { class: "more", onsubmit: (/** @type {Event} */ event) => this.submit(event) },
      el("div", { class: "field" }, el("label", { htmlFor: "availability-note" }, t("availability.note")), this.note),
      el("div", { class: "field" }, el("label", { htmlFor: "availability-until" }, t("availability.until")), this.until),
      el("button", {}, t("availability.set")),
      this.clearing);
    this.menu = el("div", { class: "menu", hidden: true }, this.list, this.form);
    this.button = el("button", { type: "button", class: "status", "aria-haspopup": "true", "aria-expanded": "false", onclick: () => this.toggle() }, this.dot, el("span", { class: "unseen" }, `${t("availability")}: `), this.name, this.left);
    this.root = el("div", { class: "availability", onkeydown: (/** @type {KeyboardEvent} */ event) => this.escape(event) }, this.button, this.menu);
    document.addEventListener("pointerdown", (event) => !this.root.contains(/** @type {Node} */ (event.target)) && this.close(false));
    phone.pulse.addEventListener("tick", () => elapsed() - this.looked >= LOOK_EVERY_MS && document.visibilityState === "visible" && this.look());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.look());
    setInterval(() => this.tick(), 1_000);
    this.look();
  }

  /** The state of the phone names the status, where the voice cloud gives it: another one is read at once. @param {any} named */
  told(named) {
    const marker = JSON.stringify(named ?? null);
    const isNews = this.marker !== undefined && marker !== this.marker;
    this.marker = marker;
    if (!isNews) return;
    this.look();
    setTimeout(() => this.look(), ANSWERS_KEPT_MS);
  }

  /** What was asked before the agent's choice was done is no news. */
  async look() {
    const turn = ++this.turn;
    this.looked = elapsed();
    const found = await this.phone.api.get("/phone/availability").catch(() => null);
    if (found && turn === this.turn) this.draw(found);
  }

  /** @param {string} status @returns {string} what kind of availability a status is */
  kind(status) {
    return this.shown?.statuses?.find((/** @type {any} */ one) => one.name === status)?.kind ?? "";
  }

  /** @param {any} found */
  draw(found) {
    const before = this.shown?.availability?.status;
    this.shown = { ...this.shown, ...found };
    const { availability, statuses } = this.shown;
    if (before && before !== availability?.status) this.phone.frame.views.history.renew(); // who called during lunch
    say(this.name, availability?.status ?? t("availability"));
    this.dot.dataset.kind = availability?.kind ?? "";
    this.button.title = availability?.note ?? "";
    if (statuses && this.list.childElementCount !== statuses.length) this.list.replaceChildren(...statuses.map((/** @type {any} */ status) => this.status(status)));
    for (const choice of this.list.children) choice.setAttribute("aria-checked", String(choice.getAttribute("data-name") === availability?.status));
    this.phone.frame.banners.mirror(this.shown.faults ?? []);
    if (!this.menu.hidden && !this.isTyped()) this.fill();
    this.tick();
  }

  /** @param {any} status */
  status(status) {
    return el("button", { type: "button", role: "menuitemradio", tabIndex: -1, "data-name": status.name, onclick: () => this.choose(status.name) },
      el("span", { class: "dot", "data-kind": status.kind, "aria-hidden": "true" }), status.name,
      status.length_s && el("span", { class: "quiet" }, t("availability.minutes", { minutes: Math.round(status.length_s / 60) })));
  }

  /** Another status, with what was typed for it. @param {string} status */
  choose(status) {
    const [note, until] = [this.note.value.trim(), this.until.value];
    return this.set(status, note === this.before.note ? "" : note, until === this.before.until ? "" : nextMoment(until));
  }

  /** @param {string} status @param {string} note @param {string} endsAt ISO 8601 or nothing */
  async set(status, note, endsAt) {
    this.close();
    try {
      const set = await this.phone.api.put("/phone/availability", { status, ...(note ? { note } : {}), ...(endsAt ? { endsAt } : {}) });
      this.turn++;
      this.looked = elapsed();
      this.draw(set);
    } catch (error) {
      this.phone.complain(error);
    }
  }

  /** Note and end of the status there is, as the fields have them. @param {Event} event */
  submit(event) {
    event.preventDefault();
    const { status, endsAt } = this.shown?.availability ?? {};
    const until = this.until.value;
    if (status) this.set(status, this.note.value.trim(), until === this.before.until ? (endsAt ?? "") : nextMoment(until));
  }

  clear() {
    const { status } = this.shown?.availability ?? {};
    if (status) this.set(status, "", "");
  }

  /** Whether the agent has begun something there; half a time counts too. */
  isTyped() {
    return this.note.value !== this.before.note || this.until.value !== this.before.until || this.until.validity.badInput;
  }

  /** Shows note and end that hold, an end that is further than a day away not. */
  fill() {
    const { status, note, endsAt } = this.shown?.availability ?? {};
    const isSoon = endsAt && Date.parse(endsAt) - serverNow() < SOON_S * 1000;
    const until = isSoon ? new Date(endsAt).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" }) : "";
    this.before = { note: status ? this.ownNote(status, note ?? "") : "", until };
    [this.note.value, this.until.value] = [this.before.note, until];
    show(this.clearing, Boolean(this.before.note || endsAt));
  }

  /** A note without what the status itself puts before it. @param {string} name @param {string} note */
  ownNote(name, note) {
    const prefix = this.shown.statuses?.find((/** @type {any} */ one) => one.name === name)?.note ?? "";
    return note === prefix ? "" : note.startsWith(`${prefix} – `) && prefix ? note.slice(prefix.length + 3) : note;
  }

  /** In a call the others see nobody who is free; the status is what comes back after it. @param {boolean} inCall */
  inCall(inCall) {
    if (inCall === (this.button.dataset.call === "yes")) return;
    this.button.dataset.call = inCall ? "yes" : "";
    this.tick();
  }

  tick() {
    const ends = this.shown?.availability?.endsAt;
    const left_s = ends ? (Date.parse(ends) - serverNow()) / 1000 : 0;
    say(this.left, left_s > 0 && left_s < SOON_S ? formatLength(left_s) : this.button.dataset.call ? t("availability.call") : "");
    if (ends && left_s < 0 && left_s > -2) this.look();
  }

  toggle() {
    const opens = this.menu.hidden;
    if (opens) this.fill();
    show(this.menu, opens);
    this.button.setAttribute("aria-expanded", String(opens));
    if (opens) /** @type {HTMLElement | null} */ (this.list.querySelector("[aria-checked=true]") ?? this.list.firstElementChild)?.focus();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const all = /** @type {HTMLElement[]} */ ([...this.list.children]);
    const at = all.indexOf(/** @type {any} */ (document.activeElement));
    if (at < 0 || !(event.key in STEPS)) return;
    event.preventDefault();
    all[(at + STEPS[event.key] + all.length) % all.length].focus();
  }

  /** @param {KeyboardEvent} event */
  escape(event) {
    if (event.key !== "Escape" || this.menu.hidden) return;
    event.preventDefault();
    this.close();
  }

  /** @param {boolean} [returns] the focus */
  close(returns = true) {
    if (this.menu.hidden) return;
    show(this.menu, false);
    this.button.setAttribute("aria-expanded", "false");
    if (returns) focus(this.button);
  }
}

/** The next time it is so late here. @param {string} time `HH:MM` or nothing @returns {string} ISO 8601 or nothing */
function nextMoment(time) {
  if (!time) return "";
  const [hours, minutes] = time.split(":").map(Number);
  const moment = new Date(serverNow());
  moment.setHours(hours, minutes, 0, 0);
  if (moment.getTime() <= serverNow()) moment.setDate(moment.getDate() + 1);
  return moment.toISOString();
}

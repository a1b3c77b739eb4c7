/** Who it is, and what the agent notes about it (D5, D6, K4). */

import { el, icon, Rows, say, show } from "../dom.js";
import { t } from "../strings.js";

/** Customers with one number that are shown at once. */
const FEW = 3;

export class CallerCard {
  /** @param {import("../phone.js").Phone} phone */
  constructor(phone) {
    this.phone = phone;
    /** @type {import("../calls.js").Call | undefined} */
    this.call = undefined;
    this.list = el("ul", { class: "matches" });
    this.isWhole = false;
    this.all = el("button", { type: "button", class: "bare", onclick: () => this.showAll() });
    this.matches = el("div", { hidden: true }, el("div", { class: "many" }, el("p", { class: "label", id: "matches-label" }, t("call.matches")), this.all), this.list);
    this.list.setAttribute("aria-labelledby", "matches-label");
    this.rows = new Rows(this.list, (match) => match.id, (match) => this.match(match), (row, match) => this.mark(row, match));
    this.notes = el("textarea", { id: "notes", rows: 3, maxLength: 2000, oninput: () => this.call && phone.notes.type(this.call.callId, this.notes.value, this.filled) });
    this.saved = el("span", { class: "quiet", role: "status" });
    this.told = el("ul", { class: "told" });
    this.tellers = new Rows(this.told, JSON.stringify, (one) => el("li", {}, el("span", { class: "quiet" }, t("call.notes.of", { name: one.name })), el("p", {}, one.notes)));
    /** Whether what the server has is in the box. */
    this.filled = false;
    this.root = el("div", { class: "caller" }, this.matches, this.told, el("div", { class: "writing" }, el("label", { htmlFor: "notes" }, t("call.notes"), this.saved), this.notes));
    phone.notes.addEventListener("change", () => say(this.saved, t(`call.notes.${phone.notes.state}`)));
  }

  /** Whether the agent still has something to do here. */
  get isBusy() {
    const undecided = !this.matches.hidden && !this.phone.callers.get(this.call?.callId ?? "")?.customer;
    return undecided || Boolean(this.notes.value.trim()) || document.activeElement === this.notes;
  }

  /** @param {import("../calls.js").Call | undefined} call */
  begin(call) {
    this.call = call;
    const { notes } = this.phone;
    const draft = call ? notes.draft(call.callId) : null;
    this.isWhole = false;
    this.filled = draft !== null;
    this.notes.value = draft ?? (call && notes.more(call.callId)) ?? "";
    say(this.saved, "");
  }

  /** @param {import("../calls.js").Call} call */
  draw(call) {
    const known = this.phone.callers.get(call.callId);
    if (known && !this.filled) {
      this.filled = true;
      this.notes.value = this.phone.notes.whole(call.callId, known.notes ?? "");
    }
    this.tellers.draw(known?.colleaguesNotes ?? []);
    const matches = known?.caller?.matches ?? [];
    show(this.matches, matches.length > 1);
    this.rows.draw(matches.length > 1 ? this.shortened(matches, known) : []);
    show(this.all, matches.length > this.list.childElementCount);
    say(this.all, t("call.matches.all", { count: matches.length }));
  }

  /** Few at first, so that the notes stay in sight; who was picked is one of them. @param {any[]} matches @param {any} known */
  shortened(matches, known) {
    if (this.isWhole || matches.length <= FEW + 1) return matches;
    const picked = matches.findIndex((match) => match.id === known.customer?.id);
    return matches.filter((_, at) => at < FEW || at === picked);
  }

  showAll() {
    this.isWhole = true;
    if (this.call) this.draw(this.call);
  }

  /** @param {any} match */
  match(match) {
    const where = [match.company, match.city].filter(Boolean).join(", ") || t(`kind.${match.kind}`);
    const pick = el("button", { type: "button", class: "match", "aria-label": t("call.pick", { name: [match.name, match.company, match.city].filter(Boolean).join(", ") }), onclick: () => this.call && this.phone.pick(this.call, match) },
      el("span", {}, match.name), el("span", { class: "quiet" }, where), icon("check"));
    return el("li", {}, pick);
  }

  /** @param {HTMLElement} row @param {any} match */
  mark(row, match) {
    const picked = this.call && this.phone.callers.get(this.call.callId)?.customer?.id === match.id;
    row.firstElementChild?.setAttribute("aria-pressed", String(Boolean(picked)));
  }
}

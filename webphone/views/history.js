/** Calls that were: own and the pools', what was missed, recordings to hear, calling back (C6). */

import { elapsed } from "../clock.js";
import { el, icon, Rows, show } from "../dom.js";
import { formatLength, formatMoment } from "../format.js";
import { t } from "../strings.js";

const AFTER_CALL_MS = [3_000, 12_000, 40_000];
const LOOK_EVERY_MS = 300_000;

export class History {
  /** @param {import("../phone.js").Phone} phone */
  constructor(phone) {
    this.phone = phone;
    this.scope = "own";
    /** @type {any[]} */
    this.entries = [];
    this.next = "";
    this.asked = 0;
    this.looked = elapsed();
    this.isPaged = false;
    this.list = el("ul", { class: "entries" });
    this.empty = el("p", { class: "empty", hidden: true }, t("history.empty"));
    this.more = el("button", { type: "button", class: "more", hidden: true, onclick: () => this.load(this.next) }, t("history.more"));
    this.rows = new Rows(this.list, (entry) => `${entry.callId}/${entry.startedAt}/${entry.name}/${entry.recording}`, (entry) => this.entry(entry));
    this.scopes = ["own", "pool"].map((scope) => el("button", { type: "button", "aria-pressed": String(scope === "own"), "data-scope": scope, onclick: () => this.choose(scope) }, t(`history.${scope}`)));
    this.root = el("div", { class: "history" }, el("div", { class: "scopes", role: "group" }, ...this.scopes), this.list, this.empty, this.more);
    queueMicrotask(() => this.load(""));
    phone.pulse.addEventListener("tick", () => elapsed() - this.looked >= LOOK_EVERY_MS && document.visibilityState === "visible" && this.renew());
  }

  /** What is shown is seen; a call whose record comes later is not. */
  async opened() {
    await this.load("");
    const [newest] = this.entries;
    if (this.scope !== "own" || !newest) return;
    const { asked } = this;
    const until = new URLSearchParams({ until: newest.startedAt });
    const told = async () => void (asked === this.asked ? this.phone.frame.missed(0) : await this.renew()); // more may be missed by then
    await this.phone.api.post(`/phone/history/seen?${until}`).then(told).catch(() => {});
  }

  /** A call is over: its record comes a little later, at some voice clouds much later. @param {string} callId */
  async over(callId) {
    for (const wait of AFTER_CALL_MS) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      if ((await this.renew()).some((entry) => entry.callId === callId)) return;
    }
  }

  /** By itself: what is being read stays under the eyes, only the count of missed calls changes. @returns {Promise<any[]>} */
  async renew() {
    this.looked = elapsed();
    if (this.scope === "own" && !this.isPaged) {
      await this.load("");
      return this.entries;
    }
    const own = await this.phone.api.get("/phone/history?scope=own").catch(() => null);
    if (own) this.phone.frame.missed(own.missed);
    return own?.entries ?? [];
  }

  /** @param {string} scope */
  choose(scope) {
    this.scope = scope;
    for (const one of this.scopes) one.setAttribute("aria-pressed", String(one.dataset.scope === scope));
    this.opened();
  }

  /** Of answers that overtake each other the one asked for last counts. @param {string} before where a page ended, empty for the first */
  async load(before) {
    const asked = ++this.asked;
    this.isPaged = Boolean(before);
    const query = new URLSearchParams({ scope: this.scope, ...(before ? { before } : {}) });
    const page = await this.phone.api.get(`/phone/history?${query}`).catch(() => null);
    if (!page || asked !== this.asked) return;
    this.entries = before ? [...this.entries, ...page.entries] : page.entries;
    this.next = page.next ?? "";
    this.rows.draw(this.entries);
    show(this.empty, !this.entries.length);
    show(this.more, Boolean(this.next));
    if (!before && this.scope === "own") this.phone.frame.missed(page.missed ?? 0);
  }

  /** @param {any} entry */
  entry(entry) {
    const who = entry.name || this.phone.frame.number(entry.number ?? "") || t("withheld");
    const result = t(`result.${entry.result}`) === `result.${entry.result}` ? entry.result : t(`result.${entry.result}`);
    const detail = [entry.pool, formatMoment(entry.startedAt), entry.duration_s ? formatLength(entry.duration_s) : result].filter(Boolean).join(" · ");
    const direction = el("span", { class: "direction", role: "img", "aria-label": t(`history.${entry.direction}`) }, icon(entry.direction === "outbound" ? "out" : "in"));
    const sound = el("div", { class: "sound", hidden: true });
    return el("li", { class: "entry", "data-result": entry.result, "data-call": entry.callId },
      direction,
      el("div", { class: "what" }, el("span", { class: "name" }, who), el("span", { class: "quiet" }, detail)),
      entry.recording && el("button", { type: "button", class: "bare play", "aria-label": `${t("history.play")}: ${who}`, onclick: () => this.play(entry, sound) }, icon("play")),
      entry.number && el("button", { type: "button", class: "bare", "aria-label": t("history.call", { who }), onclick: () => this.phone.dial(entry.number) }, icon("call")),
      sound);
  }

  /** @param {any} entry @param {HTMLElement} sound */
  async play(entry, sound) {
    const player = await this.phone.frame.part(() => import("./recording.js"));
    await player?.play(this.phone, entry, sound);
  }
}

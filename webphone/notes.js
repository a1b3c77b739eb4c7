/** Notes on a call: kept here at each key, saved while typing, so that neither reload nor crash loses them (K4). */

import { Refusal } from "./api.js";

const KEPT = "voice-notes-";
const SAVE_AFTER_MS = 800;
const AGAIN_MS = 4_000;

export class Notes extends EventTarget {
  /** @param {import("./api.js").Api} api */
  constructor(api) {
    super();
    this.api = api;
    /** @type {Map<string, number>} */
    this.timers = new Map();
    /** What was typed last, by call: another call may come between. @type {Map<string, string>} */
    this.typed = new Map();
    /** @type {"saved" | "saving" | "failed" | "refused"} */
    this.state = "saved";
    addEventListener("pagehide", () => this.timers.forEach((_, callId) => this.save(callId, true)));
  }

  /** What was typed, saved already or not, else what the server has. @param {string} callId @param {string} saved */
  draft(callId, saved) {
    return localStorage.getItem(KEPT + callId) ?? this.typed.get(callId) ?? saved;
  }

  /** @param {string} callId @param {string} text */
  type(callId, text) {
    localStorage.setItem(KEPT + callId, text);
    this.typed.set(callId, text);
    this.later(callId, SAVE_AFTER_MS);
    this.tell("saving");
  }

  /** Saves what an earlier page has left. */
  resume() {
    for (const key of Object.keys(localStorage)) if (key.startsWith(KEPT)) this.later(key.slice(KEPT.length), 0);
  }

  /** @param {string} callId @param {number} ms */
  later(callId, ms) {
    clearTimeout(this.timers.get(callId));
    this.timers.set(callId, setTimeout(() => this.save(callId), ms));
  }

  /** @param {string} callId @param {boolean} [leaving] */
  async save(callId, leaving = false) {
    const notes = localStorage.getItem(KEPT + callId);
    this.timers.delete(callId);
    if (notes === null) return;
    try {
      await this.api.send("PATCH", `/phone/calls/${callId}`, { notes }, { keepalive: leaving });
      if (localStorage.getItem(KEPT + callId) === notes) localStorage.removeItem(KEPT + callId);
      this.tell("saved");
    } catch (error) {
      const refused = error instanceof Refusal && error.status >= 400 && error.status < 500 && error.status !== 429 && error.status !== 401;
      if (refused) localStorage.removeItem(KEPT + callId);
      else this.later(callId, AGAIN_MS);
      this.tell(refused ? "refused" : "failed");
    }
  }

  /** @param {Notes["state"]} state */
  tell(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}

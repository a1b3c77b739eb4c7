/** Notes on a call: kept here at each key, saved while typing, so that neither reload nor crash loses them (K4). */

import { Refusal } from "./api.js";
import { kept } from "./kept.js";

const SAVE_AFTER_MS = 800;
const AGAIN_MS = 4_000;

export class Notes extends EventTarget {
  /** @param {import("./api.js").Api} api @param {string} agentId whose notes they are: the next one may use the same browser */
  constructor(api, agentId) {
    super();
    this.api = api;
    this.kept = `voice-notes-${agentId}-`;
    /** What was typed before anybody knew what the server has; it comes behind that. */
    this.added = `voice-more-notes-${agentId}-`;
    /** @type {Map<string, number>} */
    this.timers = new Map();
    /** What was typed last, by call: another call may come between. @type {Map<string, string>} */
    this.typed = new Map();
    /** Calls whose notes are on their way: one at a time, so that the newest come last. @type {Set<string>} */
    this.going = new Set();
    /** The server keeps the highest edit of a page: a request that it gets to late changes nothing any more. */
    this.edit = { page: crypto.randomUUID(), number: 0 };
    /** @type {"saved" | "saving" | "failed" | "refused"} */
    this.state = "saved";
    addEventListener("pagehide", () => this.timers.forEach((_, callId) => this.save(callId, true)));
  }

  /** The whole text as it was typed, saved already or not; null where nothing was. @param {string} callId */
  draft(callId) {
    return kept.getItem(this.kept + callId) ?? this.typed.get(callId) ?? null;
  }

  /** What was typed before it was known what the server has. @param {string} callId */
  more(callId) {
    return kept.getItem(this.added + callId);
  }

  /** @param {string} callId @param {string} text @param {boolean} isWhole whether what the server has is in it, or gone from it */
  type(callId, text, isWhole) {
    this.tell("saving");
    kept.setItem((isWhole ? this.kept : this.added) + callId, text);
    if (!isWhole) return;
    this.typed.set(callId, text);
    this.later(callId, SAVE_AFTER_MS);
  }

  /** The whole text, now that it is known what the server has. @param {string} callId @param {string} saved */
  whole(callId, saved) {
    const more = this.more(callId);
    if (more === null) return this.draft(callId) ?? saved;
    const text = [saved, more].filter(Boolean).join("\n");
    this.type(callId, text, true);
    kept.removeItem(this.added + callId);
    return text;
  }

  /** Saves what an earlier page has left. */
  resume() {
    for (const key of kept.keys()) {
      if (key.startsWith(this.kept)) this.later(key.slice(this.kept.length), 0);
      if (key.startsWith(this.added)) this.complete(key.slice(this.added.length));
    }
  }

  /** @param {string} callId */
  async complete(callId) {
    try {
      const { notes } = await this.api.get(`/phone/calls/${callId}`);
      this.whole(callId, notes ?? "");
    } catch (error) {
      if (isRefused(error)) kept.removeItem(this.added + callId);
      else setTimeout(() => this.complete(callId), AGAIN_MS);
    }
  }

  /** @param {string} callId @param {number} ms */
  later(callId, ms) {
    clearTimeout(this.timers.get(callId));
    this.timers.set(callId, setTimeout(() => this.save(callId), ms));
  }

  /** @param {string} callId @param {boolean} [leaving] */
  async save(callId, leaving = false) {
    const notes = kept.getItem(this.kept + callId);
    this.timers.delete(callId);
    if (notes === null || (this.going.has(callId) && !leaving)) return;
    this.going.add(callId);
    this.edit.number += 1;
    try {
      await this.api.send("PATCH", `/phone/calls/${callId}`, { notes, edit: { ...this.edit } }, { keepalive: leaving });
      const isNewest = kept.getItem(this.kept + callId) === notes;
      if (isNewest) kept.removeItem(this.kept + callId);
      else if (!this.timers.has(callId)) this.later(callId, 0);
      this.tell(isNewest ? "saved" : "saving");
    } catch (error) {
      const refused = isRefused(error);
      if (refused) kept.removeItem(this.kept + callId);
      else this.later(callId, AGAIN_MS);
      this.tell(refused ? "refused" : "failed");
    } finally {
      this.going.delete(callId);
    }
  }

  /** @param {Notes["state"]} state */
  tell(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}

/** Whether trying again cannot help. @param {unknown} error */
const isRefused = (error) => error instanceof Refusal && error.status >= 400 && error.status < 500 && error.status !== 429 && error.status !== 401;

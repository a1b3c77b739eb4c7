/** Pages of Dynamics on which nothing is recorded, as where card numbers are typed (K9): the administrator names them. */

import { keptInTab } from "./kept.js";

const KEPT = "unrecorded-pages";

export class UnrecordedPages {
  /**
   * @param {string[]} names parts of the addresses of such pages, as `etn=invoice`; an empty one is every page
   * @param {(call: import("./calls.js").Call, paused: boolean) => Promise<boolean>} pause says whether it is done
   * @param {Pick<Storage, "getItem" | "setItem">} [storage] what is known outlives a reload of the phone
   */
  constructor(names, pause, storage = keptInTab) {
    this.names = names.map((name) => name.toLowerCase());
    this.pause = pause;
    this.storage = storage;
    const { isThere = false, paused = [] } = JSON.parse(storage.getItem(KEPT) ?? "{}");
    this.isThere = isThere || this.names.includes("");
    /** Calls whose recording the page pauses, those that a person resumed meanwhile too: their choice stands. @type {Set<string>} */
    this.paused = new Set(paused);
    /** Calls of which an answer is awaited. @type {Set<string>} */
    this.asking = new Set();
  }

  /** What the framework reports when another page is open: its address, plain or as `{value}`. @param {any} told @param {import("./calls.js").Call[]} calls */
  navigated(told, calls) {
    const address = decoded(told).toLowerCase();
    this.isThere = this.names.some((name) => address.includes(name));
    this.follow(calls);
  }

  /** Pauses what is recorded while such a page is open, and goes on after it with what nobody else has paused. @param {import("./calls.js").Call[]} calls */
  follow(calls) {
    for (const call of calls.filter((one) => one.recording && !this.asking.has(one.callId))) {
      const isOurs = this.paused.has(call.callId);
      if (this.isThere && !isOurs && !call.recording?.paused) this.ask(call, true);
      if (!this.isThere && isOurs && call.recording?.paused) this.ask(call, false);
      else if (!this.isThere) this.paused.delete(call.callId);
    }
    this.keep();
  }

  /** What cannot be done now is tried again at the next change; where the agent has gone on meanwhile is seen afterwards. @param {import("./calls.js").Call} call @param {boolean} paused */
  async ask(call, paused) {
    this.asking.add(call.callId);
    this.paused.add(call.callId);
    const done = await this.pause(call, paused);
    this.asking.delete(call.callId);
    if (done !== paused) this.paused.delete(call.callId);
    if (done) this.follow([{ ...call, recording: { paused } }]);
    else this.keep();
  }

  keep() {
    this.storage.setItem(KEPT, JSON.stringify({ isThere: this.isThere, paused: [...this.paused] }));
  }
}

/** @param {any} told @returns {string} */
function decoded(told) {
  const data = typeof told === "string" && told.startsWith("{") ? JSON.parse(told) : told;
  const address = String(data?.value ?? data ?? "");
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}

/**
 * Reports the calls that the agent talks in here, so that Omnichannel leaves the agent alone although another notice was
 * lost, and no longer than the phone lives (E3).
 */

import { elapsed } from "./clock.js";

const EVERY_MS = 7_500;

export class Heartbeats {
  /** @param {import("./api.js").Api} api */
  constructor(api) {
    this.api = api;
    /** When each was told of last. @type {Map<string, number>} */
    this.told = new Map();
  }

  /** @param {import("./calls.js").Call[]} calls those that are talked in here now */
  follow(calls) {
    for (const { callId, sequence } of calls) {
      if (elapsed() - (this.told.get(callId) ?? -EVERY_MS) < EVERY_MS) continue;
      this.told.set(callId, elapsed());
      this.tell(callId, { sequence }).catch(() => {}); // the next one follows
    }
  }

  /** @param {import("./calls.js").Call} call one that is over */
  end({ callId, sequence }) {
    if (!this.told.delete(callId)) return;
    this.api.insist(() => this.tell(callId, { sequence, ended: true })).catch(() => {}); // the silence tells it, too
  }

  /** @param {string} callId @param {{sequence: number, ended?: boolean}} news */
  tell(callId, news) {
    return this.api.post(`/phone/calls/${callId}/heartbeat`, news);
  }
}

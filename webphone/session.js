/** The agent's primary session: claimed, kept alive, given back (A4). */

import { Refusal } from "./api.js";
import { elapsed, learn } from "./clock.js";
import { kept, keptInTab } from "./kept.js";

const HEARTBEAT_MS = 8_000;
const SLACK_MS = 500;
const KEPT = "voice-phone-session";
const LOCK = "voice-phone";

export class Session {
  /**
   * @param {import("./api.js").Api} api
   * @param {() => void} lost told when another phone has taken over
   */
  constructor(api, lost) {
    /** Whether leaving the page gives the phone back at once: not while there are calls, which a reload takes up again. */
    this.isIdle = () => true;
    /** The server has a newer page. */
    this.upgraded = () => {};
    /** Dynamics is somebody else's. */
    this.foreign = () => {};
    this.api = api;
    this.lost = lost;
    /** @type {any} */
    this.opened = null;
    this.beaten = 0;
    /** Without a microphone nobody is to be rung. */
    this.canAnswer = true;
    /** Who has Dynamics open around the phone; empty where nobody says so. */
    this.dynamicsUser = "";
    /** This page's own: a copy of the tab has the same session, and must not lose it to the end of this one. */
    this.claim = crypto.randomUUID();
    addEventListener("pagehide", (event) => {
      if (event.persisted || !this.api.sessionId) return;
      if (this.isIdle()) this.released({ keepalive: true }).catch(() => {});
    });
  }

  /**
   * Waits until no other tab of this browser has the phone; `waits` is called when one has.
   * @param {() => void} waits
   */
  async lock(waits) {
    if (!navigator.locks) return;
    const taken = await new Promise((resolve) => {
      navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => {
        resolve(Boolean(lock));
        return lock ? new Promise(() => {}) : undefined;
      }).catch(() => resolve(true)); // refused where there is no storage: then the server alone keeps phones apart
    });
    if (taken) return;
    waits();
    await new Promise((resolve) => {
      navigator.locks.request(LOCK, () => {
        resolve(undefined);
        return new Promise(() => {});
      });
    });
  }

  /**
   * Claims the session; a reload claims the one it had, another tab that of the tab before it, which is gone: it has the lock. Throws a `Refusal` `phone-active-elsewhere`.
   * @param {boolean} [takeOver]
   */
  async open(takeOver = false) {
    const sessionId = keptInTab.getItem(KEPT) ?? kept.getItem(KEPT) ?? crypto.randomUUID();
    keptInTab.setItem(KEPT, sessionId);
    kept.setItem(KEPT, sessionId);
    const asked = elapsed();
    this.opened = await this.api.post("/phone/session", { sessionId, claim: this.claim, client: describe(), takeOver, canAnswer: this.canAnswer, ...(this.dynamicsUser ? { dynamicsUser: this.dynamicsUser } : {}) });
    learn(this.opened.now, asked);
    this.api.sessionId = sessionId;
    this.beaten = elapsed();
    return this.opened;
  }

  /** Gives signs of life in time with a pulse. @param {EventTarget} pulse */
  follow(pulse) {
    pulse.addEventListener("wake", () => this.beat());
    pulse.addEventListener("tick", () => elapsed() - this.beaten >= HEARTBEAT_MS - SLACK_MS && this.beat());
  }

  /** What the network swallows comes again with the next one. */
  async beat() {
    if (!this.api.sessionId) return;
    const asked = (this.beaten = elapsed());
    try {
      const answer = await this.api.put(`/phone/session/${this.api.sessionId}`, { canAnswer: this.canAnswer });
      learn(answer.now, asked);
      if (answer.page !== this.opened.page) this.upgraded();
      Object.assign(this.opened.events, answer.events);
    } catch (error) {
      if (error instanceof Refusal && error.code === "phone-session-lost") this.giveUp();
    }
  }

  /** Tells at once whether there is a microphone to answer with. @param {boolean} canAnswer */
  answers(canAnswer) {
    if (canAnswer === this.canAnswer) return;
    this.canAnswer = canAnswer;
    this.beat();
  }

  /** Gives the phone back. */
  async close() {
    await this.api.insist(() => this.released()).catch(() => {});
    this.forget();
  }

  /** @param {RequestInit} [more] */
  released(more) {
    return this.api.send("DELETE", `/phone/session/${this.api.sessionId}?claim=${this.claim}`, undefined, more);
  }

  giveUp() {
    if (!this.api.sessionId) return;
    this.forget();
    this.lost();
  }

  forget() {
    keptInTab.removeItem(KEPT);
    kept.removeItem(KEPT);
    this.api.sessionId = "";
  }
}

/** What another phone of the agent is told of this one. */
function describe() {
  const agent = navigator.userAgent;
  const browser = /Edg\//.test(agent) ? "Edge" : /Firefox\//.test(agent) ? "Firefox" : /Chrom/.test(agent) ? "Chrome" : "Safari";
  const system = /Windows/.test(agent) ? "Windows" : /Mac/.test(agent) ? "macOS" : /Android/.test(agent) ? "Android" : "Linux";
  return `${browser}, ${system}`;
}

/**
 * Omnichannel's side of the agent's status where only the phone reaches it (CIF 2): reports what it shows, sets what is
 * wanted, reports what could not be set. The state machine is the server's (E1-E5). Events of the framework only make it
 * faster: whatever is lost, by either side, the next check finds.
 */

import { elapsed } from "./clock.js";

const LOOK_EVERY_MS = 5_000;
/** Where Omnichannel is the server's part: how often it is asked whether that is still so. */
const ASK_EVERY_MS = 60_000;
const AGAIN_AFTER_MS = 30_000;
/** So long the framework may show what was before a change that is reported already. */
const SURE_AFTER_MS = 4_000;
const FAILED = "FAILED";

export class Omnichannel {
  /**
   * @param {{getPresence: () => Promise<string>, setPresence: (text: string) => Promise<boolean>,
   *   addHandler: (name: string, handler: (data: any) => void) => void}} framework
   * @param {{get: (path: string) => Promise<any>, post: (path: string, body: unknown) => Promise<any>}} api
   * @param {() => number} [now] milliseconds
   */
  constructor(framework, api, now = elapsed) {
    this.framework = framework;
    this.api = api;
    this.now = now;
    /** What was set or reported a moment ago, which is not done again at once. @type {Map<string, number>} */
    this.recent = new Map();
    /** What is shown although the server knows otherwise, and since when. @type {{text: string, since: number} | null} */
    this.doubt = null;
    this.working = Promise.resolve();
    /** Whether it is the phone's part at all: a setting, which may change. */
    this.isOurs = false;
    this.askedAt = 0;
    this.isStopped = false;
  }

  /** Follows both sides from now on. */
  start() {
    this.framework.addHandler("onPresenceChange", (data) => this.report(data));
    this.looking = setInterval(() => (this.isOurs || this.now() - this.askedAt >= ASK_EVERY_MS) && this.look(), LOOK_EVERY_MS);
    return this.look();
  }

  /** Another phone does it from now on. */
  stop() {
    clearInterval(this.looking);
    this.isStopped = true;
  }

  /** Asks whether something is wanted, as after a ring or the end of a call, and reports what the server has missed. */
  look() {
    return this.queue(async () => {
      this.askedAt = this.now();
      await this.follow(await this.api.get("/phone/availability"));
    });
  }

  /** What the framework reports: an object or its JSON, whole or with the id alone. @param {any} data */
  report(data) {
    const told = typeof data === "string" ? JSON.parse(data) : data;
    const { presenceId, basePresenceStatus, presenceText } = told?.presenceInfo ?? told ?? {};
    if (!presenceId) return Promise.resolve();
    const body = { presenceId, ...(basePresenceStatus && { baseStatus: basePresenceStatus }), ...(presenceText && { text: presenceText }) };
    return this.queue(async () => {
      this.doubt = null;
      if (this.isOurs) await this.set(await this.api.post("/phone/presence", body));
    });
  }

  /** Tells what Omnichannel shows where the server thinks otherwise, then sets what is wanted. @param {any} answer */
  async follow(answer) {
    this.isOurs = answer.byPhone;
    document.body.dataset.omnichannel = this.isOurs ? "mirrored" : "";
    if (!this.isOurs) return;
    const text = await this.framework.getPresence().catch(() => FAILED);
    const isMissed = this.isMissed(text, answer.omnichannel?.text) && !this.isRecent(`text ${text}`);
    const told = isMissed ? await this.api.post("/phone/presence", { text }) : answer;
    if (isMissed) this.recent.set(`text ${text}`, this.now());
    await this.set(told);
  }

  /** Whether the server has missed what is shown, and not only the framework lags behind. @param {string} text @param {string} [known] */
  isMissed(text, known) {
    if (!text || text === FAILED || text === known) this.doubt = null;
    else if (!known) return true;
    else if (this.doubt?.text !== text) this.doubt = { text, since: this.now() };
    return this.doubt !== null && this.now() - this.doubt.since >= SURE_AFTER_MS;
  }

  /** Sets what is wanted, by its exact text; says so when that cannot be. @param {any} answer */
  async set({ wanted }) {
    if (!wanted) return;
    const { presenceId, text, cause } = wanted;
    if (this.isRecent(`${cause} ${text}`)) return;
    const done = await this.framework.setPresence(text).catch(() => false);
    this.doubt = null;
    await this.api.post("/phone/presence", done === true ? { presenceId, text } : { cause, failed: true });
    this.recent.set(`${cause} ${text}`, this.now());
  }

  /** Whether this was done a moment ago: until the server knows, its answers are as before. @param {string} what */
  isRecent(what) {
    const now = this.now();
    for (const [one, at] of this.recent) if (now - at >= AGAIN_AFTER_MS) this.recent.delete(one);
    return this.recent.has(what);
  }

  /** One after another, so that answers are followed in order. @param {() => Promise<void>} work */
  queue(work) {
    this.working = this.working.then(() => (this.isStopped ? undefined : work())).catch(() => {});
    return this.working;
  }
}

/**
 * Omnichannel's side of the agent's status where only the phone reaches it (CIF 2): tells what it shows, sets what is
 * wanted, tells what could not be set. The state machine is the server's (E1-E5).
 */

const LOOK_EVERY_MS = 5_000;
const AGAIN_AFTER_MS = 30_000;

export class Omnichannel {
  /**
   * @param {{setPresence: (text: string) => Promise<boolean>,
   *   addHandler: (name: string, handler: (data: any) => void) => void}} framework
   * @param {{get: (path: string) => Promise<any>, post: (path: string, body: unknown) => Promise<any>}} api
   */
  constructor(framework, api) {
    this.framework = framework;
    this.api = api;
    /** Causes dealt with a moment ago: until the server knows, its answers name them still. @type {Set<string>} */
    this.dealt = new Set();
    this.working = Promise.resolve();
    /** Whether it is the phone's part at all: a setting, which may change. */
    this.isOurs = false;
  }

  /** Follows both sides from now on. */
  start() {
    this.framework.addHandler("onPresenceChange", (data) => this.report(data));
    setInterval(() => this.look(), LOOK_EVERY_MS);
    this.look();
  }

  /** Asks whether something is wanted, as after a ring or the end of a call. */
  look() {
    return this.queue(async () => this.follow(await this.api.get("/phone/availability")));
  }

  /** What the framework tells: an object or its JSON, whole or with the id alone. @param {any} data */
  report(data) {
    const told = typeof data === "string" ? JSON.parse(data) : data;
    const { presenceId, basePresenceStatus, presenceText } = told?.presenceInfo ?? {};
    if (!presenceId || !basePresenceStatus) return Promise.resolve();
    const body = { presenceId, baseStatus: basePresenceStatus, text: presenceText, at: new Date().toISOString() };
    return this.queue(async () => {
      if (this.isOurs) await this.follow(await this.api.post("/phone/presence", body));
    });
  }

  /** Sets what is wanted, by its exact text; says so when that cannot be. @param {any} answer */
  async follow(answer) {
    this.isOurs = answer.byPhone;
    document.body.dataset.omnichannel = this.isOurs ? "mirrored" : "";
    const { wanted } = answer;
    if (!wanted || this.dealt.has(wanted.cause)) return;
    this.dealt.add(wanted.cause);
    setTimeout(() => this.dealt.delete(wanted.cause), AGAIN_AFTER_MS);
    const done = await this.framework.setPresence(wanted.text).catch(() => false);
    if (done !== true) await this.api.post("/phone/presence", { cause: wanted.cause, failed: true });
  }

  /** One after another, so that answers are followed in order. @param {() => Promise<void>} work */
  queue(work) {
    this.working = this.working.then(work).catch(() => {});
    return this.working;
  }
}

/** The state of the phone as it changes: server-sent events, else long polls of the Functions app. */

import { Refusal } from "./api.js";
import { elapsed } from "./clock.js";

const SILENT_MS = 15_000;
/** So long after a stream that brought nothing it is polled: something on the way may hold streams back. */
const POLLS_MS = 60_000;
const PAUSES_MS = [200, 500, 1_000, 2_000, 5_000];

export class StateStream {
  /**
   * @param {import("./api.js").Api} api
   * @param {import("./session.js").Session} session
   * @param {{state: (document: any) => void, connected: (connected: boolean) => void}} told
   */
  constructor(api, session, told) {
    this.api = api;
    this.session = session;
    this.told = told;
    this.version = "";
    this.pollUntil = 0;
    this.isHurried = false;
    this.stopped = new AbortController();
    /** Ends what goes on, so that the next try begins at once. */
    this.cut = new AbortController();
  }

  /** Until stopped. Both ways give whole states, so that either may be late. */
  async run() {
    let failures = 0;
    while (!this.stopped.signal.aborted) {
      this.cut = new AbortController();
      this.isHurried = false;
      const polls = failures % 2 === 1 || elapsed() < this.pollUntil;
      try {
        await (polls ? this.poll() : this.events());
        failures = 0;
      } catch (error) {
        if (this.stopped.signal.aborted) return;
        if (this.isHurried) continue;
        if (error instanceof Refusal && error.code === "phone-session-lost") return this.session.giveUp();
        failures += 1;
        if (failures > 1) this.told.connected(false);
        await this.pause(PAUSES_MS[Math.min(failures, PAUSES_MS.length) - 1]);
      }
    }
  }

  stop() {
    this.stopped.abort();
    this.again();
  }

  /** Connects again at once: after sleep the old connection may be dead without anybody knowing. */
  again() {
    this.isHurried = true;
    this.cut.abort();
  }

  /** Server-sent events (HTML, section 9.2), read with fetch so that the ticket is a header. */
  async events() {
    const { url, ticket } = this.session.opened.events;
    let [opened, heard] = [false, false];
    const silence = () => {
      if (opened && !heard) this.pollUntil = elapsed() + POLLS_MS;
      this.cut.abort();
    };
    let timer = setTimeout(silence, SILENT_MS);
    try {
      const headers = { Authorization: `Bearer ${ticket}`, ...(this.version ? { "Last-Event-ID": this.version } : {}) };
      const answer = await fetch(url, { headers, signal: this.cut.signal, cache: "no-store" });
      if (!answer.ok || !answer.body) throw new Refusal(answer.status, null);
      opened = true;
      this.told.connected(true);
      let text = "";
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) throw new Refusal(0, null);
        clearTimeout(timer);
        heard = true;
        timer = setTimeout(silence, SILENT_MS);
        const parts = (text + value).split("\n\n");
        text = parts.pop() ?? "";
        for (const part of parts) this.take(part);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** One event; comments only say that the stream is alive. @param {string} event */
  take(event) {
    const data = event.split("\n").find((line) => line.startsWith("data: "));
    if (data) this.show(JSON.parse(data.slice(6)));
  }

  /** A long poll: the truth where no stream can be had. */
  async poll() {
    /** @type {Record<string, string>} */
    const headers = this.version ? { "If-None-Match": `"${this.version}"` } : {};
    const options = { headers, signal: AbortSignal.any([AbortSignal.timeout(35_000), this.cut.signal]) };
    const document = await this.api.send("GET", `/phone/session/${this.api.sessionId}/state`, undefined, options);
    this.told.connected(true);
    if (document) this.show(document);
  }

  /** @param {any} document */
  show(document) {
    this.version = document.version;
    this.told.state(document);
  }

  /** Until then, or until it shall go on at once. @param {number} ms */
  async pause(ms) {
    this.cut = new AbortController();
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.cut.signal.addEventListener("abort", () => (clearTimeout(timer), resolve(undefined)));
    });
  }
}

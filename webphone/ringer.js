/** Rings: a sound, and a notification while nobody looks. Made here, so that no file has to be loaded first. */

import { t } from "./strings.js";

const PITCHES_HZ = [440, 554];
const SOUNDING_S = /** @type {[number, number][]} */ ([[0, 0.4], [0.6, 1.0]]);
const LENGTH_S = 3;
const LOUDNESS = 0.11;
const EDGE_S = 0.03;
const STARTS_WITHIN_MS = 3_000;
const NAMED_WITHIN_MS = 700;

export class Ringer extends EventTarget {
  /** @param {import("./devices.js").Devices} devices */
  constructor(devices) {
    super();
    this.devices = devices;
    /** @type {AudioContext | null} */
    this.context = null;
    this.isRinging = false;
    /** Who the notice names. */
    this.noticed = "";
    /** @type {Notification | null} */
    this.notification = null;
  }

  /** @param {string} who @param {boolean} isKnown whether more will not become known; a notice waits a moment for that */
  ring(who, isKnown) {
    if (isKnown) this.notify(who);
    if (this.isRinging) return;
    this.isRinging = true;
    if (!isKnown) this.late = setTimeout(() => this.notify(who), NAMED_WITHIN_MS);
    this.sound();
  }

  stop() {
    this.isRinging = false;
    this.noticed = "";
    clearTimeout(this.late);
    this.notification?.close();
    this.notification = null;
    this.context?.close();
    this.context = null;
  }

  /** The sound goes on by itself: the timers of a page that nobody looks at are slow. @param {boolean} [loop] */
  async sound(loop = true) {
    this.context?.close();
    const context = (this.context = new AudioContext());
    this.watch(context);
    await /** @type {any} */ (context).setSinkId?.(this.devices.chosen.ringer).catch(() => {});
    if (context.state === "closed") return;
    const source = new AudioBufferSourceNode(context, { buffer: melody(context), loop });
    source.connect(context.destination);
    source.start();
  }

  /** Before anybody rings: whether the browser will let it be heard. */
  async check() {
    const context = new AudioContext();
    await this.watch(context);
    context.close();
  }

  /** Says whether the browser keeps it silent; a device that needs its time to start is no blocked sound. @param {AudioContext} context */
  async watch(context) {
    const running = context.resume().then(() => this.dispatchEvent(new Event("heard")));
    const late = new Promise((resolve) => setTimeout(resolve, STARTS_WITHIN_MS));
    await Promise.race([running.catch(() => {}), late]);
    const mayBe = context.state === "running" || context.state === "closed" || navigator.userActivation?.hasBeenActive;
    if (!mayBe) this.dispatchEvent(new Event("blocked"));
  }

  /** @param {string} who */
  notify(who) {
    clearTimeout(this.late);
    if (who === this.noticed) return;
    this.noticed = who;
    const isSeen = document.visibilityState === "visible" && (document.hasFocus() || window.top !== window);
    if (isSeen || globalThis.Notification?.permission !== "granted") return;
    this.notification = new Notification(t("ring.title"), { body: who, tag: "voice-ring", requireInteraction: true });
    this.notification.onclick = () => window.focus();
  }
}

/** Two short tones and a pause. @param {AudioContext} context */
function melody(context) {
  const rate = context.sampleRate;
  const buffer = context.createBuffer(1, rate * LENGTH_S, rate);
  const samples = buffer.getChannelData(0);
  for (const [from_s, to_s] of SOUNDING_S) {
    for (let at = Math.round(from_s * rate); at < to_s * rate; at++) {
      const edge = Math.min(1, (at / rate - from_s) / EDGE_S, (to_s - at / rate) / EDGE_S);
      samples[at] = edge * LOUDNESS * PITCHES_HZ.reduce((sum, pitch_hz) => sum + Math.sin((2 * Math.PI * pitch_hz * at) / rate), 0);
    }
  }
  return buffer;
}

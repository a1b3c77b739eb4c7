/** Rings: a sound, and a notification while the page is hidden. Made here, so that no file has to be loaded first. */

import { t } from "./strings.js";

const PATTERN_S = [0, 0.4, 0.6, 1.0];
const EVERY_MS = 3_000;

export class Ringer extends EventTarget {
  /** @param {import("./devices.js").Devices} devices */
  constructor(devices) {
    super();
    this.devices = devices;
    /** @type {AudioContext | null} */
    this.context = null;
    this.timer = 0;
    /** @type {Notification | null} */
    this.notification = null;
  }

  /** @param {string} who */
  async ring(who) {
    if (this.timer) return;
    this.timer = setInterval(() => this.sound(), EVERY_MS);
    this.notify(who);
    await this.sound();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = 0;
    this.notification?.close();
    this.notification = null;
    this.context?.close();
    this.context = null;
  }

  async sound() {
    const context = (this.context ??= new AudioContext());
    await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, 200))]);
    if (context.state !== "running") return void this.dispatchEvent(new Event("blocked"));
    /** @type {any} */ (context).setSinkId?.(this.devices.chosen.ringer).catch(() => {});
    const now = context.currentTime;
    const loudness = context.createGain();
    loudness.gain.value = 0;
    loudness.connect(context.destination);
    for (let at = 0; at < PATTERN_S.length; at += 2) {
      loudness.gain.setTargetAtTime(0.2, now + PATTERN_S[at], 0.02);
      loudness.gain.setTargetAtTime(0, now + PATTERN_S[at + 1], 0.03);
    }
    for (const pitch_hz of [440, 554]) {
      const tone = new OscillatorNode(context, { frequency: pitch_hz });
      tone.connect(loudness);
      tone.start(now);
      tone.stop(now + 1.3);
    }
  }

  /** @param {string} who */
  notify(who) {
    if (document.visibilityState === "visible" || globalThis.Notification?.permission !== "granted") return;
    this.notification = new Notification(t("ring.title"), { body: who, tag: "voice-ring", requireInteraction: true });
    this.notification.onclick = () => window.focus();
  }
}

/** Asks to show notifications; must come from a click. */
export function allowNotifications() {
  if (globalThis.Notification?.permission === "default") Notification.requestPermission();
}

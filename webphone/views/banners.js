/** What the agent has to know or do, above everything else. */

import { el } from "../dom.js";
import { t } from "../strings.js";

const TOLD_MS = 6_000;

export class Banners {
  constructor() {
    this.root = el("div", { class: "banners", role: "region", "aria-live": "polite" });
    /** @type {Map<string, HTMLElement>} */
    this.shown = new Map();
  }

  /** @param {import("../devices.js").NoMicrophone | null} fault @param {() => void} again */
  microphone(fault, again) {
    if (fault) this.set("microphone", t(`mic.${fault.reason}`), "alert", t("mic.again"), again);
    else this.clear("microphone");
  }

  /** @param {() => void} allow */
  soundBlocked(allow) {
    this.set("sound", t("sound.blocked"), "alert", t("sound.allow"), () => {
      this.clear("sound");
      allow();
    });
  }

  /** @param {boolean} connected */
  connection(connected) {
    if (connected) this.clear("connection");
    else this.set("connection", t("connection.lost"), "status");
  }

  /** For a moment. @param {string} text */
  tell(text) {
    this.set("told", text, "alert");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.clear("told"), TOLD_MS);
  }

  /** @param {string} name @param {string} text @param {string} role @param {string} [action] @param {() => void} [onclick] */
  set(name, text, role, action, onclick) {
    if (this.shown.get(name)?.dataset.text === text) return;
    this.clear(name);
    const banner = el("div", { class: `banner ${name}`, role, "data-text": text }, el("p", {}, text), action && el("button", { type: "button", onclick }, action));
    this.shown.set(name, banner);
    this.root.append(banner);
  }

  /** @param {string} name */
  clear(name) {
    this.shown.get(name)?.remove();
    this.shown.delete(name);
  }
}

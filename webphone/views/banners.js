/** What the agent has to know or do, below everything else: what can be clicked stays where it is when one comes or goes. */

import { el, focus } from "../dom.js";
import { t } from "../strings.js";

const TOLD_MS = 6_000;

export class Banners {
  constructor() {
    this.root = el("div", { class: "banners", role: "region", "aria-label": t("banners") });
    /** @type {Map<string, HTMLElement>} */
    this.shown = new Map();
  }

  /** @param {{fault: import("../devices.js").NoMicrophone | null, isAwaited: boolean}} devices @param {() => void} again */
  microphone({ fault, isAwaited }, again) {
    if (isAwaited) this.set("microphone", t("mic.awaited"), "alert");
    else if (fault) this.set("microphone", t(`mic.${fault.reason}`), "alert", [t("mic.again"), again]);
    else this.clear("microphone");
  }

  /** Any click or key lifts the browser's ban. @param {boolean} blocked @param {() => void} allow */
  sound(blocked, allow) {
    if (!blocked) this.clear("sound");
    if (!blocked || this.shown.has("sound")) return;
    const lifted = new AbortController();
    const lift = () => {
      lifted.abort();
      this.clear("sound");
      allow();
    };
    this.set("sound", t("sound.blocked"), "alert", [t("sound.allow"), lift]);
    for (const kind of ["pointerup", "keydown"]) addEventListener(kind, lift, { signal: lifted.signal, capture: true });
  }

  /** @param {() => void} allow @param {() => void} never */
  notices(allow, never) {
    const done = (/** @type {() => void} */ act) => () => (this.clear("notices"), act());
    this.set("notices", t("notices.ask"), "status", [t("notices.allow"), done(allow)], [t("notices.never"), done(never)]);
  }

  /** @param {() => void} again */
  signIn(again) {
    this.set("sign-in", t("sign-in.again"), "alert", [t("sign-in.button"), again]);
  }

  /** A newer phone is there, or a part of this one is not; calls go on over a reload. @param {"upgrade" | "part"} why */
  reload(why) {
    this.set(why, t(`reload.${why}`), "status", [t("elsewhere.reload"), () => location.reload()]);
  }

  /** @param {boolean} connected */
  connection(connected) {
    if (connected) this.clear("connection");
    else this.set("connection", t("connection.lost"), "status");
  }

  /** Whether this network lets voices through. @param {boolean} reached */
  audio(reached) {
    if (reached) this.clear("audio");
    else this.set("audio", t("audio.blocked"), "alert");
  }

  /** How well the agent is heard in the call. @param {boolean} poor */
  quality(poor) {
    if (poor) this.set("quality", t("quality.poor"), "status");
    else this.clear("quality");
  }

  /** What keeps the agent's status from being the same on both sides. @param {{side: string, code: string}[]} faults */
  mirror(faults) {
    for (const side of ["phone", "omnichannel"]) {
      const fault = faults.find((one) => one.side === side);
      if (fault) this.set(`mirror-${side}`, t(`mirror.${side}`, { code: fault.code }), "status");
      else this.clear(`mirror-${side}`);
    }
  }

  /** A call begins: what was said of an earlier one is no news of this one. */
  fresh() {
    for (const name of ["told", "choice", "audio"]) this.clear(name);
  }

  /** For a moment. @param {string} text */
  tell(text) {
    this.clear("choice");
    this.clear("told");
    this.set("told", text, "alert");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.clear("told"), TOLD_MS);
  }

  /** Until one is taken or something else is typed; the keyboard is at the first one. @param {string} text @param {...[string, () => void]} choices */
  choose(text, ...choices) {
    this.clear("told");
    this.clear("choice");
    this.set("choice", text, "alert", .../** @type {[string, () => void][]} */ (choices.map(([label, act]) => [label, () => (this.clear("choice"), act())])));
    if (!document.activeElement?.matches("textarea")) focus(this.shown.get("choice")?.querySelector("button"));
  }

  /** @param {string} name @param {string} text @param {"alert" | "status"} role @param {...[string, () => void]} actions */
  set(name, text, role, ...actions) {
    if (this.shown.get(name)?.dataset.text === text) return;
    this.clear(name);
    const buttons = actions.map(([label, onclick]) => el("button", { type: "button", onclick }, label));
    const banner = el("div", { class: "banner", role, "data-name": name, "data-text": text }, el("p", {}, text), buttons.length > 0 && el("div", { class: "buttons" }, ...buttons));
    this.shown.set(name, banner);
    this.root.append(banner);
  }

  /** @param {string} name */
  clear(name) {
    this.shown.get(name)?.remove();
    this.shown.delete(name);
  }
}

/** Devices, language, keys, and the way to Voice Center (C8). */

import { el } from "../dom.js";
import { allowNotifications } from "../ringer.js";
import { chooseLanguage, chosenLanguage, languages, t } from "../strings.js";

const USES = /** @type {["microphone" | "speaker" | "ringer", "audioinput" | "audiooutput"][]} */ ([["microphone", "audioinput"], ["speaker", "audiooutput"], ["ringer", "audiooutput"]]);
const NAMES = /** @type {Record<string, string>} */ ({ en: "English", fi: "Suomi" });

export class Settings {
  /** @param {import("../phone.js").Phone} phone */
  constructor(phone) {
    this.phone = phone;
    this.selects = USES.map(([use]) => el("select", { id: `device-${use}`, onchange: (/** @type {Event} */ event) => phone.devices.choose(use, /** @type {HTMLSelectElement} */ (event.target).value) }));
    this.meter = el("meter", { min: 0, max: 1, value: 0, "aria-label": t("settings.level") });
    const language = el("select", { id: "language", onchange: (/** @type {Event} */ event) => chooseLanguage(/** @type {HTMLSelectElement} */ (event.target).value) }, ...languages.map((one) => el("option", { value: one }, NAMES[one])));
    language.value = chosenLanguage();
    const center = phone.session.opened.settings?.voiceCenterUrl;
    this.root = el("div", { class: "settings" },
      el("h2", {}, t("settings.devices")),
      ...USES.map(([use], at) => el("div", { class: "field" }, el("label", { htmlFor: `device-${use}` }, t(`settings.${use}`)), this.selects[at])),
      el("div", { class: "field" }, el("button", { type: "button", onclick: () => this.test() }, t("settings.test")), this.meter),
      globalThis.Notification && el("div", { class: "field" }, el("button", { type: "button", onclick: allowNotifications }, t("settings.notifications"))),
      el("div", { class: "field" }, el("label", { htmlFor: "language" }, t("settings.language")), language),
      center && el("p", {}, el("a", { href: center, target: "_blank", rel: "noopener" }, t("settings.center"))),
      el("h2", {}, t("settings.shortcuts")),
      el("p", { class: "quiet" }, t("settings.shortcuts.text")));
    phone.devices.addEventListener("change", () => this.root.isConnected && this.opened());
  }

  async opened() {
    for (const [at, [use, kind]] of USES.entries()) {
      const found = await this.phone.devices.list(kind);
      this.selects[at].replaceChildren(el("option", { value: "" }, t("settings.system")), ...found.map((device) => el("option", { value: device.deviceId }, device.label || device.deviceId.slice(0, 8))));
      this.selects[at].value = this.phone.devices.chosen[use];
    }
  }

  /** Shows the level for some seconds. */
  async test() {
    try {
      const stream = await this.phone.devices.microphone();
      const context = new AudioContext();
      const analyser = context.createAnalyser();
      context.createMediaStreamSource(stream).connect(analyser);
      const samples = new Float32Array(analyser.fftSize);
      const until = performance.now() + 8_000;
      const look = () => {
        analyser.getFloatTimeDomainData(samples);
        this.meter.value = Math.min(1, Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length) * 4);
        if (performance.now() < until && this.root.isConnected) return void requestAnimationFrame(look);
        context.close();
        this.meter.value = 0;
        if (!this.phone.calls.live().length) this.phone.devices.release();
      };
      look();
    } catch (error) {
      this.phone.complain(error);
    }
  }
}

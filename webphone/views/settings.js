/** Devices, language, keys, and the way to Voice Center (C8). */

import { el } from "../dom.js";
import { allowNotices, notices } from "../notices.js";
import { chooseLanguage, chosenLanguage, languages, t } from "../strings.js";
import { areKeysUsed, SHORTCUTS, useKeys } from "./shortcuts.js";

const USES = /** @type {["microphone" | "speaker" | "ringer", "audioinput" | "audiooutput"][]} */ ([["microphone", "audioinput"], ["speaker", "audiooutput"], ["ringer", "audiooutput"]]);
/** Firefox cannot choose where the ring tone is heard. */
const CAN = USES.filter(([use]) => use === "microphone" || "setSinkId" in (use === "ringer" ? AudioContext : HTMLMediaElement).prototype);
const NAMES = /** @type {Record<string, string>} */ ({ en: "English", fi: "Suomi", sv: "Svenska" });
const HEARD_MS = 2_500;

export class Settings {
  /** @param {import("../phone.js").Phone} phone */
  constructor(phone) {
    this.phone = phone;
    this.selects = CAN.map(([use]) => el("select", { id: `device-${use}`, onchange: (/** @type {Event} */ event) => phone.devices.choose(use, /** @type {HTMLSelectElement} */ (event.target).value) }));
    this.meter = el("meter", { min: 0, max: 1, value: 0, "aria-label": t("settings.level") });
    this.notices = el("button", { type: "button", onclick: () => allowNotices().then(() => this.permission()) });
    this.language = el("select", { id: "language", onchange: () => chooseLanguage(this.language.value) }, ...languages.map((one) => el("option", { value: one }, NAMES[one])));
    this.language.value = chosenLanguage();
    this.keys = el("input", { type: "checkbox", role: "switch", id: "keys-used", checked: areKeysUsed(), onchange: () => useKeys(this.keys.checked) });
    const center = phone.session.opened.settings?.voiceCenterUrl;
    this.root = el("div", { class: "settings" },
      el("section", {}, el("h2", {}, t("settings.devices")),
        this.device(0), el("div", { class: "beside" }, el("button", { type: "button", onclick: () => this.test() }, t("settings.test")), this.meter),
        ...CAN.slice(1).map((_, at) => this.device(at + 1)), el("button", { type: "button", onclick: () => this.hear() }, t("settings.hear"))),
      el("section", {}, el("h2", {}, t("settings.general")),
        el("div", { class: "field" }, el("label", { htmlFor: "language" }, t("settings.language")), this.language),
        notices() !== "missing" && this.notices,
        center && el("a", { href: center, target: "_blank", rel: "noopener" }, t("settings.center")),
        el("button", { type: "button", onclick: () => phone.leave() }, t("settings.sign-out"))),
      el("section", {}, el("h2", {}, t("settings.shortcuts")),
        el("div", { class: "beside" }, this.keys, el("label", { htmlFor: "keys-used" }, t("settings.keys"))),
        el("dl", { class: "shortcuts" }, ...SHORTCUTS.map(([key, name]) => el("div", {}, el("dt", {}, el("kbd", {}, key)), el("dd", {}, t(`shortcut.${name}`)))))));
    phone.devices.addEventListener("change", () => this.root.isConnected && this.opened());
  }

  /** @param {number} at */
  device(at) {
    const [use] = CAN[at];
    return el("div", { class: "field" }, el("label", { htmlFor: `device-${use}` }, t(`settings.${use}`)), this.selects[at]);
  }

  permission() {
    this.notices.disabled = notices() !== "default";
    this.notices.textContent = t(`settings.notices.${notices()}`);
  }

  /** The ring tone, once. */
  async hear() {
    if (this.phone.ringer.isRinging) return;
    await this.phone.ringer.sound(false);
    setTimeout(() => !this.phone.ringer.isRinging && this.phone.ringer.stop(), HEARD_MS);
  }

  async opened() {
    this.permission();
    for (const [at, [use, kind]] of CAN.entries()) {
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
        this.phone.devices.rest();
      };
      look();
    } catch (error) {
      this.phone.complain(error);
    }
  }
}

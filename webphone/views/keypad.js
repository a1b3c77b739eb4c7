/** A number to call, and as whom (C1, C4). */

import { button, el } from "../dom.js";
import { dialled, formatNumber } from "../format.js";
import { t } from "../strings.js";
import { Dialpad } from "./dialpad.js";

export class Keypad {
  /** @param {import("../phone.js").Phone} phone */
  constructor(phone) {
    this.phone = phone;
    const { callerNumbers, number } = phone.session.opened.agent;
    this.input = el("input", { type: "tel", id: "number", inputMode: "tel", autocomplete: "off", oninput: () => this.formatted() });
    this.as = el("select", { id: "show-as" }, ...callerNumbers.map((/** @type {any} */ one) => el("option", { value: one.number }, `${one.name || t("keypad.own")} · ${formatNumber(one.number)}`)));
    this.as.value = number ?? callerNumbers[0]?.number ?? "";
    this.root = el("form", { class: "keypad", onsubmit: (/** @type {Event} */ event) => this.submit(event) },
      el("label", { htmlFor: "number", class: "unseen" }, t("keypad.number")),
      el("div", { class: "typed" }, this.input, button("erase", t("keypad.erase"), () => this.erase(), { class: "bare" })),
      new Dialpad((key) => this.press(key), t("tab.keypad")).root,
      button("call", t("keypad.call"), () => {}, { type: "submit", class: "answer" }),
      callerNumbers.length > 1 && el("div", { class: "as" }, el("label", { htmlFor: "show-as" }, t("keypad.as")), this.as));
  }

  opened() {
    if (!this.phone.calls.live().length) this.input.focus({ preventScroll: true });
  }

  /** @param {string} number */
  type(number) {
    this.input.value = formatNumber(number);
  }

  formatted() {
    const atEnd = this.input.selectionStart === this.input.value.length;
    const shown = formatNumber(this.input.value);
    if (atEnd && shown !== this.input.value) this.input.value = shown;
  }

  /** In a call the keys are pressed for the other one. @param {string} key */
  press(key) {
    this.type(this.input.value + key);
  }

  erase() {
    this.type(dialled(this.input.value).slice(0, -1));
    this.input.focus();
  }

  /** @param {Event} event */
  submit(event) {
    event.preventDefault();
    const number = dialled(this.input.value);
    if (!number) return;
    const { number: own } = this.phone.session.opened.agent;
    this.phone.dial(number, this.as.value && this.as.value !== own ? this.as.value : null);
    this.as.value = own ?? this.as.value;
    this.input.value = "";
  }
}

/** A number to call, and as whom (C1, C4). */

import { button, el, focus, show } from "../dom.js";
import { formatNumber } from "../format.js";
import { t } from "../strings.js";
import { Dialpad } from "./dialpad.js";

/** Between two digits, and nothing else: blanks of the agent's own may stand between two numbers (`112 113`). */
const GROUPS = /(?<=\d)\s(?=\d)/g;

/** @param {string} text */
const blanksOf = (text) => text.split(/\s/).length - 1;

export class Keypad {
  /** @param {import("../phone.js").Phone} phone */
  constructor(phone) {
    this.phone = phone;
    this.last = "";
    this.blanks = 0;
    this.isSpaced = false;
    const { callerNumbers, number } = phone.session.opened.agent;
    this.own = number ?? "";
    this.input = el("input", { type: "tel", id: "number", inputMode: "tel", autocomplete: "off", placeholder: t("keypad.number"), oninput: () => this.formatted() });
    this.erase = button("erase", t("keypad.erase"), () => this.shorten(), { class: "bare", "data-repeats": true });
    this.as = el("select", { id: "show-as", onchange: () => (phone.shownAs = this.as.value === this.own ? null : this.as.value) },
      ...callerNumbers.map((/** @type {any} */ one) => el("option", { value: one.number }, `${one.name || t("keypad.own")} · ${formatNumber(one.number)}`)));
    this.root = el("form", { class: "keypad", onsubmit: (/** @type {Event} */ event) => this.submit(event) },
      el("label", { htmlFor: "number", class: "unseen" }, t("keypad.number")),
      el("div", { class: "typed" }, this.input, this.erase),
      new Dialpad((key) => this.press(key), t("tab.keypad")).root,
      button("call", t("keypad.call"), () => {}, { type: "submit", class: "answer" }),
      callerNumbers.length > 1 && el("div", { class: "as" }, el("label", { htmlFor: "show-as" }, t("keypad.as")), this.as));
    this.chosen();
    this.changed();
  }

  opened() {
    const isTyping = document.activeElement?.closest("input, textarea, select");
    if (!isTyping && !this.phone.calls.live().length) focus(this.input, { preventScroll: true });
  }

  /** The choice holds for one call. */
  chosen() {
    this.as.value = this.phone.shownAs ?? this.own;
  }

  /** @param {string} number */
  dialled(number) {
    if (!number.includes(":")) this.last = number;
    this.type("");
    this.chosen();
  }

  /** @param {string} number */
  type(number) {
    if (!number) this.isSpaced = false;
    this.input.value = formatNumber(number);
    this.changed();
  }

  formatted() {
    this.isSpaced = Boolean(this.input.value.trim()) && (this.isSpaced || blanksOf(this.input.value) > this.blanks);
    const atEnd = this.input.selectionStart === this.input.value.length;
    const shown = formatNumber(this.input.value);
    if (atEnd && shown !== this.input.value.trimEnd()) this.input.value = shown; // a space may be on the way to another number
    this.changed();
  }

  changed() {
    this.blanks = blanksOf(this.input.value);
    this.phone.frame?.banners.clear("choice");
    show(this.erase, Boolean(this.input.value));
  }

  /** @param {string} key */
  press(key) {
    this.type(this.input.value + key);
  }

  shorten() {
    this.type(this.input.value.trimEnd().slice(0, -1));
    focus(this.input);
  }

  /** The server reads what is typed, or refuses it. With nothing typed the number called last comes back, as on any telephone. @param {Event} event */
  submit(event) {
    event.preventDefault();
    const typed = this.input.value.trim();
    if (typed) this.phone.dial(this.isSpaced ? typed : typed.replace(GROUPS, ""));
    else this.again();
  }

  again() {
    this.isSpaced = /\s/.test(this.last);
    this.type(this.last);
  }
}

/** Twelve keys, as on any telephone; holding zero is a plus. */

import { el } from "../dom.js";

const KEYS = [["1", ""], ["2", "ABC"], ["3", "DEF"], ["4", "GHI"], ["5", "JKL"], ["6", "MNO"], ["7", "PQRS"], ["8", "TUV"], ["9", "WXYZ"], ["*", ""], ["0", "+"], ["#", ""]];
const HOLD_MS = 500;

export class Dialpad {
  /** @param {(key: string) => void} pressed @param {string} label @param {boolean} [hasPlus] */
  constructor(pressed, label, hasPlus = true) {
    this.pressed = pressed;
    this.heldSince = 0;
    const keys = KEYS.map(([key, letters]) => (letters === "+" ? this.zero(hasPlus) : this.key(key, letters)));
    this.root = el("div", { class: "dialpad", role: "group", "aria-label": label }, ...keys);
  }

  /** @param {string} key @param {string} letters */
  key(key, letters) {
    return el("button", { type: "button", "data-repeats": true, "aria-label": key, onclick: () => this.pressed(key) }, el("span", {}, key), el("small", { "aria-hidden": "true" }, letters));
  }

  /** @param {boolean} hasPlus */
  zero(hasPlus) {
    const down = () => (this.heldSince = performance.now());
    const isHeld = (/** @type {MouseEvent} */ event) => hasPlus && event.detail > 0 && performance.now() - this.heldSince > HOLD_MS;
    return el("button", { type: "button", "data-repeats": true, "aria-label": "0", onpointerdown: down, onclick: (/** @type {MouseEvent} */ event) => this.pressed(isHeld(event) ? "+" : "0") },
      el("span", {}, "0"), el("small", { "aria-hidden": "true" }, hasPlus ? "+" : ""));
  }
}

/** Twelve keys, as on any telephone. */

import { el } from "../dom.js";

const KEYS = [["1", ""], ["2", "ABC"], ["3", "DEF"], ["4", "GHI"], ["5", "JKL"], ["6", "MNO"], ["7", "PQRS"], ["8", "TUV"], ["9", "WXYZ"], ["*", ""], ["0", "+"], ["#", ""]];

export class Dialpad {
  /** @param {(key: string) => void} pressed @param {string} label */
  constructor(pressed, label) {
    this.root = el("div", { class: "dialpad", role: "group", "aria-label": label }, ...KEYS.map(([key, letters]) =>
      el("button", { type: "button", "aria-label": key, onclick: () => pressed(key) }, el("span", {}, key), el("small", { "aria-hidden": "true" }, letters))));
  }
}

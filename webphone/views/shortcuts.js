/** Keys for the whole phone; digits only where nothing is being typed. */

import { kept } from "../kept.js";

/** What they are for, as the settings show it. @type {[string, string][]} */
export const SHORTCUTS = [["Enter", "answer"], ["Esc", "decline"], ["M", "mute"], ["H", "hold"], ["0–9 * #", "keys"]];

const OFF = "voice.keys.off";

/** Whether keys without a modifier command a call: some input methods press them by themselves (WCAG 2.1.4). */
export const areKeysUsed = () => !kept.getItem(OFF);

/** @param {boolean} used */
export function useKeys(used) {
  if (used) kept.removeItem(OFF);
  else kept.setItem(OFF, "1");
}

export class Shortcuts {
  /** @param {import("../phone.js").Phone} phone @param {import("./call.js").CallView} view */
  constructor(phone, view) {
    this.phone = phone;
    this.view = view;
    document.addEventListener("keydown", (event) => {
      if (event.repeat && event.key === "Enter" && isOnce(event)) event.preventDefault();
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
      if (this.pressed(event)) event.preventDefault();
    });
  }

  /** @param {KeyboardEvent} event @returns {boolean} whether it meant something */
  pressed(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const isTyped = Boolean(target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]"));
    const { calls } = this.phone;
    const [ringing, current] = [calls.ringing(), calls.current()];
    if (ringing && this.ringing(ringing, event.key, target, isTyped)) return true;
    return Boolean(current) && !isTyped && areKeysUsed() && this.talking(/** @type {any} */ (current), event.key);
  }

  /** Enter on another button presses that one; Escape in a field is the field's. @param {import("../calls.js").Call} call @param {string} key @param {HTMLElement} target @param {boolean} isTyped */
  ringing(call, key, target, isTyped) {
    const free = !isTyped && !target.closest("button, a, summary");
    if (key === "Enter" && (free || target.closest("[data-answer]"))) this.phone.answer(call);
    else if (key === "Escape" && !isTyped) this.phone.command(call, "decline");
    else return false;
    return true;
  }

  /** @param {import("../calls.js").Call} call @param {string} key */
  talking(call, key) {
    const { calls } = this.phone;
    const letter = key.toLowerCase();
    if (letter === "m" && calls.may(call, "mute")) this.phone.toggleMute(call);
    else if (letter === "h") this.view.toggleHold(call);
    else if (/^[0-9*#]$/.test(key) && calls.may(call, "keys")) this.phone.press(call, key);
    else return false;
    return true;
  }
}

/** A key that is held presses a button once. @param {KeyboardEvent} event */
const isOnce = (event) => Boolean(/** @type {HTMLElement} */ (event.target).closest("button:not([data-repeats])"));

/**
 * A click means what the pointer was at when it was pressed, and only what has been there for a moment: whatever comes
 * or moves under a pointer takes no click that was meant for something else.
 */

import { elapsed } from "../clock.js";

const CONTROLS = "button, a, input, select, textarea, summary, label";
const THERE_FOR_MS = 500;
/** A hand that holds a mouse still moves it so far. */
const STILL_PX = 8;

export class Steady {
  constructor() {
    this.at = [-1, -1];
    /** @type {Element | null} */
    this.under = null;
    /** When the page put something else under the pointer, and where that was. */
    this.came = { when: -Infinity, at: this.at };
    /** @type {{control: Element | null, isMeant: boolean, at: number[]} | null} */
    this.pressed = null;
    new MutationObserver(() => this.changed()).observe(document.body, { subtree: true, childList: true, attributes: true });
    addEventListener("pointermove", (event) => this.moved(event), { capture: true, passive: true });
    addEventListener("pointerdown", (event) => this.down(event), { capture: true, passive: true });
    addEventListener("click", (event) => this.click(event), { capture: true });
  }

  /** The page has changed. */
  changed() {
    const under = control(document.elementFromPoint(this.at[0], this.at[1]));
    const isSame = under === this.under || Boolean(under && this.under && under.isEqualNode(this.under));
    if (!isSame) this.came = { when: elapsed(), at: this.at };
    this.under = under;
  }

  /** @param {PointerEvent} event */
  moved(event) {
    this.at = [event.clientX, event.clientY];
    this.under = control(event.target);
    if (isApart(this.at, this.came.at)) this.came.when = -Infinity;
  }

  /** @param {PointerEvent} event */
  down(event) {
    this.moved(event);
    this.pressed = { control: this.under, isMeant: elapsed() - this.came.when > THERE_FOR_MS, at: this.at };
  }

  /** What was pressed gets the click although it has moved away since. Keys press without a pointer. @param {MouseEvent} event */
  click(event) {
    const pressed = this.pressed;
    if (!event.detail || !event.isTrusted || !pressed) return;
    this.pressed = null;
    if (event.detail > 1 && isOnce(event.target)) return stop(event);
    const isDragged = isApart(pressed.at, [event.clientX, event.clientY]);
    if (pressed.isMeant && (isDragged || control(event.target) === pressed.control)) return;
    stop(event);
    if (pressed.isMeant && pressed.control?.checkVisibility()) /** @type {HTMLElement} */ (pressed.control).click();
  }
}

/** @param {Event} event */
function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** Of a double click the second one is none, but for keys of a keypad. @param {any} target */
const isOnce = (target) => Boolean(target.closest("button:not([data-repeats]), input[role=switch]"));

/** @param {any} target */
const control = (target) => target?.closest?.(CONTROLS) ?? null;

/** @param {number[]} one @param {number[]} other */
const isApart = (one, other) => Math.hypot(one[0] - other[0], one[1] - other[1]) > STILL_PX;

/** Elements, made and changed in place so that focus and typed text stay. */

/**
 * @param {string} tag
 * @param {Record<string, any>} [properties] `on…` are listeners, `class`, `data-…`, `aria-…` and `role` attributes
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {any}
 */
export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) set(made, name, value);
  made.append(.../** @type {(Node | string)[]} */ (children.filter((child) => child !== null && child !== undefined && child !== false)));
  return made;
}

/** @param {Element} element @param {string} name @param {any} value */
export function set(element, name, value) {
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (name in element && !name.startsWith("aria") && name !== "list" && name !== "role") /** @type {any} */ (element)[name] = value;
  else if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}

/** Sets the text only where it is another: screen readers read each change aloud. @param {Element} element @param {string} text */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Moves the keyboard to an element, but never out of another document: what is typed into a form of Dynamics stays there.
 * @param {HTMLElement | null | undefined} element @param {FocusOptions} [how]
 */
export function focus(element, how) {
  if (window.top === window || document.hasFocus()) element?.focus(how);
}

/** @param {HTMLElement} element @param {boolean} shown */
export function show(element, shown) {
  element.hidden = !shown;
}

/** @param {string} name of a symbol in icons.svg */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  use.setAttribute("href", `icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/**
 * A button with an icon and a text below or beside it.
 * @param {string} name @param {string} text @param {(event: Event) => void} onclick @param {Record<string, any>} [more]
 */
export function button(name, text, onclick, more = {}) {
  return el("button", { type: "button", onclick, ...more }, icon(name), el("span", {}, text));
}

/** A list that keeps the rows it has: `make` for a new key, `update` for each. @template T */
export class Rows {
  /**
   * @param {HTMLElement} root
   * @param {(item: T) => string} key
   * @param {(item: T) => HTMLElement} make
   * @param {(row: any, item: T) => void} [update]
   */
  constructor(root, key, make, update = () => {}) {
    this.root = root;
    this.key = key;
    this.make = make;
    this.update = update;
    /** @type {Map<string, HTMLElement>} */
    this.rows = new Map();
  }

  /** @param {T[]} items */
  draw(items) {
    const wanted = new Set(items.map(this.key));
    for (const [key, row] of this.rows) {
      if (wanted.has(key)) continue;
      row.remove();
      this.rows.delete(key);
    }
    let before = /** @type {Element | null} */ (this.root.firstElementChild);
    for (const item of items) {
      const key = this.key(item);
      const row = this.rows.get(key) ?? this.make(item);
      this.rows.set(key, row);
      this.update(row, item);
      if (row === before) before = row.nextElementSibling;
      else this.root.insertBefore(row, before);
    }
  }
}

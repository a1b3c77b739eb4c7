/** Small helpers to build elements; text is always set as text. */

/**
 * @param {string} name
 * @param {Record<string, any>} [attributes] properties, or attributes for names with a dash
 * @param {...(Node|string)} children
 * @returns {HTMLElement}
 */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.includes("-")) element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children);
  return element;
}

/**
 * A table; each row is a list of cells as make() takes them.
 * @param {string[]} titles
 * @param {HTMLElement[]} lines
 */
export function table(titles, lines) {
  const heads = titles.map((title) => make("th", { scope: "col", className: numeric(title) }, title));
  return make("table", {}, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...lines));
}

/**
 * One line of a table, with each cell's title for narrow screens.
 * @param {string[]} titles
 * @param {(Node|string)[]} cells
 */
export function line(titles, cells) {
  return make(
    "tr",
    {},
    ...cells.map((cell, at) => make("td", { className: numeric(titles[at]), ...(at ? { "data-label": titles[at] } : {}) }, ...(cell === "" ? [] : [cell]))),
  );
}

const NUMBERS = ["Requests", "Attempts"];
const numeric = (title) => (NUMBERS.includes(title) ? "number" : "");

/** A moment as people read it; empty for none. */
export const when = (text) =>
  text ? new Date(text).toLocaleString([], { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }) : "";

/** Says something for a few seconds. */
export function say(text) {
  const notice = document.getElementById("notice");
  notice.textContent = text;
  setTimeout(() => notice.textContent === text && (notice.textContent = ""), 5000);
}

/** Runs what a button does and says what was refused. */
export const trying = (action) => () => action().catch((error) => say(error.message));

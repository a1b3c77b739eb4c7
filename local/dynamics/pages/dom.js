/** Small helpers to build elements; text is always set as text. */

const SVG = "http://www.w3.org/2000/svg";

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
 * A picture from icons.svg, only for the eye.
 * @param {string} name
 */
export function icon(name) {
  const picture = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/page/icons.svg#${name}`);
  picture.setAttribute("aria-hidden", "true");
  picture.setAttribute("class", "icon");
  picture.append(use);
  return picture;
}

/**
 * A button; what it does may be refused, which is said.
 * @param {string} text
 * @param {() => Promise<void>} action
 * @param {Record<string, any>} [attributes]
 * @param {string} [picture]
 */
export function button(text, action, attributes = {}, picture) {
  const element = make("button", { type: "button", ...attributes }, ...(picture ? [icon(picture)] : []), text);
  element.onclick = () => action().catch((error) => say(error.message));
  return element;
}

/**
 * A column of a table. ``kind`` are class names: number, phone, tight, lead (the first on a narrow screen), wide, action.
 * @typedef {{title: string, kind?: string}} Column
 */

/**
 * @param {Column[]} columns
 * @param {HTMLElement[]} lines
 * @param {string} caption for those who do not see it
 */
export function table(columns, lines, caption) {
  const heads = columns.map(({ title, kind = "" }) => {
    const shown = title ? [title] : [make("span", { className: "hidden" }, "Action")];
    return make("th", { scope: "col", className: kind }, ...shown);
  });
  return make(
    "table",
    {},
    make("caption", { className: "hidden" }, caption),
    make("thead", {}, make("tr", {}, ...heads)),
    make("tbody", {}, ...lines),
  );
}

/**
 * One line of a table; an empty cell is left out on a narrow screen.
 * @param {Column[]} columns
 * @param {(Node|string)[]} cells
 */
export function line(columns, cells) {
  const made = cells.map((cell, at) => {
    const { title, kind = "" } = columns[at];
    const classes = `${kind} ${cell === "" ? "blank" : ""}`.trim();
    return make("td", { className: classes, ...(kind.includes("lead") ? {} : { "data-label": title }) }, cell);
  });
  return make("tr", {}, ...made);
}

/**
 * Tells of the rows of a list, given by id, which have come since it was first drawn.
 * @returns {(ids: string[]) => Set<string>}
 */
export function newcomers() {
  /** @type {Set<string>|undefined} */
  let seen;
  return (ids) => {
    const fresh = new Set(seen ? ids.filter((id) => !seen?.has(id)) : []);
    seen = new Set([...(seen ?? []), ...ids]);
    return fresh;
  };
}

/**
 * Titles and values of a form.
 * @param {[string, Node|string|null|undefined][]} fields
 */
export function facts(fields) {
  const rows = fields.map(([title, value]) => make("div", {}, make("dt", {}, title), make("dd", {}, value || "–")));
  return make("dl", {}, ...rows);
}

/**
 * A titled part of a form.
 * @param {string} title
 * @param {...Node} content
 */
export function section(title, ...content) {
  return make("section", { className: "card" }, make("h2", {}, title), ...content);
}

/**
 * A moment: the time alone for today, the date with it otherwise, to the second for the pointer.
 * @param {string|null} text
 * @returns {Node|string}
 */
export function when(text) {
  if (!text) return "";
  const moment = new Date(text);
  /** @type {Intl.DateTimeFormatOptions} */
  const time = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
  const today = moment.toDateString() === new Date().toDateString();
  const shown = moment.toLocaleString("en-GB", today ? time : { day: "numeric", month: "short", ...time });
  return make("time", { dateTime: text, title: moment.toLocaleString("en-GB") }, shown);
}

/** @param {string} name */
export const initials = (name) => name.split(" ").map((part) => part[0]).join("").slice(0, 2);

/**
 * Somebody by name, with initials.
 * @param {string} name
 */
export function person(name) {
  if (!name) return "";
  const round = make("span", { className: "initials", "aria-hidden": "true" }, initials(name));
  return make("span", { className: "who" }, round, name);
}

/**
 * @param {string} text
 * @param {string} [tone] open or good
 */
export const badge = (text, tone = "") => make("span", { className: `badge ${tone}` }, text);

/**
 * Says something for a few seconds.
 * @param {string} text
 */
export function say(text) {
  const notice = /** @type {HTMLElement} */ (document.getElementById("notice"));
  notice.textContent = text;
  setTimeout(() => notice.textContent === text && (notice.textContent = ""), 5000);
}

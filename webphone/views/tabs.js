/** Tabs by the pattern of the ARIA Authoring Practices: one of them is in the order of Tab, arrows go to the others. */

import { el, icon } from "../dom.js";
import { t } from "../strings.js";

const STEPS = /** @type {Record<string, number>} */ ({ ArrowRight: 1, ArrowLeft: -1 });

export class Tabs {
  /** @param {[string, string, string][]} all name, picture, id of what it shows @param {(name: string) => void} open */
  constructor(all, open) {
    this.open = open;
    this.all = all.map(([name, picture, shows]) => this.tab(name, picture, shows));
    this.root = el("div", { role: "tablist", "aria-label": t("tabs"), onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event) }, ...this.all);
  }

  /** @param {string} name @param {string} picture @param {string} shows */
  tab(name, picture, shows) {
    return el("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": shows, "data-tab": name, onclick: () => this.open(name) }, icon(picture), el("span", {}, t(`tab.${name}`)));
  }

  /** @param {string} name */
  get(name) {
    return this.all.find((tab) => tab.dataset.tab === name);
  }

  /** @param {string} name */
  select(name) {
    for (const tab of this.all) {
      tab.setAttribute("aria-selected", String(tab.dataset.tab === name));
      tab.tabIndex = tab.dataset.tab === name ? 0 : -1;
    }
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const there = this.all.filter((tab) => tab.checkVisibility());
    const at = there.indexOf(/** @type {any} */ (document.activeElement));
    const to = event.key === "Home" ? 0 : event.key === "End" ? there.length - 1 : event.key in STEPS ? (at + STEPS[event.key] + there.length) % there.length : -1;
    if (at < 0 || to < 0) return;
    event.preventDefault();
    there[to].focus();
    this.open(there[to].dataset.tab);
  }
}

/** What surrounds every view: availability, banners, the call, tabs. */

import { el, icon, say, show } from "../dom.js";
import { formatNumber } from "../format.js";
import { t } from "../strings.js";
import { Availability } from "./availability.js";
import { Banners } from "./banners.js";
import { CallView } from "./call.js";
import { Directory } from "./directory.js";
import { History } from "./history.js";
import { Keypad } from "./keypad.js";
import { Pools } from "./pools.js";
import { RingView } from "./ring.js";
import { Settings } from "./settings.js";

const TABS = /** @type {[string, string][]} */ ([
  ["call", "call"],
  ["keypad", "keypad"],
  ["history", "history"],
  ["directory", "people"],
  ["pools", "pools"],
  ["settings", "settings"],
]);

export class Frame {
  /** @param {HTMLElement} root @param {import("../phone.js").Phone} phone */
  constructor(root, phone) {
    this.phone = phone;
    this.banners = new Banners();
    this.ring = new RingView(phone);
    this.call = new CallView(phone);
    /** @type {Record<string, any>} */
    this.views = {
      keypad: new Keypad(phone),
      history: new History(phone),
      directory: new Directory(phone),
      pools: new Pools(phone),
      settings: new Settings(phone),
    };
    this.badge = el("span", { class: "badge", hidden: true });
    this.tabs = TABS.map(([name, picture]) => this.tab(name, picture));
    this.live = el("p", { class: "unseen", role: "status", "aria-live": "polite" });
    this.availability = new Availability(phone);
    this.panel = el("div", { class: "panel", id: "panel", role: "tabpanel", tabIndex: -1 });
    root.replaceChildren(
      el("div", { class: "phone" },
        el("header", {}, el("h1", { class: "unseen" }, t("app.title")), el("p", { class: "agent" }, phone.session.opened.agent.name), this.availability.root),
        this.banners.root,
        this.ring.root,
        el("main", {}, this.call.root, this.panel),
        el("nav", { "aria-label": t("tabs") }, el("div", { role: "tablist", "aria-label": t("tabs") }, ...this.tabs)),
        this.live,
      ),
    );
    document.addEventListener("keydown", (event) => this.key(event));
    show(this.tabs[0], false);
    this.open("keypad");
  }

  /** @param {string} name @param {string} picture */
  tab(name, picture) {
    return el("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": "panel", "data-tab": name, onclick: () => this.open(name) },
      icon(picture), el("span", {}, t(`tab.${name}`)), name === "history" && this.badge);
  }

  /** @param {string} name "call" is there only while there is one: beside it where there is room, else alone */
  open(name) {
    document.body.dataset.view = name;
    for (const tab of this.tabs) tab.setAttribute("aria-selected", String(tab.dataset.tab === name));
    if (name === "call") return;
    this.shown = name;
    this.panel.setAttribute("aria-labelledby", `tab-${name}`);
    this.panel.replaceChildren(this.views[name].root);
    this.views[name].opened?.();
  }

  /** @param {number} count */
  missed(count) {
    show(this.badge, count > 0);
    say(this.badge, String(count));
    this.badge.setAttribute("aria-label", t("history.missed", { count }));
  }

  /** @param {string} number */
  number(number) {
    return formatNumber(number);
  }

  /** @param {import("../calls.js").Call} call */
  ended(call) {
    this.call.ended(call);
    this.views.history.changed();
  }

  draw() {
    const [ringing, current] = [this.phone.calls.ringing(), this.phone.calls.current()];
    this.ring.draw(ringing);
    this.call.draw(current);
    this.enter(Boolean(current));
    say(this.live, ringing ? `${t("ring.title")}: ${this.phone.nameOf(ringing)}` : current ? `${this.call.stateText(current)} ${this.phone.nameOf(current)}` : "");
    document.title = ringing ? `☎ ${this.phone.nameOf(ringing)}` : t("app.title");
  }

  /** The call comes to the front when it begins, what was there before when it is over. @param {boolean} inCall */
  enter(inCall) {
    if (inCall === document.body.classList.contains("in-call")) return;
    document.body.classList.toggle("in-call", inCall);
    show(this.tabs[0], inCall);
    if (inCall) this.open("call");
    else if (document.body.dataset.view === "call") this.open(this.shown ?? "keypad");
  }

  /** Keys for the whole phone; digits only where nothing is being typed. @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = /** @type {HTMLElement} */ (event.target);
    const typing = target.closest("input, textarea, select, [contenteditable]");
    const { calls } = this.phone;
    const [ringing, current] = [calls.ringing(), calls.current()];
    const pressed = event.key.toLowerCase();
    const free = !typing && !(target.closest("button, a, summary") && event.key === "Enter");
    if (ringing && event.key === "Enter" && (free || target.closest("[data-answer]"))) this.phone.answer(ringing);
    else if (ringing && event.key === "Escape") this.phone.command(ringing, "decline");
    else if (typing || !current) return;
    else if (pressed === "m" && calls.may(current, "mute")) this.phone.toggleMute(current);
    else if (pressed === "h") this.call.toggleHold(current);
    else if (/^[0-9*#]$/.test(event.key) && calls.may(current, "keys")) this.phone.press(current, event.key);
    else return;
    event.preventDefault();
  }
}

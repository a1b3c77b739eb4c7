/** What surrounds every view: availability, banners, the call and the keypad at the side, the others beside them. */

import { el, say, show } from "../dom.js";
import { formatNumber } from "../format.js";
import { t } from "../strings.js";
import { Availability } from "./availability.js";
import { Banners } from "./banners.js";
import { CallView } from "./call.js";
import { History } from "./history.js";
import { Keypad } from "./keypad.js";
import { RingView } from "./ring.js";
import { Shortcuts } from "./shortcuts.js";
import { Steady } from "./steady.js";
import { Tabs } from "./tabs.js";

const TABS = /** @type {[string, string, string][]} */ ([
  ["call", "call", "panel-call"],
  ["keypad", "keypad", "panel-keypad"],
  ["history", "history", "panel"],
  ["directory", "people", "panel"],
  ["pools", "pools", "panel"],
  ["settings", "settings", "panel"],
]);
/** Those that are loaded when they are wanted: they are not needed for a call. @type {Record<string, (phone: any) => Promise<any>>} */
const LATER = {
  directory: async (phone) => new (await import("./directory.js")).Directory(phone),
  pools: async (phone) => new (await import("./pools.js")).Pools(phone),
  settings: async (phone) => new (await import("./settings.js")).Settings(phone),
};
/** Those at the side where there is room for two columns; on a narrow phone each view has the place for itself. */
const AT_SIDE = new Set(["call", "keypad"]);
const FIRST_BESIDE = "directory";

export class Frame {
  /** @param {HTMLElement} root @param {import("../phone.js").Phone} phone */
  constructor(root, phone) {
    this.phone = phone;
    this.wide = matchMedia("(min-width: 760px)");
    this.banners = new Banners();
    this.ring = new RingView(phone);
    this.call = new CallView(phone);
    this.keypad = new Keypad(phone);
    this.availability = new Availability(phone);
    /** @type {Record<string, any>} */
    this.views = { history: new History(phone), keypad: this.keypad };
    this.tabs = new Tabs(TABS, (name) => this.open(name));
    this.badge = el("span", { class: "badge", hidden: true });
    this.tabs.get("history").append(this.badge);
    this.live = el("p", { class: "unseen", role: "status", "aria-live": "polite" });
    this.panel = el("div", { class: "panel", id: "panel", role: "tabpanel", tabIndex: -1 });
    this.beside = "";
    root.replaceChildren(this.drawn());
    new Shortcuts(phone, this.call);
    new Steady();
    this.wide.addEventListener("change", () => this.resized());
    show(this.tabs.get("call"), false);
    this.inCall = false;
  }

  drawn() {
    const { name, number } = this.phone.session.opened.agent;
    const who = el("div", { class: "agent" }, el("p", { class: "name" }, name), number && el("p", { class: "quiet" }, formatNumber(number)));
    this.keys = el("div", { class: "keys", id: "panel-keypad", role: "tabpanel", "aria-labelledby": "tab-keypad" }, this.keypad.root);
    return el("div", { class: "phone" },
      el("header", {}, el("h1", { class: "unseen" }, t("app.title")), who, this.availability.root),
      el("div", { class: "stage" }, el("main", {}, el("div", { class: "side" }, this.call.root, this.keys), this.panel), this.ring.root),
      this.banners.root,
      el("nav", { "aria-label": t("tabs") }, this.tabs.root),
      this.live,
    );
  }

  /** @param {string} name "call" is there only while there is one */
  open(name) {
    document.body.dataset.view = name;
    const side = this.isAtSide(name);
    if (!side || (!this.beside && this.wide.matches)) this.show(side ? FIRST_BESIDE : name, !side);
    this.select(name);
    if (name === "keypad") this.keypad.opened();
  }

  /** In a call the side is the call's: the keypad, to call somebody else meanwhile, stands beside it. @param {string} name */
  isAtSide(name) {
    return AT_SIDE.has(name) && !(name === "keypad" && this.inCall && this.wide.matches);
  }

  /** @param {string} name */
  select(name) {
    this.tabs.select(this.isAtSide(name) && this.wide.matches ? this.beside : name);
  }

  resized() {
    if (this.beside === "keypad") this.beside = "";
    if (this.wide.matches && !this.beside) this.show(FIRST_BESIDE, false);
    else if (this.wide.matches) this.views[this.beside]?.opened?.(false);
    this.select(document.body.dataset.view ?? "keypad");
  }

  /** @param {string} name @param {boolean} chosen by the agent, who may want to type there */
  async show(name, chosen) {
    this.beside = name;
    this.panel.setAttribute("aria-labelledby", `tab-${name}`);
    const view = (this.views[name] ??= await this.part(() => LATER[name](this.phone)));
    if (this.beside !== name || !view) return;
    this.panel.replaceChildren(view.root);
    if (name !== "keypad") this.keys.append(this.keypad.root);
    if (chosen || this.wide.matches) view.opened?.(chosen);
  }

  /** What is loaded when it is wanted: after an upgrade of the server, or without a network, it cannot be had. @template T @param {() => Promise<T>} load @returns {Promise<T | undefined>} */
  async part(load) {
    try {
      return await load();
    } catch {
      this.banners.reload("part");
    }
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

  /** @param {string} number that has been called */
  dialled(number) {
    this.keypad.dialled(number);
    if (this.inCall) this.open("call");
  }

  /** @param {import("../calls.js").Call} call */
  ended(call) {
    this.call.ended(call);
    this.views.history.over(call.callId);
  }

  draw() {
    const [ringing, current] = [this.phone.calls.ringing(), this.phone.calls.current()];
    if (ringing) this.availability.close(false);
    this.call.draw(current);
    this.enter(this.call.isShown);
    this.availability.inCall(Boolean(current));
    this.ring.draw(ringing, current && this.call.root);
    say(this.live, ringing ? `${t("ring.title")}: ${this.phone.nameOf(ringing)}` : current ? `${this.call.stateText(current)} ${this.phone.talksWith(current)}` : "");
    const talking = current ? `${this.phone.talksWith(current)} – ` : "";
    document.title = ringing ? `☎ ${this.phone.nameOf(ringing)}` : `${talking}${t("app.title")}`;
  }

  /** The call comes to the front when it begins, what was there before when it is over. @param {boolean} inCall */
  enter(inCall) {
    if (inCall === this.inCall) return;
    this.inCall = inCall;
    document.body.classList.toggle("in-call", inCall);
    show(this.tabs.get("call"), inCall);
    if (!inCall && this.beside === "keypad") this.show(FIRST_BESIDE, false);
    if (inCall) this.open("call");
    else if (document.body.dataset.view === "call") this.open("keypad");
  }
}

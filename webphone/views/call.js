/** The call that is going on: with whom, how long, and what can be done about it (C2, C3, K9). */

import { button, el, focus, icon, Rows, say, show } from "../dom.js";
import { formatLength, since } from "../format.js";
import { t } from "../strings.js";
import { howItCame, whyUnheard } from "../words.js";
import { CallerCard } from "./caller.js";
import { Dialpad } from "./dialpad.js";

const SHOWN_AFTER_END_MS = 4_000;
const SPOKEN = new Set(["connected", "consulting"]);

export class CallView {
  /** @param {import("../phone.js").Phone} phone */
  constructor(phone) {
    this.phone = phone;
    /** @type {import("../calls.js").Call | undefined} */
    this.call = undefined;
    /** Over, but still there: for a moment, or until the agent has finished the notes. */
    this.isOver = false;
    this.name = el("h2", {});
    this.detail = el("p", { class: "quiet" });
    this.context = el("p", { class: "context" });
    this.state = el("span", { class: "state" });
    this.timer = el("time", { "aria-live": "off" });
    this.signal = el("span", { class: "signal", role: "img", hidden: true });
    /** @type {RTCPeerConnection | null} */
    this.watched = null;
    /** There from the first call on. @type {import("../quality.js").Quality | undefined} */
    this.quality = undefined;
    this.mute = this.action("mic", t("call.mute"), (call) => phone.toggleMute(call), "M");
    this.hold = this.action("hold", t("call.hold"), (call) => this.toggleHold(call), "H");
    this.keys = this.action("keypad", t("call.keypad"), () => this.unfold("keys"));
    this.transfer = this.action("transfer", t("call.transfer"), () => this.unfold("transfer"));
    this.record = this.action("record", t("call.record-pause"), (call) => phone.command(call, "recording", { paused: !call.recording?.paused }));
    this.complete = button("transfer", "", () => this.call && phone.command(this.call, "complete"), { class: "primary" });
    this.cancel = button("back", "", () => this.call && phone.command(this.call, "cancel"));
    this.others = el("ul", { class: "others" });
    this.rows = new Rows(this.others, (other) => other.callId, (other) => this.other(other), (row, other) => this.drawOther(row, other));
    this.consulting = el("div", { class: "consulting" }, this.complete, this.cancel);
    this.end = button("end", t("call.end"), () => this.call && phone.command(this.call, "hangup"), { class: "end" });
    this.done = button("check", t("done"), () => this.close(), { class: "done" });
    this.dialpad = new Dialpad((key) => this.call && phone.press(this.call, key), t("call.keys"), false);
    /** There from the first call on. @type {import("./transfer.js").Transfer | undefined} */
    this.targets = undefined;
    this.caller = new CallerCard(phone);
    this.root = el("section", { class: "call", id: "panel-call", tabIndex: -1, onclick: (/** @type {Event} */ event) => this.expand(event), "aria-label": t("tab.call"), hidden: true },
      el("div", { class: "who" }, el("div", {}, this.name, this.detail, this.context), this.signal),
      el("p", { class: "progress" }, this.state, this.timer),
      this.others,
      el("div", { class: "actions" }, this.mute, this.hold, this.keys, this.transfer, this.record),
      this.consulting,
      this.end,
      this.done,
      this.dialpad.root,
      this.caller.root,
    );
    show(this.dialpad.root, false);
    setInterval(() => this.tick(), 500);
  }

  get isShown() {
    return !this.root.hidden;
  }

  /** Small beside another view, it comes back at a click. @param {Event} event */
  expand(event) {
    if (!(/** @type {Element} */ (event.target).closest("button, textarea, input"))) this.phone.frame.open("call");
  }

  /** @param {string} name @param {string} text @param {(call: import("../calls.js").Call) => void} act @param {string} [key] */
  action(name, text, act, key) {
    const hint = key ? { title: `${text} (${key})`, "aria-keyshortcuts": key } : {};
    return button(name, text, () => this.call && act(this.call), { class: "action", ...hint });
  }

  /** Another call of the agent's, and the way to it. @param {import("../calls.js").Call} other */
  other({ callId }) {
    const act = () => {
      const other = this.phone.calls.byId.get(callId);
      if (other) this.phone.switchTo(other);
    };
    return el("li", {}, button("resume", "", act, { class: "other" }));
  }

  /** @param {HTMLElement} row @param {import("../calls.js").Call} other */
  drawOther(row, other) {
    const may = this.phone.calls.canSwitch();
    /** @type {HTMLButtonElement} */ (row.firstElementChild).disabled = !may;
    say(/** @type {Element} */ (row.querySelector("span")), t(may ? "call.switch" : "call.waits", { name: this.phone.nameOf(other) }));
  }

  /** @param {import("../calls.js").Call} call */
  toggleHold(call) {
    const { calls } = this.phone;
    if (calls.may(call, "hold")) this.phone.command(call, "hold");
    else if (calls.may(call, "resume")) this.phone.command(call, "resume");
  }

  /** @param {import("../calls.js").Call | undefined} call */
  draw(call) {
    if (call) this.update(call);
    else if (this.call && !this.isOver) this.close();
    else if (this.call) this.caller.draw(this.call);
  }

  /** @param {import("../calls.js").Call} call */
  update(call) {
    if (call.callId !== this.call?.callId || this.isOver) this.begin(call);
    this.call = call;
    const { calls, frame } = this.phone;
    const name = this.phone.talksWith(call);
    const number = frame.number((call.consult ?? call.party).number);
    this.root.dataset.state = call.state;
    say(this.name, name);
    say(this.detail, [number === name ? "" : number, !call.consult && call.pool?.name].filter(Boolean).join(" · "));
    say(this.context, call.consult ? t("call.waits", { name: this.phone.nameOf(call) }) : howItCame(this.phone, call));
    this.toggle(this.mute, call.muted, call.muted ? "call.unmute" : "call.mute", calls.may(call, "mute"), call.muted ? "mic-off" : "mic");
    this.toggle(this.hold, call.state === "held", call.state === "held" ? "call.resume" : "call.hold", calls.may(call, "hold") || calls.may(call, "resume"), call.state === "held" ? "resume" : "hold");
    this.keys.disabled = !calls.may(call, "keys");
    this.transfer.disabled = !calls.may(call, "transfer");
    show(this.record, Boolean(call.recording));
    this.toggle(this.record, Boolean(call.recording?.paused), call.recording?.paused ? "call.record-resume" : "call.record-pause", calls.may(call, "recording"), "record");
    this.drawConsulting(call);
    if (!calls.may(call, "transfer")) this.closeTargets();
    this.rows.draw(calls.others());
    this.caller.draw(call);
    this.tick();
  }

  /** Three ways out of a consultation, each named by what it does to whom. @param {import("../calls.js").Call} call */
  drawConsulting(call) {
    const isAsking = this.phone.calls.may(call, "complete");
    show(this.consulting, isAsking);
    say(this.end.lastChild, t(isAsking ? "call.end.all" : "call.end"));
    if (!isAsking) return;
    say(this.complete.lastChild, t("call.complete", { name: this.phone.talksWith(call) }));
    say(this.cancel.lastChild, t("call.cancel", { name: this.phone.nameOf(call) }));
  }

  /** @param {import("../calls.js").Call} call */
  begin(call) {
    this.isOver = false;
    this.root.classList.remove("over");
    clearTimeout(this.leaving);
    show(this.root, true);
    show(this.done, false);
    this.fold();
    this.caller.begin(call);
    this.watch(null);
    if (!this.targets) this.load();
  }

  async load() {
    const parts = await this.phone.frame.part(() => Promise.all([import("./transfer.js"), import("../quality.js")]));
    if (this.targets || !parts) return;
    const [{ Transfer }, { Quality }] = parts;
    this.quality = new Quality((quality) => this.heard(quality));
    this.quality.watch(this.watched);
    this.targets = new Transfer(this.phone, (way, to) => this.send(way, to), () => (this.closeTargets(), focus(this.transfer)));
    this.caller.root.before(this.targets.root);
  }

  /** It stays for a moment, or until the notes are finished. @param {import("../calls.js").Call} call */
  ended(call) {
    if (call.callId !== this.call?.callId || this.isOver) return;
    this.isOver = true;
    this.call = call;
    this.root.classList.add("over");
    this.root.classList.remove("away");
    say(this.state, whyUnheard(call) || t("call.ended"));
    say(this.timer, call.answeredAt ? formatLength((Date.parse(call.since) - Date.parse(call.answeredAt)) / 1000) : "");
    show(this.done, true);
    show(this.consulting, false);
    this.rows.draw([]);
    this.fold();
    this.watch(null);
    this.leave();
  }

  /** Not while the agent writes, nor where a customer has to be picked. */
  leave() {
    this.leaving = setTimeout(() => (this.caller.isBusy ? this.leave() : this.close()), SHOWN_AFTER_END_MS);
  }

  close() {
    clearTimeout(this.leaving);
    this.isOver = false;
    this.call = undefined;
    this.watch(null);
    this.caller.begin(undefined);
    show(this.root, false);
    this.phone.frame.enter(false);
  }

  fold() {
    show(this.dialpad.root, false);
    this.keys.setAttribute("aria-expanded", "false");
    this.closeTargets();
  }

  closeTargets() {
    this.transfer.setAttribute("aria-expanded", "false");
    this.targets?.close();
  }

  /** @param {import("../calls.js").Call} call @returns {string} */
  stateText(call) {
    if (call.terminal && call.terminal !== "web") return t("call.elsewhere", { terminal: call.terminal });
    if (call.state === "consulting") return this.askedText(call);
    if (call.state === "waiting" || (call.direction !== "inbound" && !call.answeredAt)) return t("call.calling");
    return t(`call.${call.state}`);
  }

  /** Whether the third party can already be spoken to. @param {import("../calls.js").Call} call */
  askedText({ consult }) {
    const name = consult?.name || this.phone.frame.number(consult?.number ?? "");
    return t(consult?.state === "connected" ? "call.consulting" : "call.consulting.rings", { name });
  }

  tick() {
    const call = this.call;
    if (!call || this.isOver) return;
    say(this.timer, call.answeredAt ? formatLength(since(call.answeredAt)) : "");
    const voice = this.phone.media.voices.get(call.callId);
    const away = call.terminal === "web" && call.answeredAt && voice && !voice.isConnected;
    this.root.classList.toggle("away", Boolean(away));
    const text = this.stateText(call);
    say(this.state, away ? t("connection.audio") : call.muted ? `${text} · ${t("call.muted")}` : text);
    if ((voice?.peer ?? null) !== this.watched) this.watch(voice?.peer ?? null);
  }

  /** @param {RTCPeerConnection | null} peer */
  watch(peer) {
    this.watched = peer;
    this.quality?.watch(peer);
  }

  /** Nothing is sent while somebody is on hold: then there is nothing to judge. @param {import("../quality.js").Heard | null} quality */
  heard(quality) {
    const judged = quality && this.call && SPOKEN.has(this.call.state) ? quality : null;
    show(this.signal, Boolean(judged));
    this.phone.frame.banners.quality(judged?.level === "poor");
    if (!judged) return;
    const text = `${t(`quality.${judged.level}`)} (${t("quality.figures", { loss: (judged.loss * 100).toFixed(1), jitter: Math.round(judged.jitter_ms), trip: Math.round(judged.trip_ms) })})`;
    this.signal.dataset.level = judged.level;
    this.signal.setAttribute("aria-label", t(`quality.${judged.level}`));
    this.signal.title = text;
  }

  /** @param {"keys" | "transfer"} which */
  unfold(which) {
    const [keys, targets] = [which === "keys" && !isUnfolded(this.keys), which === "transfer" && !isUnfolded(this.transfer)];
    this.fold();
    show(this.dialpad.root, keys);
    this.keys.setAttribute("aria-expanded", String(keys));
    this.transfer.setAttribute("aria-expanded", String(targets));
    if (targets) this.openTargets();
  }

  /** At once, or as soon as they are loaded, unless they are not wanted any more. */
  async openTargets() {
    const isThere = Boolean(this.targets);
    if (!isThere) await this.load();
    if (!this.targets) this.closeTargets();
    else if (isUnfolded(this.transfer) && this.targets.root.hidden) this.targets.open(isThere || !isWriting());
  }

  /** @param {string} way @param {string} to */
  send(way, to) {
    if (this.call) this.phone.command(this.call, way, { to });
    this.fold();
  }

  /** Its text says what it does next, its look that something is on. @param {any} action @param {boolean} pressed @param {string} key @param {boolean} possible @param {string} picture */
  toggle(action, pressed, key, possible, picture) {
    action.disabled = !possible;
    action.dataset.on = String(pressed);
    say(action.lastChild, t(key));
    if (action.dataset.picture !== picture) action.firstChild.replaceWith(icon(picture));
    action.dataset.picture = picture;
  }
}

/** Whether the agent types somewhere: the keyboard stays there. */
const isWriting = () => Boolean(document.activeElement?.matches("input, textarea, select"));

/** @param {HTMLElement} button */
const isUnfolded = (button) => button.getAttribute("aria-expanded") === "true";

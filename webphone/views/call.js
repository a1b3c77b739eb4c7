/** The call that is going on: with whom, how long, and what can be done about it (C2, C3, K9). */

import { button, el, icon, say, show } from "../dom.js";
import { formatLength, since } from "../format.js";
import { Quality } from "../quality.js";
import { t } from "../strings.js";
import { CallerCard } from "./caller.js";
import { Dialpad } from "./dialpad.js";
import { Transfer } from "./transfer.js";

const SHOWN_AFTER_END_MS = 4_000;

export class CallView {
  /** @param {import("../phone.js").Phone} phone */
  constructor(phone) {
    this.phone = phone;
    /** @type {import("../calls.js").Call | undefined} */
    this.call = undefined;
    this.name = el("h2", {});
    this.detail = el("p", { class: "quiet" });
    this.state = el("span", { class: "state" });
    this.timer = el("time", { "aria-live": "off" });
    this.signal = el("span", { class: "signal", role: "img" });
    /** @type {RTCPeerConnection | null} */
    this.watched = null;
    this.quality = new Quality((quality) => this.heard(quality));
    this.mute = this.action("mic", t("call.mute"), (call) => phone.toggleMute(call));
    this.hold = this.action("hold", t("call.hold"), (call) => this.toggleHold(call));
    this.keys = this.action("keypad", t("call.keypad"), () => this.unfold("keys"));
    this.transfer = this.action("transfer", t("call.transfer"), () => this.unfold("transfer"));
    this.record = this.action("record", t("call.record-pause"), (call) => phone.command(call, "recording", { paused: !call.recording?.paused }));
    this.complete = button("check", t("call.complete"), () => this.call && phone.command(this.call, "complete"), { class: "primary" });
    this.cancel = button("back", t("call.cancel"), () => this.call && phone.command(this.call, "cancel"));
    this.consulting = el("div", { class: "consulting" }, this.complete, this.cancel);
    this.end = button("end", t("call.end"), () => this.call && phone.command(this.call, "hangup"), { class: "end" });
    this.dialpad = new Dialpad((key) => this.call && phone.press(this.call, key), t("call.keys"));
    this.targets = new Transfer(phone, (way, to) => this.send(way, to));
    this.caller = new CallerCard(phone);
    this.root = el("section", { class: "call", onclick: (/** @type {Event} */ event) => this.expand(event), "aria-label": t("tab.call"), hidden: true },
      el("div", { class: "who" }, el("div", {}, this.name, this.detail), this.signal),
      el("p", { class: "progress" }, this.state, this.timer),
      el("div", { class: "actions" }, this.mute, this.hold, this.keys, this.transfer, this.record),
      this.dialpad.root,
      this.targets.root,
      this.consulting,
      this.end,
      this.caller.root,
    );
    show(this.dialpad.root, false);
    setInterval(() => this.tick(), 500);
  }

  /** Small beside another view, it comes back at a click. @param {Event} event */
  expand(event) {
    if (!(/** @type {Element} */ (event.target).closest("button, textarea, input"))) this.phone.frame.open("call");
  }

  /** @param {string} name @param {string} text @param {(call: import("../calls.js").Call) => void} act */
  action(name, text, act) {
    return button(name, text, () => this.call && act(this.call), { class: "action", "aria-pressed": "false" });
  }

  /** @param {import("../calls.js").Call} call */
  toggleHold(call) {
    const { calls } = this.phone;
    if (calls.may(call, "hold")) this.phone.command(call, "hold");
    else if (calls.may(call, "resume")) this.phone.command(call, "resume");
  }

  /** @param {import("../calls.js").Call | undefined} call */
  draw(call) {
    if (call?.callId !== this.call?.callId) this.changed(call);
    this.call = call;
    if (!call) return;
    const { calls, frame } = this.phone;
    const name = this.phone.nameOf(call);
    const number = frame.number(call.party.number);
    show(this.root, true);
    this.root.dataset.state = call.state;
    say(this.name, name);
    say(this.detail, [number === name ? "" : number, call.pool?.name].filter(Boolean).join(" · "));
    say(this.state, this.stateText(call));
    this.toggle(this.mute, call.muted, call.muted ? "call.unmute" : "call.mute", calls.may(call, "mute"), call.muted ? "mic-off" : "mic");
    this.toggle(this.hold, call.state === "held", call.state === "held" ? "call.resume" : "call.hold", calls.may(call, "hold") || calls.may(call, "resume"), call.state === "held" ? "resume" : "hold");
    this.keys.disabled = !calls.may(call, "keys");
    this.transfer.disabled = !calls.may(call, "transfer");
    show(this.record, Boolean(call.recording));
    this.toggle(this.record, Boolean(call.recording?.paused), call.recording?.paused ? "call.record-resume" : "call.record-pause", calls.may(call, "recording"), "record");
    show(this.consulting, calls.may(call, "complete"));
    if (!calls.may(call, "transfer")) this.targets.close();
    this.caller.draw(call);
    this.tick();
  }

  /** @param {import("../calls.js").Call | undefined} call */
  changed(call) {
    show(this.dialpad.root, false);
    this.targets.close();
    this.caller.begin(call);
    clearTimeout(this.leaving);
    this.quality.watch(null);
    this.watched = null;
    if (call) this.root.classList.remove("over");
    else if (!this.root.hidden && !this.root.classList.contains("over")) show(this.root, false);
  }

  /** It stays for a moment, so that the agent sees that it is over. @param {import("../calls.js").Call} call */
  ended(call) {
    if (call.callId !== this.call?.callId || call.answeredAt === null) return;
    this.root.classList.add("over");
    say(this.state, t("call.ended"));
    this.leaving = setTimeout(() => {
      this.root.classList.remove("over");
      if (!this.call) show(this.root, false);
    }, SHOWN_AFTER_END_MS);
  }

  /** @param {import("../calls.js").Call} call @returns {string} */
  stateText(call) {
    if (call.terminal && call.terminal !== "web") return t("call.elsewhere", { terminal: call.terminal });
    if (call.state === "consulting") return t("call.consulting", { name: call.consult?.name || this.phone.frame.number(call.consult?.number ?? "") });
    if (call.state === "waiting" || (call.direction !== "inbound" && !call.answeredAt)) return t("call.calling");
    return t(`call.${call.state}`);
  }

  tick() {
    const call = this.call;
    if (!call) return;
    say(this.timer, call.answeredAt ? formatLength(since(call.answeredAt)) : "");
    const voice = this.phone.media.voices.get(call.callId);
    const away = call.terminal === "web" && call.answeredAt && voice && voice.peer.connectionState !== "connected";
    this.root.classList.toggle("away", Boolean(away));
    if (away) say(this.state, t("connection.audio"));
    if ((voice?.peer ?? null) === this.watched) return;
    this.watched = voice?.peer ?? null;
    this.quality.watch(this.watched);
  }

  /** @param {any} quality */
  heard(quality) {
    show(this.signal, Boolean(quality));
    if (!quality) return;
    this.signal.dataset.level = quality.level;
    this.signal.setAttribute("aria-label", t(`quality.${quality.level}`));
    this.signal.title = t(`quality.${quality.level}`);
  }

  /** @param {"keys" | "transfer"} which */
  unfold(which) {
    const keys = which === "keys" && this.dialpad.root.hidden;
    show(this.dialpad.root, keys);
    this.keys.setAttribute("aria-pressed", String(keys));
    if (which === "transfer" && this.targets.root.hidden) this.targets.open();
    else this.targets.close();
  }

  /** @param {string} way @param {string} to */
  send(way, to) {
    if (this.call) this.phone.command(this.call, way, { to });
    this.targets.close();
  }

  /** @param {any} action @param {boolean} pressed @param {string} key @param {boolean} possible @param {string} picture */
  toggle(action, pressed, key, possible, picture) {
    action.disabled = !possible;
    action.setAttribute("aria-pressed", String(pressed));
    say(action.lastChild, t(key));
    if (action.dataset.picture !== picture) action.firstChild.replaceWith(icon(picture));
    action.dataset.picture = picture;
  }
}

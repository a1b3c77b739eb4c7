/** The phone at work: what happens to calls, and what the agent does, brought together. */

import { Refusal } from "./api.js";
import { Calls } from "./calls.js";
import { framework } from "./cif.js";
import { Devices, NoMicrophone } from "./devices.js";
import { newCallId } from "./ids.js";
import { Media } from "./media.js";
import { Notes } from "./notes.js";
import { Omnichannel } from "./omnichannel.js";
import { Ringer } from "./ringer.js";
import { StateStream } from "./stream.js";
import { t } from "./strings.js";
import { Frame } from "./views/frame.js";

const SETTLED_MS = 400;
/** So long after a change of calls the server knows what it wants of Omnichannel. */

export class Phone {
  /**
   * @param {HTMLElement} root
   * @param {import("./api.js").Api} api
   * @param {import("./session.js").Session} session
   * @param {Record<string, string[]>} commands
   */
  constructor(root, api, session, commands) {
    this.api = api;
    this.session = session;
    this.calls = new Calls(commands);
    this.devices = new Devices();
    this.media = new Media(api, this.devices);
    this.media.iceServers = session.opened.iceServers;
    this.ringer = new Ringer(this.devices);
    this.notes = new Notes(api);
    /** @type {Map<string, any>} what is known of who calls, by call */
    this.callers = new Map();
    this.isConnected = true;
    this.frame = new Frame(root, this);
    session.isIdle = () => !this.calls.live().length;
    for (const source of [this.media, this.ringer]) source.addEventListener("blocked", () => this.frame.banners.soundBlocked(() => this.allowSound()));
    this.media.addEventListener("change", () => this.draw());
    this.devices.addEventListener("change", () => this.frame.banners.microphone(this.devices.fault, () => this.devices.ask()));
  }

  run() {
    this.stream = new StateStream(this.api, this.session, {
      state: (document) => this.take(this.calls.take(document)),
      connected: (connected) => {
        this.isConnected = connected;
        this.frame.banners.connection(connected);
      },
    });
    this.stream.version = this.session.opened.state.version;
    this.take(this.calls.take(this.session.opened.state));
    this.stream.run();
    this.notes.resume();
    this.draw();
    framework().then((cif) => cif && this.mirror(cif));
    if (!this.calls.live().length) this.devices.ask();
  }

  /** Where only the phone reaches Omnichannel, it does its part. @param {any} cif */
  mirror(cif) {
    this.omnichannel = new Omnichannel(cif, this.api);
    this.omnichannel.start();
  }

  /** @param {{call: import("./calls.js").Call, before: import("./calls.js").Call | undefined}[]} changes */
  take(changes) {
    if (changes.length) setTimeout(() => this.omnichannel?.look(), SETTLED_MS);
    for (const { call, before } of changes) this.follow(call, before);
    const ringing = this.calls.ringing();
    if (ringing) this.ringer.ring(this.nameOf(ringing));
    else this.ringer.stop();
    this.draw();
  }

  /** @param {import("./calls.js").Call} call @param {import("./calls.js").Call | undefined} before */
  follow(call, before) {
    if (call.state === "ended") {
      this.media.end(call.callId);
      this.frame.ended(call);
      return;
    }
    if (!before || before.party.number !== call.party.number) this.lookUp(call);
    if (call.state === "ringing" && !before) this.devices.microphone().catch(() => {});
    const mine = call.terminal === "web" && call.state !== "ringing";
    if (mine && !this.media.has(call.callId)) this.speak(call.callId);
    if (before?.muted !== call.muted) this.media.mute(call.callId, call.muted);
  }

  /** @param {import("./calls.js").Call} call */
  async lookUp(call) {
    try {
      this.callers.set(call.callId, await this.api.get(`/phone/calls/${call.callId}`));
      this.draw();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }

  /** @param {import("./calls.js").Call} call @returns {string} */
  nameOf(call) {
    const matches = this.callers.get(call.callId)?.caller?.matches ?? [];
    const picked = this.callers.get(call.callId)?.customer;
    if (call.party.name) return call.party.name;
    if (picked?.name) return picked.name;
    return matches.length === 1 ? matches[0].name : this.frame.number(call.party.number) || t("withheld");
  }

  /** The agent's voice for a leg, by a click or after a reload (K1). @param {string} callId */
  async speak(callId) {
    try {
      await this.media.attach(callId);
      const call = this.calls.byId.get(callId);
      if (call) this.media.mute(callId, call.muted);
    } catch (error) {
      this.complain(error);
    }
  }

  /** @param {import("./calls.js").Call} call */
  async answer(call) {
    this.ringer.stop();
    await this.speak(call.callId);
  }

  /** @param {string} number @param {string | null} [callerNumber] */
  async dial(number, callerNumber = null) {
    const callId = newCallId();
    try {
      await this.devices.microphone();
      await this.api.post("/phone/calls", { callId, number, ...(callerNumber ? { callerNumber } : {}) });
      this.frame.open("call");
      await this.media.attach(callId);
    } catch (error) {
      this.complain(error);
    }
  }

  /** @param {import("./calls.js").Call} call @param {string} name @param {Record<string, unknown>} [body] */
  async command(call, name, body) {
    try {
      this.take(this.calls.took(await this.api.command(call.callId, name, body)));
    } catch (error) {
      this.complain(error);
    }
  }

  /** @param {import("./calls.js").Call} call */
  toggleMute(call) {
    this.media.mute(call.callId, !call.muted);
    return this.command(call, "mute", { muted: !call.muted });
  }

  /** @param {import("./calls.js").Call} call @param {string} keys */
  press(call, keys) {
    if (!this.media.press(call.callId, keys)) this.command(call, "keys", { keys });
  }

  /** @param {import("./calls.js").Call} call @param {{kind: string, id: string, name: string}} customer */
  async pick(call, customer) {
    try {
      const told = await this.api.patch(`/phone/calls/${call.callId}`, { customer: { kind: customer.kind, id: customer.id } });
      this.callers.set(call.callId, { ...this.callers.get(call.callId), customer: { ...told.customer, name: customer.name } });
      this.draw();
    } catch (error) {
      this.complain(error);
    }
  }

  allowSound() {
    this.media.unblock();
    if (this.calls.ringing()) this.ringer.sound();
  }

  /** Shows what has gone wrong, in words for the agent. @param {unknown} error */
  complain(error) {
    if (error instanceof NoMicrophone) return this.frame.banners.microphone(error, () => this.devices.ask());
    if (!(error instanceof Refusal)) throw error;
    const reason = error.problem.reason ?? error.code;
    const text = t(`error.${reason}`) === `error.${reason}` ? t(`error.${error.code}`) : t(`error.${reason}`);
    this.frame.banners.tell(text.startsWith("error.") ? t("error.other", { code: error.code }) : text);
  }

  draw() {
    this.frame.draw();
  }
}

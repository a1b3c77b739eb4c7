/** The phone at work: what happens to calls, and what the agent does, brought together. */

import { isOver, Refusal } from "./api.js";
import { Calls } from "./calls.js";
import { Devices, NoMicrophone } from "./devices.js";
import { Heartbeats } from "./heartbeats.js";
import { newCallId } from "./ids.js";
import { Media } from "./media.js";
import { Notes } from "./notes.js";
import { allowNotices, asked, mayAsk } from "./notices.js";
import { Pulse } from "./pulse.js";
import { Ringer } from "./ringer.js";
import { StateStream } from "./stream.js";
import { t } from "./strings.js";
import { Frame } from "./views/frame.js";
import { inWords, offered, whyUnheard } from "./words.js";

/** So long after a change of calls the server knows what it wants of Omnichannel. */
const SETTLED_MS = 400;
const LOOK_UP_AGAIN_MS = 3_000;
const ASK_AGAIN_MS = 5_000;

export class Phone {
  /**
   * @param {HTMLElement} root
   * @param {import("./api.js").Api} api
   * @param {import("./session.js").Session} session
   * @param {import("./sign-in.js").SignIn} signIn
   * @param {Record<string, string[]>} commands
   */
  constructor(root, api, session, signIn, commands) {
    this.api = api;
    this.session = session;
    this.signIn = signIn;
    this.pulse = new Pulse();
    this.calls = new Calls(commands);
    this.devices = new Devices();
    this.media = new Media(api, this.devices);
    /** @type {import("./omnichannel.js").Omnichannel | null} */
    this.omnichannel = null;
    this.media.iceServers = session.opened.iceServers;
    this.ringer = new Ringer(this.devices);
    this.notes = new Notes(api, session.opened.agent.id);
    this.heartbeats = new Heartbeats(api);
    /** @type {Map<string, any>} what is known of who calls, by call */
    this.callers = new Map();
    /** The customers that were chosen for calls here. @type {Map<string, any>} */
    this.wanted = new Map();
    /** The number shown to the next one who is called; null: the agent's own (C4). @type {string | null} */
    this.shownAs = null;
    /** The call dialled last. */
    this.dialled = "";
    /** Commands on their way: clicked again meanwhile they are sent once. @type {Map<string, Promise<boolean>>} */
    this.going = new Map();
    /** @type {Promise<void> | null} */
    this.dialling = null;
    this.frame = new Frame(root, this);
    this.stream = new StateStream(api, session, {
      state: (document) => {
        this.frame.availability.told(document.availability);
        this.take(this.calls.take(document));
      },
      connected: (connected) => this.frame.banners.connection(connected),
    });
    session.upgraded = () => this.frame.banners.reload("upgrade");
    session.isIdle = () => !this.calls.live().length;
    this.listen();
  }

  listen() {
    const { banners } = this.frame;
    for (const source of [this.media, this.ringer]) source.addEventListener("blocked", () => banners.sound(true, () => this.allowSound()));
    this.ringer.addEventListener("heard", () => (banners.sound(false, () => {}), this.media.unblock()));
    this.media.addEventListener("change", () => this.draw());
    this.media.addEventListener("reached", () => banners.audio(true));
    this.media.addEventListener("unreached", () => banners.audio(false));
    this.media.addEventListener("trouble", (event) => this.complain(/** @type {CustomEvent} */ (event).detail));
    this.devices.addEventListener("change", () => {
      banners.microphone(this.devices, () => this.devices.ask());
      if (!this.devices.fault && !this.devices.isAwaited) this.speakEverywhere();
      this.session.answers(!this.devices.fault);
      this.ring();
      this.draw();
    });
    this.signIn.addEventListener("needed", () => banners.signIn(() => this.signIn.inWindow()));
    this.signIn.addEventListener("back", () => this.signedIn());
    addEventListener("offline", () => banners.connection(false));
    this.session.follow(this.pulse);
    this.pulse.addEventListener("tick", () => this.heartbeats.follow(this.spoken()));
    this.pulse.addEventListener("wake", () => {
      this.stream.again();
      this.media.renewAll();
    });
  }

  /** Again, by the agent or by itself, in the middle of whatever went on meanwhile. */
  signedIn() {
    this.frame.banners.clear("sign-in");
    this.session.beat();
    this.stream.again();
    this.speakEverywhere();
  }

  run() {
    if (!document.body.dataset.view) this.frame.open("keypad"); // the agent may have opened another one already
    this.stream.version = this.session.opened.state.version;
    this.frame.availability.told(this.session.opened.state.availability);
    this.take(this.calls.take(this.session.opened.state));
    this.stream.run();
    this.notes.resume();
    this.draw();
    if (window.top !== window) this.join();
    if (!this.calls.live().length) this.prepare();
  }

  /** Whatever the browser has to allow is settled before anybody rings. */
  async prepare() {
    await this.devices.ask();
    if (!this.devices.fault) await this.ringer.check();
    if (mayAsk()) this.frame.banners.notices(allowNotices, asked);
  }

  /** Signs the agent out; the phone is free for the next one at once. */
  async leave() {
    if (this.calls.live().length) return this.frame.banners.tell(t("settings.sign-out.in-call"));
    await this.session.close();
    this.signIn.out();
  }

  /** Another phone has taken over: here nothing rings or speaks any more. */
  stop() {
    this.pulse.stop();
    this.stream.stop();
    this.ringer.stop();
    this.media.stop();
    this.omnichannel?.stop();
    this.calls.byId.clear();
  }

  /** As a panel of Dynamics: pauses recording by its pages; where only the phone reaches Omnichannel, it does its part. */
  async join() {
    const parts = await this.frame.part(() => Promise.all([import("./cif.js"), import("./omnichannel.js"), import("./unrecorded-pages.js")]));
    if (!parts) return;
    const [{ framework, dynamicsUser }, { Omnichannel }, { UnrecordedPages }] = parts;
    const cif = await framework();
    if (!cif || !this.api.sessionId) return;
    this.check(dynamicsUser);
    const pages = new UnrecordedPages(this.session.opened.settings.unrecordedPages, (call, paused) => this.command(call, "recording", { paused }));
    cif.addHandler("onpagenavigate", (/** @type {any} */ told) => pages.navigated(told, this.calls.live()));
    this.unrecorded = pages;
    this.omnichannel = new Omnichannel(cif, this.api);
    this.omnichannel.start();
  }

  /** Dynamics did not say in time whose it is: the phone of somebody else gives up as soon as it does. @param {() => Promise<string>} dynamicsUser */
  async check(dynamicsUser) {
    if (this.session.dynamicsUser) return;
    const user = await dynamicsUser();
    if (user && user !== this.session.opened.agent.dynamicsUser) this.session.foreign();
    else if (!user && this.api.sessionId) setTimeout(() => this.check(dynamicsUser), ASK_AGAIN_MS);
  }

  /** @param {{call: import("./calls.js").Call, before: import("./calls.js").Call | undefined}[]} changes */
  take(changes) {
    if (changes.length) setTimeout(() => this.omnichannel?.look(), SETTLED_MS);
    if (changes.some(isBeginning)) this.frame.banners.fresh();
    for (const { call, before } of changes) this.follow(call, before);
    this.unrecorded?.follow(this.calls.live());
    this.heartbeats.follow(this.spoken());
    this.ring();
    this.draw();
  }

  /** The calls that the agent's voice is in from here. */
  spoken() {
    return this.calls.live().filter((call) => isSpoken(call) && this.media.has(call.callId));
  }

  ring() {
    const ringing = this.calls.ringing();
    if (ringing && (this.devices.isAwaited || !this.media.has(ringing.callId))) this.ringer.ring(this.nameOf(ringing), this.callers.has(ringing.callId));
    else this.ringer.stop();
  }

  /** @param {import("./calls.js").Call} call @param {import("./calls.js").Call | undefined} before */
  follow(call, before) {
    if (call.state === "ended") {
      this.media.end(call.callId);
      this.heartbeats.end(call);
      if (!before && call.callId === this.dialled) this.frame.banners.tell(`${this.nameOf(call)}: ${whyUnheard(call)}`);
      this.frame.ended(call);
      return;
    }
    const isNew = !before || before.state === "ended";
    if (isNew) this.begin(call);
    if (isNew || isAnotherMatter(call, before)) this.lookUp(call);
    if (call.state === "ringing" && isNew) this.warmUp();
    if (before?.consult && !call.consult && call.unheard) this.tellUnheard(call.unheard);
    if (before?.muted !== call.muted) this.media.mute(call.callId, call.muted);
    if (isSpoken(call) && !this.media.has(call.callId)) this.speak(call.callId);
    if (isUnheard(call)) this.media.doubt(call.callId, () => isUnheard(this.calls.byId.get(call.callId)));
  }

  /** Opens the microphone while it rings: then the answer is heard at once. */
  async warmUp() {
    await this.devices.microphone().catch(() => {});
    if (!this.calls.live().length) this.devices.rest();
  }

  /** @param {import("./calls.js").Unheard} party who was asked first and did not answer */
  tellUnheard({ name, number, reason }) {
    this.frame.banners.tell(`${name ?? this.frame.number(number)}: ${t(`reason.${reason}`)}`);
  }

  /** It is there, for the first time or back from somebody who did not take it: what was noted meanwhile is read again. @param {import("./calls.js").Call} call */
  begin({ callId }) {
    this.media.begin(callId);
    this.callers.delete(callId);
    for (const sound of document.querySelectorAll("audio")) sound.pause(); // a recording is not played into a call
  }

  /** Who it is and what is noted already; without that nothing is saved, so that it is asked until it is known. @param {{callId: string}} call */
  async lookUp({ callId }) {
    const wanted = this.wanted.get(callId);
    try {
      const known = await this.api.get(`/phone/calls/${callId}`);
      if (this.wanted.get(callId) !== wanted) known.customer = this.wanted.get(callId); // chosen since it was asked
      this.callers.set(callId, known);
      this.ring();
      this.draw();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const isWanted = () => this.calls.byId.has(callId) && !this.callers.has(callId);
      setTimeout(() => isWanted() && this.lookUp({ callId }), LOOK_UP_AGAIN_MS);
    }
  }

  /** @param {import("./calls.js").Call} call @returns {string} */
  nameOf(call) {
    return call.party.name || this.customerOf(call);
  }

  /** The customer of a call, also while a colleague asks about it. @param {import("./calls.js").Call} call @returns {string} */
  customerOf(call) {
    const { caller, customer } = this.callers.get(call.callId) ?? {};
    const party = call.about ?? call.party;
    const picked = customer ?? this.wanted.get(call.callId);
    if (picked?.name) return picked.name;
    if (call.about?.name) return call.about.name;
    return caller?.matches.length === 1 ? caller.matches[0].name : this.frame.number(party.number) || t("withheld");
  }

  /** Whom the agent talks with: in a consultation who is asked. @param {import("./calls.js").Call} call @returns {string} */
  talksWith(call) {
    return call.consult ? call.consult.name || this.frame.number(call.consult.number) : this.nameOf(call);
  }

  /** What colleagues have noted on a call, in one line. @param {import("./calls.js").Call} call @returns {string} */
  notesOn({ callId }) {
    return (this.callers.get(callId)?.colleaguesNotes ?? []).map((/** @type {any} */ one) => one.notes).join(" · ");
  }

  /** The agent's voice for a leg, by a click or after a reload (K1). @param {string} callId */
  async speak(callId) {
    try {
      await this.media.attach(callId);
    } catch (error) {
      this.complain(error);
    }
  }

  /** The microphone, or the sign-in, is there again: calls that wait for the agent's voice get it. */
  speakEverywhere() {
    for (const call of this.calls.live()) if (isSpoken(call) && !this.media.isAlive(call.callId)) this.speak(call.callId);
  }

  /** @param {import("./calls.js").Call} call */
  async answer(call) {
    const answered = this.speak(call.callId);
    this.ring();
    await answered;
    this.ring();
  }

  /**
   * Once, however often it is clicked.
   * @param {string} number or `user:<id>`, `pool:<id>`
   * @param {{kind: string, id: string, name: string}} [customer] who was chosen: others may have the same number
   * @returns {Promise<void>}
   */
  dial(number, customer) {
    this.dialling ??= this.call(number, customer).finally(() => (this.dialling = null));
    return this.dialling;
  }

  /** @param {string} number @param {{kind: string, id: string, name: string}} [customer] */
  async call(number, customer) {
    const [callId, callerNumber] = [newCallId(), this.shownAs];
    this.dialled = callId;
    if (customer) this.wanted.set(callId, customer);
    try {
      await this.devices.microphone();
      await this.api.insist(() => this.api.post("/phone/calls", { callId, number, ...(callerNumber ? { callerNumber } : {}) }));
      this.shownAs = null;
      this.frame.dialled(number);
      if (customer) this.pick({ callId }, customer);
      await this.media.attach(callId);
    } catch (error) {
      if (!isOver(error)) this.complain(error, (one) => this.dial(one, customer));
    } finally {
      this.devices.rest();
    }
  }

  /** @param {import("./calls.js").Call} call @param {string} name @param {Record<string, unknown>} [body] @returns {Promise<boolean>} whether it is done */
  command(call, name, body) {
    const what = JSON.stringify([call.callId, name, body]);
    const going = this.going.get(what);
    if (going && name !== "keys") return going;
    const sent = this.send(call, name, body).finally(() => this.going.delete(what));
    this.going.set(what, sent);
    return sent;
  }

  /** @param {import("./calls.js").Call} call @param {string} name @param {Record<string, unknown>} [body] @returns {Promise<boolean>} */
  async send(call, name, body) {
    try {
      this.take(this.calls.took(await this.api.command(call.callId, name, body)));
      return true;
    } catch (error) {
      if (!isOver(error)) this.complain(error, body?.to ? (to) => this.command(call, name, { ...body, to }) : undefined);
      return false;
    }
  }

  /** Talks in another of the agent's calls; the one so far waits. @param {import("./calls.js").Call} call */
  async switchTo(call) {
    const current = this.calls.current();
    if (current && this.calls.may(current, "hold")) await this.command(current, "hold");
    await this.command(call, "resume");
  }

  /** @param {import("./calls.js").Call} call */
  async toggleMute(call) {
    this.media.mute(call.callId, !call.muted);
    await this.command(call, "mute", { muted: !call.muted });
    this.media.mute(call.callId, this.calls.byId.get(call.callId)?.muted ?? false);
  }

  /** @param {import("./calls.js").Call} call @param {string} keys */
  press(call, keys) {
    if (!this.media.press(call.callId, keys)) this.command(call, "keys", { keys });
  }

  /** @param {{callId: string}} call @param {{kind: string, id: string, name: string}} customer */
  async pick(call, customer) {
    try {
      const told = await this.api.patch(`/phone/calls/${call.callId}`, { customer: { kind: customer.kind, id: customer.id } });
      const picked = { ...told.customer, name: customer.name };
      this.wanted.set(call.callId, picked);
      const known = this.callers.get(call.callId);
      if (known) this.callers.set(call.callId, { ...known, customer: picked });
      this.draw();
    } catch (error) {
      this.complain(error);
    }
  }

  allowSound() {
    this.media.unblock();
    if (this.ringer.isRinging) this.ringer.sound();
  }

  /** Shows what has gone wrong, in words for the agent. @param {unknown} error @param {(number: string) => void} [choose] takes one of those that were offered */
  complain(error, choose) {
    if (error instanceof NoMicrophone) return; // the devices have told it
    if (!(error instanceof Refusal)) throw error;
    const offers = choose ? offered(error, choose) : [];
    if (offers.length) this.frame.banners.choose(inWords(error), ...offers);
    else this.frame.banners.tell(inWords(error));
  }

  draw() {
    this.frame.draw();
  }
}

/** @param {{call: import("./calls.js").Call, before: import("./calls.js").Call | undefined}} change */
const isBeginning = ({ call, before }) => call.state !== "ended" && (!before || before.state === "ended");

/** Whether it is with somebody else now, or answered: there may be more to know. @param {import("./calls.js").Call} call @param {import("./calls.js").Call} before */
const isAnotherMatter = (call, before) => before.party.number !== call.party.number || before.about?.number !== call.about?.number || (before.state === "ringing" && call.state !== "ringing");

/** Whether the agent's voice belongs into it from here. @param {import("./calls.js").Call} call */
const isSpoken = (call) => call.terminal === "web" && call.state !== "ringing";

/** @param {import("./calls.js").Call | undefined} call */
const isUnheard = (call) => Boolean(call && isSpoken(call) && call.media && !call.media.attached && call.state !== "ended");

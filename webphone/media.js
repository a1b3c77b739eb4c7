/** Voices: a connection for each of the agent's legs, made again whenever it has to be (K1, C1). */

import { Voice } from "./voice.js";

const LOST_AFTER_MS = 3_000;
const CONNECT_WITHIN_MS = 8_000;
/** So long a gateway may say that a voice is not there while the browser has it connected. */
const DOUBT_MS = 2_000;
const PAUSES_MS = [300, 1_000, 2_000, 4_000];

export class Media extends EventTarget {
  /** @param {import("./api.js").Api} api @param {import("./devices.js").Devices} devices */
  constructor(api, devices) {
    super();
    this.api = api;
    this.devices = devices;
    /** @type {RTCIceServer[]} */
    this.iceServers = [];
    /** @type {Map<string, Voice>} */
    this.voices = new Map();
    /** @type {Map<string, Promise<void>>} one attempt at a time for each call */
    this.attaching = new Map();
    /** @type {Set<string>} */
    this.muted = new Set();
    /** @type {Set<string>} calls that are over, however late an answer comes */
    this.over = new Set();
    /** Whether this network has ever let a voice through. */
    this.isReached = false;
    devices.isNeeded = () => this.voices.size + this.attaching.size > 0;
    devices.addEventListener("change", () => this.followDevices());
    addEventListener("pagehide", () => this.voices.forEach((voice) => voice.peer.close()));
  }

  /** @param {string} callId */
  has(callId) {
    return this.voices.has(callId) || this.attaching.has(callId);
  }

  /** Whether there is a voice, or one is on its way; not one that was lost. @param {string} callId */
  isAlive(callId) {
    const voice = this.voices.get(callId);
    return this.attaching.has(callId) || Boolean(voice && !voice.isLost);
  }

  /**
   * Connects the agent's voice with the leg; a ringing one is answered by it. The connection it had goes when the new
   * one is there. Tried again while only the network or the server fails; throws what is refused, and `NoMicrophone`.
   * @param {string} callId
   */
  async attach(callId) {
    const going = this.attaching.get(callId) ?? this.insist(callId).finally(() => {
      this.attaching.delete(callId);
      this.devices.rest();
    });
    this.attaching.set(callId, going);
    await going;
  }

  /** @param {string} callId */
  async insist(callId) {
    for (let tries = 0; !this.over.has(callId); tries++) {
      try {
        return await this.connect(callId);
      } catch (error) {
        if (!mayPass(error)) throw error;
        if (!tries) this.dispatchEvent(new CustomEvent("trouble", { detail: error }));
        await new Promise((resolve) => setTimeout(resolve, PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]));
      }
    }
  }

  /** @param {string} callId */
  async connect(callId) {
    const voice = new Voice(callId, this.iceServers, await this.devices.microphone());
    voice.track.enabled = !this.muted.has(callId);
    voice.peer.ontrack = (event) => this.hear(voice.audio, event.streams[0] ?? new MediaStream([event.track]));
    try {
      const answer = await this.api.offer(`/phone/calls/${callId}/media`, await voice.offer());
      await voice.answered(answer.sdp);
    } catch (error) {
      voice.close();
      throw error;
    }
    if (this.over.has(callId)) voice.close();
    else this.replace(voice);
  }

  /** @param {Voice} voice */
  replace(voice) {
    voice.before = this.voices.get(voice.callId) ?? null;
    this.voices.set(voice.callId, voice);
    voice.track.enabled = !this.muted.has(voice.callId);
    let patience = setTimeout(() => this.renew(this.missed(voice)), CONNECT_WITHIN_MS);
    voice.peer.onconnectionstatechange = () => {
      const state = voice.peer.connectionState;
      if (state !== "connecting") clearTimeout(patience);
      if (state === "connected") this.reached(voice);
      if (state === "failed") this.renew(this.missed(voice));
      if (state === "disconnected") patience = setTimeout(() => this.renew(voice), LOST_AFTER_MS);
      this.dispatchEvent(new CustomEvent("change", { detail: voice.callId }));
    };
    this.followDevices();
  }

  /** @param {Voice} voice */
  reached(voice) {
    voice.replaced();
    this.isReached = true;
    this.dispatchEvent(new Event("reached"));
  }

  /** It did not get through; where none ever did the network is likely to forbid it. @param {Voice} voice */
  missed(voice) {
    if (!this.isReached && !this.over.has(voice.callId)) this.dispatchEvent(new Event("unreached"));
    return voice;
  }

  /** A new connection in place of one that is lost; a refusal means that the call is over or elsewhere. @param {Voice} voice */
  async renew(voice) {
    if (this.voices.get(voice.callId) === voice) await this.attach(voice.callId).catch(() => {});
  }

  renewAll() {
    this.voices.forEach((voice) => this.renew(voice));
  }

  /** The gateway says that it has no voice: after a restart of it a browser notices nothing. @param {string} callId @param {() => boolean} isMissed */
  doubt(callId, isMissed) {
    const voice = this.voices.get(callId);
    if (voice?.isConnected) setTimeout(() => isMissed() && this.renew(voice), DOUBT_MS);
  }

  /** The call is there, maybe again. @param {string} callId */
  begin(callId) {
    this.over.delete(callId);
  }

  /** The call is over. @param {string} callId */
  end(callId) {
    this.over.add(callId);
    this.voices.get(callId)?.close();
    this.voices.delete(callId);
    this.muted.delete(callId);
    this.devices.rest();
  }

  /** Another phone has taken over. */
  stop() {
    [...this.voices.keys(), ...this.attaching.keys()].forEach((callId) => this.end(callId));
  }

  /** Silence from here on, before the gateway knows. @param {string} callId @param {boolean} muted */
  mute(callId, muted) {
    if (muted) this.muted.add(callId);
    else this.muted.delete(callId);
    const voice = this.voices.get(callId);
    if (voice) voice.track.enabled = !muted;
  }

  /** @param {string} callId @param {string} keys @returns {boolean} whether they could go with the voice */
  press(callId, keys) {
    return this.voices.get(callId)?.press(keys) ?? false;
  }

  /** @param {HTMLAudioElement} audio @param {MediaStream} stream */
  hear(audio, stream) {
    audio.srcObject = stream;
    this.route(audio);
    audio.play().catch((error) => error.name === "NotAllowedError" && this.dispatchEvent(new Event("blocked")));
  }

  /** After a click that allows sound. */
  unblock() {
    this.voices.forEach((voice) => voice.audio.play().catch(() => {}));
  }

  /** @param {HTMLAudioElement} audio */
  route(audio) {
    audio.setSinkId?.(this.devices.chosen.speaker).catch(() => {});
  }

  /** Another microphone was chosen, or the one in use was pulled out. */
  async followDevices() {
    this.voices.forEach((voice) => this.route(voice.audio));
    if (this.following || !this.stale().length) return;
    this.following = true;
    const stream = await this.devices.microphone().catch(() => null);
    this.following = false;
    if (stream) this.stale().forEach((voice) => voice.speakInto(stream));
  }

  /** The voices that speak into another microphone than the one there is. */
  stale() {
    return [...this.voices.values()].filter((voice) => voice.stream !== this.devices.stream || voice.track.readyState === "ended");
  }
}

/** Whether trying again may help: no answer at all, a fault of the server, too many requests. @param {any} error */
const mayPass = (error) => error.status === 0 || error.status === 429 || error.status >= 500;

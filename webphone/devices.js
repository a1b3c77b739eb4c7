/** Microphone, speaker and ringer: asked for, chosen, remembered (A1, C8). */

import { kept } from "./kept.js";

const KEPT = "voice-devices";
const ASKS_AFTER_MS = 1_000;
const CLEAN = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** Why nobody hears the agent: the microphone is `refused`, `missing`, `busy`, or `muted` by the system. */
export class NoMicrophone extends Error {
  /** @param {unknown} cause @param {string} [reason] */
  constructor(cause, reason = "") {
    super("no microphone", { cause });
    const name = cause instanceof Error ? cause.name : "";
    this.reason = reason || (name === "NotAllowedError" ? "refused" : name === "NotFoundError" || name === "OverconstrainedError" ? "missing" : "busy");
  }
}

const missing = () => new NoMicrophone(new DOMException("", "NotFoundError"));

/** Whether a microphone is there and not refused, without asking for it. */
export async function hasMicrophone() {
  const permission = await navigator.permissions?.query({ name: /** @type {any} */ ("microphone") }).catch(() => null);
  return permission?.state !== "denied" && isThere();
}

async function isThere() {
  const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  return all.some(({ kind }) => kind === "audioinput");
}

export class Devices extends EventTarget {
  constructor() {
    super();
    /** @type {{microphone: string, speaker: string, ringer: string}} */
    this.chosen = { microphone: "", speaker: "", ringer: "", ...JSON.parse(kept.getItem(KEPT) ?? "{}") };
    /** @type {MediaStream | null} */
    this.stream = null;
    /** @type {Promise<MediaStream> | null} */
    this.opening = null;
    /** @type {NoMicrophone | null} */
    this.fault = null;
    /** Whether the browser asks the agent, who has not answered yet. */
    this.isAwaited = false;
    /** Whether somebody is being talked to. */
    this.isNeeded = () => false;
    navigator.mediaDevices?.addEventListener("devicechange", () => this.changed());
  }

  /** A device came or went: without any microphone nobody is to be rung, with one it is asked for by itself. */
  async changed() {
    this.tell();
    const found = await isThere();
    if (!found && !this.stream) this.fail(missing());
    else if (found && this.fault?.reason === "missing") this.ask();
  }

  /** @param {NoMicrophone | null} fault */
  fail(fault) {
    this.fault = fault;
    this.tell();
  }

  /** Notices at once when the microphone in use is gone, so that another one is opened, or is muted by the system. @param {MediaStream} stream */
  watch(stream) {
    const [track] = stream.getAudioTracks();
    const ours = (/** @type {() => void} */ act) => () => this.stream === stream && act();
    track.addEventListener("ended", ours(() => ((this.stream = null), this.tell())));
    track.addEventListener("mute", ours(() => this.fail(new NoMicrophone(null, "muted"))));
    track.addEventListener("unmute", ours(() => this.fail(null)));
  }

  /** Asks for the microphone once, so that it need not be asked for while somebody rings. */
  async ask() {
    if (this.fault?.reason === "muted") this.release();
    await this.microphone().catch(() => null);
    this.rest();
  }

  /** Closes the microphone unless it is needed: its light in the browser shall not frighten anybody. */
  rest() {
    if (!this.isNeeded()) this.release();
  }

  /** The microphone, opened if it is not. Throws `NoMicrophone`. @returns {Promise<MediaStream>} */
  async microphone() {
    if (this.stream?.getAudioTracks().some((track) => track.readyState === "live")) return this.stream;
    this.opening ??= this.opened().finally(() => (this.opening = null));
    return this.opening;
  }

  /** Once for all who ask meanwhile; again where another one was chosen meanwhile. @returns {Promise<MediaStream>} */
  async opened() {
    const id = this.chosen.microphone;
    const asks = setTimeout(() => this.awaits(), ASKS_AFTER_MS);
    try {
      const stream = (this.stream = await this.open(id));
      this.fault = stream.getAudioTracks()[0].muted ? new NoMicrophone(null, "muted") : null;
      this.watch(stream);
    } catch (error) {
      this.stream = null;
      this.fault = new NoMicrophone(error);
    }
    clearTimeout(asks);
    this.isAwaited = false;
    if (this.fault && !this.stream) {
      this.tell();
      throw this.fault;
    }
    if (id !== this.chosen.microphone) {
      this.release();
      return this.opened();
    }
    this.tell();
    return /** @type {MediaStream} */ (this.stream);
  }

  /** It takes long: a question that nobody has answered, unless it may be used and is only slow to start, as some headsets are. */
  async awaits() {
    const permission = await navigator.permissions?.query({ name: /** @type {any} */ ("microphone") }).catch(() => null);
    this.isAwaited = this.opening !== null && permission?.state !== "granted";
    if (this.isAwaited) this.tell();
  }

  /** The one chosen, any other where it is not there any more. @param {string} id */
  async open(id) {
    if (!navigator.mediaDevices) throw new DOMException("", "NotFoundError");
    const audio = { ...CLEAN, ...(id ? { deviceId: { exact: id } } : {}) };
    try {
      return await navigator.mediaDevices.getUserMedia({ audio });
    } catch (error) {
      if (!id || /** @type {Error} */ (error).name === "NotAllowedError") throw error;
      return navigator.mediaDevices.getUserMedia({ audio: CLEAN });
    }
  }

  release() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    if (this.fault?.reason === "muted") this.fail(null);
  }

  /** @param {"audioinput" | "audiooutput"} kind */
  async list(kind) {
    const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    return all.filter((device) => device.kind === kind && device.deviceId);
  }

  /** @param {"microphone" | "speaker" | "ringer"} use @param {string} id empty: the system's own */
  choose(use, id) {
    this.chosen[use] = id;
    kept.setItem(KEPT, JSON.stringify(this.chosen));
    if (use === "microphone") this.release();
    this.tell();
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }
}

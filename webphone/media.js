/** Voices: a peer connection for each of the agent's legs, made anew whenever it has to be (K1, C1). */

const LOST_AFTER_MS = 3_000;
const CONNECT_WITHIN_MS = 8_000;
const PAUSES_MS = [300, 1_000, 2_000, 4_000];

/** @typedef {{callId: string, peer: RTCPeerConnection, audio: HTMLAudioElement, id: string}} Voice */

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
    addEventListener("online", () => this.renewAll());
    /** @type {any} */ (navigator).connection?.addEventListener?.("change", () => this.renewAll());
    devices.addEventListener("change", () => this.followDevices());
    addEventListener("pagehide", () => this.voices.forEach((voice) => voice.peer.close()));
  }

  /** @param {string} callId */
  has(callId) {
    return this.voices.has(callId) || this.attaching.has(callId);
  }

  /** @param {string} callId */
  isConnected(callId) {
    return this.voices.get(callId)?.peer.connectionState === "connected";
  }

  /**
   * Connects the agent's voice with his leg; a ringing one is answered by it. The connection it had goes when the new
   * one is there.
   * @param {string} callId
   */
  async attach(callId) {
    const going = this.attaching.get(callId) ?? this.connect(callId).finally(() => this.attaching.delete(callId));
    this.attaching.set(callId, going);
    await going;
  }

  /** @param {string} callId */
  async connect(callId) {
    const stream = await this.devices.microphone();
    const peer = new RTCPeerConnection({ iceServers: this.iceServers });
    const audio = new Audio();
    audio.autoplay = true;
    peer.ontrack = (event) => this.hear(audio, event.streams[0] ?? new MediaStream([event.track]));
    stream.getAudioTracks().forEach((track) => peer.addTrack(track, stream));
    try {
      await peer.setLocalDescription(await peer.createOffer());
      const answer = await this.api.offer(`/phone/calls/${callId}/media`, peer.localDescription?.sdp ?? "");
      await peer.setRemoteDescription({ type: "answer", sdp: answer.sdp });
      this.replace({ callId, peer, audio, id: answer.id });
    } catch (error) {
      peer.close();
      throw error;
    }
  }

  /** @param {Voice} voice */
  replace(voice) {
    const before = this.voices.get(voice.callId);
    this.voices.set(voice.callId, voice);
    let patience = setTimeout(() => this.renew(voice), CONNECT_WITHIN_MS);
    voice.peer.onconnectionstatechange = () => {
      const state = voice.peer.connectionState;
      clearTimeout(patience);
      if (state === "connected") before?.peer.close();
      if (state === "failed") this.renew(voice);
      if (state === "disconnected") patience = setTimeout(() => this.renew(voice), LOST_AFTER_MS);
      this.dispatchEvent(new CustomEvent("change", { detail: voice.callId }));
    };
  }

  /** A new connection in place of one that is lost; tried until there is one or the call is over. @param {Voice} voice */
  async renew(voice) {
    for (let tries = 0; this.voices.get(voice.callId) === voice; tries++) {
      try {
        return await this.attach(voice.callId);
      } catch (error) {
        if (/** @type {any} */ (error).status >= 400 && /** @type {any} */ (error).status < 500 && /** @type {any} */ (error).status !== 429) return;
        await new Promise((resolve) => setTimeout(resolve, PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]));
      }
    }
  }

  renewAll() {
    this.voices.forEach((voice) => this.renew(voice));
  }

  /** The call is over. @param {string} callId */
  end(callId) {
    const voice = this.voices.get(callId);
    this.voices.delete(callId);
    voice?.peer.close();
    if (voice) voice.audio.srcObject = null;
    if (!this.voices.size && !this.attaching.size) this.devices.release();
  }

  /** Silence from here on, before the gateway knows. @param {string} callId @param {boolean} muted */
  mute(callId, muted) {
    this.voices.get(callId)?.peer.getSenders().forEach((sender) => sender.track && (sender.track.enabled = !muted));
  }

  /** Presses keys in the voice itself (RFC 4733). @param {string} callId @param {string} keys @returns {boolean} */
  press(callId, keys) {
    const tones = this.voices.get(callId)?.peer.getSenders()[0]?.dtmf;
    if (!tones?.canInsertDTMF || !this.isConnected(callId)) return false;
    tones.insertDTMF(tones.toneBuffer + keys, 100, 60);
    return true;
  }

  /** @param {HTMLAudioElement} audio @param {MediaStream} stream */
  hear(audio, stream) {
    audio.srcObject = stream;
    this.route(audio);
    audio.play().catch(() => this.dispatchEvent(new Event("blocked")));
  }

  /** After a click that allows sound. */
  unblock() {
    this.voices.forEach((voice) => voice.audio.play().catch(() => {}));
  }

  /** @param {HTMLAudioElement} audio */
  route(audio) {
    audio.setSinkId?.(this.devices.chosen.speaker).catch(() => {});
  }

  async followDevices() {
    this.voices.forEach((voice) => this.route(voice.audio));
    const sent = [...this.voices.values()].flatMap((voice) => voice.peer.getSenders());
    if (!sent.some((sender) => sender.track?.readyState === "ended")) return;
    const [track] = (await this.devices.microphone()).getAudioTracks();
    sent.forEach((sender) => sender.replaceTrack(track));
  }
}

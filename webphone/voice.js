/** One peer connection of one leg: what the agent says into it and hears from it. */

export class Voice {
  /** @param {string} callId @param {RTCIceServer[]} iceServers @param {MediaStream} stream the microphone */
  constructor(callId, iceServers, stream) {
    this.callId = callId;
    this.peer = new RTCPeerConnection({ iceServers });
    this.audio = new Audio();
    this.audio.autoplay = true;
    this.stream = stream;
    /** A copy of its own, so that muting one call leaves another alone. */
    this.track = stream.getAudioTracks()[0].clone();
    this.sender = this.peer.addTrack(this.track, stream);
    /** @type {Voice | null} the one it takes the place of, until it is connected itself */
    this.before = null;
  }

  get isConnected() {
    return this.peer.connectionState === "connected";
  }

  get isLost() {
    return ["disconnected", "failed", "closed"].includes(this.peer.connectionState);
  }

  /** @returns {Promise<string>} the offer; sent at once, the gateway needs no candidates of ours */
  async offer() {
    await this.peer.setLocalDescription(await this.peer.createOffer());
    return this.peer.localDescription?.sdp ?? "";
  }

  /** Lost before it was answered, it stays lost: it is connected again like any other. @param {string} sdp */
  async answered(sdp) {
    if (this.peer.signalingState !== "closed") await this.peer.setRemoteDescription({ type: "answer", sdp });
  }

  /** Another microphone in place of the one so far. @param {MediaStream} stream */
  speakInto(stream) {
    const [before, muted] = [this.track, !this.track.enabled];
    this.stream = stream;
    this.track = stream.getAudioTracks()[0].clone();
    this.track.enabled = !muted;
    before.stop();
    this.sender.replaceTrack(this.track).catch(() => {}); // it was closed meanwhile
  }

  /** RTC DTMF (RFC 4733). @param {string} keys @returns {boolean} whether it could */
  press(keys) {
    const tones = this.sender.dtmf;
    if (!tones?.canInsertDTMF || !this.isConnected) return false;
    tones.insertDTMF(tones.toneBuffer + keys, 100, 60);
    return true;
  }

  replaced() {
    this.before?.close();
    this.before = null;
  }

  close() {
    this.replaced();
    this.peer.close();
    this.track.stop();
    this.audio.srcObject = null;
  }
}

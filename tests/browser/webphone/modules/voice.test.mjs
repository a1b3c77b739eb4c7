/** A voice that is lost while it is being connected is no fault of the page's (K1). */

import assert from "node:assert/strict";
import { test } from "node:test";

const track = { clone: () => track, stop() {} };
const stream = { getAudioTracks: () => [track] };

/** As a browser's: closed, it takes no description. */
class Peer {
  signalingState = "stable";
  connectionState = "new";
  localDescription = { sdp: "an offer" };
  addTrack = () => ({});
  createOffer = async () => ({});
  setLocalDescription = async () => (this.signalingState = "have-local-offer");
  async setRemoteDescription() {
    if (this.signalingState === "closed") throw new DOMException("closed", "InvalidStateError");
    this.signalingState = "stable";
  }
  close() {
    this.signalingState = this.connectionState = "closed";
  }
}
globalThis.RTCPeerConnection = Peer;
globalThis.Audio = class {};
const { Voice } = await import("../../../../webphone/voice.js");

test("an answer completes the connection", async () => {
  const voice = new Voice("a call", [], stream);
  assert.equal(await voice.offer(), "an offer");
  await voice.answered("an answer");
  assert.equal(voice.peer.signalingState, "stable");
});

test("an answer to a connection that was lost meanwhile raises nothing, and it counts as lost", async () => {
  const voice = new Voice("a call", [], stream);
  await voice.offer();
  voice.peer.close();
  await voice.answered("an answer");
  assert.equal(voice.isLost, true);
});

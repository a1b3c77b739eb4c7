/** How well the other one is heard, from the browser's own figures (W3C webrtc-stats). */

const EVERY_MS = 2_000;
const POOR = { loss: 0.05, jitter_ms: 60, trip_ms: 400 };
const FAIR = { loss: 0.015, jitter_ms: 30, trip_ms: 250 };

/** @typedef {{level: "good" | "fair" | "poor", loss: number, jitter_ms: number, trip_ms: number}} Heard */

export class Quality {
  /** @param {(quality: Heard | null) => void} told */
  constructor(told) {
    this.told = told;
    this.timer = 0;
    this.last = { received: 0, lost: 0 };
  }

  /** @param {RTCPeerConnection | null} peer null: there is nothing to hear */
  watch(peer) {
    clearInterval(this.timer);
    this.last = { received: 0, lost: 0 };
    this.told(null);
    if (peer) this.timer = setInterval(() => this.look(peer), EVERY_MS);
  }

  /** @param {RTCPeerConnection} peer */
  async look(peer) {
    const reports = [...(await peer.getStats()).values()];
    const heard = reports.find((report) => report.type === "inbound-rtp");
    const answered = reports.find((report) => report.type === "remote-inbound-rtp");
    if (!heard) return;
    const [received, lost] = [heard.packetsReceived - this.last.received, Math.max(0, heard.packetsLost - this.last.lost)];
    this.last = { received: heard.packetsReceived, lost: heard.packetsLost };
    const figures = {
      loss: Math.max(lost / Math.max(1, received + lost), answered?.fractionLost ?? 0),
      jitter_ms: (heard.jitter ?? 0) * 1000,
      trip_ms: (answered?.roundTripTime ?? 0) * 1000,
    };
    this.told({ level: exceeds(figures, POOR) || !received ? "poor" : exceeds(figures, FAIR) ? "fair" : "good", ...figures });
  }
}

/** @param {typeof POOR} figures @param {typeof POOR} limit */
const exceeds = (figures, limit) => figures.loss > limit.loss || figures.jitter_ms > limit.jitter_ms || figures.trip_ms > limit.trip_ms;

// A telephone line of a person outside: its calls as the voice cloud tells them, and the audio of one call.

/** @typedef {{CallId: string, LegId: string, Party: string, State: string, Attached: boolean}} Call */

/** @param {Response} answer */
async function checked(answer) {
  if (!answer.ok) throw new Error((await answer.json()).Message);
  return answer;
}

export class Line {
  /** @param {string} number @param {(calls: Call[]) => void} changed @param {(live: boolean) => void} linked */
  constructor(number, changed, linked) {
    this.number = number;
    this.path = `api/lines/${encodeURIComponent(number)}`;
    this.stream = new EventSource(`${this.path}/events`);
    this.stream.addEventListener("calls", (event) => changed(JSON.parse(event.data)));
    this.stream.onopen = () => linked(true);
    this.stream.onerror = () => linked(false);
  }

  close() {
    this.stream.close();
  }

  /** @param {string} to @returns {Promise<Call>} */
  async dial(to) {
    return (await this.post("calls", { Number: to })).json();
  }

  /** @param {string} leg @param {"answer" | "hangup"} deed */
  deed(leg, deed) {
    return this.post(`legs/${leg}/${deed}`, {});
  }

  /** @param {string} path @param {object} body */
  async post(path, body) {
    const headers = { "Content-Type": "application/json" };
    return checked(await fetch(`${this.path}/${path}`, { method: "POST", headers, body: JSON.stringify(body) }));
  }
}

export class Voice {
  /** @param {Line} line @param {string} leg @param {HTMLAudioElement} sound */
  constructor(line, leg, sound) {
    this.line = line;
    this.leg = leg;
    this.sound = sound;
    this.connection = new RTCPeerConnection();
  }

  /** @param {MediaStream} microphone */
  async connect(microphone) {
    const [track] = microphone.getAudioTracks();
    this.sender = this.connection.addTrack(track, microphone);
    this.connection.ontrack = ({ streams: [heard] }) => {
      this.sound.srcObject = heard;
      this.heard = heard;
    };
    await this.connection.setLocalDescription();
    const answer = await checked(await fetch(`${this.line.path}/legs/${this.leg}/media`, {
      method: "POST",
      headers: { "Content-Type": "application/sdp" },
      body: this.connection.localDescription.sdp,
    }));
    await this.connection.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  }

  get canPress() {
    return Boolean(this.sender?.dtmf?.canInsertDTMF);
  }

  /** @param {string} key */
  press(key) {
    this.sender?.dtmf?.insertDTMF(key, 100);
  }

  /** Loudness of what is heard, 0 to 1. */
  get level() {
    const [receiver] = this.connection.getReceivers();
    return receiver?.getSynchronizationSources()[0]?.audioLevel ?? 0;
  }

  close() {
    this.connection.close();
    this.sound.srcObject = null;
  }
}

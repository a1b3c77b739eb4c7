/** The agent's calls as the voice cloud says they are: whole states, of which older ones are ignored. */

/** @typedef {{callId: string, legId: string, sequence: number, revision: number, state: string, direction: string,
 *   kind: string | null, since: string, arrivedAt: string, answeredAt: string | null, terminal: string | null,
 *   pool: {id: string, name: string} | null, party: Party, consult: Party | null, about?: Party | null,
 *   transfer?: {by: {userId: string, name: string}, returned: Unheard | null} | null, unheard?: Unheard | null, muted: boolean,
 *   recording: {paused: boolean} | null, media: {id: string, attached: boolean} | null, reason: string | null}} Call */
/** @typedef {{number: string, name: string | null, userId: string | null, state: string}} Party */
/** @typedef {{number: string, name: string | null, userId: string | null, reason: string}} Unheard */

export class Calls {
  /** @param {Record<string, string[]>} commands which states allow which command (transitions.json) */
  constructor(commands) {
    this.commands = commands;
    /** @type {Map<string, Call>} */
    this.byId = new Map();
    this.version = "";
  }

  /**
   * Takes a state document; gives the calls that have changed, with what they were before.
   * @param {{version: string, calls: Call[]}} document
   * @returns {{call: Call, before: Call | undefined}[]}
   */
  take(document) {
    if (!isNewer(document.version, this.version)) return [];
    this.version = document.version;
    const changes = [];
    const seen = new Map(document.calls.map((call) => [call.callId, call]));
    for (const call of document.calls) {
      const before = this.byId.get(call.callId);
      if (before && !isLater(call, before)) seen.set(call.callId, before);
      else if (!before || call.sequence !== before.sequence || call.revision !== before.revision || call.state !== before.state) changes.push({ call, before });
    }
    for (const [callId, before] of this.byId) {
      if (!seen.has(callId) && before.state !== "ended") changes.push({ call: { ...before, sequence: before.sequence + 1, state: "ended", media: null }, before });
    }
    this.byId = seen;
    return changes;
  }

  /** One call as a command's answer shows it. @param {Call} call */
  took(call) {
    const before = this.byId.get(call.callId);
    if (before && !isLater(call, before)) return [];
    this.byId.set(call.callId, call);
    return [{ call, before }];
  }

  /** @returns {Call[]} those not over, the one talked in first, then the one that has changed last */
  live() {
    const order = ["ringing", "connected", "consulting", "waiting", "parked", "held"];
    return [...this.byId.values()].filter((call) => call.state !== "ended").sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || b.since.localeCompare(a.since));
  }

  ringing() {
    return this.live().find((call) => call.state === "ringing");
  }

  /** The call that is talked in, dialled or held; not one that only rings. */
  current() {
    return this.live().find((call) => call.state !== "ringing");
  }

  /** Those that wait beside the current one. */
  others() {
    const current = this.current();
    return this.live().filter((call) => call !== current && this.may(call, "resume"));
  }

  /** Whether the current one can wait, so that another one is talked in: one that still rings cannot. */
  canSwitch() {
    const current = this.current();
    return !current || current.state === "held" || this.may(current, "hold");
  }

  /** @param {Call} call @param {string} command */
  may(call, command) {
    return (this.commands[command] ?? []).includes(call.state);
  }
}

/** Versions of one run count up; those of another run are news. @param {string} version @param {string} before */
function isNewer(version, before) {
  const [run, count] = version.split("-");
  const [runBefore, countBefore] = before.split("-");
  return run !== runBefore || Number(count) > Number(countBefore);
}

/** @param {Call} call @param {Call} before */
function isLater(call, before) {
  return call.sequence > before.sequence || (call.sequence === before.sequence && call.revision >= before.revision);
}

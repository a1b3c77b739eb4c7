/** Time: the server's, however wrong this machine's clock is, and one for lengths that never goes back. */

/** How far the server's clock is ahead of this machine's. */
let offset_ms = 0;

/** Milliseconds since the page was opened: nobody can set this clock. */
export const elapsed = () => performance.now();

/** The server's time. @returns {number} milliseconds since 1970 */
export const serverNow = () => Date.now() + offset_ms;

/**
 * Takes the time that the server has answered with; what the way of the answer explains is no offset.
 * @param {string | undefined} now ISO 8601 @param {number} asked when the question was sent, by `elapsed`
 */
export function learn(now, asked) {
  const half_ms = (elapsed() - asked) / 2;
  const measured_ms = Date.parse(now ?? "") + half_ms - Date.now();
  if (Math.abs(measured_ms - offset_ms) > half_ms) offset_ms = measured_ms;
}

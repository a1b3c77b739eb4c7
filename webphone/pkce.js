/** Proof Key for Code Exchange (RFC 7636), and the random values that go with it. */

/** @param {Uint8Array} bytes */
const encoded = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

export const random = () => encoded(crypto.getRandomValues(new Uint8Array(32)));

/** @param {string} verifier @returns {Promise<string>} by the method S256 */
export async function challenge(verifier) {
  return encoded(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
}

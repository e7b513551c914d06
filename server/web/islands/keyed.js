// A key under which the server does a thing once, however often it is asked.

/** A random key; works over plain http too, where crypto.randomUUID is missing. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

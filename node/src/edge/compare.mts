/** The HMAC key of comparisons. Random for each process, and never used for anything else. */
let randomKey: Uint8Array<ArrayBuffer> | undefined;

/**
 * Returns the HMAC of `secret` under a random key. JavaScript has no comparison in constant time.
 * The time of a comparison of two HMACs reveals nothing about the values, because an attacker does
 * not know the key.
 */
export async function blinded(secret: Uint8Array<ArrayBuffer> | string): Promise<Uint8Array> {
  randomKey ??= crypto.getRandomValues(new Uint8Array(32));
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", randomKey, hmac, false, ["sign"]);
  const bytes = typeof secret === "string" ? new TextEncoder().encode(secret) : secret;
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes));
}

/** Compares two results of {@link blinded}. */
export function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** Compares secrets. The time does not depend on how many bytes are equal. */
export async function equalSecrets(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([blinded(one), blinded(other)]);
  return equal(first, second);
}

// Base64 (RFC 4648). `atob` ignores white space, padding and unused bits, so it is not used.

const COMMON = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const STANDARD = `${COMMON}+/`;
const URL_SAFE = `${COMMON}-_`;
const INVALID = 0xff;

function table(alphabet: string): Uint8Array {
  const values = new Uint8Array(128).fill(INVALID);
  for (let index = 0; index < alphabet.length; index += 1) {
    values[alphabet.charCodeAt(index)] = index;
  }
  return values;
}

const STANDARD_VALUES = table(STANDARD);
const URL_SAFE_VALUES = table(URL_SAFE);

/**
 * Decodes digits without padding. Returns `undefined` for any other character, for a length that
 * no encoder returns, and, unless `lenient` is set, for unused bits that are not zero.
 */
function decode(
  text: string,
  values: Uint8Array,
  lenient: boolean,
): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 === 1) {
    return undefined;
  }
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let [bits, buffer, at] = [0, 0, 0];
  for (let index = 0; index < text.length; index += 1) {
    const value = values[text.charCodeAt(index)] ?? INVALID;
    if (value === INVALID) {
      return undefined;
    }
    buffer = ((buffer << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at] = buffer >> bits;
      at += 1;
    }
  }
  const unused = buffer & ((1 << bits) - 1);
  return unused === 0 || lenient ? bytes : undefined;
}

/** Decodes base64url strictly: no padding, no white space, no unused bits. */
export function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  return decode(text, URL_SAFE_VALUES, false);
}

/** Decodes base64 strictly: with padding, without white space and unused bits. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (text.length % 4 !== 0) {
    return undefined;
  }
  return decode(text.replace(/={1,2}$/, ""), STANDARD_VALUES, false);
}

/** Decodes base64 without padding. Ignores unused bits. */
export function decodeLenientBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  return decode(text, STANDARD_VALUES, true);
}

/** Encodes base64url without padding. */
export function encodeBase64Url(bytes: Uint8Array): string {
  const digits: string[] = [];
  for (let index = 0; index < bytes.length; index += 3) {
    const rest = bytes.length - index;
    const [a = 0, b = 0, c = 0] = bytes.subarray(index, index + 3);
    const group = (a << 16) | (b << 8) | c;
    for (let digit = 0; digit <= Math.min(rest, 3); digit += 1) {
      digits.push(URL_SAFE.charAt((group >> (18 - 6 * digit)) & 63));
    }
  }
  return digits.join("");
}

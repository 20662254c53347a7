import { ScalekitArgumentException } from "./errors.mjs";

/** Checks the URL of an environment. Returns it without a trailing slash. */
export function parseEnvUrl(text: string, allowHttp: boolean): string {
  // Rejected anywhere in the text: URL parsers are lenient, and messages contain the text.
  if (text.includes("@")) {
    throw new ScalekitArgumentException("envUrl must not contain a user name or password");
  }
  const reject = (problem: string): never => {
    throw new ScalekitArgumentException(`envUrl ${JSON.stringify(text)}: ${problem}`);
  };
  if (/[\s\p{Control}]/u.test(text)) {
    reject("it contains white space or control characters");
  }
  if (!text.includes("://")) {
    reject("a scheme is missing, such as https://");
  }
  const url = parse(text) ?? reject("it is not a URL");
  if (url.protocol === "http:" && !isLoopback(url) && !allowHttp) {
    reject("http would send secrets in the clear; use https, or set allowInsecureHttp");
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    reject("the scheme must be https");
  }
  if (text.includes("?") || text.includes("#")) {
    reject("it must not have a query or fragment");
  }
  return url.href.replace(/\/+$/, "");
}

function parse(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function isLoopback({ hostname }: URL): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127(\.\d+){3}$/.test(hostname)
  );
}

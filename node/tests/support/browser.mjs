// @ts-check
/** A minimal browser: follows redirects and stores the cookies of each origin. */
export class Browser {
  /** @type {Map<string, Map<string, string>>} */
  #jars = new Map();

  /**
   * Opens a page and follows redirects.
   * @param {string} url @param {(url: URL) => string | URL} [redirect] returns the URL to follow
   */
  async open(url, redirect = (url) => url) {
    let current = new URL(url);
    for (let hops = 0; hops < 10; hops += 1) {
      const response = await fetch(current, {
        redirect: "manual",
        headers: { cookie: this.#cookies(current.origin) },
      });
      this.#store(current.origin, response.headers.getSetCookie());
      const location = response.headers.get("location");
      if (!location) {
        return { url: current.href, status: response.status, text: await response.text() };
      }
      current = new URL(redirect(new URL(location, current)));
    }
    throw new Error(`${url} redirects too often`);
  }

  /** @param {string} origin */
  #cookies(origin) {
    return [...(this.#jars.get(origin) ?? [])]
      .map(([name, value]) => `${name}=${value}`)
      .join("; ");
  }

  /** @param {string} origin @param {string[]} cookies */
  #store(origin, cookies) {
    const jar = this.#jars.get(origin) ?? new Map();
    for (const cookie of cookies) {
      const [name = "", value = ""] = (cookie.split(";")[0] ?? "").split("=");
      jar.set(name, value);
    }
    this.#jars.set(origin, jar);
  }
}

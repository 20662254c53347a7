// @ts-check
/** A browser that follows redirects and keeps the cookies of each origin. */
export class Browser {
  /** @type {Map<string, Map<string, string>>} */
  #jars = new Map();

  /** Opens a page, as a click on a link does. @param {string} url @param {(url: URL) => string | URL} [turn] */
  async open(url, turn = (url) => url) {
    let place = new URL(url);
    for (let hops = 0; hops < 10; hops += 1) {
      const response = await fetch(place, { redirect: "manual", headers: { cookie: this.#cookies(place.origin) } });
      this.#keep(place.origin, response.headers.getSetCookie());
      const location = response.headers.get("location");
      if (!location) {
        return { url: place.href, status: response.status, text: await response.text() };
      }
      place = new URL(turn(new URL(location, place)));
    }
    throw new Error(`${url} leads nowhere`);
  }

  /** @param {string} origin */
  #cookies(origin) {
    return [...(this.#jars.get(origin) ?? [])].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  /** @param {string} origin @param {string[]} cookies */
  #keep(origin, cookies) {
    const jar = this.#jars.get(origin) ?? new Map();
    for (const cookie of cookies) {
      const [name = "", value = ""] = (cookie.split(";")[0] ?? "").split("=");
      jar.set(name, value);
    }
    this.#jars.set(origin, jar);
  }
}

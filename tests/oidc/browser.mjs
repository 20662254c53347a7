// A browser without scripts: it follows redirects, keeps cookies, and fills in the forms that it meets, until it is sent
// to the application or sees a page without a form.

import { load } from "cheerio";

const MOST_STEPS = 20;

export class Browser {
  #cookies = new Map();
  #answers;

  // `answers` gives what is typed, or how to find that out, by the type of a field or what it is to be completed with.
  constructor(answers = {}) {
    this.#answers = answers;
  }

  // Where the browser ends up: the application's URL with what came along, or the last page's text.
  async visit(url, application) {
    let request = [url, {}];
    for (let step = 0; step < MOST_STEPS; step += 1) {
      if (String(request[0]).startsWith(application)) {
        return { url: new URL(request[0]) };
      }
      const response = await this.#send(...request);
      const location = response.headers.get("location");
      if (location) {
        request = [new URL(location, request[0]), {}];
        continue;
      }
      const page = load(await response.text());
      const alert = page("[role=alert]").text().trim();
      if (alert) {
        throw new Error(`the page says: ${alert}`);
      }
      const form = page("form").first();
      if (form.length === 0) {
        return { status: response.status, text: page("main").text() };
      }
      request = await this.#submit(page, form, request[0]);
    }
    throw new Error(`after ${MOST_STEPS} steps still at ${request[0]}`);
  }

  async #send(url, options) {
    const cookie = [...this.#cookies].map((pair) => pair.join("=")).join("; ");
    const headers = cookie ? { cookie } : {};
    const response = await fetch(url, { ...options, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [name, ...value] = line.split(";")[0].split("=");
      this.#cookies.set(name.trim(), value.join("="));
    }
    return response;
  }

  // The request that pressing the form's first button makes.
  async #submit(page, form, base) {
    const fields = new URLSearchParams();
    for (const element of form.find("input, select")) {
      const field = page(element);
      const name = field.attr("name");
      const type = field.attr("type") ?? "text";
      if (!name || type === "submit" || (["checkbox", "radio"].includes(type) && field.attr("checked") === undefined)) {
        continue;
      }
      const typed = this.#answers[type] ?? this.#answers[field.attr("autocomplete")];
      const told = typeof typed === "function" ? await typed() : typed;
      const chosen = field.find("option[selected]").attr("value") ?? field.find("option").attr("value");
      fields.append(name, told ?? field.attr("value") ?? chosen ?? "");
    }
    const button = form.find("button, input[type=submit]").first();
    if (button.attr("name")) {
      fields.set(button.attr("name"), button.attr("value") ?? "");
    }
    const target = new URL(form.attr("action") || base, base);
    if ((form.attr("method") ?? "get").toLowerCase() === "post") {
      return [target, { method: "POST", body: fields }];
    }
    target.search = fields.toString();
    return [target, {}];
  }
}

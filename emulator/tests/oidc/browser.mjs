// A browser without JavaScript. It follows redirects, stores cookies and submits forms until it
// reaches the application or a page without a form.

import { load } from "cheerio";

const MAX_STEPS = 20;

export class Browser {
  #cookies = new Map();
  #values;

  // `values` are the values of form fields, or functions that return them. The keys are values of
  // the `type` or the `autocomplete` attribute.
  constructor(values = {}) {
    this.#values = values;
  }

  // Visits a URL. Returns the URL of the application with its parameters, or the text of the last
  // page.
  async visit(url, application) {
    let request = [url, {}];
    for (let step = 0; step < MAX_STEPS; step += 1) {
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
        throw new Error(`the page shows an error: ${alert}`);
      }
      const form = page("form").first();
      if (form.length === 0) {
        return { status: response.status, text: page("main").text() };
      }
      request = await this.#submit(page, form, request[0]);
    }
    throw new Error(`still at ${request[0]} after ${MAX_STEPS} steps`);
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

  // Returns the request of the form's first button.
  async #submit(page, form, base) {
    const fields = new URLSearchParams();
    for (const element of form.find("input, select")) {
      const field = page(element);
      const name = field.attr("name");
      const type = field.attr("type") ?? "text";
      if (
        !name ||
        type === "submit" ||
        (["checkbox", "radio"].includes(type) && field.attr("checked") === undefined)
      ) {
        continue;
      }
      const source = this.#values[type] ?? this.#values[field.attr("autocomplete")];
      const value = typeof source === "function" ? await source() : source;
      const option =
        field.find("option[selected]").attr("value") ?? field.find("option").attr("value");
      fields.append(name, value ?? field.attr("value") ?? option ?? "");
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

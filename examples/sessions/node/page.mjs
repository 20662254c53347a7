// The pages of the example applications. They look the same in all frameworks.
import { readFileSync } from "node:fs";

const STYLE = readFileSync(new URL("../style.css", import.meta.url), "utf8");
const MENU = { "/orders": "Orders", "/admin": "Administration" };

/** Returns a page with a menu. `user` has the claims of the signed-in user. */
export function page(title, text, user) {
  const menu = Object.entries(MENU).map(([path, name]) => {
    const current = name === title ? ' aria-current="page"' : "";
    return `<a href="${path}"${current}>${name}</a>`;
  });
  const button = user
    ? '<form method="post" action="/logout"><button>Sign out</button></form>'
    : "";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)} · Acme</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<header><div><a class="brand" href="/">Acme</a> <nav>${menu.join(" ")}</nav> ${button}</div></header>
<main>
<h1>${escape(title)}</h1>
<p>${escape(text)}</p>
${user ? account(user) : '<a class="button" href="/login">Sign in</a>'}
</main>
</body>
</html>
`;
}

function account({ sub, oid = "", roles = [] }) {
  return `<dl>
<dt>User</dt><dd>${escape(sub)}</dd>
<dt>Organization</dt><dd>${escape(oid)}</dd>
<dt>Roles</dt><dd>${escape(roles.join(", ") || "none")}</dd>
</dl>
<a href="/login?prompt=select_account">Switch account</a>`;
}

function escape(text) {
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (letter) => entities[letter]);
}

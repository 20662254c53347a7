// The pages of the example.

const STYLE = `
  :root { color-scheme: light dark; --text: #1b1f24; --muted: #57606a; --page: #f6f8fa;
    --card: #fff; --accent: #3145d3; --on-accent: #fff; }
  @media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --muted: #9aa4af;
    --page: #0d1117; --card: #161b22; --accent: #9db0ff; --on-accent: #0d1117; } }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--page);
    color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
  main { margin: 16px; padding: 32px; max-width: 28rem; background: var(--card);
    border-radius: 12px; }
  nav { display: flex; flex-wrap: wrap; gap: 12px; align-items: center; }
  a { color: var(--accent); }
  .muted { color: var(--muted); overflow-wrap: anywhere; }
  .button, button { padding: 10px 18px; border: 0; border-radius: 8px; background: var(--accent);
    color: var(--on-accent); font: inherit; text-decoration: none; cursor: pointer; }`;

/** Returns a page with a menu for the user. */
export function page(title, user, text = "") {
  const menu = user
    ? `<p class="muted">Signed in as ${escape(user.sub)} of ${escape(user.oid)}</p>
      <nav>
        <a href="/">Start</a> <a href="/orders">Orders</a> <a href="/admin">Administration</a>
        <form method="post" action="/logout"><button>Sign out</button></form>
      </nav>`
    : `<p class="muted">Signed out</p>
      <nav><a class="button" href="/login">Sign in</a> <a href="/orders">Orders</a></nav>`;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${escape(title)}</title>
    <style>${STYLE}</style>
  </head>
  <body>
    <main>
      <h1>${escape(title)}</h1>
      <p>${escape(text)}</p>
      ${menu}
    </main>
  </body>
</html>
`;
}

function escape(text = "") {
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return String(text).replace(/[&<>"]/g, (letter) => entities[letter]);
}

// Updates the dashboard when its content changes. Keeps open details, the focus and selected text.
"use strict";

const indicator = document.getElementById("live");
let source = null;
let updating = false;
let updateAgain = false;

function showConnected(connected) {
  const text = connected ? indicator.dataset.on : indicator.dataset.off;
  if (indicator.textContent !== text) indicator.textContent = text;
}

/** Returns true if the user has selected text in the region. */
function hasSelection(region) {
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed && region.contains(selection.anchorNode);
}

function replace(region, fresh) {
  for (const details of region.querySelectorAll("details[open]")) {
    const same = fresh.querySelector(`#${CSS.escape(details.id)}`);
    if (same) same.open = true;
  }
  // Each page has a new ticket. Copy it first, so that a new ticket alone does not replace the content.
  const [current, next] = [region, fresh].map((part) => part.querySelector("input[name=ticket]"));
  if (current && next) current.defaultValue = current.value = next.value;
  if (region.innerHTML === fresh.innerHTML) return;
  const focused = region.contains(document.activeElement) ? document.activeElement.id : "";
  region.replaceChildren(...fresh.childNodes);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

async function update() {
  if (updating) {
    updateAgain = true;
    return;
  }
  updating = true;
  try {
    const response = await fetch(location.href);
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const region of document.querySelectorAll("[data-live]")) {
      const fresh = page.getElementById(region.id);
      if (fresh && !hasSelection(region)) replace(region, fresh);
    }
  } catch {
    // The event stream reports connection errors and reconnects.
  } finally {
    updating = false;
    if (updateAgain) {
      updateAgain = false;
      update();
    }
  }
}

function listen() {
  if (source) return;
  source = new EventSource("/_emulator/dashboard/events");
  source.addEventListener("open", () => {
    showConnected(true);
    update();
  });
  source.addEventListener("message", update);
  source.addEventListener("error", () => showConnected(false));
}

// Close the connection of a hidden page: browsers limit the connections per server.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    source?.close();
    source = null;
  } else {
    listen();
  }
});

listen();

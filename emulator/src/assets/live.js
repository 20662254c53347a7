// Renews what has changed on the dashboard, without taking away what somebody is in the middle of.
"use strict";

const sign = document.getElementById("live");
let source = null;
let busy = false;
let again = false;

function say(on) {
  const text = on ? sign.dataset.on : sign.dataset.off;
  if (sign.textContent !== text) sign.textContent = text;
}

/** Whether somebody marks text in there, to copy it. */
function marked(region) {
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed && region.contains(selection.anchorNode);
}

function replace(region, fresh) {
  for (const details of region.querySelectorAll("details[open]")) {
    const same = fresh.querySelector(`#${CSS.escape(details.id)}`);
    if (same) same.open = true;
  }
  // Tickets differ each time; they are taken over without touching the rest.
  const [old, young] = [region, fresh].map((part) => part.querySelector("input[name=ticket]"));
  if (old && young) old.defaultValue = old.value = young.value;
  if (region.innerHTML === fresh.innerHTML) return;
  const focused = region.contains(document.activeElement) ? document.activeElement.id : "";
  region.replaceChildren(...fresh.childNodes);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

async function renew() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  try {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const region of document.querySelectorAll("[data-live]")) {
      const fresh = page.getElementById(region.id);
      if (fresh && !marked(region)) replace(region, fresh);
    }
  } catch {
    // The stream says that the emulator is gone, and when it is back.
  } finally {
    busy = false;
    if (again) {
      again = false;
      renew();
    }
  }
}

function listen() {
  if (source) return;
  source = new EventSource("/_emulator/dashboard/events");
  source.addEventListener("open", () => {
    say(true);
    renew();
  });
  source.addEventListener("message", renew);
  source.addEventListener("error", () => say(false));
}

// A hidden page needs no connection; browsers have only a few for each server.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    source?.close();
    source = null;
  } else {
    listen();
  }
});

listen();

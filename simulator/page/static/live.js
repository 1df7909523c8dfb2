"use strict";
// Keeps the parts of a page that say `data-live` as they are on the server: fetches the page again every few seconds
// and replaces what differs, except where somebody works just now. The server has escaped every text in it.
const EVERY_MS = 2500;
const address = new URL(location.href);

// A note is read out, and told once: loading the page again does not tell it again.
if (address.searchParams.has("note")) {
  document.querySelector(".told")?.focus();
  address.searchParams.delete("note");
  history.replaceState(null, "", address);
}

function isBusy(part) {
  return part.contains(document.activeElement) && document.activeElement !== document.body;
}

async function renew() {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live][id]")) {
    const now = fresh.getElementById(part.id);
    if (!now || isBusy(part)) continue;
    const folds = part.querySelectorAll("details");
    now.querySelectorAll("details").forEach((each, at) => {
      each.open = Boolean(folds[at]?.open);
    });
    if (now.innerHTML === part.innerHTML) continue;
    part.replaceChildren(...document.importNode(now, true).childNodes);
    if (part.tagName === "SECTION") highlight(part);
  }
}

function highlight(part) {
  part.classList.remove("fresh");
  void part.offsetWidth; // begins the animation again
  part.classList.add("fresh");
}

setInterval(() => {
  if (!document.hidden) renew().catch(() => undefined);
}, EVERY_MS);

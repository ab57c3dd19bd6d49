"use strict";
// Fetches the numbers anew; the page's own links keep working without it.
const now = document.querySelector("[data-refresh]");
async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(now.dataset.refresh, { credentials: "same-origin" });
    if (answer.status === 401) { location.reload(); return; }
    if (!answer.ok) return;
    const focused = now.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    const left = now.querySelector(".scroll").scrollLeft;
    // Our own page, escaped by the server.
    now.innerHTML = await answer.text();
    now.querySelector(".scroll").scrollLeft = left;
    if (focused) now.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus();
  } catch { /* tried again in a few seconds */ }
}
if (now) setInterval(refresh, 3000);

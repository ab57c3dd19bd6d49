"use strict";
const log = document.getElementById("log"), form = document.getElementById("say");
const text = document.getElementById("text"), files = document.getElementById("files"), toast = document.getElementById("toast");
const seen = new Map();
let token = "", after = 0;

async function begin() {
  token = new URLSearchParams(location.hash.slice(1)).get("t") || sessionStorage.getItem("token") || "";
  if (!token) token = (await (await fetch("/chat/api/session", { method: "POST" })).json()).token;
  sessionStorage.setItem("token", token);
  for (;;) await read();
}

async function read() {
  try {
    // Four chats on one page ask for the same address: the browser's cache would let one wait twenty seconds for the other.
    const answer = await fetch(`/chat/api/messages?after=${after}`, { headers: { Authorization: `Bearer ${token}` }, cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status);
    for (const message of await answer.json()) { after = message.seq; message.toast ? tell(message.toast) : show(message); }
  } catch { await new Promise((done) => setTimeout(done, 2000)); }
}

function tell(words) {
  toast.textContent = words; toast.hidden = false;
  setTimeout(() => { toast.hidden = true; }, 4000);
}

function show(message) {
  let box = seen.get(message.id);
  if (!box) { box = document.createElement("div"); box.className = "msg"; seen.set(message.id, box); log.append(box); }
  const bubble = document.createElement("div"), keys = document.createElement("div");
  bubble.className = "bubble"; keys.className = "keys";
  // The server escapes all that people wrote; only <b> and <i> of our own sentences are markup.
  bubble.innerHTML = message.html;
  for (const file of message.files) attach(bubble, file);
  for (const line of message.buttons) for (const key of line) {
    const button = document.createElement("button");
    button.type = "button"; button.textContent = key.label; if (line.length === 1) button.className = "wide";
    button.addEventListener("click", () => send({ button: key.data, message_id: message.id }, [], null));
    keys.append(button);
  }
  box.replaceChildren(bubble, keys);
  box.scrollIntoView({ block: "end" });
}

async function attach(bubble, file) {
  const answer = await fetch(`/chat/api/files/${file.sha256}`, { headers: { Authorization: `Bearer ${token}` } });
  if (!answer.ok || file.kind !== "photo") { bubble.append(` [${file.kind}]`); return; }
  const image = new Image(); image.src = URL.createObjectURL(new Blob([await answer.blob()], { type: file.mime })); bubble.append(image);
}

async function send(update, chosen, box) {
  update.id = crypto.randomUUID(); update.language = document.documentElement.lang;
  const body = new FormData();
  body.append("update", JSON.stringify(update));
  for (const file of chosen) body.append("file", file);
  for (let tries = 0; tries < 5; tries++) {
    try {
      const answer = await fetch("/chat/api/messages", { method: "POST", body, headers: { Authorization: `Bearer ${token}` } });
      if (answer.ok) { box?.classList.remove("pending"); return; }
      if (answer.status < 500) break;
    } catch { /* sent again below, under the same id */ }
    await new Promise((done) => setTimeout(done, 1000 * 2 ** tries));
  }
  box?.classList.replace("pending", "failed");
}

function mine(words, chosen) {
  const box = document.createElement("div"), bubble = document.createElement("div");
  box.className = "msg mine pending"; bubble.className = "bubble";
  bubble.textContent = words + (chosen.length ? ` 🖼 ${chosen.length}` : "");
  box.append(bubble); log.append(box); box.scrollIntoView({ block: "end" });
  return box;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const words = text.value.trim(), chosen = [...files.files];
  if (!words && !chosen.length) return;
  send({ text: words }, chosen, mine(words, chosen));
  text.value = ""; files.value = "";
});
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
});
addEventListener("message", (event) => { if (event.origin === location.origin && event.data.paste) { text.value = event.data.paste; text.focus(); } });
begin();

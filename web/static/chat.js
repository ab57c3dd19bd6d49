"use strict";
const log = document.getElementById("log"), form = document.getElementById("say");
const text = document.getElementById("text"), files = document.getElementById("files"), toast = document.getElementById("toast");
const reply = document.getElementById("reply"), here = document.getElementById("here"), labels = form.dataset;
const seen = new Map();
const LARGEST = 20 * 1024 * 1024; // bytes of a file: as the server has it
let token = "", after = 0, replyTo = "", fading = 0;

async function begin() {
  token = new URLSearchParams(location.hash.slice(1)).get("t") || sessionStorage.getItem("token") || "";
  while (!token) if (await open("") !== 200) await new Promise((done) => setTimeout(done, 3000));
  for (;;) await read();
}

// Where many come from one address a new chat has to wait, unless its first words are of danger. The answer's status; 0: none came.
async function open(words) {
  try {
    const answer = await fetch("/chat/api/session", { method: "POST", body: words && JSON.stringify({ text: words }) });
    if (answer.status === 503) tell(labels.away, 12);
    if (answer.ok) { token = token || (await answer.json()).token; sessionStorage.setItem("token", token); }
    return answer.status;
  } catch { return 0; }
}

async function read() {
  try {
    // Four chats on one page ask for the same address: the browser's cache would let one wait twenty seconds for the other.
    const answer = await fetch(`/chat/api/messages?after=${after}`, { headers: { Authorization: `Bearer ${token}` }, cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status);
    for (const message of await answer.json()) { after = message.seq; message.toast ? tell(message.toast) : show(message); }
  } catch { await new Promise((done) => setTimeout(done, 2000)); }
}

function tell(words, seconds = 4) {
  toast.textContent = words; toast.hidden = false;
  clearTimeout(fading); fading = setTimeout(() => { toast.hidden = true; }, seconds * 1000);
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
  const answer = document.createElement("button");
  answer.type = "button"; answer.className = "answer"; answer.textContent = "↩"; answer.title = labels.reply;
  answer.setAttribute("aria-label", labels.reply);
  answer.addEventListener("click", () => replying(message.id, bubble.textContent));
  box.replaceChildren(answer, bubble, keys);
  box.scrollIntoView({ block: "end" });
}

async function attach(bubble, file) {
  const address = `/chat/api/files/${file.sha256}`, key = { headers: { Authorization: `Bearer ${token}` } };
  const load = async () => URL.createObjectURL(new Blob([await (await fetch(address, key)).blob()], { type: file.mime }));
  if (file.kind === "photo") {
    const image = new Image();
    image.alt = labels.photo; bubble.append(image); image.src = await load();
    return;
  }
  const link = document.createElement("button");
  link.type = "button"; link.className = "file"; link.textContent = `⬇ ${labels[file.kind] || labels.document} ${file.name || ""}`;
  link.addEventListener("click", async () => {
    const save = document.createElement("a");
    save.href = await load(); save.download = file.name || file.kind; save.click();
  });
  bubble.append(document.createElement("br"), link);
}

function replying(id, words) {
  replyTo = id; reply.hidden = !id;
  reply.querySelector("span").textContent = `↩ ${words.slice(0, 40)}`;
  if (id) text.focus();
}

async function send(update, chosen, box) {
  while (!token) {
    const status = await open(update.text || "");
    if (status === 429) { tell(labels.crowded, 12); box?.classList.replace("pending", "failed"); return; }
    if (status !== 200) await new Promise((done) => setTimeout(done, 2000));
  }
  update.id = crypto.randomUUID(); update.language = document.documentElement.lang;
  const body = new FormData();
  body.append("update", JSON.stringify(update));
  for (const file of chosen) body.append("file", file);
  for (let tries = 0; tries < 5; tries++) {
    try {
      const answer = await fetch("/chat/api/messages", { method: "POST", body, headers: { Authorization: `Bearer ${token}` } });
      if (answer.ok) { box?.classList.remove("pending"); return; }
      if (answer.status === 413) tell(labels.heavy, 12);
      if (answer.status === 429) tell(labels.crowded, 12);
      if (answer.status < 500) break;
      // While the store is away nothing is given up: what was written stays here and goes when it is back.
      if (answer.status === 503) { tell(labels.away, 12); tries = Math.min(tries, 2); }
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
  if (chosen.some((file) => file.size > LARGEST)) return tell(labels.heavy, 12);
  send({ text: words, reply_to: replyTo }, chosen, mine(words, chosen));
  text.value = ""; files.value = ""; replying("", "");
});
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
});
reply.querySelector("button").addEventListener("click", () => replying("", ""));
here.addEventListener("click", () => navigator.geolocation.getCurrentPosition(
  ({ coords }) => send({ location: { lat: coords.latitude, lon: coords.longitude } }, [], mine("📍", [])), () => tell(labels.nowhere)));
if (!navigator.geolocation) here.hidden = true;
addEventListener("message", (event) => { if (event.origin === location.origin && event.data.paste) { text.value = event.data.paste; text.focus(); } });
begin();

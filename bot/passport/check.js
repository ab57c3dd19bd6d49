"use strict";
// Recomputes the passport from the data in this page: see docs/passport.md. No server, no network, no library.

const K = [], H0 = [];
{
  const root = (n, e) => Math.floor((n ** (1 / e) % 1) * 2 ** 32);
  for (let n = 2; K.length < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
    if (!prime) continue;
    if (H0.length < 8) H0.push(root(n, 2));
    K.push(root(n, 3));
  }
}

function sha256(bytes) {
  const length = bytes.length, padded = new Uint8Array(((length + 72) >> 6) << 6), view = new DataView(padded.buffer);
  padded.set(bytes);
  padded[length] = 0x80;
  view.setUint32(padded.length - 8, Math.floor(length / 2 ** 29));
  view.setUint32(padded.length - 4, (length << 3) >>> 0);
  const h = H0.slice(), w = new Uint32Array(64), turn = (x, n) => (x >>> n) | (x << (32 - n));
  for (let at = 0; at < padded.length; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getUint32(at + 4 * i);
    for (let i = 16; i < 64; i++) {
      const a = w[i - 15], b = w[i - 2];
      w[i] = w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + w[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
    }
    let [a, b, c, d, e, f, g, z] = h;
    for (let i = 0; i < 64; i++) {
      const one = (z + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      z = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
    }
    [a, b, c, d, e, f, g, z].forEach((value, i) => { h[i] = (h[i] + value) | 0; });
  }
  return h.map((value) => (value >>> 0).toString(16).padStart(8, "0")).join("");
}

const utf8 = (text) => new TextEncoder().encode(text);
const raw = (hex) => Uint8Array.from({ length: 32 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16));
const digest = (...parts) => sha256(utf8(JSON.stringify(parts)));
const pair = (left, right) => sha256(Uint8Array.of(1, ...raw(left), ...raw(right)));

function faultsOf(passport) {
  const found = [], events = passport.events, number = passport.number;
  if (passport.format !== "case-passport" || passport.version !== 1) return [["shape", 0]];
  let previous = "0".repeat(64);
  events.forEach((e, i) => {
    const made = () => digest(
      "event", 1, previous, number, e.seq, e.at, e.kind, e.role, e.source, e.target, e.actor, e.words, e.facts, e.adopted);
    if (e.seq !== i + 1) found.push(["order", i + 1]);
    else if (e.hash !== made()) found.push(["event", i + 1]);
    previous = e.hash;
  });
  const last = events[events.length - 1];
  if (!last || passport.facts[2] !== number || last.facts !== digest(...passport.facts)) found.push(["facts", events.length]);
  for (const proof of passport.anchors) {
    const a = proof.anchor, at = events[proof.seq - 1];
    const hash = digest("anchor", 1, a.previous, a.seq, a.day, a.made_at, a.leaves, a.tickets, a.events, a.upto, a.root);
    const leaf = digest("leaf", 1, number, proof.before, proof.seq, at ? at.hash : "");
    let reached = sha256(Uint8Array.of(0, ...raw(leaf)));
    for (const [side, other] of proof.path) {
      if (side !== "left" && side !== "right") throw new TypeError(side);
      reached = side === "left" ? pair(other, reached) : pair(reached, other);
    }
    if (hash !== a.hash || reached !== a.root) found.push(["anchor", a.seq]);
  }
  return found;
}

function linesOf(passport) {
  const found = [], same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  for (const kind of ["head", "event", "anchor"]) {
    const shown = [...document.querySelectorAll(`p.${kind}`)].map((p) => p.textContent), kept = passport.lines[kind];
    if (same(shown, kept)) continue;
    const where = kind === "event" ? kept.map((line, i) => i + 1).filter((seq) => shown[seq - 1] !== kept[seq - 1]) : [];
    found.push(...(where.length ? where.map((seq) => ["line", seq]) : [["text", 0]]));
  }
  return found;
}

function look() {
  const block = document.getElementById("passport"), found = [];
  if (sha256(utf8(block.textContent)) !== block.dataset.digest) found.push(["digest", 0]);
  let passport = null;
  try {
    passport = JSON.parse(block.textContent);
    found.push(...faultsOf(passport), ...linesOf(passport));
  } catch {
    found.push(["shape", 0]);
  }
  return [passport, found];
}

function tell(passport, found) {
  const says = JSON.parse(document.getElementById("says").textContent), box = document.getElementById("verdict");
  const filled = (text, value) => text.replace("{seq}", value);
  const say = (text) => { box.querySelector("ul").append(Object.assign(document.createElement("li"), { textContent: text })); };
  box.className = found.length ? "altered" : "genuine";
  box.querySelector("strong").textContent = found.length ? says.altered : says.genuine;
  for (const [fault, seq] of found) {
    say(filled(says[`at_${fault}`], seq || ""));
    if (["event", "order", "line"].includes(fault)) document.getElementById(`event-${seq}`)?.classList.add("altered");
  }
  if (found.length) return;
  const covered = Math.max(0, ...passport.anchors.map((proof) => proof.seq));
  if (covered) say(filled(says.anchored, covered));
  if (covered < passport.events.length) say(filled(says.waiting, covered + 1));
}

tell(...look());

"use strict";
async function begin() {
  const data = await (await fetch("/demo/data")).json(), panes = document.getElementById("panes");
  for (const pane of data.panes) {
    const box = document.createElement("article"), title = document.createElement("h2"), frame = document.createElement("iframe");
    title.textContent = pane.title; frame.title = pane.title; frame.src = `/chat#t=${encodeURIComponent(pane.token)}`;
    box.append(title, frame); panes.append(box);
  }
  document.getElementById("try").textContent = data.complaint;
  document.getElementById("paste").addEventListener("click", () =>
    panes.querySelector("iframe").contentWindow.postMessage({ paste: data.complaint }, location.origin));
  board(); setInterval(board, 2000);
}
async function board() {
  const states = await (await fetch("/demo/board")).json();
  document.getElementById("board").replaceChildren(...states.map((state) => {
    const box = document.createElement("span");
    box.className = state.count ? "state some" : "state"; box.textContent = `${state.name} ${state.count}`;
    return box;
  }));
}
begin();

"use strict";
// The code stands behind the # of the link: it is taken into the form and wiped from the address, so that no history keeps it.
const code = location.hash.slice(1);
if (code) {
  document.getElementById("code").value = code;
  document.getElementById("typed").hidden = true;
  history.replaceState(null, "", location.pathname);
}

/** The page that makes the code: asks the server for the code of every change, as its button would, without leaving. */
const form = document.querySelector(".builder-form");
const [code, preview, trouble, copy, copied] = ["code", "preview", "trouble", "copy", "copied"]
  .map((id) => document.getElementById(id));
const PAUSE = 350; // milliseconds after the last key before the code is made anew
let timer = 0;
let turn = 0;

/** What stands in the same place of the page that the server answers. */
async function make() {
  const mine = (turn += 1);
  const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
  const answer = new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");
  if (mine !== turn || !answer.getElementById("code")) return;
  const said = answer.getElementById("trouble");
  trouble.textContent = said.textContent;
  trouble.hidden = said.hidden;
  if (!said.hidden) return;
  code.value = answer.getElementById("code").textContent;
  copied.textContent = "";
  const shown = answer.getElementById("preview");
  preview.height = shown.getAttribute("height");
  if (preview.getAttribute("src") !== shown.getAttribute("src")) preview.src = shown.getAttribute("src");
  window.history.replaceState(null, "", address);
}

async function copyCode() {
  code.select();
  try {
    await navigator.clipboard.writeText(code.value);
    copied.textContent = copied.dataset.done;
  } catch {
    copied.textContent = copied.dataset.byHand; // a page without TLS may not write to the clipboard
  }
}

form.addEventListener("input", () => {
  window.clearTimeout(timer);
  timer = window.setTimeout(make, PAUSE);
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  make();
});
copy.hidden = false;
copy.addEventListener("click", copyCode);

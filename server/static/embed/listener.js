/* Sets the height of every Dateline frame of this page as the frame asks for it. */
window.addEventListener("message", ({ data, source }) => {
  if (data?.type !== "dateline:height" || !(data.height >= 100 && data.height <= 2000)) return;
  for (const frame of document.querySelectorAll("iframe[data-dateline]")) {
    if (frame.contentWindow === source) frame.style.height = `${Math.round(data.height)}px`;
  }
});

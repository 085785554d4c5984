/** The only script of a frame: opens its map, and tells the page around it how high it wants to be. */
import { openAtlas } from "./atlas.js";
import { element, pageData } from "./dom.js";
import { Gestures } from "./gestures.js";
import { say } from "./speech.js";
import { Still } from "./still.js";
import { Story } from "./story.js";

const SLIM = 0.8; // of its width: as high as a narrow frame wants to be
const LEAST = 340; // pixels

const page = pageData("page-data");
const [map, time, legend] = ["map", "time", "legend"].map((id) => document.getElementById(id));
let told = 0;

/** It follows from the width alone, so that no answer of the page can start it again. */
function tellHeight() {
  const height = Math.min(page.height, Math.max(LEAST, Math.round(window.innerWidth * SLIM)));
  if (height === told || window.parent === window) return;
  told = height;
  window.parent.postMessage({ type: "dateline:height", height }, "*");
  window.parent.postMessage({ sentinel: "amp", type: "embed-size", height }, "*");
}

tellHeight();
window.addEventListener("resize", tellHeight);

try {
  const atlas = await openAtlas({ map, time, legend }, page);
  new Gestures(atlas.map);
  for (const still of document.querySelectorAll("[data-still]")) new Still(atlas.map, still); // none where published
  if (page.story) new Story(atlas, page.story);
  atlas.slider.go(page.day);
} catch (error) {
  map.append(element("p", { class: "trouble", role: "alert" }, say("map.failed", { error: error.message })));
  throw error;
}

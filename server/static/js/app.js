/** The only script a page starts: opens the map of the page, and the story if there is one. */
import { openAtlas } from "./atlas.js";
import { Download } from "./download.js";
import { element, pageData } from "./dom.js";
import { State } from "./state.js";
import { say } from "./speech.js";
import { Still } from "./still.js";
import { Story } from "./story.js";

const page = pageData("page-data");
const [map, time, legend] = ["map", "time", "legend"].map((id) => document.getElementById(id));

try {
  const { view, day, from, compared } = State.read();
  const atlas = await openAtlas({ map, time, legend }, page, view);
  new State(atlas.map);
  if (page.story) {
    new Story(atlas, page.story);
    import("./follow.js").then(({ Follow }) => new Follow(atlas.map, Story.spots(page.story)));
  }
  for (const link of document.querySelectorAll("[data-export]")) new Download(atlas.map, link);
  for (const still of document.querySelectorAll("[data-still]")) new Still(atlas.map, still);
  atlas.slider.go(day ?? page.day);
  if (from !== null) atlas.map.fire("rangewanted", { from });
  if (page.backdrop) import("./backdrop.js").then(({ Backdrop }) => new Backdrop(page.backdrop).addTo(atlas.map));
  if (atlas.labels && page.urls.names) {
    import("./local-names.js").then(({ tellLocalNames }) => tellLocalNames(atlas, page.urls.names));
  }
  const { Toolbar } = await import("./toolbar.js"); // the map comes first
  Toolbar.put({ ...atlas, atlas: map.parentElement, page }, compared);
} catch (error) {
  map.append(element("p", { class: "trouble", role: "alert" }, say("map.failed", { error: error.message })));
  throw error;
}

/** The only script a page starts: opens the map of the page, and the story if there is one. */
import { firstDay, openAtlas } from "./atlas.js";
import { Download } from "./download.js";
import { element, pageData } from "./dom.js";
import { Story } from "./story.js";

const page = pageData("page-data");
const [map, time, legend] = ["map", "time", "legend"].map((id) => document.getElementById(id));

try {
  const atlas = await openAtlas({ map, time, legend }, page);
  if (page.story) new Story(atlas, page.story, page.language);
  for (const link of document.querySelectorAll("[data-export]")) new Download(atlas.map, link);
  atlas.slider.go(firstDay(page));
} catch (error) {
  map.append(element("p", { class: "trouble", role: "alert" }, `The map could not be opened: ${error.message}`));
  throw error;
}

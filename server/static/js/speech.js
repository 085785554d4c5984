import { pageData } from "./dom.js";

/** The words of the time bar and of the hint about gestures, in the language that the page was asked for. */
export const { speech } = pageData("page-data");

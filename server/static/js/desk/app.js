/** The editor's desk: the only script that knows all of its parts. Whatever an editor says, the server answers with the
 * whole story as it is then, and all parts show that. */
import { openAtlas } from "../atlas.js";
import { dayNumber } from "../days.js";
import { element, pageData } from "../dom.js";
import { say } from "../speech.js";
import { Api } from "./api.js";
import { button, field, form, input } from "./fields.js";
import { Head } from "./head.js";
import { History } from "./history.js";
import { Items } from "./items.js";
import { Pins } from "./pins.js";
import { Shelf } from "./shelf.js";
import { StoryText } from "./text.js";

const LINGER = 8000; // milliseconds for which a good message stays

const page = pageData("page-data");
const box = (id) => document.getElementById(id);
const api = new Api(page.api);
const atlas = await openAtlas({ map: box("map"), time: box("time"), legend: box("legend") }, page);
const { map, style } = atlas;
const parts = {
  shelf: new Shelf(map, box("shelf")), head: new Head(map, box("head"), page.language), text: new StoryText(map, box("text")),
  items: new Items(map, box("items"), { page, style }), history: new History(map, box("history"), page.language),
  pins: new Pins(map),
};
let editor = null;
let view = null;
let hush = 0;

function signIn() {
  const token = input({ type: "password", required: "", dir: "ltr" });
  const asked = form({ class: "desk-sign" }, () => {
    api.signIn(token.value);
    token.value = "";
    attempt(async () => {
      await list();
      box("sign").replaceChildren(element("p", {}, ...withName("desk.signedIn", editor.name), " ",
        button(say("desk.signOut"), () => signOut())));
      box("desk").hidden = false;
      box("desk").querySelector("summary")?.focus();
    });
  }, element("h1", {}, say("desk.title")), element("p", { class: "lead" }, say("desk.lead")),
  field(say("desk.token"), token, say("desk.tokenHint")),
  element("button", { type: "submit", class: "is-main" }, say("desk.signIn")));
  box("sign").replaceChildren(asked);
}

/** A message with the name in it as text of its own direction. */
function withName(key, name) {
  const [before, after] = say(key, { name: "\0" }).split("\0");
  return [before, element("bdi", {}, name), after];
}

function signOut() {
  api.signOut();
  [editor, view] = [null, null];
  parts.pins.show([]);
  parts.pins.leave();
  for (const id of ["shelf", "head", "text", "items", "history"]) box(id).replaceChildren();
  box("desk").hidden = true;
  signIn();
}

async function list() {
  const { articles, editor: told } = await api.get("/articles");
  editor = told;
  parts.shelf.show(articles, told.scopes.some((scope) => scope !== "read-private"));
}

/** Shows a story as the server told it. */
function show(told) {
  const isOther = told.article.id !== view?.article.id;
  const items = told.items.map((item) => ({ ...item, key: keyOf(item) }));
  view = { ...told, items };
  parts.head.show(told.article, editor);
  parts.text.show(told.article, items);
  parts.items.show(items, told.article.state);
  parts.history.show(told.history, told.lost);
  parts.pins.leave();
  parts.pins.show(items);
  if (isOther) frame(told.article, items);
}

/** The map where and when the story plays. */
function frame({ published }, items) {
  const places = items.filter(({ kind, lat, km }) => kind === "mention" && lat !== null && !(km > 100));
  const at = places.map(({ lat, lng }) => [lat, lng]);
  if (at.length) map.fitBounds(at, { padding: [50, 50], maxZoom: 9, animate: false });
  const day = dayNumber(published?.valid_from);
  if (day !== null) map.fire("daywanted", { day });
}

function keyOf({ kind, start, event }) {
  return [kind, start, event?.type, event?.name].filter((part) => part !== undefined).join(":");
}

function select(key) {
  const item = view.items.find((each) => each.key === key);
  parts.items.open(item ? key : null);
  parts.text.select(key);
  if (!item) return parts.pins.leave();
  const day = dayNumber(item.when?.valid_from);
  if (day !== null) map.fire("daywanted", { day });
  return parts.pins.look(item);
}

/** Does what was asked and says how it went; of several at once one. */
async function attempt(act, done = "") {
  document.body.setAttribute("aria-busy", "true");
  try {
    await act();
    tell(done);
  } catch (error) {
    if (error.status === 401) signOut();
    tell(error.message, true);
  } finally {
    document.body.removeAttribute("aria-busy");
  }
}

function tell(message, isTrouble = false) {
  box("said").replaceChildren(element("p", { class: isTrouble ? "trouble" : "desk-done" }, message));
  window.clearTimeout(hush);
  if (isTrouble) box("said").focus({ preventScroll: true });
  else hush = window.setTimeout(() => box("said").replaceChildren(), LINGER);
}

function about(said) {
  return api.post("/corrections", { article: view.article.id, revision: view.article.revision, ...said });
}

const path = (id) => `/articles/${encodeURIComponent(id)}`;
const acts = {
  deskopen: ({ id }) => attempt(async () => open(await api.get(path(id)))),
  desktake: ({ story }) => attempt(async () => open(await api.post("/articles", story)), say("desk.read")),
  deskupload: ({ file }) => attempt(async () => open(await api.upload("/articles", file)), say("desk.read")),
  deskselect: ({ key }) => select(key),
  desksay: ({ item, said }) => attempt(async () => {
    show(await about(said));
    parts.items.next();
  }, `${say(`desk.done.${said.kind}`, { text: item.text })} ${say("desk.canUndo")}`),
  deskadd: ({ start, end, words }) => attempt(async () => {
    show(await about({ kind: "added", start, end }));
    select(`mention:${start}`);
  }, say("desk.added", { text: words })),
  deskundo: ({ id }) => attempt(async () => show(await api.remove(`/corrections/${encodeURIComponent(id)}`)), say("desk.undone")),
  deskreport: ({ item }) => attempt(async () => show(await api.post("/reports", { article: view.article.id, event: item.id })),
    say("desk.reported")),
  deskfind: ({ name, found }) => attempt(async () => {
    const { places } = await api.get(`/corrections/places?name=${encodeURIComponent(name)}`);
    found(places);
    if (!places.length) throw new Error(say("desk.notFound", { name }));
  }),
  deskchange: ({ asked }) => attempt(async () => {
    const told = await api.patch(path(view.article.id), asked);
    if (told) show(told);
    else close();
    await list();
    if (told) parts.shelf.fold();
  }, say("desk.done")),
  deskput: ({ lat, lng }) => parts.pins.put([lat, lng]),
  desktrouble: ({ message }) => tell(message, true),
  deskdone: ({ message }) => tell(message),
};

function open(told) {
  show(told);
  parts.items.open(null);
  parts.shelf.fold();
  parts.head.focus();
  list().then(() => parts.shelf.fold());
}

function close() {
  view = null;
  parts.pins.show([]);
  parts.pins.leave();
  for (const id of ["head", "text", "items", "history"]) box(id).replaceChildren();
}

for (const [name, act] of Object.entries(acts)) map.on(name, act);
atlas.slider.go(page.day);
signIn();

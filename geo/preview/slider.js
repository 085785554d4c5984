/** The time bar: a native range input with the day in words, play, and steps to the next change. */
class TimeSlider {
  #days;
  #changes;
  #moved;
  #parts;
  #timer = 0;

  /** `changes` are the days on which something begins or ends, `marks` how many things begin on a day. */
  constructor({ first, last, day }, { changes, marks }, moved) {
    this.#days = { first, last, day };
    this.#changes = changes;
    this.#moved = moved;
    this.#parts = this.#build(marks);
    this.#listen();
    this.#show();
  }

  get box() {
    return this.#parts.box;
  }

  get day() {
    return this.#days.day;
  }

  go(day) {
    const { first, last } = this.#days;
    this.#days.day = Math.min(last, Math.max(first, day));
    this.#show();
    this.#moved(this.#days.day);
  }

  #build(marks) {
    const { first, last } = this.#days;
    const button = (name, text) => element("button", { type: "button", class: name, "aria-label": text, title: text });
    const range = element("input", { type: "range", min: first, max: last, step: 1, "aria-label": "Day" });
    const [play, back, on] = [button("play", "Play"), button("back", "Previous change"), button("on", "Next change")];
    const words = element("output", { class: "day" });
    const track = element("div", { class: "track" }, strip(marks, first, last), range,
      element("div", { class: "ends", "aria-hidden": "true" }, element("span", {}, dayText(first)), element("span", {}, dayText(last))));
    const box = element("section", { class: "time", "aria-label": "Time" }, element("p", {}, "As of ", words),
      element("div", { class: "row" }, play, back, track, on));
    return { box, range, play, back, on, words };
  }

  #listen() {
    const { range, play, back, on } = this.#parts;
    range.addEventListener("input", () => this.#byHand(Number(range.value)));
    range.addEventListener("keydown", (event) => this.#key(event));
    play.addEventListener("click", () => (this.#timer ? this.#stop() : this.#play()));
    back.addEventListener("click", () => this.#byHand(this.#changes.findLast((day) => day < this.day) ?? this.#days.first));
    on.addEventListener("click", () => this.#byHand(this.#changes.find((day) => day > this.day) ?? this.#days.last));
  }

  #byHand(day) {
    this.#stop();
    this.go(day);
  }

  /** Arrows, Home and End are the browser's own; a page is a month. */
  #key(event) {
    const months = { PageUp: 1, PageDown: -1 }[event.key];
    if (!months) return;
    event.preventDefault();
    this.#byHand(addMonths(this.day, months));
  }

  /** A day a frame; a long span day by day would take minutes: there it goes from change to change. */
  #play() {
    const { first, last } = this.#days;
    if (this.day >= last) this.go(first);
    const next = () => (last - first > 120 ? this.#changes.find((day) => day > this.day) ?? last : this.day + 1);
    this.#timer = window.setInterval(() => (this.day >= last ? this.#stop() : this.go(next())), 700);
    this.#showPlaying();
  }

  #stop() {
    window.clearInterval(this.#timer);
    this.#timer = 0;
    this.#showPlaying();
  }

  #showPlaying() {
    const { play } = this.#parts;
    play.classList.toggle("is-playing", Boolean(this.#timer));
    play.setAttribute("aria-label", this.#timer ? "Pause" : "Play");
  }

  #show() {
    const { range, words } = this.#parts;
    range.value = this.day;
    range.setAttribute("aria-valuetext", dayText(this.day, LONG));
    words.textContent = dayText(this.day, LONG);
  }
}

/** One bar a day, as high as many things begin on it. */
function strip(marks, first, last) {
  const most = Math.max(1, ...marks.values());
  const bars = [...marks].filter(([day]) => first <= day && day <= last).map(([day, count]) => {
    const bar = element("span");
    bar.style.left = `${(100 * (day - first)) / Math.max(1, last - first)}%`;
    bar.style.height = `${30 + (70 * count) / most}%`;
    return bar;
  });
  return element("div", { class: "strip", "aria-hidden": "true" }, bars);
}

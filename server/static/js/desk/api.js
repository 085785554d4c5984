/** The editors' routes. The token lives in this object, in the page's memory, and nowhere else. */
export class Api {
  #url;
  #token = "";

  constructor(url) {
    this.#url = url;
  }

  signIn(token) {
    this.#token = token.trim();
  }

  signOut() {
    this.#token = "";
  }

  get(path) {
    return this.#ask("GET", path);
  }

  post(path, value) {
    return this.#ask("POST", path, JSON.stringify(value), "application/json");
  }

  patch(path, value) {
    return this.#ask("PATCH", path, JSON.stringify(value), "application/json");
  }

  remove(path) {
    return this.#ask("DELETE", path);
  }

  /** A file as it is: a saved page or plain text. */
  upload(path, file) {
    const isPage = /\.x?html?$/i.test(file.name) || file.type === "text/html";
    return this.#ask("POST", path, file, isPage ? "text/html" : "text/plain");
  }

  async #ask(method, path, body, type) {
    const headers = { Accept: "application/json", Authorization: `Bearer ${this.#token}` };
    if (type) headers["Content-Type"] = type;
    const response = await fetch(`${this.#url}${path}`, { method, headers, body, credentials: "omit", cache: "no-store" });
    if (response.status === 204) return null;
    const answer = await response.json();
    if (response.ok) return answer;
    throw Object.assign(new Error(answer.detail ?? response.statusText), { status: response.status });
  }
}

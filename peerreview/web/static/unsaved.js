/* What could not be saved (logged out meanwhile, no network) is kept in this browser: under the account and the field,
   for a day, gone when it is saved, when one logs out, when somebody else logs in. app.js calls it.

   Unsaved.keep(who)     who: an Autosave; true where the browser took it
   Unsaved.drop(who)     it has been saved
   Unsaved.offer(who)    after a reload: to take back or to throw away, to the same account alone
   Gate.wait(who)        asks who is logged in until it is the same account again, then who.back(); who.taken() where it
                         is somebody else. */

"use strict";

const DAY = 24 * 3600 * 1000;
const ASK_AGAIN = 10000;

const Unsaved = {
  prefix: "peerreview:",
  account: document.body.dataset.account || "",
  offered: new Set(),

  key(who) {
    return `${this.prefix}${this.account}:${who.says.autosaveUrl}:${who.area.name || "form"}`;
  },

  /* A page from before one logged out keeps nothing any more: the browser may be somebody else's by now. */
  loggedOutSince() {
    return Number(localStorage.getItem("peerreview-out") || 0) > performance.timeOrigin;
  },

  keep(who) {
    if (!this.account) return false;
    try {
      if (this.loggedOutSince()) return false;
      const text = who.text();
      const told = { text, shown: who.shown(text), version: who.version, at: Date.now(), page: location.pathname };
      localStorage.setItem(this.key(who), JSON.stringify(told));
      return true;
    } catch {
      return false;
    }
  },

  drop(who) {
    try {
      localStorage.removeItem(this.key(who));
    } catch { /* Where nothing can be kept, nothing is there. */ }
  },

  all() {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(this.prefix));
    } catch {
      return [];
    }
  },

  read(key) {
    try {
      return JSON.parse(localStorage.getItem(key)) || {};
    } catch {
      return {};
    }
  },

  /* What is a day old goes; what is another account's goes as soon as somebody is logged in. */
  tidy() {
    const own = `${this.prefix}${this.account}:`;
    for (const key of this.all()) {
      const old = !(Date.now() - this.read(key).at < DAY);
      if (old || (this.account && !key.startsWith(own))) localStorage.removeItem(key);
    }
  },

  forgetAll() {
    try {
      this.all().forEach((key) => localStorage.removeItem(key));
      localStorage.setItem("peerreview-out", String(Date.now()));
    } catch { /* Nothing was kept. */ }
  },

  /* The same account, the same field: to take back or to throw away. */
  offer(who) {
    const key = this.key(who), told = this.account ? this.read(key) : {};
    this.offered.add(key);
    if (told.text === undefined) return;
    if (told.text === who.kept) return void localStorage.removeItem(key);
    const box = this.box(key, told.at, who.shown(told.text));
    const put = element("button", "button quiet", who.says.saysPutBack);
    put.type = "button";
    put.addEventListener("click", () => {
      box.remove();
      who.version = told.version;
      who.fill(told.text);
      who.changed();
      who.area.focus();
    });
    box.lastElementChild.prepend(put);
    (who.area.closest(".field") || who.area).before(box);
  },

  /* What was written on this page in a field that it no longer has: to be copied. */
  leftovers() {
    for (const key of this.all()) {
      const told = this.read(key), here = key.startsWith(`${this.prefix}${this.account}:`);
      if (!this.account || !here || told.page !== location.pathname || this.offered.has(key)) continue;
      document.getElementById("main").prepend(this.box(key, told.at, told.shown || told.text));
    }
  },

  box(key, at, text) {
    const says = document.body.dataset, clock = { weekday: "long", hour: "2-digit", minute: "2-digit" };
    const when = new Date(at).toLocaleString(document.documentElement.lang, clock);
    const box = element("div", "inset unsaved"), actions = element("p", "unsaved-actions");
    const away = element("button", "button quiet", says.saysThrow);
    away.type = "button";
    away.addEventListener("click", () => { localStorage.removeItem(key); box.remove(); });
    actions.append(away);
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", says.saysUnsavedThere);
    box.append(element("p", "", `${says.saysUnsavedThere} (${when})`));
    if (text) box.append(element("blockquote", "unsaved-text", text));
    box.append(actions);
    return box;
  },
};

const Gate = {
  waiting: new Set(),

  wait(who) {
    this.waiting.add(who);
    this.ask();
  },

  async ask() {
    clearTimeout(this.timer);
    if (!this.waiting.size) return;
    this.timer = setTimeout(() => this.ask(), ASK_AGAIN);
    let told;
    try {
      const answer = await fetch("/session", { credentials: "same-origin", headers: { "Accept": "application/json" } });
      told = answer.ok ? await answer.json() : {};
    } catch {
      return;
    }
    if (!told.account) return;
    const waiting = [...this.waiting];
    this.waiting.clear();
    if (told.account === Unsaved.account) {
      this.renew(told.csrf);
      waiting.forEach((who) => who.back());
    } else {
      waiting.forEach((who) => who.taken());
    }
  },

  /* The tokens that this page was made with went with the session before. */
  renew(csrf) {
    document.querySelectorAll("[data-csrf]").forEach((one) => { one.dataset.csrf = csrf; });
    document.querySelectorAll("[data-preview-csrf]").forEach((one) => { one.dataset.previewCsrf = csrf; });
    document.querySelectorAll("input[name=csrf_token]").forEach((one) => { one.value = csrf; });
  },
};

window.addEventListener("focus", () => Gate.ask());
document.addEventListener("visibilitychange", () => document.hidden || Gate.ask());
document.querySelectorAll("form[data-logs-out]").forEach((form) => {
  form.addEventListener("submit", () => Unsaved.forgetAll());
});

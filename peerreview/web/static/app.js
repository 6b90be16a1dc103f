/* Makes pages pleasant; every page works without it. No library, nothing from any other host.

   textarea[data-autosave-url]  saved as it is written: POST, form-encoded (the field's name, `version`), Accept: JSON.
                                200 {"version": 8, "saved": "14.32"}   kept
                                409 {"reason": "...", "href": "..."}   somebody else was first; href shows both texts
                                other {"reason": "..."}                not kept; the words say why
   form[data-autosave-url]      the same for a whole form, as a draft (`draft`: the number of its last save).
   textarea[data-preview-url]   POST `text`, answers with HTML that the server has made safe.
   [data-copy]                  copies its value.   [data-focus]  gets the focus when the page opens.
   form[data-confirm]           asks once more.     form[data-guard]  warns before unsent words are left. */

"use strict";

const PAUSE = 1500;
const RETRY = 15000;

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/* What is sent while the page closes arrives all the same, as long as it is not more than browsers let outlive it. */
const OUTLIVES = 60000;

function post(url, csrf, fields, accept) {
  const body = new URLSearchParams(fields);
  return fetch(url, {
    method: "POST",
    credentials: "same-origin",
    headers: { "X-CSRFToken": csrf, "Accept": accept },
    keepalive: document.hidden && body.toString().length < OUTLIVES,
    body,
  });
}

/* --- unsent words ---------------------------------------------------------------------------- */

const unsent = new Set();

window.addEventListener("beforeunload", (event) => {
  if (unsent.size) event.preventDefault();
});

function guard(form) {
  form.addEventListener("input", () => unsent.add(form));
  form.addEventListener("submit", () => unsent.clear());
}

/* --- saving while one writes ------------------------------------------------------------------- */

class Autosave {
  constructor(area, form = area.form) {
    this.area = area;
    this.form = form;
    this.says = area.dataset;
    this.kept = this.text();
    this.version = area.dataset.version;
    this.busy = false;
    this.stopped = false;
    this.line = this.place().querySelector(".saved") || element("p", "saved");
    this.line.setAttribute("role", "status");
    this.place().prepend(this.line);
    Unsaved.offer(this);
    area.addEventListener("input", () => this.changed());
    area.addEventListener("blur", (event) => sendsForm(event.relatedTarget, form) || this.save());
    document.addEventListener("visibilitychange", () => document.hidden && this.save());
    if (form) form.addEventListener("submit", (event) => this.sent(event));
  }

  text() {
    return this.area.value;
  }

  fill(text) {
    this.area.value = text;
  }

  /* What one reads before one takes it back. */
  shown(text) {
    return text;
  }

  fields(text) {
    return { [this.area.name]: text, version: this.version };
  }

  place() {
    return toolsOf(this.area);
  }

  numbered() {
    const field = this.form && this.form.elements.namedItem("version");
    if (field) field.value = this.version;
  }

  /* A form that is sent while its text is being saved would arrive as a second, older, version of the same. */
  async sent(event) {
    unsent.delete(this);
    clearTimeout(this.timer);
    if (!this.away) Unsaved.drop(this);
    const { form } = this, by = event.submitter;
    if (!this.busy || event.defaultPrevented) return;
    event.preventDefault();
    await this.saving;
    delete form.dataset.sent;
    form.requestSubmit(by);
  }

  changed() {
    if (this.stopped) return;
    unsent.add(this);
    if (this.away) return void Unsaved.keep(this);
    this.line.textContent = this.says.saysUnsaved;
    this.later(PAUSE);
  }

  later(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), pause);
  }

  save() {
    if (this.busy || this.stopped || this.away || this.text() === this.kept) return;
    clearTimeout(this.timer);
    this.busy = true;
    this.saving = this.send();
  }

  async send() {
    const text = this.text();
    this.line.textContent = this.says.saysSaving;
    try {
      const answer = await post(this.says.autosaveUrl, this.says.csrf, this.fields(text), "application/json");
      this.answered(answer.status, await answer.json().catch(() => ({})), text);
    } catch {
      Unsaved.keep(this);
      this.line.textContent = this.says.saysFailed;
      this.later(RETRY);
    } finally {
      this.busy = false;
    }
  }

  answered(status, told, text) {
    if (status === 200) return this.saved(told, text);
    if (status === 409) return this.clash(told);
    if (told.again && Unsaved.account) return this.loggedOut();
    Unsaved.keep(this);
    this.line.textContent = told.reason || this.says.saysFailed;
    if (status >= 500 || status === 429) this.later(RETRY);
  }

  /* Nothing can be sent, nothing is lost: it is kept here, and sent as soon as the same account is logged in again. */
  loggedOut() {
    this.away = true;
    clearTimeout(this.timer);
    const kept = Unsaved.keep(this);
    this.tells("clash", kept ? this.says.saysLoggedOut : this.says.saysLoggedOutOnly);
    const link = element("a", "", this.says.saysLogIn);
    link.href = this.says.loginUrl;
    link.target = "_blank";
    this.line.append(link);
    Gate.wait(this);
  }

  back() {
    this.away = false;
    this.tells("saved", "");
    this.save();
  }

  taken() {
    this.stopped = true;
    this.tells("clash", this.says.saysTaken);
  }

  tells(kind, words) {
    this.line.className = kind;
    this.line.setAttribute("role", kind === "clash" ? "alert" : "status");
    this.line.textContent = words && `${words} `;
  }

  saved(told, text) {
    this.kept = text;
    Unsaved.drop(this);
    this.version = String(told.version);
    this.numbered();
    if (this.text() === text) {
      unsent.delete(this);
      this.line.textContent = `${this.says.saysSaved} ${told.saved}`;
    } else {
      this.later(PAUSE);
    }
  }

  /* From here on nothing is sent by itself: the writer has to see the other text first. */
  clash(told) {
    this.stopped = true;
    Unsaved.keep(this);
    this.tells("clash", told.reason || this.says.saysClash);
    if (told.href) {
      const link = element("a", "", this.says.saysBoth);
      link.href = told.href;
      link.target = "_blank";
      this.line.append(link);
    }
  }
}

/* A whole form: what is typed is kept until it is sent, beside what it began from. */
class FormAutosave extends Autosave {
  constructor(form) {
    super(form, form);
  }

  text() {
    const typed = new FormData(this.area);
    typed.delete("csrf_token");
    return new URLSearchParams(typed).toString();
  }

  fill(text) {
    const typed = new URLSearchParams(text);
    for (const field of this.area.elements) {
      if (!field.name || field.name === "csrf_token" || field.type === "hidden") continue;
      if (field.type === "checkbox" || field.type === "radio") field.checked = typed.getAll(field.name).includes(field.value);
      else if (field.type !== "file" && typed.has(field.name)) field.value = typed.get(field.name);
    }
  }

  shown(text) {
    return [...new URLSearchParams(text).values()].filter((value) => value.length > 20).join("\n\n");
  }

  fields(text) {
    const fields = new URLSearchParams(text);
    fields.set("draft", this.version);
    return fields;
  }

  place() {
    const last = this.area.lastElementChild;
    if (last && last.classList.contains("form-saved")) return last;
    const place = element("div", "form-saved");
    this.area.append(place);
    return place;
  }

  numbered() {}
}

function sendsForm(element, form) {
  return Boolean(element && form && element.form === form && element.type === "submit");
}

function toolsOf(area) {
  const next = area.nextElementSibling;
  if (next && next.classList.contains("text-tools")) return next;
  const tools = element("div", "text-tools");
  area.after(tools);
  return tools;
}

/* --- preview ----------------------------------------------------------------------------------- */

function preview(area) {
  const button = element("button", "button quiet", area.dataset.saysPreview);
  const view = element("div", "preview prose");
  button.type = "button";
  button.setAttribute("aria-pressed", "false");
  view.hidden = true;
  view.tabIndex = -1;
  toolsOf(area).append(button);
  toolsOf(area).after(view);

  button.addEventListener("click", async () => {
    const shows = view.hidden;
    if (shows) await fill(area, view);
    view.hidden = !shows;
    area.hidden = shows;
    button.setAttribute("aria-pressed", String(shows));
    button.textContent = shows ? area.dataset.saysWrite : area.dataset.saysPreview;
    (shows ? view : area).focus();
  });
}

function askForPreview(area) {
  return post(area.dataset.previewUrl, area.dataset.previewCsrf, { text: area.value }, "text/html");
}

async function fill(area, view) {
  try {
    let answer = await askForPreview(area);
    for (let tries = 0; answer.status === 429 && tries < 5; tries += 1) {
      const seconds = Number(answer.headers.get("Retry-After")) || 1;
      await new Promise((go) => { setTimeout(go, seconds * 1000); });
      answer = await askForPreview(area);
    }
    if (answer.status === 429) {
      view.textContent = await answer.text();
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    view.innerHTML = await answer.text();
  } catch {
    view.textContent = area.dataset.saysFailedPreview;
  }
}

/* --- small things ------------------------------------------------------------------------------ */

function copier(button) {
  if (!navigator.clipboard) return;
  const word = button.textContent;
  button.hidden = false;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.saysCopied;
    setTimeout(() => { button.textContent = word; }, 2500);
  });
}

function once(form) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
}

function confirmer(form) {
  form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset.confirm)) event.preventDefault();
  });
}

function start() {
  Unsaved.tidy();
  document.querySelectorAll("form[data-confirm]").forEach(confirmer);
  document.querySelectorAll('form[method="post"]').forEach(once);
  document.querySelectorAll("form[data-guard]").forEach(guard);
  document.querySelectorAll("textarea[data-autosave-url]").forEach((area) => new Autosave(area));
  document.querySelectorAll("form[data-autosave-url]").forEach((form) => new FormAutosave(form));
  Unsaved.leftovers();
  document.querySelectorAll("textarea[data-preview-url]").forEach(preview);
  document.querySelectorAll("[data-copy]").forEach(copier);
  const first = document.querySelector("[data-focus]");
  if (first) first.focus();
}

start();

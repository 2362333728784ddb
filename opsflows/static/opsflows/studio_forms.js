// Comfort for the forms of steps: variables go where the cursor was, and the form fits itself to what is chosen.
// Without it every form works: there are buttons, and names can be typed.
document.documentElement.classList.add("has-script");

let last = null;

function changed(field) {
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function insert(text) {
  const field = last && document.contains(last) ? last : document.querySelector("[data-insert]");
  if (!field) return;
  const start = field.selectionStart ?? field.value.length;
  field.setRangeText(text, start, field.selectionEnd ?? start, "end");
  field.focus();
  changed(field);
}

/** Ask for the form anew, as it is filled in; only where that is a small update of the page. */
function refit(form) {
  if (!form || !form.hasAttribute("hx-post")) return;
  const button = document.createElement("button");
  Object.assign(button, { type: "submit", name: "_do", value: "refit", formNoValidate: true, hidden: true });
  form.append(button);
  button.click();
  button.remove();
}

const FIELDS = "input:not([type=hidden]), select, textarea";
const valueOf = (field) => (field.type === "checkbox" ? field.checked : field.value);
/** What fields said when the form was sent, and what somebody typed since then. */
let asked = null;
let typed = [];

function noteTyped(form) {
  const fields = asked ? [...form.querySelectorAll(FIELDS)] : [];
  typed = fields.filter((field) => asked.has(field.id) && asked.get(field.id) !== valueOf(field)).map((field) => [field.id, valueOf(field)]);
  asked = null;
}

/** Nobody's typing is lost because an answer came meanwhile. */
function retype() {
  const again = typed.map(([id, value]) => [document.getElementById(id), value]).filter(([field]) => field);
  typed = [];
  for (const [field, value] of again) {
    if (field.type === "checkbox") field.checked = value;
    else field.value = value;
  }
  if (again.some(([field]) => field.matches("[data-refit]"))) setTimeout(() => refit(again[0][0].form));
}

function showContent(select) {
  const inside = [...select.closest("fieldset").children];
  const parts = inside.slice(inside.indexOf(select.closest(".studio-field")) + 1);
  const wanted = { text: 0, fields: 1 }[select.value];
  parts.forEach((part, place) => { part.hidden = place !== wanted; });
}

function filter(field) {
  const box = field.closest("[data-variables]");
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const item of box.querySelectorAll("[data-variable]")) {
    const text = item.dataset.variable.toLowerCase();
    item.hidden = !words.every((word) => text.includes(word));
    found += item.hidden ? 0 : 1;
  }
  for (const group of box.querySelectorAll(".studio-variables-group")) {
    group.hidden = !group.querySelector("[data-variable]:not([hidden])");
    if (words.length) group.open = true;
  }
  box.querySelector("[data-variables-none]").hidden = found > 0;
}

function step(box, by) {
  const all = [...box.querySelectorAll(".studio-variable")].filter((each) => each.offsetParent);
  const at = all.indexOf(document.activeElement);
  if (at + by < 0) box.querySelector("[data-variables-filter]").focus();
  else all[at + by]?.focus();
}

function ready(root) {
  root.querySelectorAll("[data-variables-filter]").forEach((field) => { field.hidden = false; });
  root.querySelectorAll("[data-shows]").forEach(showContent);
  const fresh = root.querySelector("[data-new]");
  if (fresh) (fresh.matches("input, select, textarea") ? fresh : fresh.querySelector("input:not([type=hidden]), select, textarea"))?.focus();
}

document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-insert]")) last = event.target;
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert-text]");
  if (button) insert(button.dataset.insertText);
});
document.addEventListener("input", (event) => {
  if (event.target.matches("[data-variables-filter]")) filter(event.target);
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-shows]")) showContent(event.target);
  if (event.target.matches("[data-refit]")) refit(event.target.form);
});
document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.("[data-variables]");
  if (!box) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    step(box, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Escape") {
    last?.focus();
  } else if (event.key === "Enter" && event.target.matches("[data-variables-filter]")) {
    event.preventDefault();
    box.querySelector("[data-variable]:not([hidden]) .studio-variable")?.click();
  }
});
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("form")) asked = new Map([...event.target.querySelectorAll(FIELDS)].map((field) => [field.id, valueOf(field)]));
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target?.matches?.("form")) noteTyped(event.detail.target);
});
document.addEventListener("htmx:load", (event) => {
  retype();
  ready(event.target);
});
ready(document);

// Conveniences only: every page works without this file.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  event.preventDefault();
  navigator.clipboard.writeText(button.dataset.copy).then(() => {
    button.classList.add("ops-copied");
    setTimeout(() => button.classList.remove("ops-copied"), 1200);
  });
});

// One more row of names and values.
document.addEventListener("click", (event) => {
  if (!event.target.matches("[data-more]")) return;
  // Those above the button: a form may have several.
  const above = event.target.parentElement.previousElementSibling;
  const rows = above.matches(".ops-pairs") ? above : above.querySelector(".ops-pairs");
  const row = rows.lastElementChild.cloneNode(true);
  for (const input of row.querySelectorAll("input")) {
    input.value = "";
    input.removeAttribute("id");
  }
  rows.append(row);
  row.querySelector("input").focus();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-submit]")) event.target.form.requestSubmit();
});

document.addEventListener("submit", (event) => {
  // Empty filters would only lengthen the address.
  if (!event.target.matches(".ops-filters")) return;
  for (const field of event.target.querySelectorAll("input, select")) if (!field.value) field.disabled = true;
});

// Coming back with the browser's button finds the fields as they were left: disabled.
window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll(".ops-filters :disabled")) field.disabled = false;
});

// The fields of a schedule: hides what does not belong to the choice. Without it every field is there.
const sort = (when) => {
  const chosen = when.querySelector('select[name$="when"]')?.value;
  if (!chosen) return;
  for (const field of when.querySelectorAll("[data-belongs]")) {
    const group = field.closest(".group");
    if (group) group.hidden = !field.dataset.belongs.split(" ").includes(chosen);
  }
};

const sortAll = () => document.querySelectorAll("[data-when]").forEach(sort);

document.addEventListener("change", (event) => {
  const when = event.target.closest?.("[data-when]");
  if (when) sort(when);
});
document.addEventListener("htmx:load", sortAll);
sortAll();

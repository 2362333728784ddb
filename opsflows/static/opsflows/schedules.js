// The form of a schedule: hides what does not belong to the choice, and shows what the choice comes to.
// Without it every field is there, and the times are shown when the page is made.
(() => {
  const preview = document.querySelector("[data-preview]");
  const form = preview.closest("form");
  const SELECTS = ["when", "does", "misfire"];
  const TIMING = ["when", "at", "weekdays", "day", "past", "every", "cron", "zone"];

  const sort = () => {
    const chosen = SELECTS.map((name) => form.elements[name].value);
    for (const field of form.querySelectorAll("[data-belongs]")) {
      const group = field.closest(".group");
      if (group) group.hidden = !field.dataset.belongs.split(" ").some((value) => chosen.includes(value));
    }
  };

  let asked = 0;
  const show = async () => {
    const number = ++asked;
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (TIMING.includes(name)) query.append(name, value);
    try {
      const answer = await fetch(`${preview.dataset.preview}?${query}`);
      if (answer.ok && number === asked) preview.innerHTML = await answer.text();
    } catch {
      // What is shown stays; the form says the rest when it is sent.
    }
  };

  let pause;
  form.addEventListener("input", (event) => {
    if (SELECTS.includes(event.target.name)) sort();
    if (!TIMING.includes(event.target.name)) return;
    clearTimeout(pause);
    pause = setTimeout(show, 250);
  });

  sort();
})();

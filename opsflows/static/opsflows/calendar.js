// The form of a business calendar: shows what it comes to, and offers the regions of the country that is chosen.
// Without it the preview is that of the page, and a region is chosen once the country is saved.
(() => {
  const preview = document.querySelector("[data-calendar]");
  const form = preview.closest("form");
  const region = form.elements.subdivision;

  const sort = () => {
    const group = region.closest(".group");
    if (group) group.hidden = region.options.length < 2;
  };

  let asked = 0;
  const show = async () => {
    const number = ++asked;
    try {
      const answer = await fetch(preview.dataset.calendar, { method: "POST", body: new FormData(form) });
      if (!answer.ok || number !== asked) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      preview.innerHTML = fresh.getElementById("shown").innerHTML;
      region.innerHTML = fresh.getElementById("regions").innerHTML;
      sort();
    } catch {
      // What is shown stays; the form says the rest when it is sent.
    }
  };

  let pause;
  form.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(show, 250);
  });

  sort();
})();

// A picture that is wider than its box is shown from where the flow begins, and not from an empty corner.
document.addEventListener(
  "toggle",
  (event) => {
    const box = event.target.open && event.target.querySelector(".studio-picture-box");
    const start = box && box.querySelector(".studio-node-trigger");
    if (!start) return;
    const [seen, begins] = [box.getBoundingClientRect(), start.getBoundingClientRect()];
    box.scrollLeft += begins.left + begins.width / 2 - (seen.left + seen.width / 2);
  },
  true,
);

// Runs in the pages of reports: unfolds or folds all code, and folds contents and provenance on a narrow page.
const button = document.getElementById("toggle-code");
const cells = [...document.querySelectorAll("details.code")];
if (button) button.hidden = cells.length === 0;
button?.addEventListener("click", () => {
  const open = cells.some((details) => !details.open);
  for (const details of cells) details.open = open;
  button.textContent = open ? "Hide all code" : "Show all code";
});
if (matchMedia("(max-width: 60rem)").matches) {
  for (const details of document.querySelectorAll(".contents details, .provenance")) details.open = false;
}

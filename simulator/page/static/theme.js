"use strict";
// Fixes light or dark before the page is painted: as the address asks, as was chosen before, or as the system says.
(() => {
  const asked = new URLSearchParams(location.search).get("theme");
  const chosen = ["light", "dark"].includes(asked) ? asked : localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();

function currentTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  return document.documentElement.dataset.theme || (dark ? "dark" : "light");
}

addEventListener("DOMContentLoaded", () => {
  const button = document.getElementById("theme");
  const name = () => {
    button.textContent = currentTheme() === "light" ? "Dark" : "Light";
  };
  name();
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = currentTheme() === "light" ? "dark" : "light";
    document.documentElement.dataset.theme = next;
    localStorage.setItem("theme", next);
    name();
    dispatchEvent(new Event("themechange"));
  });
});

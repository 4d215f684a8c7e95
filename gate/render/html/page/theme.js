// The switch between the system's colors, light and dark; and the buttons that copy a command.

import { byId } from "./dom.js";

const THEMES = ["system", "light", "dark"];
const KEY = "gate-theme";

export function startTheme() {
  const button = byId("theme");
  const set = (theme) => {
    document.documentElement.dataset.theme = theme;
    button.textContent = `Theme: ${theme}`;
  };
  set(remembered());
  button.hidden = false;
  button.addEventListener("click", () => {
    const next = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme) + 1) % THEMES.length];
    set(next);
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // A browser that keeps nothing for files: the theme lasts as long as the page.
    }
  });
}

function remembered() {
  try {
    const kept = localStorage.getItem(KEY);
    return THEMES.includes(kept) ? kept : "system";
  } catch {
    return "system";
  }
}

export function startCopying() {
  for (const button of document.querySelectorAll("button.copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
        button.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren(button.previousElementSibling);
        button.textContent = "Selected";
      }
    });
  }
}

/** Whether the page is dark: as its address asks, else as the reader's system says. To be used as a media query. */
const { theme } = document.documentElement.dataset;

export const darkness = ["light", "dark"].includes(theme)
  ? { matches: theme === "dark", addEventListener() {} }
  : window.matchMedia("(prefers-color-scheme: dark)");

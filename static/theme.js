// Runs before the page is drawn, so that a dark page never flashes white. Without it "auto" is light.
(() => {
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const { theme } = root.dataset;
    root.dataset.bsTheme = theme === "dark" || (theme === "auto" && dark.matches) ? "dark" : "light";
  };
  apply();
  dark.addEventListener("change", apply);
  // Paper is light.
  addEventListener("beforeprint", () => (root.dataset.bsTheme = "light"));
  addEventListener("afterprint", apply);
})();

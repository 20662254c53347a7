// The theme adds a navigation landmark without a name to each code block. This role removes it.
new MutationObserver(() => {
  for (const buttons of document.querySelectorAll("nav.md-code__nav:not([role])")) {
    buttons.setAttribute("role", "presentation");
  }
}).observe(document.documentElement, { childList: true, subtree: true });

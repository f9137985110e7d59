/**
 * Gives names to what the theme of the back office leaves without one: parts that scroll, fields in
 * tables, chosen values. It stands before the theme's own scripts, which read some of them.
 */
(() => {
  const words = document.querySelector("main.whole").dataset;

  /** Parts that scroll; the script that makes them takes their names from here. */
  function nameParts() {
    for (const part of document.querySelectorAll("[data-simplebar]")) {
      const heading = part.closest("fieldset")?.querySelector("h2, h3");
      let name = heading?.textContent.trim() || words.rows;
      if (part.id === "nav-sidebar-apps") name = words.menu;
      else if (part.closest("#changelist-filter")) name = words.filters;
      part.dataset.simplebarAriaLabel = name;
    }
  }

  /** A field in a table is called as its column. */
  function nameCells() {
    for (const table of document.querySelectorAll("table[data-inline-formset]")) {
      const columns = [...table.querySelectorAll("thead th")].map((one) => one.textContent.trim());
      for (const column of table.querySelectorAll("thead th")) {
        if (!column.textContent.trim()) column.textContent = words.delete;
      }
      for (const row of table.querySelectorAll("tr")) nameRow(row, columns);
    }
  }

  function nameRow(row, columns) {
    [...row.cells].forEach((cell, place) => {
      for (const field of cell.querySelectorAll("input:not([type=hidden]), select, textarea")) {
        if (field.labels.length || field.ariaLabel) continue;
        field.ariaLabel = (columns[place] || words.delete).replace("*", "");
      }
    });
  }

  /** Select2 shows a box of its own in a field's place, called by nothing but what it shows. */
  function nameBoxes() {
    for (const field of document.querySelectorAll("select.select2-hidden-accessible")) {
      const name = field.labels[0]?.textContent.trim().replace("*", "") || field.ariaLabel;
      const parts = field.nextElementSibling?.querySelectorAll("[role=combobox], [role=textbox], input");
      for (const part of name && parts ? parts : []) {
        part.removeAttribute("aria-labelledby");
        part.setAttribute("aria-label", name);
      }
    }
  }

  /** Hints that are pictures with words. */
  function nameHints() {
    for (const hint of document.querySelectorAll(".help-tooltip[aria-label]")) {
      hint.setAttribute("role", "img");
    }
  }

  function nameAll() {
    nameCells();
    nameBoxes();
    nameHints();
  }

  nameParts();
  window.addEventListener("load", nameAll);
  document.addEventListener("formset:added", nameAll);
  // Boxes and hints come with scripts of their own, some after the page is loaded.
  new MutationObserver((changes) => {
    const added = changes.flatMap((one) => [...one.addedNodes]);
    if (added.some((one) => one.matches?.(".select2, .selector, .help-tooltip"))) nameAll();
  }).observe(document.body, { childList: true, subtree: true });
})();

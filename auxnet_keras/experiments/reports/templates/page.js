"use strict";
// Tables sort by a click on a column's title: numbers the largest first, text from A to Z, then the
// other way round. Missing values stay last, and below them the rows of papers.

function numberOf(text) {
  const plain = text.replace(/,/g, "");
  return /^[+-]?\d/.test(plain) ? parseFloat(plain) : NaN;
}

function sortBy(table, title, column) {
  const rows = [...table.tBodies[0].rows];
  const measured = rows.filter((row) => !row.classList.contains("published"));
  const text = (row) => row.cells[column].textContent.trim();
  const known = measured.filter((row) => !["", "-"].includes(text(row)));
  const numbers = known.every((row) => !Number.isNaN(numberOf(text(row))));
  const before = title.getAttribute("aria-sort");
  const rising = before === null ? !numbers : before === "descending";
  known.sort((a, b) => {
    const order = numbers
      ? numberOf(text(a)) - numberOf(text(b))
      : text(a).localeCompare(text(b), undefined, { numeric: true });
    return rising ? order : -order;
  });
  const missing = measured.filter((row) => !known.includes(row));
  const published = rows.filter((row) => !measured.includes(row));
  table.tBodies[0].append(...known, ...missing, ...published);
  for (const other of title.parentNode.cells) other.removeAttribute("aria-sort");
  title.setAttribute("aria-sort", rising ? "ascending" : "descending");
}

for (const table of document.querySelectorAll("table")) {
  if (table.tBodies[0].rows.length < 2) continue;
  [...table.tHead.rows[0].cells].forEach((title, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = title.textContent;
    if (!title.textContent) button.setAttribute("aria-label", "first column");
    title.replaceChildren(button);
    button.addEventListener("click", () => sortBy(table, title, column));
  });
}

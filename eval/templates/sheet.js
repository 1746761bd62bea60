"use strict";
(() => {
  // What was entered stays in this browser, under the name of this very sheet.
  const key = "toktool-sheet-" + document.body.dataset.sheet;
  const items = [...document.querySelectorAll(".item")];
  const name = document.getElementById("annotator");
  const count = document.getElementById("count");
  const rating = (item) => item.querySelector("input[type=radio]:checked")?.value ?? "";
  const comment = (item) => item.querySelector("input[type=text]");

  const store = () => {
    const state = { annotator: name.value, items: {} };
    for (const item of items) {
      const [r, c] = [rating(item), comment(item).value];
      if (r || c) state.items[item.dataset.item] = [r, c];
    }
    let kept = true;
    try { localStorage.setItem(key, JSON.stringify(state)); } catch { kept = false; }
    const done = items.filter(rating).length;
    count.textContent = `${done} of ${items.length} rated` + (kept ? "" : "; this browser keeps nothing: save before you close the page");
  };

  const restore = () => {
    let state = null;
    try { state = JSON.parse(localStorage.getItem(key)); } catch { /* nothing was kept */ }
    if (!state || typeof state !== "object") return;
    name.value = typeof state.annotator === "string" ? state.annotator : "";
    for (const item of items) {
      const [r, c] = state.items?.[item.dataset.item] ?? ["", ""];
      const radio = [...item.querySelectorAll("input[type=radio]")].find((input) => input.value === r);
      if (radio) radio.checked = true;
      comment(item).value = typeof c === "string" ? c : "";
    }
  };

  const cell = (text) => /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  const csv = () => {
    const rows = items.map((item) => [item.dataset.item, item.dataset.word, item.dataset.segmentation, rating(item), comment(item).value]);
    const header = document.body.dataset.columns.split(" ");
    return [header, ...rows].map((row) => row.map(cell).join(",") + "\n").join("");
  };

  document.getElementById("save").addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv()], { type: "text/csv;charset=utf-8" }));
    link.download = (name.value.trim().replace(/[\\/:*?"<>|=\u0000-\u001f]+/g, "_") || "ratings") + ".csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
  document.addEventListener("input", store);
  document.querySelector(".bar").hidden = false;
  restore();
  store();
})();

// Completes an @ in a remark with the names of people who may see it. Without it one writes the name out.
"use strict";
(() => {
  if (window.mentionsReady) return;
  window.mentionsReady = true;

  const BEGUN = /(?:^|[^A-Za-z0-9_.\u0400-\u04FF-])@([^@\n]{0,40})$/;
  let list, asked = 0, waiting;

  function close() {
    list?.remove();
    list = null;
  }

  function insert(area, begun, name) {
    const end = area.selectionStart;
    area.setRangeText(`@${name} `, end - begun.length - 1, end, "end");
    close();
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function show(area, begun, people) {
    close();
    if (!people.length) return;
    list = document.createElement("ul");
    list.className = "people";
    for (const { name, city } of people) {
      const choice = document.createElement("button");
      choice.type = "button";
      choice.className = "people-choice";
      choice.textContent = `${name}, ${city}`;
      choice.addEventListener("click", () => insert(area, begun, name));
      const item = document.createElement("li");
      item.append(choice);
      list.append(item);
    }
    area.after(list);
  }

  async function complete(area, holder) {
    const begun = area.value.slice(0, area.selectionStart).match(BEGUN)?.[1];
    if (begun === undefined) return close();
    const mine = ++asked;
    const seen = area.form.querySelector("input[name=visibility]:checked")?.value ?? "";
    const query = new URLSearchParams({ q: begun, visibility: seen });
    try {
      const answer = await fetch(`${holder.dataset.people}?${query}`, { headers: { Accept: "application/json" } });
      const { people } = answer.ok ? await answer.json() : { people: [] };
      if (mine === asked) show(area, begun, people);
    } catch {
      close();
    }
  }

  document.addEventListener("input", ({ target, isComposing }) => {
    const holder = target.closest?.("[data-people]");
    if (!holder || target.tagName !== "TEXTAREA" || isComposing) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => complete(target, holder), 200);
  });
  document.addEventListener("keydown", (event) => {
    if (!list) return;
    const choices = [...list.querySelectorAll("button")];
    const at = choices.indexOf(document.activeElement);
    if (event.key === "Escape") {
      list.previousElementSibling.focus();
      close();
    } else if (event.key === "ArrowDown") choices[(at + 1) % choices.length].focus();
    else if (event.key === "ArrowUp" && at >= 0) choices[(at - 1 + choices.length) % choices.length].focus();
    else return;
    event.preventDefault();
  });
  document.addEventListener("click", ({ target }) => list && !list.contains(target) && close());
})();

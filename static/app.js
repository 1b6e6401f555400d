// What the pages do beyond plain HTML. Every page works without it.
"use strict";
(() => {
  const each = (selector, act, root = document) => root.querySelectorAll(selector).forEach(act);

  // Keeping what is typed ---------------------------------------------------
  // A form with data-keep is copied into this browser while somebody types: under its
  // address, for one user, and for the version that they started from. It is forgotten
  // when it is saved, discarded, or a day old.

  const DAY = 24 * 60 * 60 * 1000;
  const PREFIX = "kept:";
  const SENT = "sent";
  const dirty = new Set();

  const keyOf = (form) =>
    [PREFIX + form.dataset.user, location.pathname + location.search, form.id, form.dataset.version].join("|");

  const keepable = (form) =>
    [...form.elements].filter(
      (field) => field.name && !["password", "file", "hidden", "submit", "button"].includes(field.type),
    );

  const read = (form) =>
    keepable(form).map((field) => {
      if (field.type === "checkbox" || field.type === "radio") return [field.name, field.value, field.checked];
      if (field.type === "select-multiple") return [field.name, [...field.selectedOptions].map((option) => option.value)];
      return [field.name, field.value];
    });

  function write(form, values) {
    for (const [name, value, checked] of values) {
      for (const field of keepable(form).filter((candidate) => candidate.name === name)) {
        if (checked !== undefined) {
          if (field.value === value) field.checked = checked;
        } else if (Array.isArray(value)) {
          for (const option of field.options) option.selected = value.includes(option.value);
        } else {
          field.value = value;
        }
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }
  }

  // Storage may be full, or switched off: then nothing is kept, and the page says nothing.
  const store = {
    get(key) {
      try {
        const entry = JSON.parse(localStorage.getItem(key));
        return entry && Date.now() - entry.at < DAY ? entry : null;
      } catch {
        return null;
      }
    },
    set(key, values) {
      try {
        localStorage.setItem(key, JSON.stringify({ at: Date.now(), values }));
      } catch {}
    },
    drop(key) {
      try {
        localStorage.removeItem(key);
      } catch {}
    },
    sent(key) {
      try {
        sessionStorage.setItem(SENT, key);
      } catch {}
    },
    // A page that its user sees, and which is neither the same form again nor an error, means: saved.
    settle(user) {
      try {
        const key = sessionStorage.getItem(SENT);
        if (!key || !user || document.querySelector("[data-failed]")) return;
        sessionStorage.removeItem(SENT);
        const back = [...document.querySelectorAll("form[data-keep]")].some((form) => keyOf(form) === key);
        if (!back) store.drop(key);
      } catch {}
    },
    // What is too old goes, and so does whatever somebody else typed at this computer.
    sweep(user) {
      try {
        for (const key of Object.keys(localStorage)) {
          if (!key.startsWith(PREFIX)) continue;
          if (!store.get(key) || (user && !key.startsWith(`${PREFIX}${user}|`))) store.drop(key);
        }
      } catch {}
    },
  };

  function watch(form) {
    if (form.dataset.watched) return;
    form.dataset.watched = "yes";
    const asServed = JSON.stringify(read(form));
    const key = keyOf(form);
    const kept = form.dataset.user ? store.get(key) : null;
    let waiting;

    const keep = () => {
      clearTimeout(waiting);
      if (dirty.has(form) && form.dataset.user) store.set(key, read(form));
    };
    form.addEventListener("input", () => {
      const changed = JSON.stringify(read(form)) !== asServed;
      dirty[changed ? "add" : "delete"](form);
      clearTimeout(waiting);
      waiting = setTimeout(changed ? keep : () => store.drop(key), 400);
    });
    form.addEventListener("change", keep);
    addEventListener("pagehide", keep);
    // Once sent, it is kept until a page comes back: see `store.settle`.
    form.addEventListener("submit", () => {
      keep();
      dirty.delete(form);
      store.sent(key);
    });

    const banner = form.querySelector("[data-kept]");
    if (!banner || !kept || JSON.stringify(kept.values) === asServed) return;
    const at = new Date(kept.at);
    const time = banner.querySelector("[data-kept-at]");
    time.dateTime = at.toISOString();
    time.textContent = at.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    banner.hidden = false;
    banner.querySelector("[data-restore]").addEventListener("click", () => {
      write(form, kept.values);
      banner.hidden = true;
    });
    banner.querySelector("[data-discard]").addEventListener("click", () => {
      store.drop(key);
      banner.hidden = true;
    });
  }

  addEventListener("beforeunload", (event) => {
    if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
  });

  // Two people changed one field: taking theirs shows their words in the field; keeping mine brings mine back.
  function settle(conflict) {
    const theirs = conflict.querySelector("[data-theirs]");
    const field = conflict.querySelector(".conflict-mine :is(textarea, select, input:not([type=radio], [type=checkbox]))");
    if (!field) return;
    let mine = field.value;
    conflict.addEventListener("change", ({ target }) => {
      if (target.type !== "radio") return;
      const taken = target.value === "theirs";
      if (taken) mine = field.value;
      field.value = taken ? theirs.dataset.theirs : mine;
      field.readOnly = taken;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }

  // Small comforts ----------------------------------------------------------

  function grow(area) {
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`;
  }

  // A search waits until a Chinese (or Japanese, or Korean) word has been composed.
  function typed(field) {
    const tell = () => field.dispatchEvent(new CustomEvent("typed", { bubbles: true }));
    field.addEventListener("input", (event) => event.isComposing || tell());
    field.addEventListener("compositionend", tell);
  }

  // A leaf opens beside what it belongs to, inside the window.
  function place(leaf, opener) {
    const gap = 6;
    const at = opener.getBoundingClientRect();
    leaf.style.margin = "0";
    leaf.style.inset = "auto";
    const { width, height } = leaf.getBoundingClientRect();
    const below = at.bottom + gap + height <= innerHeight || at.top < height + gap;
    leaf.style.top = `${Math.max(gap, below ? Math.min(at.bottom + gap, innerHeight - height - gap) : at.top - gap - height)}px`;
    leaf.style.left = `${Math.max(gap, Math.min(at.left, document.documentElement.clientWidth - width - gap))}px`;
  }

  function leafOf(opener) {
    const leaf = document.getElementById(opener.getAttribute("popovertarget"));
    if (!leaf?.showPopover || opener.dataset.ready) return;
    opener.dataset.ready = "yes";
    leaf.addEventListener("toggle", (event) => event.newState === "open" && place(leaf, opener));
    if (!("hover" in opener.dataset)) return;
    let waiting;
    const soon = (act) => {
      clearTimeout(waiting);
      waiting = setTimeout(() => leaf.isConnected && act(), 150);
    };
    const show = () => soon(() => leaf.showPopover());
    const hide = () => soon(() => leaf.hidePopover());
    opener.addEventListener("mouseenter", show);
    opener.addEventListener("mouseleave", hide);
    opener.addEventListener("focus", () => opener.matches(":focus-visible") && show());
    opener.addEventListener("blur", hide);
    leaf.addEventListener("mouseenter", () => clearTimeout(waiting));
    leaf.addEventListener("mouseleave", hide);
  }

  document.addEventListener("click", ({ target }) => {
    each("details[data-drop][open]", (drop) => drop.contains(target) || (drop.open = false));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    each("details[data-drop][open]", (drop) => {
      drop.open = false;
      drop.querySelector("summary").focus();
    });
  });

  function start(root) {
    each("form[data-keep]", watch, root);
    each("[data-conflict]", settle, root);
    each("textarea[data-grow]", (area) => {
      grow(area);
      area.addEventListener("input", () => grow(area));
      area.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && area.rows === 1 && !event.isComposing) event.preventDefault(); // a title is one line
      });
    }, root);
    each("[data-typed]", typed, root);
    each(".leaf", (leaf) => each(`[popovertarget="${leaf.id}"]`, leafOf), root);
    root.querySelector("[data-focus]:not([data-sample] *)")?.focus();
  }

  // The part of the page that the address names may come in later; the page goes there once.
  let reached = "";

  // After htmx has replaced a part: what is new is prepared, and the keyboard stays where it was.
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    store.settle(document.body.dataset.user);
    start(detail.elt);
    const asked = location.hash && location.hash !== reached && document.getElementById(location.hash.slice(1));
    if (asked && detail.elt.contains(asked)) {
      reached = location.hash;
      asked.scrollIntoView();
    }
    if (document.activeElement === document.body && detail.elt.matches?.("[tabindex]")) detail.elt.focus({ preventScroll: true });
  });
  // A form that was not saved comes back with what is wrong, and takes its own place.
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.xhr.status === 409 || detail.xhr.status === 422) {
      detail.shouldSwap = true;
      detail.isError = false;
    }
  });
  // A section further down loads when it comes into sight, or at once when the address leads into it.
  const open = () => each("[data-holds]", (section) => {
    if (location.hash.startsWith(`#${section.dataset.holds}-`)) section.dispatchEvent(new Event("reached"));
  });
  addEventListener("hashchange", open);
  // An address to copy: its field is selected too, for where the browser lets nobody at the clipboard.
  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-copy]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copy);
    field.select();
    navigator.clipboard?.writeText(field.value).then(() => button.classList.add("copied"), () => {});
  });
  // Filters that are not set stay out of the address.
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.verb !== "get") return;
    for (const [name, value] of [...detail.formData]) if (value === "") detail.formData.delete(name);
  });
  document.addEventListener("htmx:responseError", ({ detail }) => {
    if (detail.xhr.status === 401 || detail.xhr.status === 403) location.reload();
  });

  document.addEventListener("DOMContentLoaded", () => {
    store.sweep(document.body.dataset.user);
    store.settle(document.body.dataset.user);
    start(document);
    open();
  });
})();

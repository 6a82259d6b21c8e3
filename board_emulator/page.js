"use strict";
// The board as a planner sees it. Every text from the board goes in as a text node, never as markup.
const ROWS = 50;
const ROW_HEIGHT = 36;
const HEAD_HEIGHT = 58;
// pixels by type of column, so that a column is as wide in one group as in the next, whatever stands in it
const WIDTHS = { numbers: 110, date: 110, status: 130, dropdown: 190, text: 150, long_text: 220 };
const SIZE_WIDTH = 160;
const byId = (id) => document.getElementById(id);
const number = new Intl.NumberFormat("en-US", { maximumFractionDigits: 4 });
const state = { board: null, search: "", collapsed: new Set(), turn: 0 };

function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

async function load(path, parameters = {}) {
  const query = new URLSearchParams(parameters).toString();
  const answer = await fetch(`/page/${path}${query ? `?${query}` : ""}`);
  if (!answer.ok) throw new Error(`the emulator answered ${answer.status}`);
  return answer.json();
}

function plural(count, word) {
  return `${number.format(count)} ${word}${count === 1 ? "" : "s"}`;
}

function pill(label) {
  const node = make("span", { class: "pill", title: label.text }, label.text);
  node.style.setProperty("--pill", label.color);
  return node;
}

function cell(column, value) {
  const node = make("td", { class: column.type });
  if (Array.isArray(value)) node.append(...value.map(pill));
  else if (value !== undefined) {
    node.title = value;
    node.append(column.type === "numbers" && Math.abs(Number(value)) < 1e15 ? number.format(Number(value)) : value);
  }
  return node;
}

function table(columns, first, label, firstWidth = "var(--name)") {
  const heads = columns.map((column) => make("th", { scope: "col", class: column.type, title: column.title }, column.title));
  const widths = columns.map((column) => WIDTHS[column.type] || WIDTHS.text);
  const cols = [firstWidth, ...widths.map((width) => `${width}px`)].map((width) => {
    const col = make("col");
    col.style.width = width;
    return col;
  });
  const body = make("tbody");
  const node = make("table", { "aria-label": label }, make("colgroup", {}, ...cols),
    make("thead", {}, make("tr", {}, make("th", { scope: "col", class: "name" }, first), ...heads)), body);
  node.style.width = `calc(${firstWidth} + ${widths.reduce((sum, width) => sum + width, 0)}px)`;
  return { node, body };
}

async function toggleSubitems(button, row, item, width) {
  const open = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!open));
  if (open) {
    row.nextElementSibling.remove();
    return;
  }
  const below = make("tr", { class: "below" }, make("td", { colspan: width }, "Loading…"));
  row.after(below);
  const found = await load(`items/${item.id}`);
  const { node, body } = table(found.columns, "Subitem", `Subitems of ${item.name}`, `${SIZE_WIDTH}px`);
  for (const subitem of found.rows) {
    body.append(make("tr", {}, make("th", { scope: "row", class: "name", title: subitem.name }, subitem.name),
      ...found.columns.map((column) => cell(column, subitem.cells[column.id]))));
  }
  below.firstChild.replaceChildren(node);
}

function itemRow(item, columns) {
  const row = make("tr", { class: "item", "data-id": item.id });
  let opener = make("span", { class: "none" });
  if (item.subitems) {
    opener = make("button", { type: "button", "aria-expanded": "false",
      "aria-label": `${plural(item.subitems, "subitem")} of ${item.name}`,
      onclick: () => toggleSubitems(opener, row, item, columns.length + 1) },
    make("span", { class: "chevron", "aria-hidden": "true" }), String(item.subitems));
  }
  row.append(make("th", { scope: "row", class: "name" },
    make("div", {}, opener, make("span", { class: "title", title: item.name }, item.name))),
  ...columns.map((column) => cell(column, item.cells[column.id])));
  return row;
}

function groupSection(group, columns) {
  const turn = state.turn;
  const scroll = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Items of ${group.title}` });
  scroll.style.minHeight = `${Math.min(group.items, ROWS) * ROW_HEIGHT + HEAD_HEIGHT}px`;
  const { node, body } = table(columns, "Item", group.title);
  let loaded = 0;
  let busy = false;

  async function more() {
    if (busy || loaded >= group.items) return;
    busy = true;
    const found = await load(`boards/${state.board}/groups/${encodeURIComponent(group.id)}`,
      { offset: loaded, limit: ROWS, q: state.search });
    if (turn !== state.turn) return;
    body.append(...found.rows.map((item) => itemRow(item, columns)));
    loaded += found.rows.length;
    busy = false;
    scroll.style.minHeight = "";
    if (!node.isConnected) scroll.append(node);
    button.remove();
    if (loaded < found.total && found.rows.length) {
      button.textContent = `Show more (${number.format(found.total - loaded)} left)`;
      scroll.append(button);
      watcher.observe(button);
    }
  }

  const button = make("button", { type: "button", class: "more", onclick: more });
  const watcher = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) {
      watcher.disconnect();
      more();
    }
  }, { rootMargin: "300px" });

  const opener = make("button", { type: "button", "aria-expanded": "true", onclick: () => show(!open()) },
    make("span", { class: "chevron", "aria-hidden": "true" }), swatch(group), group.title);
  const open = () => opener.getAttribute("aria-expanded") === "true";

  function show(on) {
    opener.setAttribute("aria-expanded", String(on));
    scroll.hidden = !on;
    if (on) state.collapsed.delete(group.id); else state.collapsed.add(group.id);
    if (on && group.items && !loaded) watcher.observe(scroll);
  }

  const section = make("section", { "data-group": group.id },
    make("div", { class: "head" }, make("h2", {}, opener),
      make("span", { class: "sum" }, `${plural(group.items, "item")} · qty ${number.format(Number(group.quantity))}`)), scroll);
  section.style.setProperty("--group", group.color);
  if (!group.items) scroll.style.minHeight = "";
  section.show = show;
  show(!state.collapsed.has(group.id));
  return section;
}

function jumpTo(group) {
  return make("li", {}, make("a", { href: `#${encodeURIComponent(group.id)}`, onclick: (event) => {
    event.preventDefault();
    byId("jump").open = false;
    const section = [...byId("groups").children].find((other) => other.dataset.group === group.id);
    section.show(true);
    document.documentElement.style.setProperty("--head", `${document.querySelector("header").offsetHeight + 8}px`);
    section.scrollIntoView();
    section.querySelector("h2 button").focus({ preventScroll: true });
  } }, swatch(group), group.title, make("span", { class: "count" }, number.format(group.items))));
}

function swatch(group) {
  const node = make("span", { class: "swatch", "aria-hidden": "true" });
  node.style.setProperty("--group", group.color);
  return node;
}

async function refresh() {
  state.turn += 1;
  const turn = state.turn;
  try {
    const board = await load(`boards/${state.board}`, state.search ? { q: state.search } : {});
    if (turn !== state.turn) return;
    byId("title").textContent = board.name;
    document.title = board.name;
    byId("counts").textContent = `${plural(board.items, "item")}, ${plural(board.subitems, "subitem")} in `
      + `${plural(board.groups.length, "group")}${state.search ? ` match “${state.search}”` : ""}`;
    byId("groups").replaceChildren(...board.groups.map((group) => groupSection(group, board.columns)));
    byId("jumps").replaceChildren(...board.groups.map(jumpTo));
    byId("jump").hidden = board.groups.length < 2;
    if (!board.groups.length) byId("groups").append(make("p", { class: "empty" }, "Nothing found."));
  } catch (error) {
    byId("counts").textContent = `The board cannot be read: ${error.message}.`;
  }
}

async function start() {
  const boards = await load("boards");
  const wanted = new URLSearchParams(location.search).get("board") || location.pathname.split("/")[2];
  state.board = (boards.find((board) => board.id === wanted || board.target === wanted) || boards[0]).id;
  byId("boards").replaceChildren(...boards.map((board) => make("button", { type: "button",
    "aria-pressed": String(board.id === state.board), "data-board": board.id, title: board.name, onclick: (event) => {
      state.board = board.id;
      for (const other of byId("boards").children) other.setAttribute("aria-pressed", String(other === event.currentTarget));
      history.replaceState(null, "", `?board=${board.target}`);
      refresh();
    } }, board.target)));
  let waiting = 0;
  byId("search").addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { state.search = event.target.value.trim(); refresh(); }, 150);
  });
  byId("collapse").addEventListener("click", (event) => {
    const collapse = event.currentTarget.getAttribute("aria-pressed") !== "true";
    event.currentTarget.setAttribute("aria-pressed", String(collapse));
    event.currentTarget.textContent = collapse ? "Expand all" : "Collapse all";
    for (const section of byId("groups").querySelectorAll("section")) section.show(!collapse);
  });
  byId("reload").addEventListener("click", refresh);
  const jump = byId("jump");
  document.addEventListener("click", (event) => { if (!jump.contains(event.target)) jump.open = false; });
  jump.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    jump.open = false;
    jump.querySelector("summary").focus();
  });
  await refresh();
}

start();

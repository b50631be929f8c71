// The table of tracks: sort by a heading, find by name, choose a row.

class TrackTable {
  // columns: [{title, value(p): what sorts, text(p): what is shown, number: align right}].
  constructor(root, columns, count, choose) {
    Object.assign(this, { root, columns, choose });
    this.rows = Array.from({ length: count }, (_, p) => this.#row(p));
    this.order = this.rows.map((_, p) => p);
    this.sorted = { column: 0, down: false };
    const head = root.querySelector("thead tr");
    this.heads = columns.map((column, c) => {
      const th = document.createElement("th");
      th.scope = "col";
      if (column.number) th.className = "number";
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = column.title;
      button.addEventListener("click", () => this.sort(c));
      th.append(button);
      head.append(th);
      return th;
    });
    this.body = root.querySelector("tbody");
    this.#place();
  }
  #row(p) {
    const tr = document.createElement("tr");
    this.columns.forEach((column, c) => {
      const cell = document.createElement(c ? "td" : "th");
      if (column.number) cell.className = "number";
      if (c) cell.textContent = column.text(p);
      else {
        cell.scope = "row";
        const button = document.createElement("button");
        button.type = "button";
        const swatch = document.createElement("span");
        swatch.className = "swatch";
        swatch.style.background = column.colour(p);
        const name = document.createElement("span");
        name.textContent = column.text(p);
        button.append(swatch, name);
        cell.append(button);
      }
      tr.append(cell);
    });
    tr.addEventListener("click", () => this.choose(p));
    return tr;
  }
  sort(c) {
    const down = this.sorted.column === c ? !this.sorted.down : Boolean(this.columns[c].number);
    this.sorted = { column: c, down };
    const value = this.columns[c].value;
    const sign = down ? -1 : 1;
    this.order.sort((a, b) => {
      const [u, v] = [value(a), value(b)];
      return sign * (typeof u === "string" ? u.localeCompare(v, "en", { numeric: true }) : u - v) || a - b;
    });
    this.#place();
  }
  #place() {
    this.heads.forEach((th, c) => {
      if (c === this.sorted.column) th.setAttribute("aria-sort", this.sorted.down ? "descending" : "ascending");
      else th.removeAttribute("aria-sort");
    });
    this.body.append(...this.order.map((p) => this.rows[p]));
  }
  find(text) {
    const wanted = text.trim().toLowerCase();
    this.rows.forEach((row, p) => { row.hidden = !this.columns[0].find(p).includes(wanted); });
  }
  select(p) {
    this.root.querySelector("tr[aria-current]")?.removeAttribute("aria-current");
    if (p === null) return;
    this.rows[p].setAttribute("aria-current", "true");
  }
  reveal(p) { this.rows[p].scrollIntoView({ block: "nearest" }); }
  mark(alive) { this.rows.forEach((row, p) => row.classList.toggle("away", !alive[p])); }
}

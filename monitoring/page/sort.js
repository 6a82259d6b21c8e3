// Sorts the customers by a column; without it they stand by trouble.
(function () {
  var list = document.querySelector(".customers");
  if (!list) return;
  var head = list.querySelector(".head");
  var rows = Array.prototype.slice.call(list.querySelectorAll(".row"));
  head.classList.add("ready");
  Array.prototype.forEach.call(head.querySelectorAll("[data-by]"), function (cell) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = cell.textContent;
    cell.textContent = "";
    cell.appendChild(button);
    button.addEventListener("click", function () {
      var by = cell.dataset.by, text = cell.dataset.kind === "text";
      var turned = cell.getAttribute("aria-sort") === (text ? "ascending" : "descending");
      Array.prototype.forEach.call(head.children, function (one) { one.removeAttribute("aria-sort"); });
      cell.setAttribute("aria-sort", (text !== turned) ? "ascending" : "descending");
      rows.sort(function (one, other) {
        var a = one.getAttribute("data-" + by), b = other.getAttribute("data-" + by);
        if (a === "" || b === "") return (a === "") - (b === "");  // not known comes last, either way
        var less = text ? a.localeCompare(b, undefined, {numeric: true}) : b - a;
        return (turned ? -less : less) || one.dataset.place - other.dataset.place;
      });
      rows.forEach(function (row) { list.appendChild(row); });
      var fold = list.querySelector(".quiet");
      if (fold) fold.remove();
    });
  });
})();

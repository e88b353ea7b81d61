import assert from "node:assert/strict";
import { test } from "node:test";
import { tableOf } from "../../web/script/table.js";

test("a row is found by the line it begins at, as the box counts", () => {
  const table = tableOf('\uFEFFhome,away,title\r\nA,B,"two\r\nlines"\r\n\r\nC,"D ""x""",\r\n');
  assert.equal(table.header, "home,away,title");
  assert.equal(table.of(2), 'A,B,"two\r\nlines"');
  assert.equal(table.of(5), 'C,"D ""x""",');
  assert.equal(table.of(3), undefined);
});

test("a table that ends without a line end has its last row", () => {
  const table = tableOf("\nhome;away\nA;B");
  assert.equal(table.header, "home;away");
  assert.equal(table.of(3), "A;B");
});

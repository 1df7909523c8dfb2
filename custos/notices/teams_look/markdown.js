"use strict";
// The little Markdown that Teams honours in cards: bold, italic, links, lists and line breaks. Everything is escaped first.
// https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format
function teamsMarkdown(text) {
  const escaped = text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;").replace(/'/g, "&#39;");
  const kept = [];
  const keep = (html) => `\u0001${kept.push(html) - 1}\u0002`;
  const inline = (line) =>
    line
      .replace(/[\u0001\u0002]/g, "")
      .replace(/\\([\\`*_{}[\]()#+\-.!~|&])/g, (_, character) => keep(character))
      .replace(/\[([^\]]+)\]\((https:\/\/[^\s)]+)\)/g, (_, label, url) => keep(`<a href="${url}" target="_blank" rel="noopener noreferrer">${label}</a>`))
      .replace(/\*\*([^*]+)\*\*/g, "<strong>$1</strong>")
      .replace(/(^|[^\w*])[*_]([^*_]+)[*_](?!\w)/g, "$1<em>$2</em>");
  const blocks = [];
  let list = null;
  for (const line of escaped.split(/\r?\n/)) {
    const item = /^\s*(?:([-*])|\d+\.)\s+(.*)$/.exec(line);
    if (item) {
      const kind = item[1] ? "ul" : "ol";
      if (!list || list.kind !== kind) blocks.push((list = { kind, lines: [] }));
      list.lines.push(`<li>${inline(item[2])}</li>`);
    } else {
      list = null;
      blocks.push(inline(line));
    }
  }
  let html = "";
  blocks.forEach((block, at) => {
    if (typeof block === "object") html += `<${block.kind}>${block.lines.join("")}</${block.kind}>`;
    else html += (at > 0 && typeof blocks[at - 1] === "string" ? "<br>" : "") + block;
  });
  for (let round = 0; round < 3; round += 1) html = html.replace(/\u0001(\d+)\u0002/g, (_, at) => kept[Number(at)]);
  return html;
}

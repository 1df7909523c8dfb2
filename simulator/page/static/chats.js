"use strict";
// Draws what /sim/chats.json tells. Texts of the tenant become text nodes; cards go through Microsoft's renderer.
const NEWEST_SCHEMA = new AdaptiveCards.Version(1, 5); // the newest that Teams takes from a bot
const MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
const state = { person: location.hash.slice(1), drawn: {}, busy: false };

AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = teamsMarkdown(text);
  result.didProcess = true;
};

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== ""));
  return made;
}

function when(iso) {
  return new Date(iso).toLocaleString("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: "Europe/London" });
}

function drawCard(chat, message, content) {
  const frame = element("div", { class: "card" });
  const card = new AdaptiveCards.AdaptiveCard();
  card.hostConfig = teamsHostConfig(currentTheme());
  const context = new AdaptiveCards.SerializationContext(NEWEST_SCHEMA);
  card.parse(content, context);
  if (!card.version || card.version.compareTo(NEWEST_SCHEMA) > 0) {
    frame.append(element("p", { class: "plain" }, content.fallbackText || "This card could not be displayed."));
    return frame;
  }
  card.onExecuteAction = async (action) => {
    if (action instanceof AdaptiveCards.OpenUrlAction) {
      if (/^https:\/\//.test(action.url || "")) window.open(action.url, "_blank", "noopener,noreferrer");
      return;
    }
    const carrying = action.toJSON().data || {};
    const inputs = {};
    for (const [name, value] of Object.entries(action.data || {})) if (!(name in carrying)) inputs[name] = value;
    frame.classList.add("busy");
    state.busy = true;
    await act({ verb: "press", person: chat.personId, message: message.id, button: action.verb || action.id || action.title, carrying, inputs }, message.id);
    state.busy = false;
    state.drawn = {};
    await refresh();
  };
  const drawn = card.render();
  if (drawn) frame.append(drawn);
  return frame;
}

const troubles = {};
async function act(deed, place) {
  const answer = await fetch("/sim/act", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(deed) });
  const told = await answer.json();
  troubles[place] = answer.ok ? "" : told.error.message;
}

function drawMessage(chat, message) {
  const article = element("div", { class: `message ${message.sender}` });
  const edited = message.edits ? " · edited" : "";
  article.append(element("span", { class: "meta" }, `${message.sender === "bot" ? "Custos" : chat.name} · ${when(message.sent)}${edited}`));
  if (message.text) article.append(element("div", { class: message.sender === "bot" ? "plain" : "" }, message.text));
  for (const content of message.cards) article.append(drawCard(chat, message, content));
  const trouble = troubles[message.id];
  const note = trouble || message.note;
  if (note) article.append(element("p", { class: trouble ? "note bad" : "note", role: "status" }, note));
  return article;
}

function drawChats(chats) {
  const people = document.getElementById("people");
  const thread = document.getElementById("thread");
  people.replaceChildren();
  thread.replaceChildren();
  if (!chats.length) {
    thread.append(element("p", { class: "empty" }, "Nobody has heard from the bot yet."));
    return;
  }
  const open = chats.find((chat) => chat.personId === state.person) || chats[0];
  state.open = open.personId;
  sayForm.hidden = false;
  sayForm.elements.text.placeholder = `Write to Custos as ${open.name}`;
  for (const chat of chats) {
    const button = element("button", { type: "button", "aria-current": chat === open ? "true" : "false" }, chat.name, element("small", {}, chat.title));
    button.addEventListener("click", () => {
      state.person = chat.personId;
      location.hash = chat.personId;
      state.drawn = {};
      refresh();
    });
    people.append(element("li", {}, button));
  }
  for (const message of open.messages) thread.append(drawMessage(open, message));
  if (!open.messages.length) thread.append(element("p", { class: "empty" }, "No messages yet."));
}

const sayForm = document.getElementById("say");
sayForm.addEventListener("submit", async (event) => {
  event.preventDefault();
  await act({ verb: "say", person: state.open, text: sayForm.elements.text.value }, "say");
  document.getElementById("unsaid").textContent = troubles.say;
  if (!troubles.say) sayForm.reset();
  await refresh();
});

function drawFeed(notices) {
  const panel = document.getElementById("panel-feed");
  panel.replaceChildren();
  if (!notices.length) panel.append(element("p", { class: "empty" }, "No activity yet."));
  for (const notice of notices) {
    panel.append(element("article", { class: "letter" }, element("h2", {}, notice.text), element("span", { class: "meta" }, `${notice.to} · ${when(notice.at)}`), element("p", {}, notice.preview), element("small", { class: "meta" }, notice.link)));
  }
}

function drawMail(letters) {
  const panel = document.getElementById("panel-mail");
  panel.replaceChildren();
  if (!letters.length) panel.append(element("p", { class: "empty" }, "No mail yet."));
  for (const letter of letters) {
    const page = element("article", { class: "letter" }, element("h2", {}, letter.subject || "(no subject)"), element("span", { class: "meta" }, `${letter.from} to ${letter.to} · ${when(letter.at)}`));
    if (letter.html) {
      const markup = `<meta http-equiv="Content-Security-Policy" content="${MAIL_POLICY}"><style>body{font:14px/20px "Segoe UI",system-ui,sans-serif}</style>${letter.content}`;
      page.append(element("iframe", { sandbox: "", srcdoc: markup, title: `Mail: ${letter.subject}` }));
    } else {
      page.append(element("pre", {}, letter.content));
    }
    panel.append(page);
  }
}

const DRAW = { chats: drawChats, feed: drawFeed, mail: drawMail };

async function refresh() {
  const told = await (await fetch("/sim/chats.json")).json();
  for (const [name, draw] of Object.entries(DRAW)) {
    const seen = JSON.stringify(told[name]);
    document.getElementById(`count-${name}`).textContent = told[name].length;
    if (seen !== state.drawn[name]) {
      draw(told[name]);
      state.drawn[name] = seen;
    }
  }
}

const TABS = Object.keys(DRAW);

function choose(name, focused = false) {
  for (const each of TABS) {
    const tab = document.getElementById(`tab-${each}`);
    tab.setAttribute("aria-selected", String(each === name));
    tab.tabIndex = each === name ? 0 : -1;
    if (each === name && focused) tab.focus();
    document.getElementById(`panel-${each}`).hidden = each !== name;
  }
}

TABS.forEach((name, at) => {
  const tab = document.getElementById(`tab-${name}`);
  tab.addEventListener("click", () => choose(name));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) choose(TABS[(at + step + TABS.length) % TABS.length], true);
  });
});

addEventListener("themechange", () => {
  state.drawn = {};
  refresh();
});

const asked = new URLSearchParams(location.search);
if (asked.get("tab") in DRAW) choose(asked.get("tab"));
refresh();
setInterval(() => {
  if (!state.busy) refresh().catch(() => undefined);
}, 2000);

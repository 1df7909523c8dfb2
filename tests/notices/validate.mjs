// Reads cards as JSON lines from standard input and prints, for each, what Microsoft's own parser says against it.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);
const AC = require("adaptivecards/dist/adaptivecards.js");

// Its pattern for `lang` keeps a position from card to card and would refuse every second one: a refusal takes it back to the start.
function takeBack() {
  const context = new AC.SerializationContext(AC.Versions.v1_5);
  while (context.eventCount === 0) new AC.AdaptiveCard().parse({ type: "AdaptiveCard", version: "1.5", lang: "en", body: [] }, context);
}

for await (const line of createInterface({ input: process.stdin })) {
  if (!line.trim()) continue;
  takeBack();
  const context = new AC.SerializationContext(AC.Versions.v1_5);
  const card = new AC.AdaptiveCard();
  card.parse(JSON.parse(line), context);
  const faults = [];
  for (let i = 0; i < context.eventCount; i++) faults.push(context.getEventAt(i).message);
  for (const failure of card.validateProperties().validationEvents) faults.push(failure.message);
  console.log(JSON.stringify(faults));
}

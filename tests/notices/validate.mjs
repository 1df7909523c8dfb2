// Reads cards as JSON lines from standard input and prints, for each, what Microsoft's own parser says against it.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);
const library = require.resolve("adaptivecards/dist/adaptivecards.js");

for await (const line of createInterface({ input: process.stdin })) {
  if (!line.trim()) continue;
  delete require.cache[library]; // its pattern for `lang` keeps a position and would refuse every second card
  const AC = require(library);
  const context = new AC.SerializationContext(AC.Versions.v1_5);
  const card = new AC.AdaptiveCard();
  card.parse(JSON.parse(line), context);
  const faults = [];
  for (let i = 0; i < context.eventCount; i++) faults.push(context.getEventAt(i).message);
  for (const failure of card.validateProperties().validationEvents) faults.push(failure.message);
  console.log(JSON.stringify(faults));
}

// The three questions asked by the CLI for Microsoft 365 with its own commands, in one Node process, as its users write longer
// scripts: node peers/cli_script.mjs NOW ANSWERS.json [/sites/x …]   (signed in by `m365 login` before)
//
// `spo site list`; for each site `spo list list` with the date of the last change by a user; for each library `spo listitem list` with
// the compliance tag and whether an item has permissions of its own; for each of those `spo file sharinglink list --scope anonymous`,
// or the same of a folder. One command after the other: the CLI keeps the command that runs in a global.
//
// Source: https://pnp.github.io/cli-microsoft365/user-guide/use-cli-programmatically/

import { writeFileSync } from "node:fs";
import { executeCommand } from "@pnp/cli-microsoft365";

const TWO_YEARS = 731 * 86_400_000;
const [now, file, ...wanted] = process.argv.slice(2);
const moment = Date.parse(now);
const answers = { looked: 0, unlabelled: [], open: [], untouched: [], notes: { "commands refused": 0 } };

async function run(command, options = {}) {
  try {
    const { stdout } = await executeCommand(command, { ...options, output: "json" });
    return stdout ? JSON.parse(stdout) : [];
  } catch (refusal) {
    if (!refusal?.error) throw refusal; // not a command that was refused, but a fault of this script
    answers.notes["commands refused"] += 1;
    return [];
  }
}

function stands(link) {
  const ends = link.expirationDateTime;
  return !ends || ends.startsWith("0001-") || Date.parse(ends) > moment;
}

// What holds for a file holds for the nearest item above it, or itself, that has permissions of its own.
function isReached(path, linked) {
  for (let at = path; at; at = at.slice(0, at.lastIndexOf("/"))) {
    if (linked.has(at)) return linked.get(at);
  }
  return false;
}

async function library(webUrl, list) {
  const fields = "Id,FileRef,FileSystemObjectType,OData__ComplianceTag,HasUniqueRoleAssignments";
  const items = await run("spo listitem list", { webUrl, listId: list.Id, fields });
  const linked = new Map();
  for (const item of items.filter((each) => each.HasUniqueRoleAssignments)) {
    const scope = "anonymous";
    const links =
      item.FileSystemObjectType === 1
        ? await run("spo folder sharinglink list", { webUrl, folderUrl: item.FileRef, scope })
        : await run("spo file sharinglink list", { webUrl, fileUrl: item.FileRef, scope });
    linked.set(item.FileRef, links.some(stands));
  }
  const files = items.filter((each) => each.FileSystemObjectType !== 1);
  answers.looked += files.length;
  answers.unlabelled.push(...files.filter((each) => !each.OData__ComplianceTag).map((each) => each.FileRef));
  answers.open.push(...files.map((each) => each.FileRef).filter((path) => isReached(path, linked)));
  if (files.length && Date.parse(list.LastItemUserModifiedDate) < moment - TWO_YEARS) {
    answers.untouched.push(list.RootFolder.ServerRelativeUrl);
  }
}

for (const { Url: webUrl } of await run("spo site list")) {
  if (wanted.length && !wanted.includes(new URL(webUrl).pathname)) continue;
  const properties = "Id,Title,LastItemUserModifiedDate,RootFolder/ServerRelativeUrl";
  const filter = "BaseTemplate eq 101 and Hidden eq false";
  for (const list of await run("spo list list", { webUrl, properties, filter })) {
    if (!list.RootFolder.ServerRelativeUrl.endsWith("/SiteAssets")) await library(webUrl, list);
  }
}
writeFileSync(file, JSON.stringify(answers));

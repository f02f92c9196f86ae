// What a desk's phone says of codes: {script, kit, codes: [{text, now}]} on stdin, what `read` finds for each on stdout.
import { readFileSync } from "node:fs";

const { script, kit, codes } = JSON.parse(readFileSync(0, "utf8"));
const { read } = await import(`data:text/javascript;base64,${Buffer.from(readFileSync(script)).toString("base64")}`);
const found = [];
for (const { text, now } of codes) found.push(await read(text, kit, now));
process.stdout.write(JSON.stringify(found));

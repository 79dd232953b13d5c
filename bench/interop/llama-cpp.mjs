// Does llama.cpp load a GGUF file that Aha wrote, and does it choose the same tokens?
//
//   npm install --prefix /somewhere node-llama-cpp@3.21.1
//   NODE_PATH=/somewhere/node_modules node bench/interop/llama-cpp.mjs --model model.gguf --prompts prompts.jsonl [--tokens 48] [--aha "dotnet .../aha.dll"]
//
// Each line of the prompts is {"ids": [...]} or {"text": "..."}. llama.cpp continues it greedily; `aha logprobs` then says what Aha would have chosen at each
// of those positions, and how far the two best tokens lie apart where the two programs disagree. Texts are also tokenised by both.
import {createRequire} from "node:module";
import {spawnSync} from "node:child_process";
import {readFileSync} from "node:fs";
import {pathToFileURL} from "node:url";
import {parseArgs} from "node:util";
import {join, resolve} from "node:path";

const {values: options} = parseArgs({options: {
    model: {type: "string"}, prompts: {type: "string"}, tokens: {type: "string", default: "48"}, aha: {type: "string", default: "aha"}
}});

const modules = resolve((process.env.NODE_PATH ?? join(process.cwd(), "node_modules")).split(":")[0]);
const {getLlama, LlamaLogLevel} = await import(pathToFileURL(createRequire(join(modules, "x.js")).resolve("node-llama-cpp")));
const llama = await getLlama({gpu: false, build: "never", logLevel: LlamaLogLevel.error});
const model = await llama.loadModel({modelPath: options.model});
// Plain attention over an fp32 cache, as Aha's: the default rounds keys, values and queries to fp16, which alone flips tokens that are nearly tied.
const context = await model.createContext({
    contextSize: 512, threads: 1, flashAttention: false, experimentalKvCacheKeyType: "F32", experimentalKvCacheValueType: "F32"
});
const sequence = context.getSequence();

function aha(verb, rows, ...more) {
    const [program, ...before] = options.aha.split(" ");
    const run = spawnSync(program, [...before, verb, "--model", options.model, "--input", "-", ...more],
        {input: rows.map((row) => JSON.stringify(row) + "\n").join(""), encoding: "utf8", maxBuffer: 1 << 30});
    if (run.status !== 0) throw new Error(run.stderr);
    return run.stdout.trim().split("\n").map((line) => JSON.parse(line));
}

const rows = readFileSync(options.prompts, "utf8").trim().split("\n").map((line) => JSON.parse(line));
const texts = rows.filter((row) => row.text !== undefined);
if (texts.length > 0) {
    const ours = aha("tokenize", texts.map(({text}) => ({text})), "--parse-special");
    texts.forEach((row, i) => {
        row.ids = Array.from(model.tokenize(row.text, true));
        if (JSON.stringify(row.ids) !== JSON.stringify(ours[i].ids)) console.log("token ids differ:", JSON.stringify(row.text), row.ids, ours[i].ids);
    });
}

const prompts = [], whole = [];
for (const {ids} of rows) {
    await sequence.clearHistory();
    const greedy = [];
    for await (const token of sequence.evaluate(ids, {temperature: 0, yieldEogToken: true})) {
        greedy.push(token);
        if (greedy.length >= Number(options.tokens)) break;
    }
    prompts.push(ids);
    whole.push({ids: [...ids, ...greedy]});
}

let same = 0, total = 0;
aha("logprobs", whole, "--top", "2").forEach((scored, i) => {
    for (let at = prompts[i].length - 1; at < scored.top.length; at++) {
        const [best, second] = scored.top[at], chosen = whole[i].ids[at + 1];
        total++;
        if (best.id === chosen) same++;
        else console.log(`row ${i}, position ${at + 1}: llama.cpp ${chosen}, Aha ${best.id}; Aha's best two lie ${(best.logprob - second.logprob).toFixed(4)} apart`);
    }
});
console.log(`${options.model}: ${same} of ${total} greedy tokens are the same`);
process.exit(same === total ? 0 : 1);

// How fast do llama.cpp and Aha run one GGUF file, side by side?
//
//   npm install --prefix /somewhere node-llama-cpp@3.21.1
//   NODE_PATH=/somewhere/node_modules node bench/interop/llama-cpp-speed.mjs --model model.gguf [--threads 2] [--rounds 5] [--only decode@1,prefill@512] [--aha "dotnet .../aha.dll"]
//
// Each round measures every kind of work with one program and then with the other; the best round of each counts, so that what other programs took of the
// machine falls away. The work is that of `aha bench`: prompts of 16 random tokens continued by 128 new ones, the prompts' time included; or prompts of 512
// tokens with one position's logits each. llama.cpp gets its steps as batches of its own library, one token of every sequence, without the wrapper's sampling
// (Aha's figures include drawing the tokens), and the faster of its two kinds of attention.
// --cpu also prints tokens per second of processor time for one thread: on a busy machine the wall clock tells little, and threads that wait for each other
// by spinning tell less.
import {createRequire} from "node:module";
import {spawnSync} from "node:child_process";
import {pathToFileURL} from "node:url";
import {parseArgs} from "node:util";
import {join, resolve} from "node:path";
import {loadavg} from "node:os";

const {values: options} = parseArgs({options: {
    model: {type: "string"}, threads: {type: "string", default: "2"}, rounds: {type: "string", default: "5"}, aha: {type: "string", default: "aha"},
    only: {type: "string", default: "decode@1,decode@8,decode@32,prefill@512"}, cpu: {type: "boolean", default: false}
}});
const threads = options.cpu ? 1 : Number(options.threads), works = options.only.split(",");
const promptTokens = 16, newTokens = 128, prefillPrompts = 4;

const modules = resolve((process.env.NODE_PATH ?? join(process.cwd(), "node_modules")).split(":")[0]);
const {getLlama, LlamaLogLevel} = await import(pathToFileURL(createRequire(join(modules, "x.js")).resolve("node-llama-cpp")));
const llama = await getLlama({gpu: false, build: "never", logLevel: LlamaLogLevel.error, maxThreads: threads});
const model = await llama.loadModel({modelPath: options.model});
const vocabulary = model.fileInfo.metadata.tokenizer.ggml.tokens.length;

const randomIds = (count) => Uint32Array.from({length: count}, () => Math.floor(Math.random() * vocabulary));

// One call of llama_decode: so many random tokens of each sequence, logits of the last.
async function step(context, sequences, position, count) {
    context.initBatch(sequences * count);
    for (let s = 0; s < sequences; s++) context.addToBatch(s, position, randomIds(count), Uint32Array.of(count - 1));
    await context.decodeBatch();
}

const contexts = new Map();
async function llamaRun(work, flashAttention) {
    const [kind, size] = work.split("@").map((part, i) => i === 0 ? part : Number(part));
    const sequences = kind === "decode" ? size : 1, positions = kind === "decode" ? promptTokens + newTokens : size;
    const key = `${work} ${flashAttention}`;
    if (!contexts.has(key)) {
        const created = await model.createContext({
            contextSize: {min: positions, max: positions + 256}, sequences, batchSize: Math.max(512, sequences * promptTokens), threads, flashAttention
        });
        contexts.set(key, created._ctx);
    }
    const context = contexts.get(key), before = process.cpuUsage(), start = performance.now();
    const clear = () => { for (let s = 0; s < sequences; s++) context.disposeSequence(s); };
    let tokens = 0;
    if (kind === "decode") {
        await step(context, sequences, 0, promptTokens);
        for (let i = 1; i < newTokens; i++) await step(context, sequences, promptTokens + i - 1, 1);
        tokens = sequences * newTokens;
    } else {
        for (let i = 0; i < prefillPrompts; i++, clear()) await step(context, 1, 0, size);
        tokens = prefillPrompts * size;
    }
    const wall = (performance.now() - start) / 1e3, used = process.cpuUsage(before);
    clear();
    return tokens / (options.cpu ? (used.user + used.system) / 1e6 : wall);
}

function ahaRun(work) {
    const [kind, size] = work.split("@"), [program, ...before] = options.aha.split(" ");
    const run = spawnSync(program, [
        ...before, "bench", "--model", options.model, "--only", kind, "--batch", kind === "decode" ? size : "1", "--threads", String(threads), "--repeats", "1", "--json"
    ], {encoding: "utf8"});
    if (run.status !== 0) throw new Error(run.error ? `${run.error.message}: say where it is with --aha` : run.stderr);
    const figures = Object.entries(JSON.parse(run.stdout));
    const unit = options.cpu ? "tokens_per_processor_second" : "tokens_per_second";
    return figures.find(([key]) => key.endsWith(`${work}/${unit}`))[1];
}

const best = new Map(works.map((work) => [work, {llama: 0, aha: 0}]));
for (let round = 1; round <= Number(options.rounds); round++) {
    for (const work of works) {
        const figures = best.get(work);
        for (const flashAttention of [false, true]) figures.llama = Math.max(figures.llama, await llamaRun(work, flashAttention));
        figures.aha = Math.max(figures.aha, ahaRun(work));
        console.error(`round ${round}, load ${loadavg()[0].toFixed(1)}: ${work}: llama.cpp ${figures.llama.toFixed(0)}, Aha ${figures.aha.toFixed(0)}`);
    }
}

console.log(`${options.model}, ${threads} thread(s), tokens per second${options.cpu ? " of processor time" : ""}, best of ${options.rounds} rounds`);
console.log("| work | llama.cpp | Aha | ratio |\n|---|---|---|---|");
for (const [work, {llama: theirs, aha: ours}] of best) console.log(`| ${work} | ${theirs.toFixed(0)} | ${ours.toFixed(0)} | ${(ours / theirs).toFixed(2)} |`);
process.exit(0);

// Builds the page into dist/app, as it is served: at /app/, its service worker beside it, and everything also gzipped.
import { defineConfig, type Plugin, type Rolldown } from "vite";
import details from "./package.json" with { type: "json" };

const WORKER = "sw.js";
const MANIFEST = "manifest.webmanifest";
const PACKABLE = /\.(js|css|html|svg)$/;

type Bundle = Rolldown.OutputBundle;
type Output = Bundle[string];

/** What makes a page installable: a manifest with its icons, and a service worker that knows the page's files. */
function installable(): Plugin {
    return {
        name: "installable",
        apply: "build",
        enforce: "post",
        transformIndexHtml: {
            order: "post",
            // Nothing is painted before the reader's own colours and size are known.
            handler: (html) => html.replace('<script type="module"', '<script type="module" blocking="render"'),
        },
        async generateBundle(_options, bundle) {
            const manifest = manifestOf(bundle);
            await nameFiles(bundle, manifest);
            this.emitFile({ type: "asset", fileName: MANIFEST, source: manifest });
            for (const file of Object.values(bundle).filter((file) => PACKABLE.test(file.fileName))) {
                this.emitFile({
                    type: "asset",
                    fileName: `${file.fileName}.gz`,
                    source: await gzipped(contentOf(file)),
                });
            }
        },
    };
}

function manifestOf(bundle: Bundle): string {
    const icon = (name: string): string | undefined =>
        Object.values(bundle).find((file) => file.type === "asset" && file.names.includes(name))?.fileName;
    const icons = [192, 512].map((size) => ({
        src: icon(`icon-${size}.png`),
        sizes: `${size}x${size}`,
        type: "image/png",
    }));
    return JSON.stringify({
        id: "/app/",
        name: "Stride KB",
        short_name: "Stride KB",
        description: "Running injuries, explained. Reads without a network.",
        lang: "en",
        start_url: "./",
        scope: "./",
        display: "standalone",
        background_color: "#f6f8f8",
        theme_color: "#17494a",
        icons: [...icons, { src: icon("icon.svg"), sizes: "any", type: "image/svg+xml" }],
    });
}

/** The service worker's list of files, and the name of its cache, which is another whenever one of them is. */
async function nameFiles(bundle: Bundle, manifest: string): Promise<void> {
    const worker = bundle[WORKER];
    if (worker?.type !== "chunk") throw new Error(`There is no ${WORKER}.`);
    const files = Object.values(bundle).filter((file) => file !== worker);
    const names = files.map((file) => file.fileName).filter((name) => name !== "index.html");
    const hash = await hashOf([...files.map(contentOf), manifest, worker.code]);
    worker.code = worker.code
        .replaceAll("__FILES__", JSON.stringify(["./", MANIFEST, ...names].sort()))
        .replaceAll("__HASH__", JSON.stringify(hash));
}

function contentOf(file: Output): string | Uint8Array {
    return file.type === "chunk" ? file.code : file.source;
}

async function hashOf(contents: (string | Uint8Array)[]): Promise<string> {
    const bytes = await new Blob(contents as BlobPart[]).arrayBuffer();
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return [...digest.slice(0, 6)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function gzipped(content: string | Uint8Array): Promise<Uint8Array> {
    const packed = new Blob([content] as BlobPart[]).stream().pipeThrough(new CompressionStream("gzip"));
    return new Uint8Array(await new Response(packed).arrayBuffer());
}

export default defineConfig({
    base: "/app/",
    publicDir: false,
    resolve: { alias: { "stride-kb": new URL("../typescript/src/index.ts", import.meta.url).pathname } },
    define: { __VERSION__: JSON.stringify(details.version) },
    plugins: [installable()],
    build: {
        outDir: "dist/app",
        modulePreload: false, // it would be a script within the page, which the policy forbids
        assetsInlineLimit: 0,
        rolldownOptions: {
            input: { index: "index.html", sw: "src/worker.ts" },
            output: { entryFileNames: (chunk) => (chunk.name === "sw" ? WORKER : "assets/[name]-[hash].js") },
        },
    },
});

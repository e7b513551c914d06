// Draws a .bpmn file as people see it: bpmn-js in a headless Chromium, to .svg or .png.
//   node tests/rendering/render.mjs processes/nanyang/nanyang_five_step.bpmn out.png [scale]
// CHROMIUM names the browser when it is not called `chromium`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [source, target, scale = '1'] = process.argv.slice(2);
if (!source || !/\.(svg|png)$/.test(target ?? '')) {
  console.error('usage: render.mjs diagram.bpmn picture.svg|picture.png [scale]');
  process.exit(2);
}
const browser = process.env.CHROMIUM ?? 'chromium';
const viewer = createRequire(import.meta.url).resolve('bpmn-js/dist/bpmn-viewer.production.min.js');
const room = mkdtempSync(join(tmpdir(), 'render-'));

const chromium = (...args) =>
  execFileSync(
    browser,
    ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', `--user-data-dir=${room}/profile`, ...args],
    { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] },
  );

const page = (name, body) => {
  const path = join(room, name);
  writeFileSync(path, `<!doctype html><meta charset="utf-8"><style>body{margin:0}</style>${body}`);
  return pathToFileURL(path).href;
};

try {
  const xml = JSON.stringify(readFileSync(source, 'utf8')).replaceAll('<', '\\u003c');
  const drawing = page(
    'draw.html',
    `<div id="canvas" style="width:800px;height:600px"></div><pre id="out"></pre>
     <script src="${pathToFileURL(viewer).href}"></script>
     <script>
       const font = { fontFamily: '"Noto Sans CJK SC", "Noto Sans SC", sans-serif' };
       const viewer = new BpmnJS({ container: '#canvas', textRenderer: {
         defaultStyle: { ...font, fontSize: 12 }, externalStyle: { ...font, fontSize: 12 } } });
       const show = (text) => { document.getElementById('out').textContent = text; };
       viewer.importXML(${xml})
         .then(async () => show((await viewer.saveSVG()).svg))
         .catch((error) => show('FAILED ' + error.message));
     </script>`,
  );
  const dom = chromium('--virtual-time-budget=20000', '--allow-file-access-from-files', '--dump-dom', drawing);
  const text = /<pre id="out">([\s\S]*?)<\/pre>/.exec(dom)?.[1] ?? '';
  const svg = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  if (!svg.includes('<svg')) throw new Error(svg || 'the browser drew nothing');
  if (target.endsWith('.svg')) {
    writeFileSync(target, svg);
  } else {
    const [, width, height] = /<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(svg);
    const picture = page('picture.html', svg.slice(svg.indexOf('<svg')));
    chromium(
      `--screenshot=${target}`,
      `--force-device-scale-factor=${scale}`,
      `--window-size=${Math.ceil(width)},${Math.ceil(height)}`,
      picture,
    );
  }
} catch (error) {
  console.error(`${source}: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(room, { recursive: true, force: true });
}

/**
 * A page that shows nothing, served beside the studio's by the same server: what a browser takes for any page. Asked to, it repaints a
 * canvas of so many pixels at each frame.
 */
import type { PageFile } from '../../../../src/studio/server/page-files.ts';

export const EMPTY_PAGE = '/empty.html';

const HTML = `<!doctype html><html lang="en"><meta charset="utf-8"><title>empty</title><script type="module" src="/empty.js"></script>`;

const SCRIPT = `
requestAnimationFrame(() => { document.documentElement.dataset.ready = ''; });
globalThis.repaint = async (pixels, frames) => {
  const canvas = document.createElement('canvas');
  canvas.width = 1000;
  canvas.height = Math.max(1, Math.ceil(pixels / canvas.width));
  document.body.append(canvas);
  const context = canvas.getContext('2d');
  const image = context.createImageData(canvas.width, canvas.height);
  const bytes = new Uint32Array(image.data.buffer);
  for (let frame = 0; frame < frames; frame++) {
    await new Promise(requestAnimationFrame);
    bytes.fill(0xff000000 + frame);
    context.putImageData(image, 0, 0);
  }
  canvas.remove();
};
`;

export function emptyPage(): ReadonlyMap<string, PageFile> {
  return new Map([
    [EMPTY_PAGE, { type: 'text/html; charset=utf-8', content: Buffer.from(HTML) }],
    ['/empty.js', { type: 'text/javascript; charset=utf-8', content: Buffer.from(SCRIPT) }],
  ]);
}

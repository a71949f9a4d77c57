/**
 * Drawing waits for animation frames: a pane that asks twice is drawn once, panes that do not ask are not drawn, and nothing
 * runs while the tab is hidden.
 */

const asked = new Set<() => void>();
let frame = 0;

/** Draws in the next frame. */
export function inNextFrame(draw: () => void): void {
  asked.add(draw);
  if (frame === 0) frame = requestAnimationFrame(drawAll);
}

/** Takes back what `inNextFrame` was asked for. */
export function notInNextFrame(draw: () => void): void {
  asked.delete(draw);
}

function drawAll(): void {
  frame = 0;
  const now = [...asked];
  asked.clear();
  for (const draw of now) draw();
}

/** The most pixels of a canvas, and the most for one CSS pixel each way. */
const MOST_PIXELS = 4_000_000;
const FINEST = 2;

/**
 * Gives a canvas as many pixels as its place on the screen has, within bounds.
 *
 * @returns pixels for one CSS pixel: what the context is to be scaled by
 */
export function fitCanvas(canvas: HTMLCanvasElement, width: number, height: number): number {
  const scale = canvasScale(width, height, globalThis.devicePixelRatio || 1);
  const [w, h] = [Math.max(1, Math.floor(width * scale)), Math.max(1, Math.floor(height * scale))];
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
  return scale;
}

/** Pixels for one CSS pixel. */
function canvasScale(width: number, height: number, devicePixelRatio: number): number {
  const wanted = Math.min(FINEST, devicePixelRatio);
  const area = width * height;
  return area * wanted * wanted > MOST_PIXELS ? Math.sqrt(MOST_PIXELS / area) : wanted;
}

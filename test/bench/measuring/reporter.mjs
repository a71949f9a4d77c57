/** `--import reporter.mjs?to=PATH`: at the end of the process, writes its processor time and its peak memory. */
import { readFileSync, writeFileSync } from 'node:fs';

const path = new URL(import.meta.url).searchParams.get('to');

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  writeFileSync(path, JSON.stringify({ cpuMs: (user + system) / 1_000, megabytes: peakMegabytes() }));
});

/** Linux carries `maxRSS` over from the process that forked, so its high-water mark is asked first. */
function peakMegabytes() {
  try {
    const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
    return Number(kilobytes) / 1_024;
  } catch {
    return process.resourceUsage().maxRSS / 1_024;
  }
}

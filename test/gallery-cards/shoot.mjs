// node test/gallery-cards/shoot.mjs: gauge and table in every state, light and dark, as PNGs in test/output.
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { bundleGallery } from './bundle.mjs';

const page = await bundleGallery();
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
try {
  for (const mode of ['light', 'dark']) {
    const tab = await browser.newPage({ viewport: { width: 1400, height: 2000 }, deviceScaleFactor: 2 });
    tab.on('pageerror', (error) => console.error(mode, error.stack));
    tab.on('console', (message) => console.log(mode, message.text()));
    await tab.goto(`file://${page}?mode=${mode}`);
    await tab.waitForTimeout(600);
    const path = fileURLToPath(new URL(`../output/gallery-cards-${mode}.png`, import.meta.url));
    await tab.screenshot({ path, fullPage: true });
    console.log(path);
    await tab.close();
  }
} finally {
  await browser.close();
}

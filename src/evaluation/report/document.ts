import { style } from "./style.js";
import { escapeHtml } from "./svg.js";

/** A report as one page of HTML that needs nothing else, no network and no script. `body` is HTML, without the title's heading. */
export const htmlDocument = (title: string, body: string, moreStyle = ""): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>
${style}${moreStyle}
</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</body>
</html>
`;

export const paragraph = (text: string, kind = ""): string => `<p${kind ? ` class="${kind}"` : ""}>${escapeHtml(text)}</p>`;
export const figureBlock = (content: string, caption: string): string => `<figure>${content}<figcaption>${escapeHtml(caption)}</figcaption></figure>`;

/** The console's one page, which the shell's script fills. */

/** Two wheels and a frame, for the browser's tab. */
const ICON = "data:image/svg+xml," + encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0072B2"/>' +
    '<g fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round">' +
    '<circle cx="9" cy="20" r="5"/><circle cx="23" cy="20" r="5"/><path d="M9 20l5-9h6l3 9M14 11l3 9l3-9M19 8h3"/></g></svg>',
);

/**
 * @param page whose script and styles are asked for at once
 * @param nonce allows the style sheets that scripts make; scripts read it as the `nonce` of their element
 */
export function pageHtml(page: string, nonce: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Scones Unlimited</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="/assets/shell/main.css">
<link rel="stylesheet" href="/assets/${page}/page.css">
<link rel="modulepreload" href="/assets/${page}/page.js">
<script type="module" src="/assets/shell/main.js" nonce="${nonce}"></script>
</head>
<body><div id="app"></div><noscript>The console needs JavaScript.</noscript></body>
</html>
`;
}

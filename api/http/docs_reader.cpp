#include "api/http/docs.h"

namespace confab::http::reader {

const char* const kPage = R"page(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Confab API</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/api/docs/reader.css">
<script src="/api/docs/reader.js" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to the endpoints</a>
<header>
<h1>Confab API</h1>
<p id="about">Reading the document…</p>
<label for="filter">Filter</label>
<input id="filter" type="search" placeholder="path, word or error code" autocomplete="off">
</header>
<nav id="index" aria-label="Contents"></nav>
<main id="main" tabindex="-1"></main>
<noscript>This page needs JavaScript. The document itself is at
<a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</noscript>
</body>
</html>
)page";

const char* const kStyle = R"css(:root {
  color-scheme: light dark;
  --page: #fbfbfa; --card: #ffffff; --ink: #1d1f23; --soft: #5c6370; --line: #dcdfe4;
  --accent: #2456c7; --get: #1f7a4d; --post: #2456c7; --put: #8a5a00; --patch: #8a5a00;
  --delete: #b3261e; --code: #f0f1f4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #15171b; --card: #1d2026; --ink: #e8eaee; --soft: #a3abb8; --line: #343944;
    --accent: #8fb4ff; --get: #7ad6a4; --post: #8fb4ff; --put: #e6bd6a; --patch: #e6bd6a;
    --delete: #ff9d94; --code: #272b33;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, sans-serif;
  display: grid; gap: 0 2rem; padding: 1.5rem clamp(1rem, 4vw, 3rem);
  grid-template: "head head" auto "nav main" 1fr / 15rem minmax(0, 60rem);
}
header { grid-area: head; margin-bottom: 1.5rem; }
nav { grid-area: nav; align-self: start; position: sticky; top: 1rem;
  max-height: calc(100vh - 2rem); overflow: auto; font-size: 0.92rem; }
main { grid-area: main; }
main:focus { outline: none; }
h1 { margin: 0; font-size: 1.6rem; }
h2 { margin: 2.5rem 0 0.75rem; font-size: 1.25rem; }
h2:first-child { margin-top: 0; }
h4 { margin: 1rem 0 0.25rem; font-size: 0.8rem; letter-spacing: 0.04em;
  text-transform: uppercase; color: var(--soft); }
p { margin: 0.25rem 0; }
a { color: var(--accent); }
code, .path { font-family: ui-monospace, monospace; font-size: 0.92em; overflow-wrap: anywhere; }
nav ul { list-style: none; margin: 0 0 1rem; padding: 0; }
nav a { display: block; padding: 0.2rem 0; text-decoration: none; }
nav a:hover { text-decoration: underline; }
header label { display: block; margin-top: 1rem; font-size: 0.85rem; color: var(--soft); }
input { width: min(30rem, 100%); padding: 0.5rem 0.75rem; font: inherit; color: inherit;
  background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
details { background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem;
  margin: 0.5rem 0; }
summary { padding: 0.6rem 0.9rem; cursor: pointer; display: flex; flex-wrap: wrap;
  gap: 0.25rem 0.75rem; align-items: baseline; }
summary .says { color: var(--soft); }
details > div { padding: 0 0.9rem 0.9rem; }
.method { font-weight: 650; font-size: 0.8rem; min-width: 4rem; }
.get { color: var(--get); } .post { color: var(--post); } .put { color: var(--put); }
.patch { color: var(--patch); } .delete { color: var(--delete); }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.75rem 0.3rem 0;
  border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
code { background: var(--code); border-radius: 0.25rem; padding: 0.05em 0.3em; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: 0.5rem; z-index: 1; }
[hidden] { display: none !important; }
@media (max-width: 50rem) {
  body { display: block; }
  nav { position: static; max-height: none; margin-bottom: 1rem; columns: 2; }
}
)css";

const char* const kScript = R"js('use strict';

// Builds nodes only: nothing in the document is ever read as HTML.
function make(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) node.setAttribute(name, value);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const code = (text) => make('code', {}, text);
const nameOf = (ref) => ref.slice(ref.lastIndexOf('/') + 1);
const errorLink = (name) => make('a', { href: `#errors/${name}` }, code(name));

function typeOf(schema) {
  if (!schema) return 'nothing';
  if (schema.$ref) {
    const name = nameOf(schema.$ref);
    return make('a', { href: `#schemas/${name}` }, name);
  }
  if (schema.anyOf) return join(schema.anyOf.map(typeOf), ' or ');
  if (schema.enum) return join(schema.enum.map((each) => code(JSON.stringify(each))), ' | ');
  const types = [schema.type ?? 'anything'].flat();
  if (types.includes('array')) {
    const rest = types.filter((each) => each !== 'array').map((each) => ` or ${each}`);
    return make('span', {}, 'list of ', typeOf(schema.items), ...rest);
  }
  return [types.join(' or '), schema.format && `(${schema.format})`].filter(Boolean).join(' ');
}

function join(parts, between) {
  const out = make('span');
  parts.forEach((part, index) => out.append(index > 0 ? between : '', part));
  return out;
}

function limitsOf(schema) {
  const words = {
    minLength: 'at least', maxLength: 'at most', minItems: 'at least', maxItems: 'at most',
    minimum: 'from', maximum: 'to',
  };
  return Object.entries(words)
    .filter(([key]) => schema[key] !== undefined)
    .map(([key, word]) => `${word} ${schema[key]}${/Length/.test(key) ? ' characters' : ''}`)
    .join(', ');
}

function table(heads, rows) {
  const head = make('tr', {}, ...heads.map((text) => make('th', { scope: 'col' }, text)));
  const body = rows.map((cells) => make('tr', {}, ...cells.map((cell) => make('td', {}, cell))));
  return make('table', {}, make('thead', {}, head), make('tbody', {}, ...body));
}

function part(title, node) {
  return node ? make('div', {}, make('h4', {}, title), node) : null;
}

function entry(id, title, says, words, fill) {
  const box = make('details', { id, 'data-words': words.toLowerCase() },
    make('summary', {}, ...title, make('span', { class: 'says' }, says)));
  // Filled when it is first opened: the document may hold hundreds of them.
  box.addEventListener('toggle', () => {
    if (box.open && box.children.length === 1) box.append(make('div', {}, ...fill().filter(Boolean)));
  });
  return box;
}

function endpoint(path, method, about, components) {
  const title = [
    make('span', { class: `method ${method}` }, method.toUpperCase()),
    make('span', { class: 'path' }, path),
  ];
  return entry(about.operationId, title, about.summary, JSON.stringify([method, path, about]), () => {
    const parameters = (about.parameters ?? []).map((each) =>
      each.$ref ? components.parameters[nameOf(each.$ref)] : each);
    const schemes = (about.security ?? []).flatMap((each) => Object.entries(each));
    const scope = schemes.flatMap(([, scopes]) => scopes)[0];
    const who = schemes.length === 0 ? 'Anybody.'
      : `A session cookie or a bearer token${scope ? ` with the scope ${scope}` : ''}` +
        `${about['x-role'] ? ', of an administrator' : ''}.`;
    return [
      part('Who', make('p', {}, who)),
      parameters.length > 0 && part('Parameters', table(['Name', 'In', 'Meaning'],
        parameters.map((each) => [code(each.name), each.in, each.description ?? '']))),
      part('Body', about.requestBody &&
        make('p', {}, typeOf(about.requestBody.content['application/json'].schema))),
      part('Replies', table(['Status', 'What'], Object.entries(about.responses).map(([status, reply]) => [
        status,
        reply['x-codes'] ? join(reply['x-codes'].map(errorLink), ', ')
          : join([reply.description, ...Object.entries(reply.content ?? {}).map(([type, each]) =>
            make('span', {}, typeOf(each.schema), ' as ', code(type)))], ' '),
      ]))),
    ];
  });
}

function schema(name, about) {
  const title = [make('span', { class: 'path' }, name)];
  return entry(`schemas/${name}`, title, about.description ?? '', name + JSON.stringify(about), () => [
    table(['Field', 'Type', 'Notes'], Object.entries(about.properties ?? {}).map(([key, each]) => [
      code(key), typeOf(each),
      [(about.required ?? []).includes(key) ? '' : 'optional', limitsOf(each), each.description]
        .filter(Boolean).join('; '),
    ])),
  ]);
}

function section(id, title, nodes) {
  return make('section', { 'aria-labelledby': id }, make('h2', { id }, title), ...nodes);
}

function draw(doc) {
  document.title = `${doc.info.title} API ${doc.info.version}`;
  document.getElementById('about').replaceChildren(
    `Version ${doc.info.version}. Addresses start with `, code(doc.servers[0].url),
    '. The same as a document: ', make('a', { href: '/api/v1/openapi.json' }, 'openapi.json'), '.');

  const byTag = new Map();
  for (const [path, methods] of Object.entries(doc.paths)) {
    for (const [method, about] of Object.entries(methods)) {
      if (!about.operationId) continue;  // `servers` of an address outside the base path
      const tag = about.tags[0];
      byTag.set(tag, [...(byTag.get(tag) ?? []), endpoint(path, method, about, doc.components)]);
    }
  }
  const sections = [...byTag].map(([tag, nodes]) => section(`tag/${tag}`, tag, nodes));
  sections.push(section('events', 'Event types', Object.entries(doc['x-events']).map(([type, about]) =>
    entry(`events/${type}`, [make('span', { class: 'path' }, type)], about.summary,
      type + JSON.stringify(about), () => [
        part('Data', make('p', {}, typeOf(about.data))),
        make('p', {}, about.durable ? 'Kept in the log and replayed.' : 'Live only, never replayed.'),
      ]))));
  sections.push(section('schemas', 'Schemas',
    Object.entries(doc.components.schemas).map(([name, about]) => schema(name, about))));
  sections.push(section('errors', 'Errors', [table(['Code', 'Status', 'Meaning'],
    Object.entries(doc['x-errors']).map(([name, about]) =>
      [make('code', { id: `errors/${name}` }, name), String(about.status), about.title]))]));

  document.getElementById('main').replaceChildren(...sections);
  document.getElementById('index').replaceChildren(make('ul', {}, ...sections.map((each) => {
    const heading = each.firstChild;
    return make('li', {}, make('a', { href: `#${heading.id}` }, heading.textContent));
  })));
}

function reveal() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target instanceof HTMLDetailsElement) target.open = true;
  target.scrollIntoView();
}

function filter(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const box of document.querySelectorAll('details')) {
    box.hidden = !words.every((word) => box.dataset.words.includes(word));
  }
}

async function start() {
  const about = document.getElementById('about');
  try {
    const reply = await fetch('/api/v1/openapi.json');
    if (!reply.ok) throw new Error(`status ${reply.status}`);
    draw(await reply.json());
  } catch (error) {
    about.textContent = `The document could not be read (${error.message}). Reload to try again.`;
    return;
  }
  document.getElementById('filter').addEventListener('input', (event) => filter(event.target.value));
  window.addEventListener('hashchange', reveal);
  reveal();
}

start();
)js";

}  // namespace confab::http::reader
